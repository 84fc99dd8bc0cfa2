"""The dashboard as a visitor meets it."""

import re

import numpy as np
import pytest
from visitor import Visitor

from crviz.parameters import SIGMA2

pytestmark = pytest.mark.browser

SHIPPED = "the paper's run (shipped)"


@pytest.fixture
def visitor(page):
    yield Visitor(page)
    assert page.errors == []


@pytest.fixture(scope="module")
def opening(still):
    """What is set when a page opens, and the index of its time."""
    return still.evaluate("crviz.values"), still.evaluate("crviz.index")


@pytest.fixture
def regular(still, opening):
    """A visitor on a page that tests share, and who puts it back to how it opened."""
    visitor, (values, index) = Visitor(still), opening
    assert still.evaluate("crviz.values") == values
    assert still.evaluate("crviz.index") == index
    yield visitor
    assert still.errors == []
    visitor.choose("estimator", values["estimator"])
    visitor.slide(**{key: values[key] for key in ("theta", "phi", "p")})
    for key in ("realizations", "omega_t_max"):
        visitor.type(key, values[key])
    visitor.move_to(index)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def status(page):
    """Realisations done and asked, as the page says it; None before a run."""
    said = page.get_by_text(re.compile(r"\d+ of \d+ realisations"))
    if not said.count():
        return None
    return tuple(map(int, re.search(r"(\d+) of (\d+)", said.first.inner_text()).groups()))


def assert_complete(visitor):
    """Every figure has what belongs to it."""
    lines = visitor.lines("evolution")
    assert {"C₀", "C₁", "C₉", "noise", "standard C₁", "C₁, perpendicular"} <= set(lines)
    assert all(np.isfinite(y).any() for _, y in lines.values())
    assert len(visitor.marks("chosen gradient")[0]) > 20
    names = visitor.read("spectra", "marks", "name")["name"]
    assert any("HAWC" in name for name in names)
    picture, _ = visitor.picture()
    assert np.isfinite(picture).mean() == pytest.approx(np.pi / 4, abs=0.01)  # an ellipse in its frame
    assert np.unique(picture[np.isfinite(picture)]).size > 30  # of 256 colours: the story begins with a few
    assert visitor.table()
    assert visitor.sentence().endswith(".")


def test_an_old_sky_steps_back_until_the_one_that_is_wanted_is_there(visitor):
    """Field 500 of the opening page takes seconds; field 0 must not pass for it."""
    note, card = visitor.page.locator(".note"), visitor.page.locator(".card.sky")
    visitor.wait_for_sky()
    assert note.inner_text() == ""
    card.evaluate(
        """card => {
          window.went = [] // what was said, and whether the sky was old: a coarse one is there in a moment
          const note = card.querySelector(".note")
          const told = () => window.went.push([note.textContent, card.classList.contains("old")])
          new MutationObserver(told).observe(card, {subtree: true, attributes: true, childList: true})
        }"""
    )
    visitor.type("realization", 500)
    visitor.page.wait_for_function("() => crviz.sky.caption.startsWith('field 500')")
    assert ["computing the sky of field 500 at nside 32 …", True] in visitor.page.evaluate("window.went")
    visitor.settle()
    assert "old" not in card.get_attribute("class").split()  # coarse or whole
    visitor.page.wait_for_function("() => crviz.sky.caption === 'field 500, nside 32'")
    visitor.page.wait_for_function("() => document.querySelector('.card.sky .note').textContent === ''")


# --- opening


def test_opens_complete_on_the_shipped_result(visitor):
    for heading in ("Sky map of one field", "Evolution of the multipoles", "Angular power spectra"):
        assert visitor.page.get_by_role("heading", name=heading, exact=True).is_visible()
    assert visitor.page.get_by_text(SHIPPED).is_visible()
    assert re.match(r"At Ω T = [\d.]+, over 120 fields, ⟨C₁⟩/4π is", visitor.sentence())
    assert_complete(visitor)
    assert status(visitor.page) is None


