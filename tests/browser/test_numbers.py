"""What the browser draws and writes is what the result says: contracted there, and here by the library."""

import dataclasses
import re

import numpy as np
import pytest
from visitor import Visitor, number

from crviz import atlas, library, observations
from crviz.dashboard.best_known import POINT_NSIDE
from crviz.diffusion import settling, unsettled
from crviz.interpretation.shape import shape_errors
from crviz.plots import style
from crviz.plots.content import evolution
from crviz.plots.content.seeing import View as Sight
from crviz.plots.content.spectra import power_spectra
from crviz.result import NotKept, Spectrum, kept_times

pytestmark = pytest.mark.browser

FOUR_PI = 4 * np.pi
VALUES = 1e-5  # single precision, and sums of six terms
ERRORS = 0.01  # correlations are rounded to 1/127
DASHES = {"solid": [], "dotted": [2, 4], "dashed": [6, 4], "dotdash": [2, 4, 6, 4]}  # of the page [pixels]


@dataclasses.dataclass(frozen=True)
class View:
    """What is set on the page."""

    theta: float
    phi: float
    time: int
    p: float
    form: str
    estimator: str
    normalization: str
    observed: str = "hawc-icecube-10"
    d_ell: bool = False
    analytic: bool = False

    @property
    def gradient(self):
        return np.radians(self.theta), np.radians(self.phi)


NORMALIZED = {"fit": "by a fit", "dipole": "to the dipole", "absolute": "absolute"}
BOTH = "hawc-icecube-10,icecube-13"
VIEWS = [
    View(0, 0, 54, 0.5, "printed", "eq9", "dipole", "none"),
    View(0, 0, 54, 0.5, "printed", "cross", "fit"),
    View(90, 130, 54, 0.33, "self-consistent", "eq9", "absolute"),
    View(90, 30, 52, 0.7, "printed", "cross", "fit", "icecube-13", d_ell=True),
    View(37, 211, 40, 0.81, "printed", "plateau", "dipole", analytic=True),
    View(63, 305, 40, 0.05, "self-consistent", "none", "fit", BOTH),
    View(90, 30, 60, 0.98, "printed", "none", "absolute", d_ell=True, analytic=True),
    View(12, 44, 0, 0.62, "self-consistent", "plateau", "fit", "none"),
    View(0, 0, 50, 0.4, "printed", "plateau", "dipole", BOTH),
]


@pytest.fixture(scope="module")
def shipped():
    return library.shipped()


@pytest.fixture(scope="module")
def visitor(still):
    return Visitor(still)


@pytest.fixture(scope="module", params=VIEWS, ids=str)
def view(request, visitor):
    """A view that is set on the page."""
    view = request.param
    seen(visitor, view)
    visitor.move_to(view.time)
    return view


def seen(visitor, view):
    """Set a view, but for its time."""
    visitor.choose("estimator", view.estimator)
    visitor.slide(theta=view.theta, phi=view.phi, p=view.p)
    visitor.switch(d_ell=view.d_ell, analytic=view.analytic)
    visitor.choose_setting("observed", view.observed)
    for words in ({"printed": "as printed"}.get(view.form, view.form), NORMALIZED[view.normalization]):
        visitor.page.get_by_role("radio", name=words, exact=True).check()
    visitor.settle()


@pytest.fixture
def truth(view, shipped) -> dict[str, Spectrum]:
    """The spectra of both gradients, by the library."""
    omega_t = shipped.omega_t[view.time]
    return {
        "chosen gradient": shipped.spectrum(view.gradient, omega_t=omega_t, estimator=view.estimator),
        "perpendicular": shipped.spectrum("perpendicular", omega_t=omega_t, estimator=view.estimator),
    }


@pytest.fixture
def panels(visitor, view, shipped):
    """Figures 1 and 2, by the library; the page has them once the server has sent the analytic evolution."""
    found = figures(shipped, view, shipped.omega_t[view.time])
    wait_for_analytic(visitor, found["evolution"])
    return found


