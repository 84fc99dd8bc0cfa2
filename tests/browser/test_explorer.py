"""The dashboard as a visitor meets it."""

import re

import pytest

pytestmark = pytest.mark.browser

_SOURCES = """name => {
  const found = []
  for (const model of Bokeh.documents[0]._all_models.values())
    if (model.type == "ColumnDataSource" && model.data[name] !== undefined)
      for (const value of Array.from(model.data[name]))
        found.push(...(ArrayBuffer.isView(value) || Array.isArray(value) ? value : [value]))
  return found.filter(Number.isFinite)
}"""


def column(page, name):
    """All values of a column in the sources that the browser holds."""
    return page.evaluate(_SOURCES, name)


def changed(page, name, before):
    """Whether a column differs from what it was, within half a minute."""
    for _ in range(300):
        if column(page, name) != before:
            return True
        page.wait_for_timeout(100)
    return False


def status(page):
    """Realisations done and asked, as the page says it; None before a run."""
    said = page.get_by_text(re.compile(r"\d+ of \d+ realisations"))
    if not said.count():
        return None
    return tuple(map(int, re.search(r"(\d+) of (\d+)", said.first.inner_text()).groups()))


def set_number(page, label, value):
    """Type into one of the sidebar's number fields."""
    field = page.get_by_label(label, exact=True).first
    field.click(click_count=3)  # as a person does: mark what is there, and type
    field.press_sequentially(str(value))
    field.press("Enter")


def choose_nside(page, value):
    page.get_by_label("nside", exact=True).first.click()
    page.get_by_role("menuitem", name=str(value), exact=True).click()


def test_opens_on_the_shipped_result_with_all_panels_filled(page):
    for heading in ("Sky map of one field", "Evolution of the multipoles", "Angular power spectra"):
        assert page.get_by_text(heading, exact=True).is_visible()
    assert page.get_by_text(re.compile(r"At Ω T = 100, over \d+ fields, ⟨C₁⟩/4π is")).is_visible()
    assert page.get_by_text("shipped result of the paper's configuration").is_visible()
    assert len(column(page, "power")) > 30  # marks of the simulated and the observed spectra
    assert len(column(page, "ys")) > 500  # lines of Figure 1
    assert not page.errors


def test_asks_nothing_of_other_hosts(page, server):
    outside = [u for u in page.requested if not u.startswith((server, "data:", "blob:"))]
    assert outside == []


def test_gradient_direction_redraws_without_a_run(page):
    before = column(page, "power")
    page.get_by_role("button", name="perpendicular", exact=True).click()
    assert changed(page, "power", before)
    assert status(page) is None
    assert not page.errors


def test_a_run_counts_its_realisations_and_changes_the_spectrum(page):
    before = column(page, "power")
    set_number(page, "Realisations", 4)
    set_number(page, "Seed", 7)
    page.get_by_role("button", name="Run", exact=True).click()
    counts = set()
    for _ in range(600):
        counts.add(status(page))
        if page.get_by_text("finished: 4 of 4 realisations").count():
            break
        page.wait_for_timeout(50)
    assert page.get_by_text("finished: 4 of 4 realisations").count()
    assert len(counts - {None}) >= 2  # it was seen to rise
    page.get_by_text("simulated, 4 fields").wait_for()
    assert changed(page, "power", before)
    assert not page.errors


def test_a_wrong_number_gets_its_sentence_and_nothing_is_lost(page):
    set_number(page, "Largest Ω T", -5)
    page.get_by_text("omega_t_max = -5 must be a finite number above 0.").first.wait_for()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("omega_t_max = -5 must be a finite number above 0.").nth(1).wait_for()
    assert page.get_by_text("shipped result of the paper's configuration").is_visible()
    set_number(page, "Largest Ω T", 100)
    page.get_by_text(re.compile("on this machine")).wait_for()
    assert not page.errors


def test_cancel_stops_a_long_run_and_keeps_what_is_finished(page):
    choose_nside(page, 32)
    set_number(page, "Realisations", 500)
    set_number(page, "Seed", 11)
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text(re.compile(r"running: [1-9]\d* of 500 realisations")).wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text(re.compile(r"cancelled: \d+ of 500 realisations")).wait_for()
    done, _ = status(page)
    assert done >= 1
    page.get_by_text(re.compile(rf"simulated, {done} field")).wait_for()
    assert not page.errors


def test_time_slider_moves_all_panels(page):
    slider = page.get_by_role("slider", name=re.compile("Backtracking time")).first
    slider.focus()
    for _ in range(5):
        slider.press("ArrowLeft")
    page.get_by_text(re.compile(r"At Ω T = (?!100,)")).wait_for()
    assert not page.errors


def test_narrow_window_starts_with_the_sidebar_closed(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(server)
    page.get_by_text("Sky map of one field", exact=True).wait_for()
    page.get_by_role("button", name="Open drawer").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