def test_needs_no_other_host(browser, server):
    """With every other host out of reach the page is complete, equations, orbits and all."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    outside = []

    def guard(route):
        if route.request.url.startswith((server, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(server)
    page.wait_for_function("() => window.crviz?.idle")
    visitor = Visitor(page)
    visitor.wait_for_picture()
    assert_complete(visitor)
    press(page, "Help")
    page.get_by_role("heading", name="About this page").wait_for()
    equations = page.locator("math:visible")
    equations.first.wait_for()
    assert equations.first.bounding_box()["height"] > 5  # drawn by the browser itself
    press(page, "Close")
    page.get_by_text("explain", exact=True).first.click()
    assert page.locator("details[open] math").count()
    assert outside == []
    context.close()


def test_a_link_restores_what_it_says_and_starts_nothing(visit):
    visitor = Visitor(
        visit("?theta=90&phi=30&p=0.33&form=self-consistent&T=20&estimator=plateau&normalization=absolute")
    )
    values = visitor.page.evaluate("crviz.values")
    assert (values["theta"], values["phi"], values["p"]) == (90, 30, 0.33)
    assert (values["form"], values["estimator"], values["normalization"]) == (
        "self-consistent",
        "plateau",
        "absolute",
    )
    assert visitor.page.evaluate("crviz.tensors.omega_t[crviz.index]") == pytest.approx(20, rel=0.06)
    assert status(visitor.page) is None
    assert visitor.page.errors == []


def test_what_is_wrong_in_a_link_is_said_and_the_rest_is_taken(visit):
    visitor = Visitor(visit("?theta=200&phi=45&p=north&T=5000"))
    values = visitor.page.evaluate("crviz.values")
    assert (values["theta"], values["phi"], values["p"]) == (90, 45, 0.5)
    notice = visitor.page.get_by_role("alert").inner_text()
    assert "The link has theta = 200, which is out of range; 90 is used." in notice
    assert "The link has p = 'north', which is not a valid value; it is ignored." in notice
    last = visitor.page.evaluate("crviz.tensors.omega_t.at(-1)")
    assert f"The link asks for T = 5000, which was not recorded; {last:g} is shown." in notice
    assert visitor.page.evaluate("crviz.omegaT") == last


def test_the_address_says_what_is_shown_and_opens_the_same_again(visitor, visit):
    page = visitor.page
    visitor.slide(theta=40, p=0.25)
    visitor.move_to(30)
    page.wait_for_function("() => location.search.includes('theta=40') && location.search.includes('p=0.25')")
    page.wait_for_function("() => location.search.includes('T=' + crviz.omegaT)")
    again = Visitor(visit(page.evaluate("location.search")))
    assert again.page.evaluate("crviz.values") == page.evaluate("crviz.values")
    assert again.page.evaluate("crviz.index") == 30
    for name, (x, y) in visitor.lines("spectra").items():
        np.testing.assert_array_equal(again.lines("spectra")[name], (x, y))


# --- running


def test_a_run_counts_its_realisations_and_is_shown(visitor):
    page = visitor.page
    before = visitor.marks("chosen gradient")[1]
    visitor.type("realizations", 4)
    visitor.type("seed", 7)
    visitor.choose_setting("nside", 8)
    press(page, "Run")
    counts = set()
    for _ in range(600):
        counts.add(status(page))
        if page.get_by_text("finished: 4 of 4 realisations").count():
            break
        page.wait_for_timeout(50)
    assert page.get_by_text("finished: 4 of 4 realisations").count()
    assert len(counts - {None}) >= 2  # it was seen to rise
    page.get_by_text("simulated, 4 fields").wait_for()
    visitor.settle()
    after = visitor.marks("chosen gradient")[1]
    assert len(after) != len(before) or (after != before).any()
    assert "over 4 fields" in visitor.sentence()
    press(page, "Add 20 more")
    page.get_by_text("finished: 24 of 24 realisations").wait_for()
    visitor.settle()
    assert "over 24 fields" in visitor.sentence()


def test_a_wrong_number_gets_its_sentence_and_nothing_is_lost(regular):
    page = regular.page
    said = "omega_t_max = -5 must be a finite number above 0."
    regular.type("omega_t_max", -5)
    page.get_by_text(said).first.wait_for()  # beside Run
    press(page, "Run")
    page.get_by_role("alert").get_by_text(said).wait_for()
    assert page.get_by_text(SHIPPED).is_visible()
    regular.type("omega_t_max", 100)
    page.get_by_text(re.compile("on this machine")).wait_for()
    press(page, "Dismiss the notice")
    assert_complete(regular)


def test_what_is_set_stays_where_it_is_while_the_cost_is_said_anew(regular):
    page = regular.page
    cost = page.get_by_text(re.compile("on this machine"))
    before = cost.inner_text()
    regular.label("theta").fill("35")
    regular.label("realizations").fill("12345")
    regular.label("realizations").press("Enter")
    page.get_by_text(re.compile(r"about .* on this machine")).filter(has_not_text=before).wait_for()
    assert (regular.label("theta").input_value(), regular.label("realizations").input_value()) == (
        "35",
        "12345",
    )
    values = page.evaluate("crviz.values")
    assert (values["theta"], values["realizations"]) == (35, 12345)


def test_the_shipped_result_stays_while_a_run_is_not_as_good_and_when_it_is_cancelled(visitor):
    page = visitor.page
    before = visitor.marks("chosen gradient")[1]
    visitor.type("realizations", 500)
    visitor.type("seed", 12)
    press(page, "Run")
    running = re.compile(
        r"running: [1-9]\d* of 500 realisations.*120 fields at nside 32 are shown until it is complete"
    )
    page.get_by_text(running).wait_for()
    press(page, "Cancel")
    page.get_by_text(re.compile(r"cancelled: \d+ of 500 realisations · kept in Runs")).wait_for()
    page.wait_for_timeout(1000)  # the last of the run has been heard by then
    assert page.get_by_text(SHIPPED).is_visible()
    assert "over 120 fields" in visitor.sentence()
    np.testing.assert_array_equal(visitor.marks("chosen gradient")[1], before)


def test_who_moves_on_during_a_run_keeps_what_is_shown_there_and_may_come_back(visit):
    page = visit("?sigma2=0.71&realizations=500&seed=13&nside=8&omega_t_max=10")
    visitor = Visitor(page)
    press(page, "Run")
    page.get_by_text(re.compile(r"σ² = 0.71, .*: simulated, \d+ field")).wait_for()
    visitor.slide(sigma2=SIGMA2.control.values.index(0.4))
    page.get_by_text(re.compile(r"cancelled: \d+ of 500 realisations · kept in Runs")).wait_for()
    page.wait_for_timeout(1000)  # the last of the run has been heard by then
    assert page.get_by_text(re.compile("σ² = 0.4, .* atlas")).is_visible()
    assert "atlas" in visitor.sentence()
    assert page.evaluate("crviz.values.sigma2") == 0.4
    visitor.slide(sigma2=SIGMA2.control.values.index(0.71))
    page.get_by_text(re.compile(r"σ² = 0.71, .*: (stored|simulated), \d+ field")).wait_for()
    assert page.errors == []


def test_cancel_stops_a_long_run_and_keeps_what_is_finished(visit):
    """Where nothing better is stored."""
    page = visit("?sigma2=0.45&realizations=500&seed=11&omega_t_max=10")
    visitor = Visitor(page)
    press(page, "Run")
    page.get_by_text(re.compile(r"running: [1-9]\d* of 500 realisations")).wait_for()
    press(page, "Cancel")
    page.get_by_text(re.compile(r"cancelled: \d+ of 500 realisations")).wait_for()
    shown = page.get_by_text(re.compile(r"σ² = 0.45, .*: simulated, \d+ field"))
    shown.wait_for()
    for _ in range(100):  # a field that was all but followed when Cancel was pressed is kept as well
        done, _ = status(page)
        if f"simulated, {done} field" in shown.inner_text():
            break
        page.wait_for_timeout(50)
    assert done >= 1
    assert f"simulated, {done} field" in shown.inner_text()
    page.get_by_role("button", name="Cancel", exact=True, disabled=True).wait_for()
    # and the same again goes on from there
    visitor.type("realizations", done)
    press(page, "Run")
    page.get_by_text(f"finished: {done} of {done} realisations").wait_for()
    assert page.errors == []


def test_two_visitors_share_a_run(visit):
    """Who comes later joins what is under way; who leaves does not take it from the other."""
    query = "?realizations=300&seed=21&nside=8&omega_t_max=20"
    first, second = visit(query), visit(query)
    press(first, "Run")
    first.get_by_text(re.compile(r"running: [1-9]\d* of 300 realisations")).wait_for()
    press(second, "Run")
    second.get_by_text(re.compile(r"running: \d+ of 300 realisations")).wait_for()
    joined_at, _ = status(second)
    assert joined_at >= 1  # it did not begin anew
    press(first, "Cancel")
    first.get_by_text(re.compile(r"cancelled: \d+ of 300 realisations")).wait_for()
    left_at, _ = status(first)
    second.get_by_text(re.compile(r"running: \d+ of 300|finished: 300 of 300")).wait_for()
    for _ in range(200):
        if status(second)[0] > left_at:
            break
        second.wait_for_timeout(50)
    assert status(second)[0] > left_at
    press(second, "Cancel")


# --- looking


def test_the_gradient_moves_the_spectra_without_a_run(regular):
    before = regular.marks("chosen gradient")[1]
    press(regular.page, "perpendicular")
    regular.settle()
    after = regular.marks("chosen gradient")[1]
    assert (after[1:10] != before[1:10]).all()  # the first is 1 by definition
    assert regular.label("theta").input_value() == "90"
    assert status(regular.page) is None


def test_another_estimator_redraws(regular):
    heights = {}
    for estimator in ("eq9", "plateau", "none"):
        regular.choose("estimator", estimator)
        ell, height, _ = regular.marks("chosen gradient")
        heights[estimator] = dict(zip(ell.tolist(), height, strict=True))
    last = max(heights["none"])
    # without its noise a spectrum is lower at the highest multipoles; by Eq. 9 too much is taken off
    assert heights["none"][last] > heights["plateau"].get(last, 0) >= heights["eq9"].get(last, 0)


def test_play_goes_through_the_times_and_stops(regular):
    page = regular.page
    start = regular.move_to(20)
    press(page, "Play through the times")
    page.wait_for_function("t => crviz.omegaT > 1.3 * t", arg=start)
    press(page, "Play through the times")
    stopped = page.evaluate("crviz.omegaT")
    page.wait_for_timeout(400)
    assert page.evaluate("crviz.omegaT") == stopped
    assert page.evaluate("crviz.session.omegaT") == stopped  # the server is told where it ended


def test_the_state_of_the_atlas_is_shown_at_once_where_nothing_is_simulated(regular):
    regular.page.evaluate("() => { window.tensorsBefore = crviz.tensors }")
    regular.slide(sigma2=SIGMA2.control.values.index(0.32))
    regular.page.wait_for_function("() => crviz.tensors !== window.tensorsBefore")
    regular.settle()
    assert regular.page.get_by_text(re.compile(r"from the atlas")).first.is_visible()
    assert "atlas" in regular.sentence()
    assert {"C₀", "C₁", "C₉"} <= set(regular.lines("evolution"))
    assert status(regular.page) is None
    regular.page.get_by_label("Presets").select_option(label="The paper")
    regular.page.get_by_text(SHIPPED).wait_for()


def test_presets_can_be_chosen_again_and_again(regular):
    page = regular.page
    for name, sigma2 in (("Weak turbulence", 0.1), ("The paper", 1.0), ("Weak turbulence", 0.1)):
        page.get_by_label("Presets").select_option(label=name)
        page.wait_for_function("value => crviz.values.sigma2 === value", arg=sigma2)
    page.get_by_label("Presets").select_option(label="The paper")
    page.get_by_text(SHIPPED).wait_for()


def test_what_is_pinned_stays_beside_what_comes(visitor):
    page = visitor.page
    press(page, "Pin")
    page.wait_for_function("() => crviz.pinned")
    page.get_by_label("Presets").select_option(label="Weak turbulence")
    page.get_by_text(re.compile("σ² = 0.1,")).first.wait_for()
    visitor.settle()
    assert len(visitor.marks("pinned")[0]) > 20
    table = visitor.table()
    assert set(next(iter(table.values()))) >= {"chosen", "perpendicular", "pinned", "change"}
    for row in ("K  [r_L² Ω]", "C₁ / 4π"):
        (new, new_error), (old, old_error) = (
            map(float, table[row][column].split(" ±")) for column in ("chosen", "pinned")
        )
        percent, sigmas = re.fullmatch(r"([+−][\d.]+) %, ([\d.]+) σ", table[row]["change"]).groups()
        # both cells are rounded to a tenth of their errors
        assert float(percent.replace("−", "-")) == pytest.approx(100 * (new - old) / old, rel=0.02)
        assert float(sigmas) == pytest.approx(abs(new - old) / np.hypot(new_error, old_error), rel=0.1)


def test_the_power_is_fitted_to_the_data_on_demand(regular):
    page = regular.page
    press(page, "Fit p to data")
    page.get_by_text(
        re.compile(r"HAWC \+ IceCube 2019, 10 TeV: best p = 0\.\d{3}, 68 % interval 0\.\d\d to 0\.\d\d")
    ).first.wait_for()
    said = float(re.search(r"best p = (\S+),", regular.sentence()).group(1))
    assert float(regular.label("p").input_value()) == said