def wait_for_analytic(visitor, panel):
    """Until the analytic evolution is the one of a panel."""
    curves = [[line.name, float(line.y[-1])] for line in panel.lines if line.name.startswith("analytic")]
    visitor.page.wait_for_function(
        """curves => {
          const {name, ys} = crviz.model("evolution", "lines").data
          const last = (each) => ys[name.indexOf(each)]?.at(-1)
          return curves.every(([each, expected]) => Math.abs(last(each) / expected - 1) < 1e-6)
        }""",
        arg=curves,
    )


def sizes(view, spectrum, name=""):
    """{l: what a number is made of}: C_l and the noise that was taken off, as they are drawn under a name."""
    observed = () if view.normalization == "absolute" else observations.chosen(view.observed)
    own = [one for one in observed if len(observed) == 1 or one.label in name]
    sight = Sight(view.normalization, own[0] if own else None, view.d_ell)
    seen = sight.see(spectrum.cl)
    size = np.nan_to_num(np.abs(spectrum.cl)) + spectrum.noise
    if own:
        size = observations.observing_matrix(own[0], size.size - 1) @ size
    return dict(zip(seen.ell.tolist(), sight.power(seen.ell, seen.factor * size), strict=True))


def figures(source, view, omega_t, *, pinned=None):
    """Figures 1 and 2 as Python draws them of what is set."""
    evolving = evolution.evolution(
        source,
        view.gradient,
        omega_t=omega_t,
        p=view.p if view.analytic else None,
        estimator=source.usable("none"),
        noise=source.usable(view.estimator),
        pinned=pinned,
    )
    spectra = power_spectra(
        source,
        view.gradient,
        omega_t=omega_t,
        p=view.p,
        form=view.form,
        estimator=source.usable(view.estimator),
        observed=view.observed,
        normalization=view.normalization,
        d_ell=view.d_ell,
        pinned=pinned and (pinned, pinned.usable(view.estimator)),
    )
    return {"evolution": evolving, "spectra": spectra}


def same_lines(visitor, name, panel):
    """All lines in their order, with their numbers and their look."""
    heights = {line.name: line.y for line in panel.lines}
    drawn = visitor.read(name, "lines", "name", "xs", "ys", "color", "dash", "width", "alpha")
    assert drawn["name"] == [line.name for line in panel.lines]
    for line, x, y in zip(panel.lines, drawn["xs"], drawn["ys"], strict=True):
        np.testing.assert_allclose(x, line.x, rtol=VALUES, err_msg=line.name)
        shown = np.array(y, float)
        np.testing.assert_array_equal(np.isfinite(shown), line.y > 0)  # a log axis knows no zero
        above = line.y > 0
        # from the standard dipole the variance of the mean was taken off
        size = np.maximum(line.y, heights[line.name.removeprefix("standard ")])
        off = np.abs(shown - line.y)[above]
        np.testing.assert_array_less(off, 3 * VALUES * size[above], err_msg=line.name)
    for column, looks in (
        ("color", [line.color for line in panel.lines]),
        ("dash", [DASHES[line.dash] for line in panel.lines]),
        ("width", [line.width for line in panel.lines]),
        ("alpha", [line.alpha for line in panel.lines]),
    ):
        assert drawn[column] == looks


def same_bands(visitor, name, panel, lost):
    """The ends of the bands; lost(band): what its numbers are made of."""
    drawn = visitor.read(name, "bands" if name == "spectra" else "band", "x", "low", "high")
    if name == "evolution":
        drawn = {column: [values] for column, values in drawn.items()}
    assert len(drawn["x"]) == len(panel.bands)
    for at, band in enumerate(panel.bands):
        np.testing.assert_allclose(drawn["x"][at], band.x, rtol=VALUES)
        middle = (band.low + band.high) / 2
        for end, expected in (("low", band.low), ("high", band.high)):
            # how many numbers scatter beyond what is fitted, browsers take from a typical spectrum
            allowed = VALUES * (middle + lost(band)) + 2 * ERRORS * (band.high - middle)
            np.testing.assert_array_less(np.abs(drawn[end][at] - expected), allowed)


def same_axis(visitor, name, panel):
    assert visitor.axis(name, "y") == pytest.approx(panel.y.limits, rel=VALUES)


