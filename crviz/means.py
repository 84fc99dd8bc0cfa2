"""Means over realisations and their standard errors; the first axis is that of the realisations."""

from __future__ import annotations

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike

#: Share of normal values within one standard deviation.
ONE_SIGMA = 0.6826894921370859


def standard_error(values: Array) -> Array:
    """Scatter over the first axis divided by its root: (R, ...) -> (...); NaN where R = 1."""
    n = len(values)
    if n < 2:
        return np.full(values.shape[1:], np.nan)
    return values.std(0, ddof=1) / np.sqrt(n)


def freedom(values: Array) -> Array:
    """Student's degrees of freedom of a mean, 2n / (kurtosis - 1): (R, ...) -> (...); infinite where R = 1.

    Those of the chi^2 that is as uncertain as the variance found: n of normal values, n - 1 at most. In heavy
    tails the variance of few values is more often too small.
    """
    n = len(values)
    if n < 2:
        return np.full(values.shape[1:], np.inf)
    square = (values - values.mean(0)) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 2 * n / ((square**2).mean(0) / square.mean(0) ** 2 - 1)
    return np.fmin(found, n - 1)


def student(freedom: ArrayLike, share: float = ONE_SIGMA) -> Array:
    """How many standard errors on either side hold the true mean in a share of the cases: (...) -> (...)."""
    return np.asarray(scipy.special.stdtrit(np.asarray(freedom, float), (1 + share) / 2))


def covariance_of_mean(values: ArrayLike, others: ArrayLike | None = None) -> Array:
    """Covariance of the mean between the entries of the last axis, or between those of two arrays.

    Parameters
    ----------
    values : (R, ..., n)
    others : (R, ..., m) or None
        None is values.

    Returns
    -------
    (..., n, m)
        NaN where R = 1.
    """
    values = np.asarray(values, float)
    others = values if others is None else np.asarray(others, float)
    n = len(values)
    if n < 2:
        return np.full((*values.shape[1:], others.shape[-1]), np.nan)
    away, others_away = values - values.mean(0), others - others.mean(0)
    return np.einsum("r...a,r...b->...ab", away, others_away) / (n * (n - 1))


def ratio(numerator: Array, denominator: Array) -> tuple[Array, Array]:
    """Ratio of two means with its standard error to first order: (R, ...), (R, ...) -> (...), (...)."""
    below = denominator.mean(0)
    value = numerator.mean(0) / below
    return value, standard_error(numerator - value * denominator) / np.abs(below)
