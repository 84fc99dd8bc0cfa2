"""Fits of p and nu0: what was put in comes out, with errors that hold."""

import numpy as np
import pytest

import crviz
from crviz import theory
from crviz.checks import ParameterError

ELL = np.arange(1, 21)


def correlated(cl, relative=0.05, correlation=0.6):
    """A covariance with relative errors and a common correlation."""
    pattern = (1 - correlation) * np.eye(len(cl)) + correlation
    return relative**2 * np.outer(cl, cl) * pattern


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", [0.03, 1 / 3, 1 / 2, 2 / 3, 0.97])
def test_an_exact_spectrum_gives_back_its_power_and_rate(p, form):
    cl = 7 * theory.spectrum(ELL, p, nu0=0.04, form=form)
    found = theory.fit(ELL, cl, correlated(cl), form=form, q1=7)
    # the minimum of a parabola that touches 0 is located to 1e-10
    assert (found.p, found.nu0) == pytest.approx((p, 0.04), rel=1e-7)
    assert found.chi2 == pytest.approx(0, abs=1e-10)
    assert (found.dof, found.form) == (18, form)
    assert found.p_value == pytest.approx(1)


def test_units_do_not_matter():
    cl = theory.spectrum(ELL, 0.4) * (1 + 0.05 * np.cos(ELL))
    one = theory.fit(ELL, cl, correlated(cl))
    tiny = theory.fit(ELL, 1e-10 * cl, 1e-20 * correlated(cl), q1=1e-10)
    assert (tiny.p, tiny.nu0, tiny.chi2) == pytest.approx((one.p, one.nu0, one.chi2), rel=1e-6)
    np.testing.assert_allclose(tiny.covariance, one.covariance, rtol=1e-6)


@pytest.mark.parametrize("form", theory.FORMS)
def test_errors_and_probabilities_are_those_of_many_noisy_spectra(form):
    p, nu0, n = 0.5, 0.3, 300
    cl = theory.spectrum(ELL, p, nu0=nu0, form=form)
    covariance = correlated(cl)
    noise = np.random.default_rng(1).multivariate_normal(np.zeros(20), covariance, n)
    fits = [theory.fit(ELL, cl + one, covariance, form=form) for one in noise]
    found = np.array([(one.p, one.nu0) for one in fits])
    stated = np.mean([one.covariance for one in fits], axis=0)
    # means within 3 errors; scatter known to 1/sqrt(600) = 4 %; nu0 is normal only where its error is small
    np.testing.assert_allclose(found.mean(0), [p, nu0], atol=3 * found.std(0).max() / np.sqrt(n))
    np.testing.assert_allclose(found.std(0), np.sqrt(np.diag(stated)), rtol=0.15)
    correlation = stated[0, 1] / np.sqrt(stated[0, 0] * stated[1, 1])
    assert np.corrcoef(found.T)[0, 1] == pytest.approx(correlation, abs=3 / np.sqrt(n))
    # p-values are uniform: mean 1/2 to 1/sqrt(12 n)
    assert np.mean([one.p_value for one in fits]) == pytest.approx(0.5, abs=3 / np.sqrt(12 * n))


def test_a_spectrum_of_another_kind_is_told_apart():
    cl = theory.hierarchy(ELL)
    found = theory.fit(ELL, cl, (0.01 * cl) ** 2)
    assert found.p_value < 1e-6  # Ahlers' 2014 spectrum is steeper at first: no power p fits it to 1 %
    assert 0.3 < found.p < 0.7  # and falls as l^-3 in the end, as p = 1/2 does


def test_the_shape_alone_needs_no_amplitude():
    ratio = theory.dipole_ratio(3 * theory.spectrum(ELL, 0.6, nu0=0.2))
    for logs in (True, False):
        found = theory.fit_shape(ELL[1:], ratio, (0.1 * ratio) ** 2, logs=logs)
        assert found.p == pytest.approx(0.6, rel=1e-7)
        assert np.isnan(found.nu0)
        assert (found.dof, found.covariance.shape) == (18, (2, 2))


