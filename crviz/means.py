"""Means over realisations and their standard errors; the first axis is that of the realisations."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array, ArrayLike


def standard_error(values: Array) -> Array:
    """Scatter over the first axis divided by its root: (R, ...) -> (...); NaN where R = 1."""
    n = len(values)
    if n < 2:
        return np.full(values.shape[1:], np.nan)
    return values.std(0, ddof=1) / np.sqrt(n)


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
