"""The atlas in the browser: plots follow the sliders of sigma2 and r_L/L_c; the server hears of it last."""

import numpy as np
import pytest
from test_traffic import events, forget, middle, wait_for_quiet, without_beats
from visitor import PAPER, Visitor, opened

from crviz.parameters import RL_OVER_LC, SIGMA2

pytestmark = pytest.mark.browser

PLACE = {"sigma2": SIGMA2.control.values, "rl_over_lc": RL_OVER_LC.control.values}
#: The server sends single precision, as it is worked out here: 1e-6 would do.
CLOSE = 1e-5
_INPUT = """(slider, place) => {
  slider.value = place
  slider.dispatchEvent(new Event("input"))
}"""
#: Arrays of what is shown, and the time.
_KEPT = """() => {
  const of = ["estimate", "power", "noise", "standard", "k", "running"]
  const keys = [...of, ...["estimate", "dipole", "standard", "k", "running"].map((each) => `${each}_error`)]
  return {...Object.fromEntries(keys.map((key) => [key, Array.from(crviz.tensors[key])])), time: crviz.omegaT}
}"""
_ANALYTIC = "() => crviz.model('evolution', 'lines').data.name.some((name) => name.includes('analytic'))"


def loaded(page):
    """Touch the slider until the atlas has come: a server that has just started is still writing it."""
    for _ in range(60):
        Visitor(page).label("sigma2").dispatch_event("pointerdown")
        page.wait_for_timeout(500)
        if page.evaluate("crviz.atlas"):
            return
    pytest.fail("the atlas never came")


@pytest.fixture(scope="module")
def seen(person, server):
    """A visitor whose page has the atlas."""
    page = opened(person, server + PAPER)
    assert not [url for url in page.requested if "/atlas-" in url]  # opening costs nothing more
    loaded(page)
    Visitor(page).switch(analytic=True)
    page.wait_for_function(_ANALYTIC)
    yield Visitor(page)
    assert page.errors == []
    page.close()


@pytest.fixture
def visitor(seen):
    """The same, back at the paper's run."""
    seen.page.get_by_label("Presets").select_option(label="The paper")
    seen.page.get_by_text("the paper's run (shipped)").wait_for()
    seen.page.wait_for_function("crviz.complete")
    return seen


def chip(page):
    return page.locator("#chip").inner_text()


@pytest.mark.parametrize(
    ("key", "step", "said"),
    [("sigma2", -0.03, "σ² = {}, r_L = 0.1 L_c: "), ("rl_over_lc", 0.03, "σ² = 1, r_L = {} L_c: ")],
)
def test_plots_follow_the_hand_in_silence_and_the_server_says_the_same(visitor, key, step, said):
    page, slider = visitor.page, visitor.label(key)
    slider.scroll_into_view_if_needed()
    x, y = middle(slider)
    at = float(slider.input_value()) / (len(PLACE[key]) - 1)
    width = slider.bounding_box()["width"]
    knob = x + (at - 0.5) * (width - 16)
    page.mouse.move(knob, y)
    page.mouse.down()
    wait_for_quiet(page)
    forget(page)
    curves = []
    for number in range(1, 9):
        page.mouse.move(knob + number * step * width, y)
        visitor.settle()
        curves.append(visitor.lines("evolution")["C₂"][1])
    assert len({tuple(curve) for curve in curves}) >= 6
    value = page.evaluate("key => crviz.values[key]", key)
    words = said.format(f"{value:.12g}")
    assert words in chip(page)
    assert "from the atlas, 480 fields, nside 16" in chip(page)
    assert "the sky is that of σ² = 1, r_L = 0.1 L_c" in chip(page)
    assert "Not what the sliders say" not in chip(page)
    assert not page.evaluate("crviz.complete")
    wait_for_quiet(page)
    assert events(without_beats(page.sent)) == []
    shown, lines = page.evaluate(_KEPT), visitor.lines("evolution")
    page.mouse.up()
    page.wait_for_function("crviz.complete")
    assert page.evaluate("crviz.tensors.digest")  # which no atlas in a browser has
    for name, truth in page.evaluate(_KEPT).items():
        np.testing.assert_allclose(shown[name], truth, rtol=CLOSE, err_msg=name)
    assert any("analytic" in name for name in lines)
    for name, (_, values) in visitor.lines("evolution").items():
        np.testing.assert_allclose(lines[name][1], values, rtol=CLOSE, err_msg=name)
    assert words in chip(page)
    page.wait_for_function("() => !document.querySelector('#chip').innerText.includes('the sky is that of')")


def test_back_at_what_the_server_shows_all_is_as_it_was(visitor):
    """Its own run, at a time that the atlas does not have, its analytic curves and its words."""
    page, slider = visitor.page, visitor.label("sigma2")
    visitor.move_to(41)
    here, before, words = slider.input_value(), page.evaluate(_KEPT), chip(page)
    lines = visitor.lines("evolution")
    slider.evaluate(_INPUT, PLACE["sigma2"].index(0.32))
    visitor.settle()
    assert "interpolated from the atlas" in chip(page)
    assert page.evaluate("crviz.omegaT") != before["time"]
    for name, (times, _) in visitor.lines("evolution").items():  # analytic ones too
        assert len(times) != len(lines[name][0])
    slider.evaluate(_INPUT, here)
    visitor.settle()
    assert page.evaluate(_KEPT) == before
    assert chip(page) == words
    np.testing.assert_equal(visitor.lines("evolution"), lines)


def test_what_the_atlas_does_not_cover_waits_for_the_server(visitor):
    page, slider = visitor.page, visitor.label("sigma2")
    here = slider.input_value()
    page.locator("summary", has_text="Turbulence").click()
    visitor.type("n_modes", 150)
    page.locator("#chip").get_by_text("the nearest point of the atlas, which does not cover").wait_for()
    before = page.evaluate(_KEPT)
    slider.evaluate(_INPUT, PLACE["sigma2"].index(0.32))
    visitor.settle()
    assert page.evaluate(_KEPT) == before
    assert "Not what the sliders say (σ² = 0.32, N = 150)" in chip(page)
    visitor.type("n_modes", 200)
    visitor.slide(sigma2=here)


def test_what_the_server_cannot_run_is_left_to_it_when_the_slider_is_let_go(visitor):
    """It shows nothing else then, and neither does the browser."""
    page, slider = visitor.page, visitor.label("sigma2")
    visitor.move_to(41)
    before, here = page.evaluate(_KEPT), slider.input_value()
    visitor.type("seed", -1)
    slider.evaluate(_INPUT, PLACE["sigma2"].index(0.32))
    visitor.settle()
    assert "interpolated from the atlas" in chip(page)
    slider.dispatch_event("change")
    page.wait_for_function("crviz.complete")
    visitor.settle()
    assert page.evaluate(_KEPT) == before
    assert "Not what the sliders say (σ² = 0.32)" in chip(page)
    visitor.type("seed", 0)
    visitor.slide(sigma2=here)
