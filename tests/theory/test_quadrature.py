"""Integrals with the weight 1/nu_r."""

import numpy as np
import pytest

from crviz import theory
from crviz.theory.quadrature import power_at_one, rate_quadrature


@pytest.mark.parametrize("p", [1e-3, 0.25, 0.5, 0.9, 0.99])
def test_the_power_of_a_power_law_is_read_off_to_rounding(p):
    assert power_at_one(theory.power_law_rate(p, nu0=0.3)) == pytest.approx(p, abs=1e-13)


def test_the_power_of_other_rates_is_read_off_to_the_distance_from_x_1():
    # ln(2 + x) changes by 1e-6 / 3 between the two points, over ln 16
    assert power_at_one(lambda x: np.sqrt(1 - x) * (2 + x)) == pytest.approx(0.5, abs=2e-7)
    assert power_at_one(lambda x: 1 + 0 * x) == 0
    assert power_at_one(lambda x: 2 - x) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_powers_of_1_minus_x_are_integrated_exactly(p):
    x, weight = rate_quadrature(theory.power_law_rate(p, nu0=0.5), 10)
    for n in (0, 1, 40, 400):
        # integral of y^(n - p) from 0 to 2; 1 - x is rounded next to x = 1, which costs most at p = 0.9
        exact = 2 ** (n - p + 1) / (n - p + 1) / 0.5
        assert weight @ (1 - x) ** n == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_a_rate_that_vanishes_too_fast_is_refused(power):
    with pytest.raises(ValueError, match="below 1"):
        rate_quadrature(lambda x: (1 - x) ** power, 10)


def test_a_rate_may_be_a_plain_number_everywhere():
    x, weight = rate_quadrature(lambda x: 0.25, 10)
    assert weight.sum() == pytest.approx(8, rel=1e-12)
    assert len(x) >= 11  # products of two polynomials of degree 10
