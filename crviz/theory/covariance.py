"""Covariances of spectra: estimated from fields, and divided out of residuals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError


@dataclass(frozen=True, eq=False)
class Whitening:
    """A covariance matrix S R S ready to be divided out; made by `whitening`.

    Spectra fall by orders of magnitude, so the correlations R are factorised apart from the
    standard deviations S.

    Attributes
    ----------
    deviation : (L,)
    inverse : (L, L)
        Inverse of the lower Cholesky factor of R.
    """

    deviation: Array
    inverse: Array

    def __call__(self, values: ArrayLike) -> Array:
        """Values (L,) or (L, M) -> the same shape, with unit covariance."""
        return self.inverse @ (np.asarray(values, float).T / self.deviation).T

    def transposed(self, values: Array) -> Array:
        """The transposed map, of the same shapes: with `__call__` before it, the covariance divided out."""
        return ((self.inverse.T @ values).T / self.deviation).T


def whitening(covariance: ArrayLike, size: int) -> Whitening:
    """`Whitening` for a covariance matrix (L, L) or variances (L,), L = size. Raises ParameterError."""
    covariance = np.asarray(covariance, float)
    if covariance.shape not in ((size,), (size, size)):
        raise ParameterError("covariance", list(covariance.shape), f"must be ({size},) or ({size}, {size})")
    matrix = np.diag(covariance) if covariance.ndim == 1 else covariance
    deviation = np.sqrt(np.maximum(np.diag(matrix), 0))
    if not (np.isfinite(matrix).all() and (deviation > 0).all()):
        raise ParameterError("covariance", list(covariance.shape), "must be finite, with variances above 0")
    correlation = matrix / np.outer(deviation, deviation)
    if not np.allclose(correlation, correlation.T, rtol=0, atol=1e-8):
        raise ParameterError("covariance", list(covariance.shape), "must be symmetric")
    try:
        factor = scipy.linalg.cholesky(correlation, lower=True)
    except np.linalg.LinAlgError:
        rule = "must be positive definite: that of fewer fields than multipoles is not"
        raise ParameterError("covariance", list(covariance.shape), rule) from None
    return Whitening(deviation, scipy.linalg.solve_triangular(factor, np.eye(size), lower=True))


def covariance_of_logarithms(covariance: ArrayLike, values: Array) -> Array:
    """Covariance (L, L), or variances (L,), of the logarithms of values (L,) > 0, to first order.

    A wrong shape is left for `whitening` to refuse.
    """
    covariance = np.asarray(covariance, float)
    if covariance.shape == values.shape:
        return covariance / values**2
    return covariance / np.outer(values, values) if covariance.shape == 2 * values.shape else covariance


def smooth_covariance(ell: ArrayLike, cl: ArrayLike, covariance: ArrayLike) -> Array:
    """Covariance of C_l with a few parameters in place of L(L + 1)/2, from one that few fields estimate.

    Fields differ in strength, which all multipoles share, and beyond that scatter by themselves:
    cov(C_l, C_l') = m_l m_l' [c + delta_ll' 2 v_l / (2l + 1)], with v_l = 1 for Gaussian skies without noise.
    c is the mean between multipoles; ln v_l and ln m_l are the parabolas in ln l that fit best to the
    variances and to C_l. The inverse of such a matrix is not governed by what is small by chance, in the
    covariance or in C_l itself.

    Parameters
    ----------
    ell : (L,) int >= 1
    cl : (L,) > 0
    covariance : (L, L), or variances (L,): then c = 0

    Returns
    -------
    (L, L)

    Raises
    ------
    ParameterError
    """
    ell, cl, covariance = np.asarray(ell), np.asarray(cl, float), np.asarray(covariance, float)
    if covariance.shape not in (cl.shape, 2 * cl.shape):
        raise ParameterError("covariance", list(covariance.shape), f"must be {cl.shape} or {2 * cl.shape}")
    if not (cl > 0).all():
        raise ParameterError("cl", float(cl.min()), "must be above 0 everywhere for a relative covariance")
    relative = covariance_of_logarithms(covariance, cl)
    if relative.ndim == 1:
        common, own = 0.0, relative
    else:
        between = relative[~np.eye(ell.size, dtype=bool)]
        common, own = max(between.mean(), 0.0), np.diag(relative)
    # what all share cannot be more than nearly all of any
    own = np.maximum(own - common, own / 10) * (2 * ell + 1) / 2
    mean = _parabola(ell, cl, np.sqrt(2 * ell + 1))
    return (np.diag(2 / (2 * ell + 1) * _parabola(ell, own)) + common) * np.outer(mean, mean)


def _parabola(ell: Array, values: Array, weight: Array | None = None) -> Array:
    """What of positive values is a parabola of their logarithms in ln l; a line for two multipoles."""
    x = np.log(ell)
    fitted = np.polynomial.Polynomial.fit(x, np.log(values), min(2, ell.size - 1), w=weight)
    return np.exp(fitted(x))


def jackknife_covariance(fields: ArrayLike, statistic: Callable[[Array], Array]) -> Array:
    """Covariance of a function of the mean over fields, from leaving out one field at a time.

    Parameters
    ----------
    fields : (R, L)
        One row a field, for example its C_l.
    statistic : (n, L) -> (n, M)
        What is made of each of n mean spectra, for example `dipole_ratio`.

    Returns
    -------
    (M, M)

    Raises
    ------
    ParameterError
    """
    fields = np.asarray(fields, float)
    n = len(fields)
    if fields.ndim != 2 or n < 2 or not np.isfinite(fields).all():
        raise ParameterError("fields", list(fields.shape), "must be finite and of 2 fields at least")
    values = statistic((fields.sum(0) - fields) / (n - 1))
    away = values - values.mean(0)
    return (n - 1) / n * away.T @ away


def dipole_ratio(cl: ArrayLike) -> Array:
    """C_l / C_1 for l > 1: spectra (..., L) that begin at l = 1 -> (..., L - 1)."""
    cl = np.asarray(cl, float)
    return cl[..., 1:] / cl[..., :1]


def inverse_bias(n_fields: int, n_data: int) -> float:
    """(n - d - 2)/(n - 1): what the inverse of a covariance from n fields is too large by.

    The inverse of an estimated d x d covariance matrix has a mean larger by one over this factor
    (Hartlap, Simon & Schneider 2007). Raises ParameterError where n <= d + 2.
    """
    if n_fields <= n_data + 2:
        raise ParameterError("n_fields", n_fields, f"must be above {n_data + 2} for {n_data} multipoles")
    return (n_fields - n_data - 2) / (n_fields - 1)
