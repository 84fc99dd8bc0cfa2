"""The asymptotic slope of a spectrum, which for nu_r ~ (1 - x)^p is 2p - 4."""

from __future__ import annotations

import numpy as np

from crviz.arrays import ArrayLike
from crviz.checks import ParameterError, check_number
from crviz.theory.arguments import check_spectrum
from crviz.theory.covariance import covariance_of_logarithms, whitening


def slope(
    ell: ArrayLike,
    cl: ArrayLike,
    *,
    covariance: ArrayLike | None = None,
    shift: float = 0.5,
    alike: bool = False,
) -> tuple[float, float]:
    """d ln C_l / d ln(l + shift), by generalised least squares of a straight line.

    Read against l + 1/2 the corrections to a power law begin at l^-2 only; against l they begin at
    l^-1, and C_l of p = 1/2 (slope -3) seems to fall as l^-2.8 over l = 2-12.

    Parameters
    ----------
    ell : (L,) int >= 1, L >= 2
    cl : (L,), above 0
    covariance : (L, L), or variances (L,)
        None weighs all multipoles alike.
    shift : >= 0
    alike
        Whether all multipoles are weighed alike though their covariance is known, which says the error.

    Returns
    -------
    value, error
        The error is NaN without a covariance.

    Raises
    ------
    ParameterError
    """
    ell, cl = check_spectrum(ell, cl)
    if ell.size < 2 or not (cl > 0).all():
        raise ParameterError("cl", cl.min(), "must be above 0, and at least 2 values must be there")
    distance = np.log(ell + check_number("shift", shift, at_least=0))
    line = np.stack([np.ones(ell.size), distance - distance.mean()], 1)
    if covariance is None or alike:
        weights = np.linalg.pinv(line)[1]
        value = float(weights @ np.log(cl))
        if covariance is None:
            return value, np.nan
        return value, float(np.sqrt(weights @ covariance_of_logarithms(covariance, cl) @ weights))
    whiten = whitening(covariance_of_logarithms(covariance, cl), ell.size)
    columns = whiten(line)
    value = np.linalg.lstsq(columns, whiten(np.log(cl)))[0][1]
    return float(value), float(np.sqrt(np.linalg.inv(columns.T @ columns)[1, 1]))
