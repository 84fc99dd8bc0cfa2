"""What the browser draws and writes is what the result says: contracted there, and here by the library."""

import dataclasses

import numpy as np
import pytest
from visitor import Visitor, number

from crviz import library, theory
from crviz.result import Spectrum

pytestmark = pytest.mark.browser

FOUR_PI = 4 * np.pi
VALUES = 1e-5  # single precision, and sums of six terms
ERRORS = 0.01  # correlations are rounded to 1/127
PAPER_POWERS = {"p = 1/3": 1 / 3, "p = 1/2": 1 / 2, "p = 2/3": 2 / 3}


@dataclasses.dataclass(frozen=True)
class View:
    """What is set on the page."""

    theta: float
    phi: float
    time: int
    p: float
    form: str
    estimator: str
    normalized: bool

    @property
    def gradient(self):
        return np.radians(self.theta), np.radians(self.phi)


VIEWS = [
    View(0, 0, 54, 0.5, "printed", "eq9", True),
    View(90, 130, 54, 0.33, "self-consistent", "eq9", False),
    View(37, 211, 40, 0.81, "printed", "plateau", True),
    View(63, 305, 12, 0.05, "self-consistent", "none", True),
    View(90, 0, 60, 0.98, "printed", "none", False),
    View(12, 44, 0, 0.62, "self-consistent", "plateau", False),
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
    visitor.choose("estimator", view.estimator)
    visitor.slide(theta=view.theta, phi=view.phi, p=view.p)
    visitor.switch(normalized=view.normalized)
    visitor.page.get_by_role(
        "radio", name={"printed": "as printed"}.get(view.form, view.form), exact=True
    ).check()
    visitor.move_to(view.time)
    return view


@pytest.fixture
def truth(view, shipped) -> dict[str, Spectrum]:
    """The spectra of both gradients, by the library."""
    omega_t = shipped.omega_t[view.time]
    return {
        "chosen gradient": shipped.spectrum(view.gradient, omega_t=omega_t, estimator=view.estimator),
        "perpendicular": shipped.spectrum("perpendicular", omega_t=omega_t, estimator=view.estimator),
    }


def unit(view, spectrum):
    return spectrum.cl[1] if view.normalized else FOUR_PI


@pytest.mark.parametrize("name", ["chosen gradient", "perpendicular"])
def test_marks_stand_at_the_estimates(visitor, view, truth, name):
    spectrum = truth[name]
    ell, height, color = visitor.marks(name)
    floor, _ = visitor.axis("spectra", "y")
    expected = spectrum.cl / unit(view, spectrum)
    np.testing.assert_array_equal(ell, np.flatnonzero(expected > floor)[np.flatnonzero(expected > floor) > 0])
    # the plateau and Eq. 9 leave small differences of what was sent in single precision
    size = (np.abs(spectrum.cl) + spectrum.noise)[ell] / unit(view, spectrum)
    np.testing.assert_array_less(np.abs(height - expected[ell]), VALUES * size)
    # a bar an error to either side, cut where a log axis would not know it
    bars = visitor.bars(color)
    error = spectrum.error / unit(view, spectrum)
    assert set(ell) <= set(bars)
    for l in ell:  # noqa: E741 - the multipole
        low, high = bars[l]
        assert high - expected[l] == pytest.approx(error[l], rel=ERRORS, abs=2 * VALUES * size.max())
        assert low == pytest.approx(
            max(expected[l] - error[l], floor / 3), rel=ERRORS, abs=ERRORS * error[l] + VALUES * size.max()
        )


@pytest.mark.parametrize("name", ["chosen gradient", "perpendicular"])
def test_what_noise_hides_is_an_upper_limit_of_two_errors(visitor, view, truth, name):
    spectrum = truth[name]
    ell, height, _ = visitor.marks(f"{name}, upper limit")
    floor, _ = visitor.axis("spectra", "y")
    value, error = spectrum.cl / unit(view, spectrum), spectrum.error / unit(view, spectrum)
    limit = np.maximum(value, 0) + 2 * error
    hidden = np.flatnonzero((value <= floor) & (limit > floor))
    np.testing.assert_array_equal(ell, hidden[hidden > 0])
    np.testing.assert_allclose(height, limit[ell], rtol=2 * ERRORS)


def test_curves_are_the_analytic_spectra_through_the_dipole(visitor, view, truth):
    lines, dipole = visitor.lines("spectra"), truth["chosen gradient"].cl[1]
    for name, p in PAPER_POWERS.items() | {(f"p = {view.p:.2f}", view.p)}:
        ell, height = lines[name]
        np.testing.assert_array_equal(ell, np.arange(1, len(ell) + 1))
        expected = theory.spectrum(ell.astype(int), p, form=view.form)
        expected = expected / expected[0] * dipole / unit(view, truth["chosen gradient"])
        np.testing.assert_allclose(height, expected, rtol=VALUES)


def test_the_grey_band_is_the_cosmic_variance_about_the_mean_over_fields(visitor, view, truth):
    """Up to the first multipole that the noise hides."""
    band = visitor.read("spectra", "band", "x", "low", "high")
    spectrum = truth["chosen gradient"]
    floor, _ = visitor.axis("spectra", "y")
    height = spectrum.cl[1:] / unit(view, spectrum)
    seen = np.logical_and.accumulate(height > floor)
    ell, height = spectrum.ell[1:][seen], height[seen]
    spread = np.sqrt(2 / (2 * ell + 1))
    np.testing.assert_array_equal(band["x"], ell)
    # what was sent in single precision, before the noise was taken off
    size = VALUES * (spectrum.cl[1] + spectrum.noise) / unit(view, spectrum)
    np.testing.assert_allclose(band["low"], np.maximum(height * (1 - spread), floor), rtol=VALUES, atol=size)
    np.testing.assert_allclose(band["high"], height * (1 + spread), rtol=VALUES, atol=size)


@pytest.mark.parametrize("which", ["chosen", "perpendicular"])
def test_lines_against_time_are_the_results(visitor, view, shipped, which):
    gradient = view.gradient if which == "chosen" else "perpendicular"
    suffix = "" if which == "chosen" else ", perpendicular"
    lines = visitor.lines("evolution")
    plain = shipped.evolution(gradient, estimator="none")
    for l in range(10):  # noqa: E741 - the multipole
        times, height = lines[f"C{'₀₁₂₃₄₅₆₇₈₉'[l]}{suffix}"]
        np.testing.assert_allclose(times, shipped.omega_t, rtol=VALUES)
        np.testing.assert_allclose(height, plain.cl[:, l] / FOUR_PI, rtol=3 * VALUES)
    noise = shipped.evolution(gradient, estimator=view.estimator).noise
    np.testing.assert_allclose(lines[f"noise{suffix}"][1], noise / FOUR_PI, rtol=3 * VALUES)
    standard, _ = shipped.standard_dipole(gradient)
    height = lines[f"standard C₁{suffix}"][1]
    np.testing.assert_array_equal(np.isfinite(height), standard > 0)  # a log axis knows no zero
    size = plain.cl[:, 1] / FOUR_PI  # of which the variance of the mean is taken off
    above = standard > 0
    np.testing.assert_array_less(np.abs(height - standard / FOUR_PI)[above], 3 * VALUES * size[above])


def test_the_band_is_the_error_of_the_dipole(visitor, view, shipped):
    band = visitor.read("evolution", "band", "x", "low", "high")
    plain = shipped.evolution(view.gradient, estimator="none")
    dipole, error = plain.cl[:, 1] / FOUR_PI, plain.error[:, 1] / FOUR_PI
    np.testing.assert_allclose(band["x"], shipped.omega_t, rtol=VALUES)
    np.testing.assert_allclose(np.array(band["high"]) - dipole, error, rtol=ERRORS, atol=1e-5 * dipole.max())
    assert (np.array(band["low"]) < dipole).all()


def test_the_cursor_stands_at_the_time(visitor, view, shipped):
    cursor = visitor.page.evaluate("crviz.model('evolution', 'cursor').location")
    assert cursor == pytest.approx(shipped.omega_t[view.time], rel=1e-12)


def slope(spectrum):
    """d ln C_l / d ln(l + 1/2) over l = 2 to 12; NaN where something is not positive."""
    ell = np.arange(2, 13)
    with np.errstate(invalid="ignore", divide="ignore"):
        height = np.log(spectrum.cl[ell])
    return np.polyfit(np.log(ell + 0.5), height, 1)[0] if np.isfinite(height).all() else np.nan


def numbers(shipped, spectrum, gradient, time):
    """What the table holds for a gradient: (value, error) by row."""
    diffusion = shipped.diffusion()
    standard = [each[time] / FOUR_PI for each in shipped.standard_dipole(gradient)]
    return {
        "K": [each[time] for each in diffusion.along(gradient, "k")],
        "⟨r r⟩ / 2T": [each[time] for each in diffusion.along(gradient, "running")],
        "C₀ / 4π": (spectrum.cl[0] / FOUR_PI, spectrum.error[0] / FOUR_PI),
        "C₁ / 4π": (spectrum.cl[1] / FOUR_PI, spectrum.error[1] / FOUR_PI),
        "standard C₁ / 4π": standard,
        "C₂ / C₁": (spectrum.cl[2] / spectrum.cl[1], np.nan),
        "slope": (slope(spectrum), np.nan),
        "noise / 4π": (spectrum.noise / FOUR_PI, np.nan),
    }


def test_the_table_has_the_results_numbers(visitor, view, shipped, truth):
    table = visitor.table()
    for column, (gradient, spectrum) in {
        "chosen": (view.gradient, truth["chosen gradient"]),
        "perpendicular": ("perpendicular", truth["perpendicular"]),
    }.items():
        for start, (value, error) in numbers(shipped, spectrum, gradient, view.time).items():
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


def test_the_sentence_says_the_time_and_the_excess_over_the_standard_dipole(visitor, view, shipped, truth):
    said = visitor.sentence()
    assert f"At Ω T = {shipped.omega_t[view.time]:.5g}, over {shipped.n_realizations} fields" in said
    standard = shipped.standard_dipole(view.gradient)[0][view.time]
    if standard > 0:
        excess = truth["chosen gradient"].cl[1] / standard
        assert f", {f'{excess:#.2g}'.rstrip('.')} times the dipole of standard diffusion" in said


def test_nothing_went_wrong(visitor):
    assert visitor.page.errors == []
