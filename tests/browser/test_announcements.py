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
  let count = window.crvizDrawn, drawnAt = -Infinity
  Object.defineProperty(window, "crvizDrawn", {
    get: () => count,
    set: (value) => { count = value; drawnAt = performance.now() },
  })
  const said = (part) => {
    announced.push(part.textContent)
    if (performance.now() - drawnAt < 450) tooSoon.push(part.textContent)
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


@pytest.fixture
def visitor(page):
    Visitor(page).move_to(20)
    Visitor(page).wait_for_sky()
    page.wait_for_timeout(1000)  # half a second after the last change words follow
    page.evaluate(LISTEN)
    yield Visitor(page)
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
    visitor.type("omega_t_max", -5)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("alert").get_by_text(re.compile("omega_t_max")).wait_for()
    assert any("omega_t_max" in said for said in page.evaluate("announced"))
