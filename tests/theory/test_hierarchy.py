"""The closed hierarchy of Ahlers 2014."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from crviz import theory


def test_the_asymptotic_ratios_are_products_of_rates():
    # D_l / D_1 = prod nu_k / (nu_{k+1} - nu_1), with nu_k = k(k + 1)/2
    ratio = Fraction(1)
    for ell in range(1, 30):
        assert theory.hierarchy(ell) == pytest.approx(float(3 * ratio / (2 * ell + 1)), rel=1e-14)
        ratio *= Fraction(ell * (ell + 1), (ell + 1) * (ell + 2) - 2)


def test_a_dipole_left_alone_ends_there():
    ell = np.arange(1, 41)
    # the slowest correction decays as exp(-(nu_2 - nu_1) T) = exp(-2 nu_1 T)
    np.testing.assert_allclose(theory.hierarchy(ell, nu1_t=20.0), theory.hierarchy(ell), rtol=1e-13)
    np.testing.assert_allclose(theory.hierarchy(ell, nu1_t=1e9), theory.hierarchy(ell), rtol=1e-13)
    assert not np.allclose(theory.hierarchy(ell, nu1_t=0.5), theory.hierarchy(ell), rtol=0.1)


def test_it_begins_as_a_dipole():
    np.testing.assert_array_equal(theory.hierarchy([1, 2, 3], nu1_t=0.0), [1, 0, 0])
    time = 1e-5  # C_2 = 3/5 nu_1 T and C_3 = 3/7 nu_1 nu_2 T^2 / 2 = 9/14 T^2 at first
    found = theory.hierarchy([2, 3], nu1_t=time)
    np.testing.assert_allclose(found, [0.6 * time, 9 / 14 * time**2], rtol=5 * time)


def test_it_solves_its_differential_equations():
    ell = np.arange(1, 13)
    nu = ell * (ell + 1) / 2
    times = np.array([0.03, 0.3, 1.0, 2.0])

    def change(time, d):
        return -nu * d + np.r_[0, nu[:-1] * d[:-1]]

    d = solve_ivp(change, (0, 2), 3.0 * (ell == 1), t_eval=times, rtol=1e-10, atol=1e-13).y.T
    found = theory.hierarchy(ell, nu1_t=times) * np.exp(-times)[:, None]  # C_l over the initial C_1
    np.testing.assert_allclose(found, d / (2 * ell + 1), atol=1e-10)


def test_power_is_kept_while_it_has_not_reached_the_last_multipole():
    ell, time = np.arange(1, 61), 0.05
    power = theory.hierarchy(ell, nu1_t=time) * np.exp(-time) @ (2 * ell + 1)
    assert power == pytest.approx(3, rel=1e-12)


def test_it_is_stable_at_early_times_and_high_multipoles():
    found = theory.hierarchy(np.arange(1, 81), nu1_t=np.array([1e-3, 0.1, 1.0]))
    assert (found >= 0).all()  # a sum over exponentials alternates in sign here, with terms of 1e30
    assert (found <= theory.hierarchy(np.arange(1, 81)) * (1 + 1e-12)).all()


WRONG = [(0, None, "ell"), (1, -1.0, "nu1_t"), (1, np.nan, "nu1_t")]


@pytest.mark.parametrize(("ell", "nu1_t", "name"), WRONG)
def test_nonsense_is_refused_by_name(ell, nu1_t, name):
    with pytest.raises(ValueError, match=name):
        theory.hierarchy(ell, nu1_t=nu1_t)
