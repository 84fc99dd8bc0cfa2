"""The direction of the cosmic-ray gradient, g = grad n / |grad n|, and what picks it out of a tensor."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from crviz.arrays import Array, ArrayLike

#: (theta, phi) [rad], or "parallel" or "perpendicular" to the regular field; see `gradient_tensor`.
Gradient: TypeAlias = str | tuple[float, float]

#: The different components of a symmetric tensor, in the order of the covariances.
PAIRS = ("xx", "yy", "zz", "xy", "xz", "yz")
#: Components of a gradient's tensor below it do not count: what is multiplied with them may be NaN.
NOTHING = 1e-12
#: Diagonals of the tensors of the gradients that have names.
_NAMED = {"parallel": [0.0, 0.0, 1.0], "perpendicular": [0.5, 0.5, 0.0]}
_ROWS, _COLUMNS = np.array([["xyz".index(axis) for axis in pair] for pair in PAIRS]).T


def components(tensor: ArrayLike) -> Array:
    """The PAIRS of a symmetric tensor: (..., 3, 3) -> (..., 6)."""
    return np.asarray(tensor)[..., _ROWS, _COLUMNS]


def pair_weights(tensor: Array) -> Array:
    """What each of PAIRS counts in sum_ij G_ij X_ij for a symmetric X: (3, 3) -> (6,)."""
    return np.where(_ROWS == _COLUMNS, 1.0, 2.0) * tensor[_ROWS, _COLUMNS]


def contracted_error(covariance: Array, gradient: Gradient) -> Array:
    """Standard error of sum_ij G_ij X_ij, exactly, from the covariance of the PAIRS of X.

    Components that do not count may be NaN.

    Parameters
    ----------
    covariance : (..., 6, 6)

    Returns
    -------
    (...)
    """
    weight = pair_weights(gradient_tensor(gradient))
    counted = np.flatnonzero(np.abs(weight) > NOTHING)
    weight, covariance = weight[counted], covariance[..., counted[:, None], counted]
    variance = np.einsum("a,...ab,b->...", weight, covariance, weight)
    return np.sqrt(np.maximum(variance, 0))


def gradient_tensor(gradient: Gradient) -> Array:
    """The tensor G_ij = g_i g_j that picks a gradient out of C_l^{ij}.

    Parameters
    ----------
    gradient : (theta, phi) [rad] or "parallel" or "perpendicular"
        Polar angle from the regular field and azimuth. "perpendicular" is the mean over the
        azimuth at theta = pi/2, (xx + yy)/2.

    Returns
    -------
    (3, 3)
    """
    if not isinstance(gradient, str):
        g = gradient_vector(gradient)
        return np.outer(g, g)
    if gradient in _NAMED:
        return np.diag(_NAMED[gradient])
    raise ValueError(f"gradient = {gradient!r} must be 'parallel', 'perpendicular' or (theta, phi) in rad.")


def gradient_vector(direction: tuple[float, float]) -> Array:
    """Unit vector (3,) of (theta, phi) [rad]. Raises ValueError for anything else."""
    try:
        theta, phi = (float(angle) for angle in direction)
    except (TypeError, ValueError):
        raise ValueError(
            f"gradient = {direction!r} must be 'parallel', 'perpendicular' or (theta, phi)."
        ) from None
    if not np.isfinite([theta, phi]).all():
        raise ValueError(f"gradient = {direction!r} must be two finite angles (theta, phi) in rad.")
    return np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
