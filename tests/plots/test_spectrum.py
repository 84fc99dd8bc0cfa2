import dataclasses
from functools import partial

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import scipy

from crviz import atlas, observations, plots, theory
from crviz.parameters import NORMALIZATIONS
from crviz.plots import style
from crviz.plots.content import spectra as content
from crviz.plots.content.series import SCATTER

GRADIENT = (0.4, 1.0)
OBSERVED = [one.name for one in observations.drawn()]
FOUR_PI = 4 * np.pi
BOTH = "hawc-icecube-10,icecube-13"
#: As the paper has it: the whole sky, over the dipole.
power_spectra = partial(plots.power_spectra, observed="none")


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
    rows = marks(power_spectra(small_run, GRADIENT, normalization="absolute"), "chosen gradient")
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
    panel = content.power_spectra(cross_run, "parallel", estimator=estimator, observed="none")
    own = next(mark for mark in panel.marks if mark.name == "chosen gradient")
    expected = np.sqrt(per_field * spectrum.noise**2 / (2 * own.x + 1) / 4) / spectrum.cl[1]
    np.testing.assert_allclose(own.inner, np.minimum(expected, own.up), rtol=1e-12)
    assert (own.inner < own.up).any()


def test_the_band_is_what_68_percent_of_gaussian_skies_have_about_the_mean_over_fields(small_run):
    spectrum = small_run.spectrum(GRADIENT)
    (band,) = content.power_spectra(small_run, GRADIENT, observed="none").bands
    ell = band.x
    assert list(ell) == list(range(1, len(ell) + 1))
    assert (spectrum.cl[ell] > 0).all()
    mean = spectrum.cl[ell] / spectrum.cl[1]
    for end, share in ((band.low, 0.16), (band.high, 0.84)):
        chi2 = scipy.special.chdtri(2 * ell + 1, 1 - share)
        np.testing.assert_allclose(end / mean, chi2 / (2 * ell + 1), atol=0.01)


@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_without_a_dipole_there_is_nothing_to_compare(small_run, monkeypatch, normalization):
    """As where the noise that is taken off exceeds it."""
    spectrum = small_run.spectrum(GRADIENT)
    negative = dataclasses.replace(spectrum, cl=-spectrum.cl)
    monkeypatch.setattr(type(small_run), "spectrum", lambda *_, **__: negative)
    with pytest.raises(ValueError, match=r"^estimator = 'eq9' leaves no dipole at Omega T = 30"):
        content.power_spectra(small_run, GRADIENT, normalization=normalization)


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
    assert set(marks(overlay, "chosen gradient, upper limit")["fill"]) == {ground}
    overlay = power_spectra(small_run, GRADIENT, observed=BOTH)
    for name in OBSERVED:
        assert set(marks(overlay, name)["fill"]) == {ground}


def test_every_spectrum_has_a_mark_of_its_own(small_run):
    rows = pd.concat(
        [power_spectra(small_run, GRADIENT, observed=one.key).Scatter.I.data for one in observations.drawn()]
    )
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
    overlay = power_spectra(small_run, GRADIENT, p=0.42, normalization="absolute")
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
    overlay = power_spectra(small_run, GRADIENT, observed=BOTH, normalization="dipole")
    for name in OBSERVED:
        (found,) = [spectrum for spectrum in observations.spectra() if spectrum.name == name]
        rows = marks(overlay, name)
        np.testing.assert_array_equal(rows["ell"], found.ell)
        np.testing.assert_allclose(rows["power"], found.cl / found.cl[0], rtol=1e-12)


def test_noise_levels_of_the_observations_are_over_their_dipoles(small_run):
    overlay = power_spectra(small_run, GRADIENT, observed=BOTH, normalization="dipole")
    for spectrum in map(observations.spectrum, OBSERVED):
        for whose, level in spectrum.noise_levels:
            _, power = curve(overlay, f"noise of {whose}")
            np.testing.assert_allclose(power, level / spectrum.cl[0], rtol=1e-12)


@pytest.mark.parametrize("options", [{"observed": "none"}, {"observed": BOTH, "normalization": "absolute"}])
def test_observed_spectra_can_be_left_out_and_have_no_absolute_units(small_run, options):
    overlay = power_spectra(small_run, GRADIENT, **options)
    assert not set(OBSERVED) & set(overlay.Scatter.I.data["spectrum"])


# --- like with like


