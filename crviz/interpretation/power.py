"""The power p of nu_r(x) that the spectrum of a result speaks for."""

from __future__ import annotations

import numpy as np

from crviz import theory
from crviz.config import ParameterError

#: Multipoles of `fit_power`: above the dipole, and below what the noise of a grid of nside 16 reaches.
MULTIPOLES = tuple(range(2, 13))


def dipole_ratio(result, gradient="parallel", omega_t=None, estimator="plateau", ell=MULTIPOLES):
    """C_l / C_1 of a result with its covariance.

    The covariance is that of the jackknife over fields; in a reduced result it follows from the kept
    covariance of the spectrum, to first order.

    Parameters
    ----------
    result : Result
    gradient, omega_t, estimator : as in `Result.spectrum`
    ell : (L,) int, from 2 to the result's largest

    Returns
    -------
    ratio : (L,)
    covariance : (L, L)

    Raises
    ------
    ParameterError
        Where the result has but one field, or ell is beyond its multipoles.
    ValueError
        Where a reduced result has no covariance for what is asked: `Result.covariance`.
    """
    multipoles = np.array([1, *ell])
    if not (len(multipoles) > 1 and min(ell) >= 2 and max(ell) <= result.ell[-1]):
        raise ParameterError("ell", list(ell), f"must be multipoles from 2 to {result.ell[-1]}")
    if result.n_realizations < 2:
        raise ParameterError("realizations", result.n_realizations, "must be 2 at least for a covariance")
    cl = result.spectrum(gradient, omega_t, estimator).cl[multipoles]
    ratio = theory.dipole_ratio(cl)
    if result.is_whole:
        fields = result.fields(gradient, omega_t, estimator)[:, multipoles]
        return ratio, theory.jackknife_covariance(fields, theory.dipole_ratio)
    covariance = result.covariance(gradient, omega_t, estimator)[np.ix_(multipoles, multipoles)]
    # d(C_l / C_1) = (dC_l - ratio_l dC_1) / C_1
    slopes = np.hstack([-ratio[:, None], np.eye(len(ratio))]) / cl[0]
    return ratio, slopes @ covariance @ slopes.T


def fit_power(
    result,
    gradient="parallel",
    omega_t=None,
    estimator="plateau",
    ell=MULTIPOLES,
    form="printed",
    logs=True,
):
    """The power p of nu_r = nu0 (1 - x)^p from the shape C_l / C_1 of a result: `theory.fit_shape`.

    Parameters
    ----------
    result, gradient, omega_t, estimator, ell : as in `dipole_ratio`
    form, logs : as in `theory.fit_shape`

    Returns
    -------
    theory.Fit

    Raises
    ------
    ParameterError
        Also where there are too few fields for so many multipoles, or noise has left a ratio below 0.
    ValueError
    """
    ratio, covariance = dipole_ratio(result, gradient, omega_t, estimator, ell)
    return theory.fit_shape(ell, ratio, covariance, n_fields=result.n_realizations, form=form, logs=logs)
