"""Errors of what a spectrum is told by: C_2 / C_1, its slope, and its noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crviz import theory
from crviz.arrays import Array
from crviz.gradient import Gradient, contracted_error
from crviz.result import Source, estimators

#: Multipoles between which a slope is read.
SLOPE = (2, 12)


class ShapeErrors(NamedTuple):
    """Standard errors of the mean over fields, (T,) each: of C_2 / C_1, over its value; of d ln C_l /
    d ln(l + 1/2) over `SLOPE`, with all multipoles weighed alike; and of the noise, over its value. NaN where
    a C_l or the noise is not above 0."""

    ratio: Array
    slope: Array
    noise: Array


def shape_errors(source: Source, gradient: Gradient, *, times: Array, estimator: str) -> ShapeErrors:
    """Errors of the spectra along a gradient.

    Multipoles of a field scatter together, as the covariance between them says: errors of single multipoles
    do not tell that of a ratio.

    Parameters
    ----------
    times : (T,) int
        Indices of recorded times.

    Raises
    ------
    NotKept
        Where a source keeps no covariance for this gradient or time.
    """
    of = source.omega_t[times].astype(float).tolist()
    spectra = source.evolution(gradient, estimator=estimator)
    covariances = [source.covariance(gradient, omega_t=time, estimator=estimator) for time in of]
    found = [_of_shape(*each) for each in zip(spectra.cl[times], covariances, strict=True)]
    ratio, slope = np.transpose(found) if found else np.empty((2, 0))
    noise = np.asarray(spectra.noise)[times]
    above = np.where(noise > 0, noise, np.nan)
    return ShapeErrors(ratio, slope, _of_noise(source, gradient, times, estimator) / above)


def _of_shape(cl: Array, covariance: Array) -> tuple[float, float]:
    ell = np.arange(SLOPE[0], min(SLOPE[1], len(cl) - 1) + 1)
    ratio = slope = np.nan
    if (cl[1:3] > 0).all():
        by = np.array([-1 / cl[1], 1 / cl[2]])  # of the logarithm of the ratio
        ratio = np.sqrt(by @ covariance[1:3, 1:3] @ by)
    if len(ell) > 1 and (cl[ell] > 0).all():
        _, slope = theory.slope(ell, cl[ell], covariance=covariance[np.ix_(ell, ell)], alike=True)
    return ratio, slope


def _of_noise(source: Source, gradient: Gradient, times: Array, estimator: str) -> Array:
    """An estimator's noise is linear in the spectrum and in <(r.g)^2>: its error follows from theirs."""
    how, n_pixels, size = estimators.get(estimator), source.config.n_pixels, len(source.ell)
    by_cl = how.apply(np.eye(size)[:, None, None], np.zeros((1, 1, 1)), n_pixels)[1][:, 0, 0]
    by_square = how.apply(np.zeros((1, 1, 1, size)), np.ones((1, 1, 1)), n_pixels)[1][0, 0, 0]
    omega_t, plain = source.omega_t[times].astype(float), source.usable("none")
    running = contracted_error(source.diffusion().running_covariance[times], gradient)
    square = running * 2 * omega_t * by_square
    if not by_cl.any():
        return square
    each = [source.covariance(gradient, omega_t=time, estimator=plain) for time in omega_t.tolist()]
    return np.sqrt(square**2 + np.einsum("l,tlm,m->t", by_cl, np.array(each), by_cl))
