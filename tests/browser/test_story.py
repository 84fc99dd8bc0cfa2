"""A page without a link opens on the story, plays it once, and offers a tour over the explorer."""

import json
import re

import pytest
from test_accessibility import violations, wait_for_rest
from test_traffic import events
from visitor import PAPER, Visitor, opened

pytestmark = pytest.mark.browser

SENTENCE = "Cosmic rays should arrive as a smooth dipole; turbulence tears it into spots."
#: Keeps the times that the page goes through, from its first on.
KEEP_TIMES = """() => {
  window.went = []
  const keep = () => {
    const now = window.crviz?.drawn ? crviz.omegaT : undefined
    if (now !== undefined && now !== went.at(-1)) went.push(now)
    requestAnimationFrame(keep)
  }
  keep()
}"""
AT_REST = "() => crviz.idle && Math.abs(crviz.omegaT - 24) < 1"


@pytest.fixture
def newcomer(browser, server):
    """Opens the page without a link, as somebody who has never been here."""
    contexts = []

    def newcomer(query="/", motion="no-preference", width=1280, **before):
        contexts.append(browser.new_context(reduced_motion=motion))
        contexts[-1].add_init_script(f"({KEEP_TIMES})()")
        if "touch" in before:
            contexts[-1].add_init_script(before["touch"])
        return opened(contexts[-1], f"{server}{query}?", width=width)  # which says nothing

    yield newcomer
    for context in contexts:
        context.close()


def test_it_plays_once_from_the_dipole_to_the_spots_and_rests(newcomer):
    page = newcomer()
    assert page.get_by_text(SENTENCE).is_visible()
    page.wait_for_function("() => window.went.at(-1) > 40")
    page.wait_for_function(AT_REST)
    went = page.evaluate("window.went")
    assert went[0] == pytest.approx(1, rel=0.05)
    turn = went.index(max(went))
    assert went[: turn + 1] == sorted(went[: turn + 1])  # out, and back to where it rests
    assert went[turn:] == sorted(went[turn:], reverse=True)
    page.get_by_role("button", name="▶ Play").wait_for()
    assert page.evaluate("crviz.values.theta") == 90
    assert page.evaluate("crviz.session.omegaT") == page.evaluate("crviz.omegaT")
    assert not page.evaluate("document.querySelector('#chip').classList.contains('differs')")
    # playing has asked for skies, and told the session where it ended
    told = [json.dumps(event) for event in events(page.sent) if event["kind"] != "MessageSent"]
    assert len([each for each in told if '"omega_t"' in each]) <= 1
    asked = [json.dumps(event) for event in events(page.sent) if event["kind"] == "MessageSent"]
    assert [each for each in asked if not re.search("sky|beat|document_ready", each)] == []
    # and by hand again
    page.get_by_role("button", name="▶ Play").click()
    page.wait_for_function("() => crviz.omegaT < 2")
    page.get_by_role("button", name="❚❚ Pause").click()
    page.get_by_role("button", name="▶ Play").wait_for()
    page.get_by_role("button", name="Put this sentence away").click()
    assert not page.get_by_text(SENTENCE).is_visible()
    page.get_by_label("Presets").select_option(label="The paper")
    page.wait_for_function("() => crviz.values.theta === 0 && Math.abs(crviz.omegaT - 100) < 1")
    assert page.evaluate("crviz.values.nside") == 32
    assert page.errors == []


@pytest.mark.parametrize(
    "how",
    [
        {"motion": "reduce"},
        {"touch": "addEventListener('DOMContentLoaded', () => dispatchEvent(new WheelEvent('wheel')))"},
    ],
    ids=["little motion is wanted", "a hand was quicker"],
)
def test_it_rests_where(newcomer, how):
    page = newcomer(**how)
    page.wait_for_function(AT_REST)
    page.wait_for_timeout(500)
    assert len(page.evaluate("window.went")) == 1
    assert page.get_by_role("button", name="▶ Play").is_enabled()


def test_a_key_takes_hold_of_what_plays(newcomer):
    page = newcomer()
    page.wait_for_function("() => window.went.length > 2")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="▶ Play").wait_for()
    assert page.evaluate("crviz.session.omegaT") == page.evaluate("crviz.omegaT")


def test_a_link_has_no_story(still):
    assert still.get_by_text(SENTENCE).count() == 0


# --- the tour


def step(page, number):
    """Wait for a step, and what of the page it outlines."""
    page.locator("#caption").get_by_text(f"{number} / 6").wait_for()
    return page.locator(".card.spoken-of").get_attribute("data-panel")


def set_now(page):
    return page.evaluate("[crviz.values, crviz.omegaT, crviz.tensors.digest]")


def test_the_tour_goes_by_keys_and_gives_back_what_was_set(person, server):
    page = opened(person, f"{server}/?sigma2=0.4&theta=20&d_ell=true&seed=5")
    before = set_now(page)
    page.get_by_role("button", name="Tour", exact=True).focus()
    page.keyboard.press("Enter")
    assert step(page, 1) == "sky"
    page.wait_for_function("() => crviz.values.sigma2 === 1 && crviz.omegaT < 1.1 && !crviz.values.d_ell")
    caption = page.get_by_role("dialog", name="A dipole")
    assert caption.get_by_role("button", name="Next").evaluate("next => next === document.activeElement")
    page.keyboard.press("Enter")
    assert step(page, 2) == "orbits"
    page.keyboard.press("ArrowRight")
    assert step(page, 3) == "sky"
    page.keyboard.press("ArrowLeft")
    assert step(page, 2) == "orbits"
    for number, panel in ((3, "sky"), (4, "spectra"), (5, "spectra"), (6, "sky")):
        page.keyboard.press("ArrowRight")
        assert step(page, number) == panel
    page.get_by_text("σ² = 0.1, r_L = 0.1 L_c: from the atlas").wait_for()
    page.keyboard.press("Enter")  # Done
    page.locator("#caption").wait_for(state="detached")
    page.wait_for_function("digest => crviz.tensors.digest === digest", arg=before[2])
    page.wait_for_function("time => crviz.session.omegaT === time", arg=before[1])
    assert set_now(page) == before
    assert page.evaluate("document.activeElement.id") == "tour"
    assert page.errors == []
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_step_keeps_nobody_out_stays_in_sight_and_can_be_skipped(newcomer, width):
    page = newcomer(motion="reduce", width=width)
    before = set_now(page)
    wait_for_rest(page)
    assert violations(page) == []
    page.get_by_role("button", name="Take the tour").click()
    for number in range(1, 7):
        step(page, number)
        Visitor(page).settle()
        box = page.locator("#caption").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.wait_for_function(
            """() => {
              const {top, bottom} = document.querySelector("#caption").getBoundingClientRect()
              return top >= 0 && bottom <= innerHeight
            }"""
        )
        if number in (1, 2):  # beside a panel, and within one
            wait_for_rest(page)
            assert violations(page) == []
        if number < 6:
            page.get_by_role("button", name="Next").click()
    page.keyboard.press("Escape")
    page.locator("#caption").wait_for(state="detached")
    page.wait_for_function("digest => crviz.tensors.digest === digest", arg=before[2])
    assert set_now(page) == before


def test_the_tour_waits_for_a_run(visit):
    page = visit(f"/{PAPER}&sigma2=0.44&realizations=500&seed=9")
    button = page.get_by_role("button", name="Tour", exact=True)
    assert button.is_enabled()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("of 500 realisations").wait_for()
    assert button.is_disabled()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.wait_for_function("() => !document.querySelector('#tour').disabled")
