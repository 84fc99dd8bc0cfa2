"""Errors from few fields, steadied by what the other points of an atlas say.

The scatter of four fields gives an error that is itself uncertain by 40 %, and too small where all
four happen to be faint. So the variance of a point is written as kappa times that of Gaussian skies,
and kappa is drawn towards its typical value at all points, the more so the fewer fields it is from
and the less it truly differs between points (as the moderated variances of Smyth 2004, but in the logarithm,
since kappa differs by orders of magnitude at early times).
"""

from __future__ import annotations

import numpy as np
import scipy

from crviz.arrays import Array

#: No more than so many fields' worth of weight for what other points say.
MOST_PRIOR = 30.0


def moderated(variance: Array, expected: Array, freedom: Array) -> Array:
    """Variances of all points, steadied.

    Parameters
    ----------
    variance : (P, ...)
        As estimated at each point.
    expected : (P, ...)
        What they would be but for a factor that is alike at all points.
    freedom : (P, ...)
        Degrees of freedom of the estimates.

    Returns
    -------
    (P, ...)
        NaN where there is no estimate, and as it was where there are too few to compare.
    """
    known = np.isfinite(variance) & (variance > 0) & (expected > 0) & (freedom > 0)
    points = known.sum(0)
    kappa = np.where(known, variance / np.where(known, expected, 1), 1.0)
    half = np.where(known, freedom, 1.0) / 2
    # the logarithm of a chi^2 over its degrees of freedom has this mean, and the variance below
    log_kappa = np.log(kappa) - scipy.special.digamma(half) + np.log(half)
    typical = _mean(log_kappa, known, points)
    true_scatter = _mean((log_kappa - typical) ** 2, known, points - 1) - _mean(
        scipy.special.polygamma(1, half), known, points
    )
    prior = np.minimum(1 + 2 / np.maximum(true_scatter, 1e-3), MOST_PRIOR)
    steadied = expected * np.exp((freedom * log_kappa + prior * typical) / (freedom + prior))
    return np.where(known & (points > 2), steadied, variance)


def _mean(values: Array, known: Array, number: Array) -> Array:
    return np.where(known, values, 0).sum(0) / np.maximum(number, 1)
