"""Light or dark: as the system has it, as a hand has chosen it here, or as a link says."""

import re

import pytest
from test_look import luminance
from visitor import opened

pytestmark = pytest.mark.browser


@pytest.fixture
def somebody(browser):
    """A person who has never been here, and whose system has a theme."""
    contexts = []

    def somebody(system):
        contexts.append(browser.new_context(color_scheme=system))
        return contexts[-1]

    yield somebody
    for context in contexts:
        context.close()


def choose(page):
    """Press the button for the other theme."""
    before = page.evaluate("crviz.dark")
    page.get_by_role("button", name=re.compile("theme", re.I)).click()
    page.wait_for_function("before => crviz.dark !== before", arg=before)


def ground(page):
    """Luminance of the page's ground, 0 to 1."""
    return luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def told(page):
    """What the session was told of the theme: whether it is dark."""
    said = [frame for frame in page.sent if isinstance(frame, str) and '"theme"' in frame]
    return [found == "true" for frame in said for found in re.findall(r'\["dark",(true|false)\]', frame)]


def test_the_first_visit_has_the_theme_of_the_system_and_follows_it(somebody, server):
    page = opened(somebody("dark"), server)
    assert page.evaluate("crviz.dark")
    assert ground(page) < 0.1
    assert luminance(page.evaluate("crviz.figure('spectra').background_fill_color")) < 0.1
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => !crviz.dark")
    assert ground(page) > 0.9
    page.wait_for_function("() => crviz.figure('spectra').background_fill_color === '#ffffff'")
    assert page.context.storage_state()["origins"] == []  # nothing was chosen
    assert page.errors == []


def test_a_theme_that_is_chosen_is_that_of_later_visits_whatever_the_system_has(somebody, server):
    context = somebody("light")
    page = opened(context, server)
    choose(page)
    page.emulate_media(color_scheme="dark")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("crviz.dark")
    later = opened(context, server)
    assert later.evaluate("crviz.dark")
    choose(later)
    later.reload()
    later.wait_for_function("() => window.crviz?.idle")
    assert not later.evaluate("crviz.dark")
    (kept,) = context.storage_state()["origins"]
    assert kept["localStorage"] == [{"name": "crviz-theme", "value": "default"}]


@pytest.mark.parametrize(("system", "link"), [("light", "dark"), ("dark", "default")])
def test_a_link_has_its_theme_for_that_visit_only(somebody, server, system, link):
    context = somebody(system)
    page = opened(context, f"{server}/?theme={link}")
    assert page.evaluate("crviz.dark") == (link == "dark")
    assert context.storage_state()["origins"] == []
    assert opened(context, server).evaluate("crviz.dark") == (system == "dark")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_session_has_the_theme_that_the_page_has(somebody, server, system):
    """It draws what is in the drawer "More" in its colours."""
    assert told(opened(somebody(system), server)) == ([True] if system == "dark" else [])


def test_no_other_theme_is_seen_while_the_page_loads(somebody, server):
    page = somebody("dark").new_page()
    page.route("**/static/**", lambda route: route.abort())  # its own script has not come
    page.goto(server, wait_until="domcontentloaded")
    assert page.evaluate("typeof crviz") == "undefined"
    assert ground(page) < 0.1


def test_where_the_browser_keeps_nothing_a_theme_is_that_of_the_page(somebody, server):
    context = somebody("light")
    context.add_init_script(
        """Object.defineProperty(window, "localStorage", {
          get() { throw new DOMException("", "SecurityError") }
        })"""
    )
    page = opened(context, server)
    choose(page)
    assert page.evaluate("crviz.dark")
    assert page.errors == []
