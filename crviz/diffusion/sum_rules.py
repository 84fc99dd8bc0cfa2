"""Eqs. 6 and 7 with what is measured on either side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

    omega_t: np.ndarray
    left: np.ndarray
    left_error: np.ndarray
    right: np.ndarray
    right_error: np.ndarray
    difference_error: np.ndarray


def sum_rule(omega_t, left, right):
    """`SumRule` from both sides in every realisation, (R, T), or from their mean alone, (1, T).

    Errors are NaN for a mean alone, that of the difference where either side is one.
    """
    together = min(len(left), len(right))
    return SumRule(
        omega_t,
        left.mean(0),
        standard_error(left),
        right.mean(0),
        standard_error(right),
        standard_error(left[:together] - right[:together]),
    )


def power(cl):
    """sum_l (2l + 1) C_l / 4 pi, the left side of Eq. 6, up to the largest l there is: (..., L) -> (...).

    It stays below <(r.g)^2>: what a finite grid does not resolve is missing.
    """
    return np.asarray(cl) @ (2 * np.arange(np.shape(cl)[-1]) + 1.0) / (4 * np.pi)
