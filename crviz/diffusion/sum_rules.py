"""Eqs. 6 and 7 with what is measured on either side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.checks import check_choice
from crviz.diffusion.measured import Moments, known_together
from crviz.diffusion.tensors import relative_diffusion
from crviz.gradient import Gradient, gradient_tensor
from crviz.means import standard_error


@dataclass(frozen=True, eq=False)
class SumRule:
    """Both sides of an equation against time, in r_L^2, with standard errors.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    left, left_error : (T,)
    right, right_error : (T,)
    difference_error : (T,)
        Of left - right: both sides come from the same fields and scatter together.
    """

    omega_t: Array
    left: Array
    left_error: Array
    right: Array
    right_error: Array
    difference_error: Array


def sum_rule(omega_t: Array, left: Array, right: Array, gradient: Gradient) -> SumRule:
    """`SumRule` along a gradient from both sides in every field, (R, T, 3, 3), or in the mean alone, R = 1.

    Errors are NaN for a mean alone, that of the difference where either side is one.
    """
    g = gradient_tensor(gradient)
    left, right = (np.einsum("ij,rtij->rt", g, tensor) for tensor in (left, right))
    together = min(len(left), len(right))
    return SumRule(
        omega_t,
        left.mean(0),
        standard_error(left),
        right.mean(0),
        standard_error(right),
        standard_error(left[:together] - right[:together]),
    )


def power_sum_rule(moments: Moments, gradient: Gradient, right: str = "diffusion") -> SumRule:
    """Eq. 6 as measured: sum_l (2l + 1) C_l / 4 pi against 2 T K_ij g_i g_j, or against <(r.g)^2>.

    The sum ends at l_max: it stays below <(r.g)^2> by what the grid does not resolve, and that
    stays below 2 T K as long as K grows.

    Parameters
    ----------
    right
        "diffusion" or "mean square".
    """
    check_choice("right", right, ("diffusion", "mean square"))
    rights = moments.spread if right == "diffusion" else moments.rr
    return sum_rule(moments.omega_t, moments.total_power, rights, gradient)


def monopole_sum_rule(moments: Moments, gradient: Gradient) -> SumRule:
    """Eq. 7 as measured: C_0 / 4 pi against 2 T (K_ij - K~_ij) g_i g_j, with K~ by Eq. 8.

    With <r_i r_j> / 2T for K the two would be equal identically; with K they are in the limit of
    large T, and their difference is how far that is.
    """
    monopole, spread, rr = known_together(moments.monopole, moments.spread, moments.rr)
    relative = relative_diffusion(rr, monopole, moments.omega_t)
    right = spread - 2 * moments.omega_t[:, None, None] * relative
    return sum_rule(moments.omega_t, monopole / (4 * np.pi), right, gradient)


def total_power(cl: ArrayLike) -> Array:
    """sum_l (2l + 1) C_l / 4 pi, the left side of Eq. 6, up to the largest l there is: (..., L) -> (...).

    It stays below <(r.g)^2>: what a finite grid does not resolve is missing.
    """
    return np.asarray(cl) @ (2 * np.arange(np.shape(cl)[-1]) + 1.0) / (4 * np.pi)