MULTIPOLES = np.arange(1, 12)


def normal(rng, n_fields, cl):
    """Fields whose C_l scatter normally, by half as much as Gaussian skies do."""
    return cl * (1 + 0.5 * np.sqrt(2 / (2 * MULTIPOLES + 1)) * rng.normal(size=(n_fields, cl.size)))


def skewed(rng, n_fields, cl):
    """Gaussian skies with a strength of their own: C_1 scatters by 130 % from field to field."""
    strength = rng.lognormal(-0.32, 0.8, (n_fields, 1))  # 1 in the mean
    return cl * strength * rng.chisquare(2 * MULTIPOLES + 1, (n_fields, cl.size)) / (2 * MULTIPOLES + 1)


def fits_to_runs(fields, n_fields, n_runs, cl, **options):
    """Fits of p, each to the fields of a run of its own."""
    rng = np.random.default_rng(5)
    for _ in range(n_runs):
        run = fields(rng, n_fields, cl)
        covariance = theory.jackknife_covariance(run, theory.dipole_ratio)
        yield theory.fit_shape(
            MULTIPOLES[1:], theory.dipole_ratio(run.mean(0)), covariance, n_fields=n_fields, **options
        )


@pytest.mark.parametrize(("fields", "n_fields"), [(normal, 24), (normal, 60), (skewed, 40), (skewed, 120)])
def test_the_stated_error_is_the_scatter_between_runs(fields, n_fields):
    fits = list(fits_to_runs(fields, n_fields, 300, theory.spectrum(MULTIPOLES, 0.5)))
    found = np.array([fit.p for fit in fits])
    stated = np.sqrt(np.mean([fit.p_error**2 for fit in fits]))
    # 300 runs: the scatter to 4 %, and as much from the errors' own scatter
    assert found.std() == pytest.approx(stated, rel=0.15)
    assert found.mean() == pytest.approx(0.5, abs=4 * found.std() / np.sqrt(300))


def test_the_stated_error_holds_for_a_spectrum_that_no_power_fits():
    bent = theory.spectrum(MULTIPOLES, 0.5) * np.where(MULTIPOLES > 4, 2.0, 1.0)
    fits = list(fits_to_runs(skewed, 60, 300, bent))
    assert np.median([fit.p_value for fit in fits]) < 1e-6
    stated = np.sqrt(np.mean([fit.p_error**2 for fit in fits]))
    assert np.std([fit.p for fit in fits]) == pytest.approx(stated, rel=0.15)


@pytest.mark.parametrize("form", theory.FORMS)
def test_the_rate_has_the_stated_error_too(form):
    rng, cl = np.random.default_rng(7), theory.spectrum(MULTIPOLES, 0.5, nu0=0.3, form=form)
    runs = [skewed(rng, 60, cl) for _ in range(300)]
    fits = [theory.fit(MULTIPOLES, run.mean(0), np.cov(run.T) / 60, form=form, n_fields=60) for run in runs]
    found = np.array([(fit.p, fit.nu0) for fit in fits])
    stated = np.sqrt(np.mean([np.diag(fit.covariance) for fit in fits], axis=0))
    # a scatter to 4 %, and as much from the errors' own; the mean strength of 60 skewed fields is skewed, too
    np.testing.assert_allclose(found.std(0), stated, rtol=0.2)
    assert found[:, 0].mean() == pytest.approx(0.5, abs=4 * found[:, 0].std() / np.sqrt(300))
    assert np.median(found[:, 1]) == pytest.approx(0.3, rel=0.1)


