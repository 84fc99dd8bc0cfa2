"""The page as axe-core judges it, in both themes, with every drawer open in turn."""

import re

import pytest

pytestmark = pytest.mark.browser

#: What panel-material-ui's page brings along and offers no way to name: rule, and where in its markup.
_NOT_OURS = (
    ("aria-prohibited-attr", 'aria-label="Resize sidebar"'),  # a label on a div without a role
    ("aria-progressbar-name", "MuiLinearProgress"),  # a nameless bar, of unknown origin
)
_DRAWERS = (None, "Help", "Download", "Runs")


def grave(page):
    """Violations of serious or critical impact that are this page's own: rule, element and reason."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        f"{found['id']}: {node['html'][:160]} ({found['help']})"
        for found in axe.run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
        if not any(found["id"] == rule and part in node["html"] for rule, part in _NOT_OURS)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(page, theme):
    if theme == "dark":
        page.get_by_role("button", name=re.compile("theme", re.I)).click()
        page.wait_for_function("() => crviz.page.dark_theme")
    page.locator("summary", has_text="Turbulence").click()
    for drawer in _DRAWERS:
        if drawer:
            page.get_by_role("button", name=drawer, exact=True).click()
            page.get_by_role("button", name="Close", exact=True).wait_for()
        page.wait_for_timeout(300)  # colours change over a moment
        assert grave(page) == [], drawer


def test_a_label_that_is_missing_would_be_found(page):
    page.evaluate("() => document.body.append(document.createElement('input'))")
    assert any(found.startswith("label:") for found in grave(page))
