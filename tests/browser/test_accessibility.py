"""The page as axe-core judges it, in both themes and on a phone, with every drawer open in turn."""

import re

import pytest
from visitor import Visitor, wait_for_further_plots

from crviz import Config, run
from crviz.library import Library

pytestmark = pytest.mark.browser

_AT_REST = """() => {
  const rests = (root) => root.getAnimations().every((each) => each.playState !== "running") &&
    [...root.querySelectorAll("*")].every((part) => !part.shadowRoot || rests(part.shadowRoot))
  return rests(document)
}"""
_DRAWERS = (None, "Help", "Download", "Runs", "More")


def violations(page):
    """What keeps somebody out, of any impact: rule, element and reason."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    return [
        f"{found['id']}: {node['html'][:160]} ({found['help']})"
        for found in axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        for node in found["nodes"]
    ]


def wait_for_rest(page):
    """Wait until no colour and no drawer is on its way, in any shadow root."""
    Visitor(page).settle()  # what was just asked for begins with the next frame
    page.wait_for_function(_AT_REST)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(theme_of_its_own, visit, theme, width):
    page = visit(width=width)
    if theme == "dark":
        page.get_by_role("button", name=re.compile("theme", re.I)).click()
        page.wait_for_function("() => crviz.dark")
    if width > 900:
        page.locator("summary", has_text="Turbulence").click()
    for drawer in _DRAWERS:
        if drawer:
            page.get_by_role("button", name=drawer, exact=True).click()
            page.get_by_role("button", name="Close", exact=True).wait_for()
        if drawer == "More":
            wait_for_further_plots(page)
        wait_for_rest(page)
        assert violations(page) == [], drawer


def test_the_sidebar_of_a_phone_keeps_nobody_out(visit):
    page = visit(width=390)
    page.get_by_role("button", name="Open drawer").click()
    page.get_by_label(re.compile("Rigidity")).wait_for()
    wait_for_rest(page)
    assert violations(page) == []


def test_the_title_is_the_first_heading(still):
    title = still.get_by_role("heading", level=1)
    assert title.inner_text().startswith("crviz")
    assert still.get_by_role("heading").first.inner_text() == title.inner_text()


def test_a_stored_run_that_may_be_deleted_keeps_nobody_out(visit, library_folder):
    stored = Library(library_folder)
    stored.put(run(Config(sigma2=0.8, nside=2, n_modes=10, omega_t=(0.5, 1.0)), 1))
    page = visit()
    page.get_by_role("button", name="Runs", exact=True).click()
    line = page.get_by_role("group", name="σ² = 0.8")
    for button in ("Delete", "Delete", "Undo"):
        line.get_by_role("button", name=button).wait_for()
        wait_for_rest(page)
        assert violations(page) == []
        line.get_by_role("button", name=button).click()
    line.get_by_role("button", name="Open").wait_for()
    for path in stored:
        path.unlink()


def test_a_label_that_is_missing_would_be_found(still):
    still.evaluate("() => document.body.append(window.unlabelled = document.createElement('input'))")
    found = violations(still)
    still.evaluate("() => window.unlabelled.remove()")
    assert any(each.startswith("label:") for each in found)
