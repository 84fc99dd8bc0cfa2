"""The chip in the header: what is shown, and what of the settings differs from it, at every moment."""

import re

import pytest
from visitor import PAPER, Visitor, opened

from crviz.parameters import SIGMA2

pytestmark = pytest.mark.browser

AMBER = "() => document.querySelector('#chip').classList.contains('differs')"
CALM = f"() => !({AMBER})()"


@pytest.fixture(scope="module")
def seen(person, server):
    """A visitor of a page that the tests of a module share; they leave it calm."""
    page = opened(person, server + PAPER.replace("nside=32", "nside=32&realizations=4&seed=3"))
    yield Visitor(page)
    assert page.errors == []
    page.close()


def words(page):
    return page.locator("#chip").inner_text()


def press(page, name):
    page.locator("#chip").get_by_role("button", name=name).click()


def test_it_says_what_is_shown_and_is_calm_while_that_is_what_is_set(seen):
    assert words(seen.page) == "σ² = 1, r_L = 0.1 L_c: the paper's run (shipped), 120 fields, nside 32"
    assert seen.page.evaluate(CALM)
    assert not seen.page.get_by_role("button", name="Run what is set").is_visible()


@pytest.mark.parametrize(
    ("key", "value", "said"), [("nside", 64, "nside = 64"), ("grids", "single", "grids = single")]
)
def test_another_resolution_is_said_and_taken_back(seen, key, value, said):
    page = seen.page
    before = page.evaluate("key => crviz.values[key]", key)
    seen.choose_setting(key, value)
    page.wait_for_function(AMBER)
    assert f"Not what the sliders say ({said}):" in words(page)
    press(page, "Back to what is shown")
    page.wait_for_function(CALM)
    assert page.evaluate("key => crviz.values[key]", key) == before


def test_a_slider_differs_while_it_is_dragged_and_the_atlas_has_what_it_is_let_go_at(seen):
    """Dragged to where the atlas does not reach, so that nothing stands in for the server's answer."""
    page, slider = seen.page, seen.label("sigma2")
    slider.evaluate(
        """(slider, place) => {
          slider.value = place
          slider.dispatchEvent(new Event("input"))
        }""",
        SIGMA2.control.values.index(0.02),
    )
    assert page.evaluate(AMBER)
    assert "Not what the sliders say (σ² = 0.02):" in words(page)
    seen.slide(sigma2=SIGMA2.control.values.index(0.32))
    page.wait_for_function("crviz.complete")
    assert page.evaluate(CALM)
    assert "σ² = 0.32, r_L = 0.1 L_c: interpolated from the atlas, 480 fields, nside 16" in words(page)
    page.get_by_label("Presets").select_option(label="The paper")
    page.get_by_text("the paper's run (shipped)").wait_for()


def test_what_the_atlas_does_not_reach_is_not_what_is_set_and_can_be_run(seen):
    """Its nearest point is shown; Run starts the run of what is set, and Back sets what is shown."""
    page = seen.page
    for key, value in (("n_modes", 20), ("omega_t_max", 2)):
        seen.page.evaluate("() => document.activeElement?.blur()")
        if key == "n_modes":
            page.locator("summary", has_text="Turbulence").click()
        seen.type(key, value)
    seen.choose_setting("nside", 8)
    page.wait_for_function(AMBER)
    assert "Not what the sliders say (N = 20, nside = 8):" in words(page)
    press(page, "Run what is set")
    page.locator("#chip").get_by_text(re.compile("simulated, 4 fields, nside 8")).wait_for()
    page.locator("#chip").get_by_text("finished: 4 of 4 realisations").wait_for()
    page.wait_for_function(CALM)
    seen.type("n_modes", 30)
    page.locator("#chip").get_by_text("(N = 30, nside = 8)").wait_for()
    press(page, "Back to what is shown")
    page.wait_for_function(CALM)
    assert page.evaluate("[crviz.values.n_modes, crviz.values.nside]") == [200, 32]
    assert "the paper's run (shipped)" in words(page)


def test_what_is_awaited_is_said_and_what_differs_is_heard_once_all_rests(seen):
    page = seen.page
    seen.type("realization", 700)
    page.locator("#chip").get_by_text("computing the sky of field 700 at nside 32").wait_for()
    seen.type("realization", 0)
    page.wait_for_function("() => !document.querySelector('#chip').innerText.includes('computing')")
    seen.choose_setting("nside", 64)
    page.wait_for_function(
        "said => document.querySelector('#status').textContent.includes(said)",
        arg=". Not what the sliders say (nside = 64).",
    )
    press(page, "Back to what is shown")
    page.wait_for_function(CALM)


@pytest.mark.parametrize("width", [1280, 390])
def test_it_stays_in_sight_wherever_the_page_is_scrolled_to(visit, width):
    page = visit(PAPER.replace("32", "64"), width=width, height=844)
    page.evaluate("window.scrollTo(0, 1500)")
    page.wait_for_function(AMBER)
    for part in (page.locator("#chip"), page.get_by_role("button", name="Back to what is shown")):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] < 160
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_why_a_fit_is_impossible_stands_beside_its_button(seen):
    page = seen.page
    fit, data = (page.get_by_role("button", name=name, exact=True) for name in ("Fit p", "Fit p to data"))
    assert fit.is_enabled()
    assert data.is_enabled()
    seen.slide(theta=40)
    page.get_by_text("at 0° to B₀, and at 90° for an azimuth of 0° or 90° only").wait_for()
    assert fit.is_disabled()
    seen.slide(theta=0)
    page.get_by_text("at 0° to B₀").wait_for(state="hidden")
    assert fit.is_enabled()
    page.get_by_role("radio", name="absolute").check()
    page.get_by_text("No observed spectrum is shown").wait_for()
    assert data.is_disabled()
    page.get_by_role("radio", name="by a fit").check()
    page.get_by_text("No observed spectrum is shown").wait_for(state="hidden")
