"""Where things stand, at all widths; the mode to lecture with; what is typed; legends that hide."""

import itertools
import re

import pytest
from visitor import Visitor, opened

pytestmark = pytest.mark.browser

#: Windows in which two rows of cards and the bar of the time are seen at once.
WIDE = [(1280, 720), (1440, 900), (1600, 1000), (1920, 1080)]
NARROW = [(768, 1024), (390, 844)]
CARDS = ("sky", "evolution", "spectra", "summary", "orbits")

#: Boxes [left, top, right, bottom] of what is seen, by name, after all is laid out.
_BOXES = """() => {
  const out = {}
  const add = (name, part) => {
    const {left, top, right, bottom} = part.getBoundingClientRect()
    if (right > left && bottom > top) out[name] = [left, top, right, bottom]
  }
  for (const card of document.querySelectorAll(".card")) {
    const name = card.dataset.panel
    add(name, card)
    for (const part of card.querySelectorAll(".plot, .axis, .legend, [data-controls]"))
      add(`${name}: ${part.dataset.controls ? "switches" : part.className}`, part)
  }
  add("header", document.querySelector("header"))
  add("toolbar", document.querySelector(".toolbar"))
  add("bar", document.querySelector(".time-bar"))
  return out
}"""


#: All elements, those in shadow roots included.
_EVERY = """const every = (root) => [...root.querySelectorAll("*")]
  .flatMap((part) => [part, ...(part.shadowRoot ? every(part.shadowRoot) : [])])
"""


@pytest.fixture(scope="module")
def shared(person, server):
    """One page, whose window every test of this module sets."""
    page = opened(person, server)
    yield page
    assert page.errors == []
    page.close()


@pytest.fixture
def page(shared):
    yield shared
    shared.keyboard.press("Escape")  # a card alone, then lecture mode
    shared.keyboard.press("Escape")
    shared.evaluate(
        "() => document.querySelectorAll('.legend [aria-pressed=false]').forEach((e) => e.click())"
    )


