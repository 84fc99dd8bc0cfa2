"""Integrals over the opening angle with the weight 1/nu_r(x), where nu_r vanishes at x = 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import scipy

from crviz.arrays import Array

#: nu_r(x) [Omega] for an array of x in (-1, 1).
Rate: TypeAlias = Callable[[Array], Array]

#: Distances from x = 1 at which the power is read; powers of 2, so that 1 - x has no rounding.
_NEAR_ONE = 2.0 ** np.array([-24, -20])
_LEAST_ORDER = 400


def rate_quadrature(nu_r: Rate, lmax: int) -> tuple[Array, Array]:
    """Nodes x and weights w such that sum_i w_i f(x_i) = integral_-1^1 dx f(x) / nu_r(x).

    nu_r may vanish like (1 - x)^p with p < 1: the power is read off next to x = 1 and taken into
    the weight of a Gauss-Jacobi quadrature, which is exact for a power-law rate where f is a
    polynomial of a degree up to 2 lmax.

    Returns
    -------
    x, weight : (n,) [1], [1/Omega]

    Raises
    ------
    ValueError
        Where the rate is not positive, or vanishes at x = 1 so fast that the integral diverges.
    """
    power = power_at_one(nu_r)
    x, weight = scipy.special.roots_jacobi(max(_LEAST_ORDER, lmax + 50), -power, 0.0)
    return x, weight * (1 - x) ** power / positive_rate(nu_r, x)


def power_at_one(nu_r: Rate) -> float:
    """The power p with which nu_r vanishes like (1 - x)^p at x = 1; 0 where it does not vanish.

    Raises ValueError where p is 1 or more (or so near that nothing is left of the integrals).
    """
    rate = positive_rate(nu_r, 1 - _NEAR_ONE)
    power = np.log(rate[1] / rate[0]) / np.log(_NEAR_ONE[1] / _NEAR_ONE[0])
    if power >= 1 - 1e-3:
        raise ValueError(
            f"nu_r vanishes like (1 - x)^{power:.4g} at x = 1: powers must be below 1 (0.999 at most)."
        )
    return max(power, 0.0) if abs(power) > 1e-6 else 0.0


def positive_rate(nu_r: Rate, x: Array) -> Array:
    """nu_r(x) (n,) [Omega]. Raises ValueError where it is not finite and positive."""
    rate = np.broadcast_to(np.asarray(nu_r(x), float), np.shape(x))
    if not (np.isfinite(rate).all() and (rate > 0).all()):
        raise ValueError("nu_r must be finite and positive between x = -1 and x = 1.")
    return rate