def test_figure_1_is_that_of_python_line_by_line(visitor, view, panels):
    panel = panels["evolution"]
    same_axis(visitor, "evolution", panel)
    same_lines(visitor, "evolution", panel)
    same_bands(visitor, "evolution", panel, lambda _: 0)


def simulated(truth, name):
    """The spectrum behind marks of a name, if it is one of these."""
    known = [each for each in truth if name == each or name.startswith(f"{each}, ")]
    return truth[max(known, key=len)] if known else None


def same_marks(visitor, view, panel, truth):
    """All marks and their bars, with their look; truth: simulated spectra by the names of their marks."""
    drawn = visitor.read("spectra", "marks", "name", "x", "y", "marker", "color", "fill", "size", "alpha")
    bars = visitor.read("spectra", "bars", "name", "x", "low", "high", "color", "alpha")
    assert list(dict.fromkeys(drawn["name"])) == [mark.name for mark in panel.marks]
    floor = panel.y.limits[0]
    for mark in panel.marks:
        own = [i for i, name in enumerate(drawn["name"]) if name == mark.name]
        fill = mark.color if mark.filled else style.LIGHT.ground
        look = (mark.marker, mark.color, fill, 7.5 * mark.size, mark.alpha)
        columns = ("marker", "color", "fill", "size", "alpha")
        assert {tuple(drawn[name][i] for name in columns) for i in own} == {look}
        np.testing.assert_array_equal([drawn["x"][i] for i in own], mark.x)
        # what was sent in single precision, before the noise was taken off; a limit is two errors
        spectrum = simulated(truth, mark.name)
        limit = "limit" in mark.name
        size = mark.y
        if spectrum is not None:
            made_of = sizes(view, spectrum, mark.name)
            size = 2 * np.array([made_of[ell] for ell in mark.x.tolist()])
        lost = VALUES * size + (2 * ERRORS * mark.y if limit else 0)
        np.testing.assert_array_less(np.abs([drawn["y"][i] for i in own] - mark.y), lost)
        barred = [i for i, name in enumerate(bars["name"]) if name == mark.name]
        if mark.down is None:
            assert barred == []
            continue
        assert {(bars["color"][i], bars["alpha"][i]) for i in barred} <= {(mark.color, mark.alpha)}
        with_bars = np.isin(mark.x, [bars["x"][i] for i in barred])
        assert not (mark.up + mark.down)[~with_bars].any()  # of errors that are not published
        low, high = (mark.y - mark.down)[with_bars], (mark.y + mark.up)[with_bars]
        lost = VALUES * size[with_bars] + ERRORS * mark.up[with_bars] + VALUES * floor
        np.testing.assert_array_less(np.abs([bars["low"][i] for i in barred] - low), lost)
        np.testing.assert_array_less(np.abs([bars["high"][i] for i in barred] - high), lost)


def test_figure_2_is_that_of_python_mark_by_mark(visitor, view, panels, truth):
    panel, chosen = panels["spectra"], truth["chosen gradient"]

    def made_of(band):  # sent in single precision, before the noise was taken off
        size = sizes(view, chosen, band.name)
        return np.array([size[ell] for ell in band.x.tolist()])

    same_axis(visitor, "spectra", panel)
    same_lines(visitor, "spectra", panel)
    same_bands(visitor, "spectra", panel, made_of)
    same_marks(visitor, view, panel, truth)


def test_the_cursor_stands_at_the_time(visitor, view, shipped):
    cursor = visitor.page.evaluate("crviz.model('evolution', 'cursor').location")
    assert cursor == pytest.approx(shipped.omega_t[view.time], rel=1e-12)


def slope(spectrum):
    """d ln C_l / d ln(l + 1/2) over l = 2 to 12; NaN where something is not positive."""
    ell = np.arange(2, 13)
    with np.errstate(invalid="ignore", divide="ignore"):
        height = np.log(spectrum.cl[ell])
    return np.polyfit(np.log(ell + 0.5), height, 1)[0] if np.isfinite(height).all() else np.nan