@pytest.mark.parametrize("observed", observations.drawn(), ids=lambda one: one.key)
@pytest.mark.parametrize("normalization", ["fit", "dipole"])
def test_simulated_and_analytic_spectra_are_seen_through_the_window(cross_run, observed, normalization):
    overlay = power_spectra(
        cross_run,
        "parallel",
        observed=observed.key,
        normalization=normalization,
        p=0.42,
        estimator="cross",
    )
    unit = observed.cl[0] if normalization == "dipole" else 1
    spectrum = cross_run.spectrum("parallel", estimator="cross")
    theory_cl = np.r_[0, theory.spectrum(np.arange(1, 65), 0.42)]
    found = observations.compare(observed, spectrum.cl, error=spectrum.error, normalization=normalization)
    rows = marks(overlay, "chosen gradient")
    here = np.isin(found.ell, rows["ell"])
    assert here.sum() >= 5
    np.testing.assert_allclose(rows["power"], found.simulated[here] / unit, rtol=1e-12)
    bars = overlay.ErrorBars.I.data
    bars = bars[bars["color"] == style.LIGHT.ink]
    np.testing.assert_allclose(bars["high"], found.simulated_error[here] / unit, rtol=1e-12)
    ell, power = curve(overlay, "p = 0.42")
    expected = observations.compare(observed, theory_cl, normalization=normalization)
    np.testing.assert_allclose(power, expected.simulated[: ell.size] / unit, rtol=1e-12)
    # the whole sky is a line behind it, in the same units
    ell, power = curve(overlay, "whole sky")
    whole = spectrum.cl[ell] * (1 / spectrum.cl[1] if normalization == "dipole" else found.factor)
    np.testing.assert_allclose(power, whole, rtol=1e-12)


def test_several_observed_spectra_have_each_their_pair_in_its_own_shade(cross_run):
    """Never one curve for all."""
    panel = content.power_spectra(cross_run, "parallel", estimator="cross", observed=BOTH)
    names = [mark.name for mark in panel.marks]
    shades = {}
    for one in observations.drawn():
        own = [each for each in panel.marks if one.name == each.name or one.label in each.name]
        (shades[one.key],) = {each.color for each in own}
        assert f"chosen gradient, {one.label}" in names
        assert {line.color for line in panel.lines if one.label in line.name} == {shades[one.key]}
    assert len(set(shades.values())) == len(panel.bands) == 2


def test_the_title_says_the_gradient_that_a_fit_means(cross_run):
    observed = observations.drawn()[0]
    spectrum = cross_run.spectrum("parallel", estimator="cross")
    found = observations.compare(observed, spectrum.cl, normalization="fit")
    panel = content.power_spectra(cross_run, "parallel", estimator="cross", observed=observed.key)
    power = int(np.floor(np.log10(found.gradient_strength)))
    said = f"fitted over ℓ = 2–10: r_L |∇n|/n = {found.gradient_strength / 10.0**power:#.2g} ("
    assert said in panel.title
    assert panel.title.endswith(f"× 10^{power}")


def test_the_band_is_what_single_skies_of_the_atlas_scatter_where_it_knows_them(cross_run):
    for gradient, name in (("parallel", SCATTER[True]), ((0.7, 0.0), SCATTER[False])):
        panel = content.power_spectra(cross_run, gradient, estimator="cross")
        assert [band.name for band in panel.bands] == [name]
    observed = observations.drawn()[0]
    panel = content.power_spectra(cross_run, "parallel", estimator="cross", observed=observed.key)
    (band,) = panel.bands
    place = atlas.one_sky(cross_run)
    ell, (low, high) = place.spread("parallel", cross_run.omega_t[-1], observed, shape=False)
    own = next(mark for mark in panel.marks if mark.name == "chosen gradient")
    here = np.isin(ell, band.x)
    np.testing.assert_allclose(band.high, own.y[: band.x.size] * high[here], rtol=1e-12)
    np.testing.assert_allclose(band.low, own.y[: band.x.size] * low[here], rtol=1e-12)


def test_d_ell_is_drawn_of_everything(small_run):
    options = {"observed": "hawc-icecube-10", "normalization": "dipole"}
    plain, risen = (
        content.power_spectra(small_run, GRADIENT, d_ell=d_ell, **options) for d_ell in (False, True)
    )
    for mark in plain.marks:
        if mark.name.endswith("limit"):  # what is hidden depends on where the axis ends
            continue
        other = next(each for each in risen.marks if each.name == mark.name)
        here, there = np.isin(mark.x, other.x), np.isin(other.x, mark.x)
        ell = mark.x[here]
        np.testing.assert_allclose(other.y[there], mark.y[here] * ell * (ell + 1) / (2 * np.pi), rtol=1e-12)
    assert risen.y.label.startswith("D_ℓ")


def test_a_spectrum_that_nobody_has_is_refused(small_run):
    with pytest.raises(ValueError, match=r"^observed = 'mine' must be one of 'hawc-icecube-10', "):
        power_spectra(small_run, GRADIENT, observed="mine")
    with pytest.raises(ValueError, match=r"^normalization = 'big' must be one of 'fit', 'dipole'"):
        power_spectra(small_run, GRADIENT, normalization="big")


# --- drawn


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_it_is_drawn_in_both_themes_and_units(small_run, dark, normalization):
    overlay = power_spectra(small_run, GRADIENT, dark=dark, normalization=normalization)
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
