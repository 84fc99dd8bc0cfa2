"""Rates read off spectra without noise."""

import numpy as np
import pytest

from crviz import theory
from crviz.checks import ParameterError

ELL = np.arange(1, 2001)
#: 1 - x from opposite directions to an angle of 2 degrees.
DISTANCE = np.geomspace(2, 5e-4, 200)


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", [0.01, 1 / 3, 1 / 2])
def test_power_laws_come_back_to_2_in_10000(p, form):
    found = theory.invert(1 - DISTANCE, theory.spectrum(ELL, p, nu0=0.3, form=form), form=form)
    np.testing.assert_allclose(found, 0.3 * DISTANCE**p, rtol=2e-4)


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", [2 / 3, 0.9, 0.99])
def test_steeper_ones_to_twice_that_distance(p, form):
    away = DISTANCE[DISTANCE > 1e-3]
    found = theory.invert(1 - away, theory.spectrum(ELL, p, nu0=0.3, form=form), form=form)
    np.testing.assert_allclose(found, 0.3 * away**p, rtol=2e-4)
    if p < 0.95:
        far = away > 0.01
        np.testing.assert_allclose(found[far], 0.3 * away[far] ** p, rtol=1e-6)  # the taper has no edge


@pytest.mark.parametrize("form", theory.FORMS)
def test_a_rate_that_is_no_power_law_comes_back(form):
    def rate(x):
        return np.sqrt(1 - x) * (2 + np.sin(3 * x))

    away = DISTANCE[DISTANCE > 0.01]
    found = theory.invert(1 - away, theory.spectrum_from_rate(np.arange(1, 501), rate, form=form), form=form)
    np.testing.assert_allclose(found, rate(1 - away), rtol=2e-4)  # (1 - x) lmax^2 > 2000 again


@pytest.mark.parametrize(("form", "x0"), [("printed", 0.0), ("self-consistent", 1 / 3)])
def test_where_both_sides_of_the_quotient_vanish_it_is_bridged(form, x0):
    x = x0 + np.array([0, 1e-12, -1e-8, 9.9e-5, -1.01e-4])  # x0 = p/(2 - p)
    found = theory.invert(x, theory.spectrum(ELL, 0.5, form=form), form=form)
    np.testing.assert_allclose(found, np.sqrt(1 - x), rtol=1e-7)


def test_the_source_scales_the_rate():
    cl = theory.spectrum(ELL, 0.5)
    np.testing.assert_allclose(theory.invert([-0.5, 0.5], 7 * cl, q1=7), np.sqrt([1.5, 0.5]), rtol=1e-6)


def test_multipoles_may_come_in_any_order_and_x_in_any_shape():
    cl = theory.spectrum(ELL, 0.5)
    assert theory.invert(0.3, cl).shape == ()
    found = theory.invert([[0.3, -1.0]], cl[::-1], ell=ELL[::-1])
    np.testing.assert_allclose(found, np.sqrt([[0.7, 2.0]]), rtol=1e-6)


def test_an_untapered_sum_to_40_multipoles_is_useless():
    k = np.arange(1, 41)
    x = np.linspace(-1, 0.9, 400)
    series = np.r_[0, k * (k + 1) * (2 * k + 1) / 2 * theory.spectrum(k, 0.5, form="self-consistent")]
    gradient = np.polynomial.legendre.legval(x, series)
    assert np.sum(gradient[1:] * gradient[:-1] < 0) == 3  # one is x0, the others are poles of nu_r
    found = 1.5 * (x - 1 / 3) / gradient
    assert np.mean(np.abs(found / np.sqrt(1 - x) - 1) > 0.05) > 0.5


def test_a_noisy_spectrum_is_refused_by_the_taper():
    cl = theory.spectrum(ELL, 0.5, form="self-consistent")
    noisy = cl * (1 + 0.3 * np.random.default_rng(0).normal(size=cl.size))
    with pytest.raises(ValueError, match="zeros"):
        theory.invert(0.3, noisy, form="self-consistent")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"x": 1.0}, "x"),
        ({"x": [-1.1]}, "x"),
        ({"x": np.nan}, "x"),
        ({"ell": [1, 2, 4]}, "ell"),
        ({"ell": [1, 2]}, "cl"),
        ({"form": "other"}, "form"),
        ({"method": "guess"}, "method"),
        ({"method": "nnls"}, "covariance"),
        ({"q1": -1.0}, "q1"),
    ],
)
def test_nonsense_is_refused_by_name(change, name):
    usual = {"x": 0.0, "cl": [1.0, 0.1, 0.03]}
    with pytest.raises(ParameterError, match=f"^{name} = "):
        theory.invert(**(usual | change))
