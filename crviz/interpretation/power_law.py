"""The power p of nu_r(x) that the spectrum of a result speaks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crviz import theory
from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.gradient import Gradient
from crviz.result import NotKept, Source

#: Multipoles of `fit_power_law`: above the dipole, and below what the noise of a grid of nside 16 reaches.
MULTIPOLES = tuple(range(2, 13))


def dipole_ratio(
    source: Source,
    gradient: Gradient = "parallel",
    *,
    omega_t: float | None = None,
    estimator: str = "plateau",
    ell: Sequence[int] = MULTIPOLES,
) -> tuple[Array, Array]:
    """C_l / C_1 of a source with its covariance.

    The covariance is that of the jackknife over fields; where single fields are not kept it follows from
    the covariance of the spectrum, to first order.

    Parameters
    ----------
    gradient, omega_t, estimator
        As in `Source.spectrum`.
    ell : (L,)
        From 2 to the source's largest.

    Returns
    -------
    ratio : (L,)
    covariance : (L, L)

    Raises
    ------
    ParameterError
        Where the source has but one field, or ell is beyond its multipoles.
    NotKept
        Where no covariance was kept for what is asked.
    """
    multipoles = np.array([1, *ell])
    if not (len(multipoles) > 1 and min(ell) >= 2 and max(ell) <= source.ell[-1]):
        raise ParameterError("ell", list(ell), f"must be multipoles from 2 to {source.ell[-1]}")
    if source.n_realizations < 2:
        raise ParameterError("realizations", source.n_realizations, "must be 2 at least for a covariance")
    cl = source.spectrum(gradient, omega_t=omega_t, estimator=estimator).cl[multipoles]
    ratio = theory.dipole_ratio(cl)
    try:
        fields = source.realization_spectra(gradient, omega_t=omega_t, estimator=estimator)
        return ratio, theory.jackknife_covariance(fields[:, multipoles], theory.dipole_ratio)
    except NotKept:
        covariance = source.covariance(gradient, omega_t=omega_t, estimator=estimator)
        covariance = covariance[np.ix_(multipoles, multipoles)]
    # d(C_l / C_1) = (dC_l - ratio_l dC_1) / C_1
    slopes = np.hstack([-ratio[:, None], np.eye(len(ratio))]) / cl[0]
    return ratio, slopes @ covariance @ slopes.T


def check_power_law(
    source: Source,
    gradient: Gradient = "parallel",
    *,
    omega_t: float | None = None,
    estimator: str = "plateau",
    ell: Sequence[int] = MULTIPOLES,
    logs: bool = True,
) -> tuple[Array, Array]:
    """`dipole_ratio`, where `fit_power_law` can be made of it; raises what that raises, and fits nothing."""
    ratio, covariance = dipole_ratio(source, gradient, omega_t=omega_t, estimator=estimator, ell=ell)
    theory.check_shape(ell, ratio, n_fields=source.n_realizations, logs=logs)
    return ratio, covariance


def fit_power_law(
    source: Source,
    gradient: Gradient = "parallel",
    *,
    omega_t: float | None = None,
    estimator: str = "plateau",
    ell: Sequence[int] = MULTIPOLES,
    form: str = "printed",
    logs: bool = True,
) -> theory.Fit:
    """The power p of nu_r = nu0 (1 - x)^p from the shape C_l / C_1 of a source: `theory.fit_shape`.

    Parameters as in `dipole_ratio` and `theory.fit_shape`.

    Raises
    ------
    ParameterError
        Also where there are too few fields for so many multipoles, or noise has left a ratio below 0.
    NotKept
    """
    ratio, covariance = check_power_law(
        source, gradient, omega_t=omega_t, estimator=estimator, ell=ell, logs=logs
    )
    return theory.fit_shape(ell, ratio, covariance, n_fields=source.n_realizations, form=form, logs=logs)
