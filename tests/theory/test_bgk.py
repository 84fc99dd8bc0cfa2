"""Scattering rates and Eq. 2."""

import numpy as np
import pytest

import crviz
from crviz import theory


def test_without_scattering_only_the_drift_is_left():
    k = theory.bgk_tensor(1e-6)
    # K_xy = +1/3 in r_L^2 Omega, as the orbits of sigma^2 = 0 give it
    assert k[0, 1] == pytest.approx(1 / 3) == -k[1, 0]
    assert k[0, 0] == pytest.approx(0, abs=1e-6)


def test_with_strong_scattering_the_field_does_not_matter():
    k = theory.bgk_tensor(1e4)
    np.testing.assert_allclose(k * 3e4, np.eye(3), atol=2e-4)  # drift 1/nu of the rest


def test_bgk_is_the_stationary_velocity_correlation():
    # K_ij = (1/3) integral exp(-nu t) R_ij(t) dt with R a rotation by Omega t about z
    nu = 0.7
    expected = np.array([[nu, 1, 0], [-1, nu, 0], [0, 0, (1 + nu**2) / nu]]) / (3 * (1 + nu**2))
    np.testing.assert_allclose(theory.bgk_tensor(nu), expected, rtol=1e-14)


@pytest.mark.parametrize("nu", [0.03, 1.0, 20.0])
def test_rates_are_read_back_from_their_tensor(nu):
    found = theory.rates(theory.bgk_tensor(nu))
    nu_perp, nu_a = theory.bgk_rates(nu)
    assert (found.nu_par, found.nu_perp, found.nu_a) == pytest.approx((nu, nu_perp, nu_a), rel=1e-13)
    assert found.nu_perp / nu == pytest.approx(1 + 1 / nu**2)
    assert np.isnan(found.nu_par_error)


def test_a_tensor_of_independent_rates():
    k = theory.tensor_from_rates([0.1, 0.2], 3.0, -2.0)
    assert k.shape == (2, 3, 3)
    np.testing.assert_allclose(k[:, 2, 2], [1 / 0.3, 1 / 0.6])
    np.testing.assert_allclose(k[0, :2, :2], [[1 / 9, -1 / 6], [1 / 6, 1 / 9]])
    np.testing.assert_array_equal(theory.rates(k).nu_a, [-2, -2])
    assert theory.tensor_from_rates(1.0, 1.0, np.inf)[0, 1] == 0


def test_errors_are_those_of_many_draws():
    rng = np.random.default_rng(4)
    k = theory.tensor_from_rates(0.06, 0.7, 1.2)
    error = 0.02 * np.abs(k) + 0.001
    drawn = theory.rates(k + error * rng.normal(size=(20000, 3, 3)))
    stated = theory.rates(k, k_error=error)
    for name in ("nu_par", "nu_perp", "nu_a"):
        # 20000 draws give a scatter to 0.5 %; second order adds (2 %)^2
        assert getattr(drawn, name).std() == pytest.approx(getattr(stated, name + "_error"), rel=0.03)


def test_a_diffusion_that_is_not_positive_is_no_rate():
    found = theory.rates(np.zeros((3, 3)))
    assert np.isnan(found.nu_par)
    assert np.isnan(found.nu_perp)
    assert np.isinf(found.nu_a)
    assert np.isnan(theory.rates(-np.eye(3)).nu_par)


def test_bgk_makes_the_diffusion_across_the_field_some_twenty_times_too_small():
    diffusion = crviz.load(crviz.library.reference()).diffusion()
    at = abs(diffusion.omega_t - 100).argmin()
    measured = diffusion.k[at]
    found = theory.rates(measured, k_error=diffusion.k_error[at])
    assert found.nu_par == pytest.approx(1 / (3 * measured[2, 2]))
    nu_perp, _ = theory.bgk_rates(found.nu_par)
    # 20 times here, at this time: K_perp of 120 fields is good to 5 %, K_par to 3 %
    assert nu_perp / found.nu_perp == pytest.approx(20.3, rel=0.15)
    assert found.nu_a > 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: theory.bgk_tensor(0.0), "nu"),
        (lambda: theory.bgk_tensor(np.nan), "nu"),
        (lambda: theory.tensor_from_rates(-1.0, 1.0, 1.0), "nu_par"),
        (lambda: theory.tensor_from_rates(1.0, 0.0, 1.0), "nu_perp"),
        (lambda: theory.tensor_from_rates(1.0, 1.0, 0.0), "nu_a"),
        (lambda: theory.rates(np.eye(2)), "k"),
        (lambda: theory.rates(np.eye(3), k_error=np.ones(3)), "k_error"),
    ],
)
def test_nonsense_is_refused_by_name(call, name):
    with pytest.raises(crviz.config.ParameterError, match=f"^{name} = "):
        call()
