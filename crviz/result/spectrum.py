"""Spectra: the tensors that an estimator yields, and what they are along a gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz import spectra
from crviz.arrays import Array
from crviz.gradient import Gradient, contracted_error
from crviz.means import covariance_of_mean


@dataclass(frozen=True, eq=False)
class Estimate:
    """What an estimator makes of an ensemble, for all gradients: at one time, or (T, ...) at many.

    Attributes
    ----------
    cl : (..., 3, 3, L) [r_L^2]
    noise : (..., 3, 3) [r_L^2]
    covariance : (..., 6, 6, L)
        Of the mean, between the components xx, yy, zz, xy, xz, yz of cl; NaN of a single field.
    """

    cl: Array
    noise: Array
    covariance: Array


def between_components(each: Array) -> Array:
    """Covariance of the mean of tensors of spectra: (R, ..., 3, 3, L) -> (..., 6, 6, L)."""
    components = spectra.tensor_components(each).swapaxes(-1, -2)
    return np.moveaxis(covariance_of_mean(components), -3, -1)


@dataclass(frozen=True)
class Spectrum:
    """Ensemble-averaged angular power spectrum for one gradient, |grad n| / n = 1/r_L.

    At one time the arrays have the shape (L,); in `Source.evolution` they are (T, L), with noise
    (T,). Errors are NaN where there is but one realisation.

    Attributes
    ----------
    ell : (L,) int
    cl : (..., L) [r_L^2]
        The estimate C^_l: <C_l> less the noise for "eq9" and "plateau".
    error : (..., L)
        Standard error of the mean, from the scatter of the realisations; for the full map, that of
        the positions map, since the Fick term is kept as a mean only.
    noise : float or (T,)
        What is subtracted; for "cross" and "none" the level of Eq. 9, which is not.
    noise_variance : (..., L)
        2 N^2 / (2l + 1): variance of one sky's estimate by pixel noise.
    cosmic_variance : (..., L)
        2 C^_l^2 / (2l + 1): variance of one sky's C_l in an isotropic Gaussian ensemble.
    omega_t : float or (T,) [1/Omega]
    """

    ell: Array
    cl: Array
    error: Array
    noise: Array | float
    noise_variance: Array
    cosmic_variance: Array
    omega_t: Array | float


def along(estimate: Estimate, gradient: Gradient, ell: Array, omega_t: Array | float) -> Spectrum:
    """An estimate contracted with a gradient."""
    covariance = np.moveaxis(estimate.covariance, -1, -3)
    return spectrum(
        ell,
        spectra.contract(estimate.cl, gradient),
        contracted_error(covariance, gradient),
        spectra.contract(estimate.noise[..., None], gradient)[..., 0],
        omega_t,
    )


def spectrum(ell: Array, cl: Array, error: Array, noise: Array | float, omega_t: Array | float) -> Spectrum:
    """`Spectrum` with the variances that follow from C_l and noise."""
    return Spectrum(
        ell=ell,
        cl=cl,
        error=error,
        noise=noise,
        noise_variance=spectra.noise_variance(noise, ell),
        cosmic_variance=spectra.cosmic_variance(cl, ell),
        omega_t=omega_t,
    )
