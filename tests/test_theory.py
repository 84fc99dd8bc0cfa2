"""The stationary spectra against integrals done in other ways."""

import numpy as np
import pytest
from numpy.polynomial.legendre import legvander
from scipy.integrate import quad
from scipy.special import eval_legendre, roots_jacobi

from crviz import theory

ELL = np.arange(1, 31)
POWERS = (1 / 3, 1 / 2, 2 / 3)
MANY_POWERS = (0.05, *POWERS, 0.95)


def power_on_the_right(ell, spectrum, p, n_max=1000):
    """Right side of Eq. 14 at the multipole ell, sum_k k(k+1)(2k+1)/2 C_k integral nu_r P_l P_k.

    The integrals are exact Gauss-Jacobi sums; the terms fall as k^-3, so that the sum is good to n_max^-2.
    """
    k = np.arange(1, n_max + 1)
    x, weight = roots_jacobi((n_max + ell) // 2 + 2, p, 0.0)
    legendre = legvander(x, n_max)
    integrals = legendre[:, 1:].T @ (weight * legendre[:, ell])
    return (k * (k + 1) * (2 * k + 1) / 2 * spectrum(k)) @ integrals


@pytest.mark.parametrize(("p", "value"), [(1 / 3, 0.714330473), (1 / 2, 0.989949494), (2 / 3, 1.619898493)])
def test_eq_16_has_the_dipole_of_the_30_digit_quadrature(p, value):
    assert theory.spectrum(1, p) == pytest.approx(value, abs=1e-9)  # nine digits were written down


@pytest.mark.parametrize("p", POWERS)
def test_eq_16_is_the_integral_of_eq_15(p):
    for ell in (1, 2, 7):
        # quad takes (1-x)^-p into its weight; the rest is a polynomial
        integral, _ = quad(lambda x, n=ell: x * eval_legendre(n, x), -1, 1, weight="alg", wvar=(0, -p))
        assert theory.spectrum(ell, p) == pytest.approx(1.5 / (ell * (ell + 1)) * integral, rel=1e-10)


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", MANY_POWERS)
def test_the_integral_over_a_power_law_is_the_closed_form(p, form):
    rate = theory.power_law_rate(p, nu0=0.7)
    # the power is read off the rate next to x = 1, to some 1e-9
    for ell in (ELL, np.array([50, 100, 200])):
        closed = theory.spectrum(ell, p, nu0=0.7, form=form)
        np.testing.assert_allclose(theory.spectrum_from_rate(ell, rate, form=form), closed, rtol=1e-7)


def test_a_constant_rate_leaves_a_pure_dipole():
    cl = theory.spectrum_from_rate(ELL, lambda x: np.full_like(x, 0.4))
    assert cl[0] == pytest.approx(1 / (2 * 0.4), rel=1e-12)  # 3/4 of integral x^2; rounding
    np.testing.assert_allclose(cl[1:], 0, atol=1e-12)


def test_a_rate_that_is_no_power_law_is_integrated_as_well():
    cl = theory.spectrum_from_rate([1, 4], lambda x: np.sqrt(1 - x) * (2 + x))
    for found, ell in zip(cl, (1, 4), strict=True):
        integral, _ = quad(
            lambda x, n=ell: x * eval_legendre(n, x) / (2 + x), -1, 1, weight="alg", wvar=(0, -0.5)
        )
        assert found == pytest.approx(1.5 / (ell * (ell + 1)) * integral, rel=1e-6)  # power read off to 1e-7


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", MANY_POWERS)
def test_spectra_fall_as_a_power_2p_minus_4_of_the_multipole(p, form):
    near, far = 1000, 2000
    ratio = theory.spectrum(far, p, form=form) / theory.spectrum(near, p, form=form)
    # against l + 1/2 corrections begin at l^-2
    slope = np.log(ratio) / np.log((far + 0.5) / (near + 0.5))
    assert slope == pytest.approx(2 * p - 4, abs=1e-5)


def test_the_two_forms_differ_in_shape_by_a_seventh_at_most():
    ell = np.arange(1, 3000)
    worst = 0
    for p in np.linspace(0.01, 0.99, 99):
        printed, consistent = (theory.spectrum(ell, p, form=form) for form in theory.FORMS)
        worst = max(worst, np.abs(printed / printed[0] / (consistent / consistent[0]) - 1).max())
    # [1 - p(1-p)/l(l+1)] / [1 - p(1-p)/2] is largest at p = 1/2 and l -> infinity: 8/7
    assert worst == pytest.approx(1 / 7, abs=1e-5)


@pytest.mark.parametrize("p", POWERS)
def test_the_self_consistent_form_satisfies_eq_14_at_every_multipole(p):
    for ell in range(1, 7):
        source = power_on_the_right(ell, lambda k: theory.spectrum(k, p, form="self-consistent"), p)
        assert source == pytest.approx(1.0 if ell == 1 else 0.0, abs=1e-4)  # cut off at k = 1000


@pytest.mark.parametrize(("p", "value"), [(1 / 3, 1.096), (1 / 2, 1.267), (2 / 3, 1.675)])
def test_the_printed_form_put_back_into_eq_14_gives_too_much(p, value):
    source = power_on_the_right(1, lambda k: theory.spectrum(k, p), p)
    assert source == pytest.approx(value, abs=1e-3)  # four digits were written down


@pytest.mark.parametrize("p", POWERS)
def test_the_flux_of_the_self_consistent_form_has_no_monopole(p):
    x, weight = roots_jacobi(50, -p, 0.0)
    flux = 1.5 * (x - p / (2 - p))  # nu_r K' / Q1
    assert weight @ flux == pytest.approx(0, abs=1e-11)  # rounding, in the nodes near x = 1 above all
    k = np.arange(1, 40)
    expected = eval_legendre(k[:, None], x) @ (weight * flux) / (k * (k + 1))
    np.testing.assert_allclose(theory.spectrum(k, p, form="self-consistent"), expected, rtol=1e-9)


def test_towards_p_1_the_printed_form_diverges_and_the_other_does_not():
    ell = np.arange(1, 10)
    np.testing.assert_allclose(
        theory.spectrum(ell, 1 - 1e-7, form="self-consistent"), 3 / (ell * (ell + 1)), rtol=1e-5
    )
    assert theory.spectrum(1, 1 - 1e-7) > 1e6


def test_spectra_are_inversely_proportional_to_the_rate():
    for form in theory.FORMS:
        np.testing.assert_allclose(
            theory.spectrum(ELL, 0.5, nu0=4.0, form=form),
            theory.spectrum(ELL, 0.5, nu0=1.0, form=form) / 4,
            rtol=1e-13,
        )


def test_a_power_law_rate_vanishes_between_equal_directions():
    rate = theory.power_law_rate(0.5, nu0=2.0)
    np.testing.assert_allclose(rate([-1.0, 0.0, 1.0]), [2 * np.sqrt(2), 2, 0], atol=1e-15)


def test_spectra_have_the_shape_of_the_multipoles():
    assert (
        theory.spectrum(3, 0.5).shape == theory.spectrum_from_rate(3, theory.power_law_rate(0.5)).shape == ()
    )
    assert theory.spectrum([[1, 2], [3, 4]], 0.5).shape == (2, 2)
    assert theory.spectrum_from_rate([[1, 2], [3, 4]], theory.power_law_rate(0.5)).shape == (2, 2)


@pytest.mark.parametrize("p", [0, 1, -0.3, 1.5, np.nan, np.inf])
def test_powers_beyond_0_and_1_are_refused(p):
    for call in (lambda: theory.spectrum(ELL, p), lambda: theory.power_law_rate(p)):
        with pytest.raises(ValueError, match="p = "):
            call()


@pytest.mark.parametrize("nu0", [0, -1.0, np.nan, np.inf])
def test_rates_that_are_not_positive_are_refused(nu0):
    with pytest.raises(ValueError, match="nu0"):
        theory.spectrum(ELL, 0.5, nu0=nu0)


@pytest.mark.parametrize("ell", [0, [1, 0], -2, 1.5, [2, np.nan]])
def test_multipoles_below_the_dipole_are_refused(ell):
    for call in (
        lambda: theory.spectrum(ell, 0.5),
        lambda: theory.spectrum_from_rate(ell, theory.power_law_rate(0.5)),
    ):
        with pytest.raises(ValueError, match="ell"):
            call()


def test_forms_that_do_not_exist_are_refused():
    for call in (
        lambda: theory.spectrum(ELL, 0.5, form="corrected"),
        lambda: theory.spectrum_from_rate(ELL, theory.power_law_rate(0.5), form="corrected"),
    ):
        with pytest.raises(ValueError, match="form"):
            call()


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_a_rate_that_vanishes_too_fast_is_refused(power):
    with pytest.raises(ValueError, match="below 1"):
        theory.spectrum_from_rate(ELL, lambda x: (1 - x) ** power)


@pytest.mark.parametrize(
    "rate", [lambda x: -np.sqrt(1 - x), lambda x: x, lambda x: 0 * x, lambda x: x * np.nan]
)
def test_a_rate_that_is_not_positive_is_refused(rate):
    with pytest.raises(ValueError, match="positive"):
        theory.spectrum_from_rate(ELL, rate)
