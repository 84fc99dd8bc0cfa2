import numpy as np
import pytest

from crviz import Config, atlas, interpretation, library, run, theory
from crviz.checks import ParameterError
from crviz.result import Run, Summary

POWER, FIELDS = 0.6, 300


@pytest.fixture(scope="module")
def synthetic():
    """Fields whose zz spectra follow Eq. 16 for p = 0.6 in the mean and scatter by some tenths."""
    config = Config(nside=8, n_modes=4, omega_t=(0.5, 1.0))
    data = run(config, 1).dataset.isel(realization=np.zeros(FIELDS, int))
    rng = np.random.default_rng(0)
    spectrum = np.r_[0, theory.spectrum(np.arange(1, 17), POWER)]
    # a factor common to all multipoles, and one each
    scatter = rng.gamma(4, 1 / 4, (FIELDS, 1)) * rng.gamma(20, 1 / 20, (FIELDS, 17))
    cl = np.zeros(data["cl"].shape)
    cl[:, :, 2, 2] = (scatter * spectrum)[:, None]
    data = data.assign(cl=(data["cl"].dims, cl), realization=np.arange(FIELDS))
    return Run(data)


def test_the_power_that_was_put_in_comes_out(synthetic):
    fit = interpretation.fit_power_law(synthetic, estimator="none")
    assert fit.p == pytest.approx(POWER, abs=3 * fit.p_error)
    # 300 fields with 22 % scatter each: a shape over 11 multipoles is known to some 1 %
    assert fit.p_error < 0.02
    assert fit.p_value > 0.001


def test_the_fit_takes_the_number_of_fields_into_account(synthetic):
    ratio, covariance = interpretation.dipole_ratio(synthetic, estimator="none")
    expected = theory.fit_shape(interpretation.MULTIPOLES, ratio, covariance, n_fields=FIELDS)
    found = interpretation.fit_power_law(synthetic, estimator="none")
    assert (found.p, found.p_error, found.chi2) == (expected.p, expected.p_error, expected.chi2)


def test_the_ratio_and_its_covariance_are_those_of_the_jackknife(synthetic):
    ratio, covariance = interpretation.dipole_ratio(synthetic, estimator="none", ell=(3, 7))
    zz = synthetic.dataset["cl"].values[:, -1, 2, 2]
    np.testing.assert_allclose(ratio, zz.mean(0)[[3, 7]] / zz.mean(0)[1], rtol=1e-12)
    left_out = np.array([np.delete(zz, r, 0).mean(0) for r in range(FIELDS)])
    left_out = left_out[:, [3, 7]] / left_out[:, 1:2]
    away = left_out - left_out.mean(0)
    np.testing.assert_allclose(covariance, (FIELDS - 1) / FIELDS * away.T @ away, rtol=1e-7)  # differences


@pytest.mark.parametrize("form", theory.FORMS)
def test_a_reduced_result_gives_nearly_the_same_fit(synthetic, form):
    whole, small = (
        interpretation.fit_power_law(result, estimator="none", form=form)
        for result in (synthetic, Summary(synthetic.reduced().dataset))  # as early versions made it
    )
    # first order instead of the jackknife: relative corrections of (C_1's error)^2, 1/300 x 0.3
    assert small.p == pytest.approx(whole.p, abs=0.1 * whole.p_error)
    assert small.p_error == pytest.approx(whole.p_error, rel=0.02)


def test_where_single_fields_are_kept_the_fit_is_that_of_the_run(synthetic):
    whole, small = (
        interpretation.fit_power_law(result, estimator="none") for result in (synthetic, synthetic.reduced())
    )
    # spectra of single fields are kept to 5e-4, far below their scatter
    assert small.p == pytest.approx(whole.p, abs=1e-2 * whole.p_error)
    assert small.p_error == pytest.approx(whole.p_error, rel=1e-3)


def test_the_form_is_that_of_the_fit(synthetic):
    printed, consistent = (
        interpretation.fit_power_law(synthetic, estimator="none", form=form) for form in theory.FORMS
    )
    assert printed.form == "printed"
    assert consistent.form == "self-consistent"
    # 14 % of shape at most, which is many errors here
    assert printed.p != pytest.approx(consistent.p, abs=printed.p_error)


@pytest.mark.parametrize("ell", [(), (1, 2), (2, 17)])
def test_multipoles_that_are_not_there_are_refused(synthetic, ell):
    with pytest.raises(ParameterError, match=r"^ell = .* must be multipoles from 2 to 16"):
        interpretation.dipole_ratio(synthetic, ell=ell)


def test_a_fit_needs_more_fields_than_multipoles(lone_run, small_run):
    with pytest.raises(ParameterError, match="realizations = 1 must be 2"):
        interpretation.fit_power_law(lone_run, ell=(2, 3))
    with pytest.raises(ParameterError, match="n_fields = 6 must be 13 at least for 11 multipoles"):
        interpretation.fit_power_law(small_run, estimator="none")


def test_what_a_reduced_result_has_not_kept_is_said(synthetic):
    with pytest.raises(ValueError, match="gradient"):
        interpretation.fit_power_law(synthetic.reduced(), (1.0, 2.0))


def test_gyration_alone_is_compared_with_bgk_as_it_is():
    """sigma^2 = 0: K_par = T / 3, so nu_par = 1 / T, and the drift is (1 - cos T) / 3."""
    result = run(Config(sigma2=0, n_modes=1, nside=4, omega_t=(2.0, 2.5), step=0.01), 2)
    found = interpretation.bgk_comparison(result, 2.0)
    assert found.omega_t == 2.0
    # the grid's <p_i^2> = 1/3 to 5e-3 at nside 4
    assert found.rates.nu_par == pytest.approx(1 / 2, rel=1e-2)
    assert found.rates.nu_a == pytest.approx(1 / (1 - np.cos(2)), rel=1e-2)
    assert found.rates.nu_perp == pytest.approx(1 / np.sin(2), rel=1e-2)
    assert found.bgk_nu_perp == pytest.approx(1 / 2 + 2, rel=1e-2)  # nu (1 + 1 / nu^2)
    assert found.bgk_nu_a == pytest.approx(1 + 1 / 4, rel=1e-2)  # 1 + nu^2
    assert found.bgk[0, 1] == pytest.approx(1 / (3 * 1.25), rel=1e-2)
    assert found.perpendicular_excess == pytest.approx(np.sin(2) * 2.5, rel=2e-2)


def test_field_lines_wander_and_bgk_does_not_know():
    found = interpretation.bgk_comparison(library.shipped(), 100)
    # 20 times; K_perp of 120 fields is good to 5 %, K_par to 3 %
    assert found.perpendicular_excess == pytest.approx(20.3, rel=0.15)
    assert found.in_words == "K⊥ at Ω T = 100 is 20 times that of BGK."


@pytest.mark.parametrize(
    ("sigma2", "rl_over_lc", "excess"),
    [(10, 0.1, 3.5), (10, 1, 1.2), (1, 1, 1.8), (1, 0.02, 222), (0.1, 0.02, 299)],
)
def test_how_far_off_bgk_is_depends_on_the_place(sigma2, rl_over_lc, excess):
    found = interpretation.bgk_comparison(atlas.load().interpolate(sigma2=sigma2, rl_over_lc=rl_over_lc))
    # as other fields had it, 120 a place: K_perp is good to some 5 to 10 %
    assert found.perpendicular_excess == pytest.approx(excess, rel=0.15)


def test_a_k_perp_within_its_error_is_not_set_beside_bgk(lone_run):
    assert "not known well enough" in interpretation.bgk_comparison(lone_run).in_words