def sized(page, width, height):
    """Boxes of what is seen in a window of a size, once figures have followed it."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_function(
        """() => ["sky", "evolution", "spectra"].every((name) => {
          const {width, height} = document.getElementById(`figure-${name}`).getBoundingClientRect()
          const figure = crviz.figure(name)
          return Math.abs(figure.outer_width - width) < 2 && Math.abs(figure.outer_height - height) < 2
        })"""
    )
    return page.evaluate(_BOXES)


def overlap(one, other):
    """Whether two boxes share more than an edge, which is rounded to a pixel."""
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    )


def assert_apart(boxes):
    """No card lies over another, and within a card no part over another or beyond its edge."""
    for one, other in itertools.combinations([name for name in CARDS if name in boxes], 2):
        assert not overlap(boxes[one], boxes[other]), (one, other)
    for card in CARDS:
        parts = [name for name in boxes if name.startswith(f"{card}: ")]
        for one, other in itertools.combinations(parts, 2):
            assert not overlap(boxes[one], boxes[other]), (one, other)
        for name in parts:
            left, top, right, bottom = boxes[card]
            assert left - 1 <= boxes[name][0] < boxes[name][2] <= right + 1, name
            assert top - 1 <= boxes[name][1] < boxes[name][3] <= bottom + 1, name


@pytest.mark.parametrize(("width", "height"), WIDE)
def test_two_rows_of_cards_are_seen_whole_above_the_bar_of_the_time(page, width, height):
    boxes = sized(page, width, height)
    assert_apart(boxes)
    for name in CARDS:
        assert boxes[name][1] >= boxes["toolbar"][3] - 1, name
        assert boxes[name][3] <= boxes["bar"][1] + 1, name
    assert boxes["bar"][3] <= height
    assert boxes["toolbar"][1] >= boxes["header"][3] - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("evolution", "spectra"):  # a plot that says nothing would be no plot
        assert page.evaluate("name => crviz.figure(name).inner_height", name) > 100


@pytest.mark.parametrize(("width", "height"), NARROW)
def test_in_one_column_every_plot_can_be_seen_whole(page, width, height):
    boxes = sized(page, width, height)
    assert_apart(boxes)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(box[2] <= width for box in boxes.values())
    for name in ("sky", "evolution", "spectra"):
        page.evaluate(
            "name => document.querySelector(`#figure-${name}`).scrollIntoView({block: 'end'})", name
        )
        boxes = page.evaluate(_BOXES)
        assert boxes[f"{name}: plot"][3] <= boxes["bar"][1]
        assert boxes[f"{name}: plot"][1] >= boxes["header"][3]
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    boxes = page.evaluate(_BOXES)
    assert max(boxes[name][3] for name in CARDS) <= boxes["bar"][1] + 1


def test_fingers_find_what_they_press(page):
    sized(page, 390, 844)
    small = page.evaluate(
        f"""() => {{
          {_EVERY}
          const kinds = "button, select, summary, input[type=range], .switch label"
          return every(document).filter((part) => part.matches(kinds) && !part.closest(".plot"))
            .map((part) => [part.textContent.trim().slice(0, 30), part.getBoundingClientRect().height])
            .filter(([, height]) => 0 < height && height < 44)
        }}"""
    )
    assert small == []


def test_an_orbit_appears_where_one_looks(page):
    boxes = sized(page, 1280, 720)
    page.get_by_role("button", name="Orbit at ∇n").click()
    page.locator(".orbits.followed").wait_for()
    boxes = page.evaluate(_BOXES)
    assert_apart(boxes)
    assert boxes["orbits"][1] >= boxes["sky"][3]
    assert boxes["orbits"][1] < boxes["bar"][1] - 200
    page.locator(".space canvas").first.wait_for()
    sized(page, 390, 844)  # below the sky, to which it is scrolled
    page.get_by_role("button", name="Orbit at ∇n").click()
    top = "document.querySelector('.orbits').getBoundingClientRect().top"
    page.wait_for_function(f"() => 0 < {top} && {top} < 500")
    assert page.evaluate(top) > 40  # below the header
    page.get_by_role("button", name="Put the orbits away").click()
    assert page.locator(".orbits.followed").count() == 0


def test_the_picture_in_space_is_of_the_way_up_to_the_time(page):
    sized(page, 1280, 720)
    page.get_by_role("button", name="Orbit at ∇n").click()
    page.locator(".space canvas").first.wait_for()
    length = f"""() => {{
      {_EVERY}
      const [low, high] = every(document).find((part) => part.matches(".space")).layout.scene.zaxis.range
      return high - low
    }}"""
    visitor = Visitor(page)
    index = page.evaluate("crviz.index")
    late = page.evaluate(length)
    visitor.move_to(index - 25)
    page.wait_for_function(f"late => ({length})() < late / 2", arg=late)
    visitor.move_to(index)
    page.wait_for_function(f"late => Math.abs(({length})() - late) < 1e-6 * late", arg=late)
    page.get_by_role("button", name="Put the orbits away").click()


# --- to lecture with

#: The smallest letters on the page [px]: of text that is seen, and on the canvases.
_LETTERS = f"""() => {{
  {_EVERY}
  const aside = ".unseen, sub, sup, .bk-tooltip"
  const said = every(document)
    .filter((part) => [...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .filter((part) => part.getBoundingClientRect().height > 2 && !part.closest(aside))
    .map((part) => [part.textContent.trim().slice(0, 40), parseFloat(getComputedStyle(part).fontSize)])
  const canvas = ["sky", "evolution", "spectra"].flatMap((name) => {{
    const figure = crviz.figure(name), words = figure.renderers.filter(({{glyph}}) => glyph?.type === "Text")
    return [
      ...[...figure.below, ...figure.left].map((axis) => axis.major_label_text_font_size),
      ...words.map(({{glyph}}) => glyph.text_font_size.value ?? glyph.text_font_size),
    ].map((size) => [`${{name}} on its canvas`, parseFloat(size)])
  }})
  return [...said, ...canvas].filter(([, size]) => size < 18)
}}"""


def mode(page):
    return page.evaluate("'lecture' in document.documentElement.dataset")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_a_lecture_is_read_from_the_last_row(page, width, height):
    sized(page, width, height)
    lines = page.evaluate("crviz.model('evolution', 'lines').data.width")
    page.get_by_role("button", name="Lecture mode").click()
    assert mode(page)
    boxes = sized(page, width, height)
    assert_apart(boxes)
    assert "header" not in boxes
    assert not page.locator("#sidebar").is_visible()
    for name in ("sky", "evolution", "spectra", "summary"):
        assert boxes[name][3] <= boxes["bar"][1] + 1, name
    assert boxes["bar"][3] <= height
    assert page.locator(".crviz-sentence").is_visible()
    assert page.evaluate(_LETTERS) == []
    grown = page.evaluate("crviz.model('evolution', 'lines').data.width")
    assert grown == pytest.approx([1.6 * each for each in lines])
    page.keyboard.press("Escape")
    assert not mode(page)
    sized(page, width, height)
    assert page.evaluate("crviz.model('evolution', 'lines').data.width") == lines
    assert page.evaluate("crviz.figure('spectra').left[0].major_label_text_font_size") == "12px"


def test_keys_lecture_and_step_and_play_but_not_while_one_types(page):
    sized(page, 1280, 720)
    page.locator("h1").click()
    start = page.evaluate("crviz.index")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("crviz.index") == start - 1
    page.keyboard.press("f")
    assert mode(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("crviz.index") == start
    play = page.get_by_role("button", name="Play through the times")
    page.keyboard.press("Space")
    assert play.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Space")
    assert play.get_attribute("aria-pressed") == "false"
    page.keyboard.press("F")
    assert not mode(page)
    Visitor(page).move_to(start)
    field = page.get_by_role("textbox", name="σ² as a number")
    field.focus()
    for key in ("f", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    assert not mode(page)
    assert page.evaluate("crviz.index") == start
    assert play.get_attribute("aria-pressed") == "false"
    field.fill("1")
    field.blur()


def test_a_double_click_gives_a_card_the_room_of_all_and_back(page):
    before = sized(page, 1280, 720)
    head = page.get_by_role("heading", name="Evolution of the multipoles")
    plot = page.locator("#figure-evolution")
    plot.dblclick(position={"x": 200, "y": 60})
    boxes = sized_alone(page)
    assert set(boxes) & set(CARDS) == {"evolution"}
    assert boxes["evolution"][2] - boxes["evolution"][0] > 900
    assert boxes["evolution"][3] <= boxes["bar"][1] + 1
    assert head.is_visible()
    plot.dblclick(position={"x": 200, "y": 60})
    assert sized(page, 1280, 720) == before
    button = page.get_by_role("button", name="Enlarge: Angular power spectra")
    button.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    assert set(sized_alone(page)) & set(CARDS) == {"spectra"}
    page.keyboard.press("Escape")
    assert button.get_attribute("aria-pressed") == "false"
    assert sized(page, 1280, 720) == before


def sized_alone(page):
    Visitor(page).settle()
    return page.evaluate(_BOXES)


# --- what is typed


@pytest.mark.parametrize(
    ("key", "symbol", "typed", "value"),
    [
        ("sigma2", "σ²", "0.123", 0.123),
        ("theta", "θ", "33.3", 33.3),
        ("p", "p", "1/3", 1 / 3),
    ],
)
def test_what_is_typed_beside_a_slider_is_what_is_set(page, key, symbol, typed, value):
    sized(page, 1280, 720)
    before = page.evaluate("key => crviz.values[key]", key)
    field = page.get_by_role("textbox", name=f"{symbol} as a number", exact=True)
    field.fill(typed)
    field.press("Enter")
    assert page.evaluate("key => crviz.values[key]", key) == value
    page.wait_for_function(
        "([key, value]) => new URLSearchParams(location.search).get(key) === String(value)", arg=[key, value]
    )
    field.fill(str(before))
    field.press("Enter")
    assert page.evaluate("key => crviz.values[key]", key) == before


def test_a_number_out_of_range_gets_its_sentence_and_changes_nothing(page):
    sized(page, 1280, 720)
    field = page.get_by_role("textbox", name="θ as a number", exact=True)
    for typed in ("200", "north"):
        field.fill(typed)
        field.press("Enter")
        page.get_by_text(f"Angle to B₀ [°] = {typed} must be a number from 0 to 90.").wait_for()
        assert field.get_attribute("aria-invalid") == "true"
        assert page.evaluate("crviz.values.theta") == 0
    field.fill("0")
    field.press("Enter")
    assert page.get_by_text(re.compile("must be a number from")).count() == 0
    assert field.get_attribute("aria-invalid") == "false"


# --- legends


def test_an_entry_of_a_legend_hides_what_it_stands_for(page):
    sized(page, 1440, 900)
    visitor = Visitor(page)
    axis, lines, marks = (
        visitor.axis("evolution", "y"),
        visitor.lines("evolution"),
        visitor.marks("perpendicular"),
    )
    entry = page.get_by_role("button", name="gradient perpendicular to B₀")
    assert entry.get_attribute("aria-pressed") == "true"
    entry.press("Enter")
    visitor.settle()
    assert entry.get_attribute("aria-pressed") == "false"
    assert set(visitor.lines("evolution")) == {name for name in lines if "perpendicular" not in name}
    assert visitor.axis("evolution", "y") == axis
    entry.click()
    visitor.settle()
    assert set(visitor.lines("evolution")) == set(lines)
    page.get_by_role("button", name="standard error of C₁").click()
    visitor.settle()
    assert visitor.read("evolution", "band", "x")["x"] == []
    page.get_by_role("button", name="simulated, perpendicular").click()
    visitor.settle()
    assert len(marks[0]) > 5
    assert len(visitor.marks("perpendicular")[0]) == 0
    assert len(visitor.marks("chosen gradient")[0]) > 5
    visitor.slide(theta=20)  # words of the chosen gradient change, what is hidden stays so
    assert len(visitor.marks("perpendicular")[0]) == 0
    visitor.slide(theta=0)


# --- symbols


def test_symbols_stand_below_the_line_and_are_heard_as_they_are_written(page):
    sized(page, 1280, 720)
    slider = page.get_by_label("Rigidity r_L / L_c")
    label = slider.evaluate_handle("input => input.closest('label').querySelector('span')")
    subscripts = label.evaluate("label => [...label.querySelectorAll('sub')].map((each) => each.textContent)")
    assert subscripts == ["_L", "_c"]
    drop = label.evaluate(
        """label => {
          const range = document.createRange(), [sub] = label.querySelectorAll("sub")
          range.selectNodeContents(sub.lastChild)
          const low = range.getBoundingClientRect()
          range.selectNodeContents(label.firstChild)
          const unseen = sub.querySelector("i").getBoundingClientRect().width
          return [low.bottom - range.getBoundingClientRect().bottom, unseen]
        }"""
    )
    assert drop[0] > -3  # smaller, and as low as the letter before it or lower
    assert drop[1] == 0
    assert page.locator(".spectra .axis.y sub").first.inner_text().endswith("ℓ")


def test_page_and_canvases_have_one_font(page):
    """A canvas takes the first of its list that there is, as the page does."""
    families = page.evaluate(
        """() => {
          const axes = ["evolution", "spectra"].map((name) => crviz.figure(name).left[0])
          const {fontFamily} = getComputedStyle(document.body)
          return [fontFamily, ...axes.map((axis) => axis.major_label_text_font)]
        }"""
    )
    assert len({re.sub("[\"' ]", "", family) for family in families}) == 1


def test_equations_are_set_in_a_font_of_the_page(page):
    sized(page, 1280, 720)
    page.evaluate("() => document.querySelector('.evolution details').open = true")
    page.wait_for_function(
        """() => [...document.fonts].some(({family, status}) =>
          family.includes("crviz math") && status === "loaded")"""
    )
    page.evaluate("() => document.querySelector('.evolution details').open = false")
    assert [url for url in page.requested if "/math-" in url and ".woff2" in url]
