import dataclasses

import holoviews as hv
import numpy as np
import pytest

from crviz import observations, theory
from crviz.plots import power_spectra, style
from crviz.plots.content import spectra as content

GRADIENT = (0.4, 1.0)
OBSERVED = [one.name for one in observations.drawn()]
FOUR_PI = 4 * np.pi


def marks(overlay, name):
    """The rows of one spectrum."""
    rows = overlay.Scatter.I.data
    return rows[rows["spectrum"] == name]


def curve(overlay, name):
    (found,) = [p for p in overlay.Contours.I.split(datatype="dictionary") if p["line"] == name]
    return found["ell"], found["power"]


@pytest.mark.parametrize("estimator", ["eq9", "plateau", "none"])
@pytest.mark.parametrize(
    ("name", "gradient"), [("chosen gradient", GRADIENT), ("perpendicular", "perpendicular")]
)
def test_marks_are_the_estimates_over_their_own_dipole(small_run, estimator, name, gradient):
    rows = marks(power_spectra(small_run, GRADIENT, estimator=estimator), name)
    expected = small_run.spectrum(gradient, estimator=estimator).cl
    assert len(rows) >= 5  # of multipoles above the noise
    np.testing.assert_allclose(rows["power"], expected[rows["ell"]] / expected[1], rtol=1e-12)


def test_marks_in_absolute_units_are_the_estimates_over_four_pi(small_run):
    rows = marks(power_spectra(small_run, GRADIENT, normalized=False), "chosen gradient")
    expected = small_run.spectrum(GRADIENT).cl
    np.testing.assert_allclose(rows["power"], expected[rows["ell"]] / FOUR_PI, rtol=1e-12)


def test_marks_are_those_of_the_chosen_time(small_run):
    time = small_run.omega_t[6]
    rows = marks(power_spectra(small_run, GRADIENT, omega_t=time), "chosen gradient")
    expected = small_run.spectrum(GRADIENT, omega_t=time).cl
    np.testing.assert_allclose(rows["power"], expected[rows["ell"]] / expected[1], rtol=1e-12)


def test_bars_are_standard_errors_that_end_above_zero(small_run):
    overlay = power_spectra(small_run, GRADIENT)
    spectrum = small_run.spectrum(GRADIENT)
    bars = overlay.ErrorBars.I.data
    bars = bars[bars["color"] == style.LIGHT.ink]
    error = spectrum.error[bars["ell"]] / spectrum.cl[1]
    np.testing.assert_allclose(bars["high"], error, rtol=1e-12)
    assert (bars["power"] - bars["low"] > 0).all()  # a log axis knows no zero
    whole = error < 0.9 * bars["power"]
    np.testing.assert_allclose(bars["low"][whole], error[whole], rtol=1e-12)


@pytest.mark.parametrize(("estimator", "per_field"), [("eq9", 2), ("cross", 1)])
def test_inner_bars_are_the_noise_of_the_mean_over_fields(cross_run, estimator, per_field):
    """2 N^2 / (2l + 1) a field; N^2 / (2l + 1) where the noises of two grids are multiplied."""
    spectrum = cross_run.spectrum("parallel", estimator=estimator)
    panel = content.power_spectra(cross_run, "parallel", estimator=estimator)
    own = next(mark for mark in panel.marks if mark.name == "chosen gradient")
    expected = np.sqrt(per_field * spectrum.noise**2 / (2 * own.x + 1) / 4) / spectrum.cl[1]
    np.testing.assert_allclose(own.inner, np.minimum(expected, own.up), rtol=1e-12)
    assert (own.inner < own.up).any()


def test_the_band_is_the_cosmic_variance_of_one_sky_about_the_mean_over_fields(small_run):
    spectrum = small_run.spectrum(GRADIENT)
    (band,) = content.power_spectra(small_run, GRADIENT).bands
    ell = band.x
    assert list(ell) == list(range(1, len(ell) + 1))
    assert (spectrum.cl[ell] > 0).all()
    expected = spectrum.cl[ell] * (1 + np.sqrt(2 / (2 * ell + 1))) / spectrum.cl[1]
    np.testing.assert_allclose(band.high, expected, rtol=1e-12)


@pytest.mark.parametrize("normalized", [False, True])
def test_without_a_dipole_there_is_nothing_to_compare(small_run, monkeypatch, normalized):
    """As where the noise that is taken off exceeds it."""
    spectrum = small_run.spectrum(GRADIENT)
    negative = dataclasses.replace(spectrum, cl=-spectrum.cl)
    monkeypatch.setattr(type(small_run), "spectrum", lambda *_, **__: negative)
    with pytest.raises(ValueError, match=r"^estimator = 'eq9' leaves no dipole at Omega T = 30"):
        content.power_spectra(small_run, GRADIENT, normalized=normalized)


def test_an_estimate_below_zero_is_drawn_as_an_upper_limit(small_run):
    overlay = power_spectra(small_run, GRADIENT)
    spectrum = small_run.spectrum(GRADIENT)
    negative = np.flatnonzero(spectrum.cl <= 0)
    assert negative.size  # otherwise this tests nothing
    limits = marks(overlay, "chosen gradient, upper limit")
    assert set(negative) <= set(limits["ell"])
    assert set(limits["marker"]) == {"inverted_triangle"}
    below = limits[limits["ell"].isin(negative)]
    # two standard errors above nothing
    np.testing.assert_allclose(below["power"], 2 * spectrum.error[below["ell"]] / spectrum.cl[1], rtol=1e-12)