def shape_errors_at(shipped, gradient, time, estimator):
    """Errors of C_2/C_1, slope and noise at a time: between kept ones, along a line of logarithms."""
    kept = kept_times(shipped.omega_t)
    try:
        errors = shape_errors(shipped, gradient, times=kept, estimator=estimator)
    except NotKept:
        return (np.nan,) * 3
    at = np.log(shipped.omega_t)
    with np.errstate(invalid="ignore"):
        return [np.exp(np.interp(at[time], at[kept], np.log(each))) for each in errors]


def numbers(shipped, spectrum, gradient, time, estimator):
    """What the table holds for a gradient: (value, error) by row."""
    ratio, steepness, noise = shape_errors_at(shipped, gradient, time, estimator)
    diffusion = shipped.diffusion()
    standard = [each[time] / FOUR_PI for each in shipped.standard_dipole(gradient)]
    growth = settling.change(shipped.omega_t, *diffusion.interval(gradient))
    return {
        "K": [each[time] for each in diffusion.interval(gradient)],
        "⟨r r⟩ / 2T": [each[time] for each in diffusion.along(gradient, "running")],
        "growth, K(T) / K(T/2)": [each[time] for each in growth],
        "C₀ / 4π": (spectrum.cl[0] / FOUR_PI, spectrum.error[0] / FOUR_PI),
        "C₁ / 4π": (spectrum.cl[1] / FOUR_PI, spectrum.error[1] / FOUR_PI),
        "standard C₁ / 4π": standard,
        "C₂ / C₁": (spectrum.cl[2] / spectrum.cl[1], ratio * spectrum.cl[2] / spectrum.cl[1]),
        "slope": (slope(spectrum), steepness),
        "noise / 4π": (spectrum.noise / FOUR_PI, noise * spectrum.noise / FOUR_PI),
    }


def test_the_table_has_the_results_numbers(visitor, view, shipped, truth):
    table = visitor.table()
    for column, (gradient, spectrum) in {
        "chosen": (view.gradient, truth["chosen gradient"]),
        "perpendicular": ("perpendicular", truth["perpendicular"]),
    }.items():
        for start, (value, error) in numbers(shipped, spectrum, gradient, view.time, view.estimator).items():
            (row,) = [name for name in table if name.startswith(start)]
            text = table[row][column]
            if not np.isfinite(value):
                assert text == "–"
                continue
            written, written_error, half = number(text)
            # what the browser has may be off, and is then rounded
            assert written == pytest.approx(value, abs=VALUES * abs(value) + 1.01 * half), (row, column)
            if np.isfinite(error):
                lost = ERRORS * error + 1.01 * half
                assert written_error == pytest.approx(error, abs=lost), (row, column)
            else:
                assert np.isnan(written_error)


def test_the_table_has_the_directions_of_single_dipoles(visitor, view, shipped):
    table = visitor.table()
    for column, gradient in (("chosen", view.gradient), ("perpendicular", "perpendicular")):
        kept = shipped.omega_t[
            kept_times(shipped.omega_t)
        ]  # they are sent at some times, and the row says which
        time = kept[np.abs(kept - shipped.omega_t[view.time]).argmin()]
        found = shipped.dipole_direction(gradient, omega_t=time)
        then = "" if time == shipped.omega_t[view.time] else f", Ω T = {time:.5g}"
        for row, angles in (("B₀", found.to_field), ("∇n", found.to_gradient)):
            cell = table[f"angle of dipole to {row}{then}"][column]
            written = re.fullmatch(r"(\d+)° \((\d+)–(\d+)\)", cell)
            expected = np.degrees(np.quantile(angles, [0.5, 0.16, 0.84]))
            # whole degrees of what bytes hold to one
            np.testing.assert_allclose([int(each) for each in written.groups()], expected, atol=1.5)


