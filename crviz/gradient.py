"""The direction of the cosmic-ray gradient, g = grad n / |grad n|, and what picks it out of a tensor."""

from __future__ import annotations

import numpy as np


def gradient_tensor(gradient):
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
    if isinstance(gradient, str):
        if gradient == "parallel":
            return np.diag([0.0, 0.0, 1.0])
        if gradient == "perpendicular":
            return np.diag([0.5, 0.5, 0.0])
    else:
        g = gradient_vector(gradient)
        return np.outer(g, g)
    raise ValueError(f"gradient = {gradient!r} must be 'parallel', 'perpendicular' or (theta, phi) in rad.")


def gradient_vector(direction):
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