def test_no_multipole_is_drawn_twice_or_left_out(small_run):
    overlay = power_spectra(small_run, GRADIENT)
    ell = [*marks(overlay, "chosen gradient")["ell"], *marks(overlay, "chosen gradient, upper limit")["ell"]]
    assert sorted(ell) == list(range(1, 17))


def test_what_is_simulated_is_filled_and_what_is_a_limit_or_observed_is_hollow(small_run):
    overlay, ground = power_spectra(small_run, GRADIENT), style.LIGHT.ground
    for name in ("chosen gradient", "perpendicular"):
        assert ground not in set(marks(overlay, name)["fill"])
    for name in ("chosen gradient, upper limit", *OBSERVED):
        assert set(marks(overlay, name)["fill"]) == {ground}


def test_every_spectrum_has_a_mark_of_its_own(small_run):
    rows = power_spectra(small_run, GRADIENT).Scatter.I.data
    shapes = {name: set(rows["marker"][rows["spectrum"] == name]) for name in set(rows["spectrum"])}
    named = [shapes[name] for name in ("chosen gradient", "perpendicular", *OBSERVED)]
    assert all(len(one) == 1 for one in named)
    assert len(set.union(*named)) == len(named)


# --- analytic curves


@pytest.mark.parametrize("form", theory.FORMS)
def test_analytic_curves_pass_through_the_dipole_and_have_the_shape_of_the_theory(small_run, form):
    overlay = power_spectra(small_run, GRADIENT, p=0.42, form=form)
    for name, p in {"p = 1/3": 1 / 3, "p = 1/2": 1 / 2, "p = 2/3": 2 / 3, "p = 0.42": 0.42}.items():
        ell, power = curve(overlay, name)
        assert power[0] == pytest.approx(1, rel=1e-12)
        expected = theory.spectrum(ell, p, form=form)
        np.testing.assert_allclose(power, expected / expected[0], rtol=1e-12)


def test_analytic_curves_fall_with_the_power_of_the_paper(small_run):
    ell, power = curve(power_spectra(small_run, GRADIENT, p=0.3), "p = 0.30")
    slope = np.log(power[-1] / power[7]) / np.log((ell[-1] + 0.5) / (ell[7] + 0.5))
    assert slope == pytest.approx(2 * 0.3 - 4, abs=0.02)  # corrections are of the order 1 / l^2


def test_analytic_curves_pass_through_the_dipole_in_absolute_units_too(small_run):
    overlay = power_spectra(small_run, GRADIENT, p=0.42, normalized=False)
    dipole = small_run.spectrum(GRADIENT).cl[1] / FOUR_PI
    assert curve(overlay, "p = 0.42")[1][0] == pytest.approx(dipole, rel=1e-12)


def test_the_chosen_power_is_a_solid_line_among_dashed_ones(small_run):
    paths = power_spectra(small_run, GRADIENT, p=0.42).Contours.I.split(datatype="dictionary")
    dashes = {path["line"]: path["dash"] for path in paths if path["line"].startswith("p = ")}
    assert dashes.pop("p = 0.42") == "solid"
    assert sorted(dashes.values()) == sorted(style.DASHES)


def test_names_at_the_ends_do_not_overlap(small_run):
    labels = power_spectra(small_run, GRADIENT, p=0.5).Labels.I  # on top of the paper's 1/2
    heights = np.sort(np.log10(labels.dimension_values("power")))
    assert len(heights) == 4
    assert np.diff(heights).min() >= 0.33  # letters of 9 points take that of 6.5 decades in 330 pixels


# --- observed spectra


def test_observed_spectra_are_drawn_over_their_own_dipole(small_run):
    overlay = power_spectra(small_run, GRADIENT)
    for name in OBSERVED:
        (found,) = [spectrum for spectrum in observations.spectra() if spectrum.name == name]
        rows = marks(overlay, name)
        np.testing.assert_array_equal(rows["ell"], found.ell)
        np.testing.assert_allclose(rows["power"], found.cl / found.cl[0], rtol=1e-12)


def test_noise_levels_of_the_observations_are_over_their_dipoles(small_run):
    overlay = power_spectra(small_run, GRADIENT)
    for spectrum in map(observations.spectrum, OBSERVED):
        for whose, level in spectrum.noise_levels:
            _, power = curve(overlay, f"noise of {whose}")
            np.testing.assert_allclose(power, level / spectrum.cl[0], rtol=1e-12)


@pytest.mark.parametrize("options", [{"observed": False}, {"normalized": False}])
def test_observed_spectra_can_be_left_out_and_have_no_absolute_units(small_run, options):
    overlay = power_spectra(small_run, GRADIENT, **options)
    assert not set(OBSERVED) & set(overlay.Scatter.I.data["spectrum"])


# --- drawn


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("normalized", [False, True])
def test_it_is_drawn_in_both_themes_and_units(small_run, dark, normalized):
    overlay = power_spectra(small_run, GRADIENT, dark=dark, normalized=normalized)
    figure = hv.render(overlay, backend="bokeh")
    rows = marks(overlay, "chosen gradient")
    assert set(rows["color"]) == {style.palette(dark).ink}
    assert figure.y_range.start < rows["power"].min()
    assert rows["power"].max() < figure.y_range.end
    assert figure.x_range.start < 1
    assert figure.x_range.end > 16


def test_a_single_field_is_drawn_without_bars(lone_run):
    overlay = power_spectra(lone_run, GRADIENT)
    bars = overlay.ErrorBars.I.data
    assert (bars["high"][bars["color"] == style.LIGHT.ink] == 0).all()
    hv.render(overlay, backend="bokeh")