def test_the_line_goes_through_the_middle_of_points_that_no_power_fits():
    """A dipole three times as strong: the line is neither above nor below all that is beyond it."""
    ell = MULTIPOLES[1:]
    cl = theory.spectrum(MULTIPOLES, 0.8) * np.where(MULTIPOLES == 1, 3.0, 1.0)
    run = skewed(np.random.default_rng(8), 400, cl)
    covariance = theory.jackknife_covariance(run, theory.dipole_ratio)
    found = theory.fit_shape(ell, theory.dipole_ratio(cl), covariance, n_fields=400)
    line = theory.spectrum(ell, found.p) / theory.spectrum(1, found.p)
    above = theory.dipole_ratio(cl) > line
    assert not above[0]
    assert above[-1]
    # the slope beyond the dipole alone is that of 0.8
    beyond = theory.fit(ell, cl[1:], np.cov(run[:, 1:].T) / 400, n_fields=400)
    assert beyond.p == pytest.approx(0.8, abs=1e-3)
    assert found.p < 0.7


@pytest.mark.parametrize("n_fields", [16, 24, 60])
def test_probabilities_are_uniform_for_normal_fields(n_fields):
    fits = list(fits_to_runs(normal, n_fields, 300, theory.spectrum(MULTIPOLES, 0.5)))
    p_values = [fit.p_value for fit in fits]
    # means of 300 uniform numbers to 1/60, their share below 0.1 to 1/58
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.06)
    assert np.mean(np.less(p_values, 0.1)) == pytest.approx(0.1, abs=0.06)
    if n_fields > 20:  # chi2 of heavy tails below
        assert np.mean([fit.chi2 for fit in fits]) == pytest.approx(9, rel=0.15)


@pytest.mark.parametrize("form", theory.FORMS)
def test_skewed_fields_draw_p_nowhere_with_or_without_logarithms(form):
    cl = theory.spectrum(MULTIPOLES, 0.5, form=form)
    for logs in (True, False):
        found = np.array([fit.p for fit in fits_to_runs(skewed, 40, 100, cl, form=form, logs=logs)])
        assert found.mean() == pytest.approx(0.5, abs=4 * found.std() / 10)


def test_a_run_of_the_papers_turbulence_falls_more_slowly_than_for_one_half():
    result = crviz.run(crviz.Config(nside=8, omega_t=(100.0,)), 40)
    fields = result.dataset["cl"].values[:, -1, 2, 2, 1:11].astype(float)
    noise = result.spectrum("parallel", estimator="plateau").noise
    ratio = theory.dipole_ratio(fields.mean(0) - noise)
    covariance = theory.jackknife_covariance(fields - noise, theory.dipole_ratio)
    found = theory.fit_shape(np.arange(2, 11), ratio, covariance, n_fields=40)
    # p = 1/2 falls as l^-3, 1 as l^-2; 120 fields without a noise floor give 0.81 +- 0.014
    assert 0.5 < found.p < 0.95
    assert found.p_error < 0.1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"ell": [0, 1, 2]}, "ell"),
        ({"ell": [1, 2, 2]}, "ell"),
        ({"cl": [1.0, 0.1]}, "cl"),
        ({"cl": [1.0, 0.1, np.nan]}, "cl"),
        ({"covariance": np.eye(2)}, "covariance"),
        ({"form": "corrected"}, "form"),
        ({"q1": 0.0}, "q1"),
        ({"ell": [1], "cl": [1.0], "covariance": [1.0]}, "ell"),
        ({"n_fields": 4}, "n_fields"),
        ({"n_fields": 40, "cl": [1.0, -0.1, 0.03]}, "cl"),
    ],
)
def test_nonsense_is_refused_by_name(change, name):
    usual = {"ell": [1, 2, 3], "cl": [1.0, 0.1, 0.03], "covariance": np.eye(3)}
    with pytest.raises(ParameterError, match=f"^{name} = "):
        theory.fit(**(usual | change))


def test_spectra_without_power_are_refused():
    with pytest.raises(ValueError, match="positive"):
        theory.fit([1, 2, 3], [-1.0, -0.1, -0.03], np.eye(3))
    with pytest.raises(ParameterError, match=r"^ratio = "):
        theory.fit_shape([2, 3], [0.1, -0.01], np.eye(2))


def test_a_covariance_of_too_few_fields_is_refused():
    with pytest.raises(ParameterError, match=r"^n_fields = "):
        theory.fit_shape([2, 3, 4], [0.1, 0.03, 0.01], np.eye(3), n_fields=4)