def test_the_sentence_says_the_time_and_the_excess_over_the_standard_dipole(visitor, view, shipped, truth):
    said = visitor.sentence()
    assert f"At Ω T = {shipped.omega_t[view.time]:.5g}, over {shipped.n_realizations} fields" in said
    same_judgement(said, shipped, view.gradient, view.time)
    standard, error = (each[view.time] for each in shipped.standard_dipole(view.gradient))
    if standard > 0:
        spectrum = truth["chosen gradient"]
        excess = spectrum.cl[1] / standard
        text = re.search(r"([−\d.]+ ±\s[\d.]+) times the dipole of standard diffusion", said)[1]
        written, written_error, half = number(text)
        assert written == pytest.approx(excess, abs=VALUES * excess + 1.01 * half)
        expected = excess * np.hypot(spectrum.error[1] / spectrum.cl[1], error / standard)
        assert written_error == pytest.approx(expected, abs=ERRORS * expected + 1.01 * half)


def same_judgement(said, source, gradient, time):
    """Whether this is diffusion, in the sentence as by the library."""
    words, _, ratio = unsettled(source.diffusion(), gradient, time).partition(" = ")
    assert ("not yet" in said) == bool(words)
    assert words in said
    if ratio:
        written = re.search(r"K\(T/2\) = ([−\d.]+)", said)[1]
        expected, _, half = number(ratio.partition(" +- ")[0])
        # both are rounded, to hundredths at least
        assert number(written)[0] == pytest.approx(expected, abs=VALUES * abs(expected) + 2.01 * half)


def test_what_is_not_yet_diffusion_is_said_to_be_so(page):
    """Along B0 at (0.1, 0.1) K still grows at the last time; across it it gyrates early on."""
    visitor = Visitor(page)
    page.get_by_label("Presets").select_option(label="Weak turbulence")
    page.wait_for_function("() => crviz.tensors.source.includes('atlas')")
    last = page.evaluate("crviz.tensors.omega_t.length - 1")
    visitor.slide(theta=0)
    visitor.move_to(last)
    table = atlas.load()
    assert "(not yet diffusive: K(T)/K(T/2) = 1.4" in visitor.sentence()
    same_judgement(visitor.sentence(), table.nearest(0.1, 0.1), (0.0, 0.0), last)
    for theta in (0, 37, 90):
        visitor.slide(theta=theta)
        for time in range(0, last + 1, 3):
            visitor.move_to(time)
            same_judgement(visitor.sentence(), table.nearest(0.1, 0.1), np.radians([theta, 0]), time)
    visitor.move_to(12)
    assert "(gyrating, not yet diffusive)" in visitor.sentence()
    (row,) = [cells for name, cells in visitor.table().items() if name.startswith("K ")]
    assert all(row[name].endswith(", gyrating") for name in ("chosen", "perpendicular"))


def test_what_is_pinned_is_drawn_beside_as_python_draws_it(page, shipped):
    """The shipped run beside a place of the atlas, which has other times and multipoles."""
    visitor, view = Visitor(page), View(60, 200, 50, 0.4, "printed", "cross", "fit", analytic=True)
    visitor.move_to(view.time)
    page.get_by_role("button", name="Pin", exact=True).click()
    page.wait_for_function("() => crviz.pinned")
    page.get_by_label("Presets").select_option(label="Weak turbulence")
    page.wait_for_function("() => crviz.tensors.source !== crviz.pinned.source")
    seen(visitor, view)
    omega_t = page.evaluate("crviz.omegaT")
    place = atlas.load().interpolate(0.1, 0.1).seen_by(POINT_NSIDE)
    found = figures(place, view, omega_t, pinned=shipped)
    wait_for_analytic(visitor, found["evolution"])
    lines = {line.name: line.y for line in found["evolution"].lines}
    np.testing.assert_array_equal(lines["C₁, pinned"], shipped.evolution(view.gradient).cl[:, 1] / FOUR_PI)
    same_lines(visitor, "evolution", found["evolution"])
    same_lines(visitor, "spectra", found["spectra"])
    truth = {
        name: source.spectrum(gradient, omega_t=omega_t, estimator="cross")
        for name, source, gradient in (
            ("chosen gradient", place, view.gradient),
            ("perpendicular", place, "perpendicular"),
            ("pinned", shipped, view.gradient),
            ("pinned, perpendicular", shipped, "perpendicular"),
        )
    }
    same_marks(visitor, view, found["spectra"], truth)
    assert page.errors == []


def test_nothing_went_wrong(visitor):
    assert visitor.page.errors == []
