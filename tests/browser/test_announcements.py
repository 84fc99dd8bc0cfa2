"""What a screen reader is told while things move: nothing at each step, and the result once all rests."""

import re

import pytest
from visitor import Visitor

pytestmark = pytest.mark.browser

#: Keeps what every part of the page says that is read out when it changes, and what of it is said too soon:
#: the page rests for half a second before.
LISTEN = """() => {
  window.announced = []
  window.tooSoon = []
  const said = (part) => {
    announced.push(part.textContent)
    if (performance.now() - crviz.drawnAt < 450) tooSoon.push(part.textContent)
  }
  const live = '[aria-live]:not([aria-live="off"]), [role=status], [role=alert], output:not([aria-live])'
  const listen = (root) => {
    for (const part of root.querySelectorAll(live))
      new MutationObserver(() => said(part))
        .observe(part, {childList: true, characterData: true, subtree: true})
    for (const part of root.querySelectorAll("*")) if (part.shadowRoot) listen(part.shadowRoot)
  }
  listen(document)
}"""


@pytest.fixture(scope="module")
def heard(still):
    """A visitor on a page that keeps what is said."""
    visitor = Visitor(still)
    visitor.wait_for_sky()
    still.evaluate(LISTEN)
    return visitor


@pytest.fixture
def visitor(heard):
    """A visitor at a time, once all has been said of it."""
    page = heard.page
    heard.slide(theta=0)
    for index in (19, 20):
        heard.move_to(index)
    page.wait_for_function("sentence => announced.at(-1) === sentence", arg=heard.sentence())
    page.evaluate("() => { announced.length = tooSoon.length = 0 }")
    yield heard
    assert page.errors == []


def test_playing_is_quiet_and_its_end_is_said_once(visitor):
    page = visitor.page
    page.get_by_role("button", name="Play through the times").click()
    page.wait_for_function("() => crviz.index > 26")
    assert page.evaluate("announced") == []
    page.get_by_role("button", name="Play through the times").click()
    page.wait_for_function("() => announced.length")
    page.wait_for_timeout(1000)
    assert page.evaluate("announced") == [visitor.sentence()]


def test_a_drag_is_quiet_and_its_end_is_said_once(visitor):
    page = visitor.page
    slider = visitor.label("theta")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("sentence => announced.at(-1) === sentence", arg=visitor.sentence())
    page.wait_for_timeout(1000)
    assert page.evaluate("tooSoon") == []
    announced = page.evaluate("announced")
    assert len(set(announced)) == len(announced)  # one, unless the machine let the keys wait


def test_a_notice_is_heard(visitor):
    """That the test above would hear: what goes wrong is said at once."""
    page = visitor.page
    before = visitor.label("omega_t_max").input_value()
    visitor.type("omega_t_max", -5)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("alert").get_by_text(re.compile("omega_t_max")).wait_for()
    assert any("omega_t_max" in said for said in page.evaluate("announced"))
    visitor.type("omega_t_max", before)
    page.get_by_role("button", name="Dismiss the notice").click()
