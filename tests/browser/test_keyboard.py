"""The whole page by keyboard alone."""

import pytest
from visitor import PAPER

pytestmark = pytest.mark.browser

#: All elements, and the one that has the focus, through the shadow roots; and what an element is called.
SEEN = """
const seen = (root) => [...root.querySelectorAll("*")]
  .flatMap((each) => [each, ...(each.shadowRoot ? seen(each.shadowRoot) : [])])
const focused = (root = document) => {
  const inner = root.activeElement?.shadowRoot
  return inner?.activeElement ? focused(inner) : root.activeElement
}
const named = (at) => at.getAttribute("aria-label") || at.labels?.[0]?.textContent.trim()
  || at.textContent.trim() || at.title
"""
REACHED = f"""() => {{
  {SEEN}
  const at = focused()
  if (!at || at === document.body || walked.includes(at)) return null
  walked.push(at)
  const rings = []
  for (let each = at; each && rings.length < 3; each = each.parentElement ?? each.getRootNode().host) {{
    const {{outlineStyle, outlineWidth, boxShadow}} = getComputedStyle(each)
    rings.push((outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none")
  }}
  const {{top, bottom, width}} = at.getBoundingClientRect()
  const inSight = width > 0 && bottom > 0 && top < innerHeight
  return {{kind: at.localName, name: named(at), ring: rings.some(Boolean), inSight}}
}}"""
#: What a walk should have reached. Of a group of choices that is one, and the keys go on from there.
MISSED = f"""() => {{
  {SEEN}
  const there = (each) => !each.disabled && !each.closest("[inert]")
    && each.checkVisibility({{visibilityProperty: true}}) && !(each.type === "radio" && !each.checked)
  return seen(document).filter((each) => each.matches("button, input, select, summary, a[href]"))
    .filter((each) => there(each) && !walked.includes(each))
    .map((each) => `${{each.localName}} ${{named(each)}}`)
}}"""


def walk(page, most=150):
    """What one Tab after another reaches, until the page ends or begins anew."""
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); window.walked = [] }")
    found = []
    while len(found) < most:
        page.keyboard.press("Tab")
        at = page.evaluate(REACHED)
        if at is None:
            break
        found.append(at)
    return found


@pytest.mark.parametrize("width", [1280, 390])
def test_everything_is_reached_and_is_seen_to_be(visit, width):
    page = visit(PAPER, width=width)
    found = walk(page)
    assert len(found) > 25
    assert page.evaluate(MISSED) == []
    assert [each for each in found if not (each["ring"] and each["inSight"])] == []
    assert [each for each in found if not each["name"] and each["kind"] != "div"] == []  # Bokeh's canvases
    assert page.errors == []


def test_a_gradient_a_time_a_run_and_a_file_need_no_pointer(visit):
    """Each is gone to with Tab, from where the one before was left."""
    page = visit(f"{PAPER}&omega_t_max=2&realizations=1&seed=11")

    def go_to(name):
        for _ in range(100):
            page.keyboard.press("Tab")
            if page.evaluate(f"(name) => {{ {SEEN}; return named(focused()).startsWith(name) }}", name):
                return
        pytest.fail(f"{name} is not reached")

    go_to("Angle to B₀")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("crviz.values.theta") == 3
    go_to("Resolution")
    page.keyboard.type("4 (")  # of a list, what begins so
    page.wait_for_function("() => crviz.values.nside === 4")
    go_to("Run")
    page.keyboard.press("Enter")
    page.get_by_text("finished: 1 of 1 realisations").wait_for()
    go_to("Download")
    page.keyboard.press("Enter")
    go_to("Script (Python)")
    with page.expect_download():
        page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    go_to("Backtracking time")
    index = page.evaluate("crviz.index")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("crviz.index") == index - 1
    assert page.errors == []
