"""What is read off a result: spectra and diffusion tensors with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spectrum:
    """Ensemble-averaged angular power spectrum for one gradient, |grad n| / n = 1/r_L.

    At one time the arrays have the shape (L,); in `Result.evolution` they are (T, L), with noise
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

    ell: np.ndarray
    cl: np.ndarray
    error: np.ndarray
    noise: np.ndarray | float
    noise_variance: np.ndarray
    cosmic_variance: np.ndarray
    omega_t: np.ndarray | float


@dataclass(frozen=True)
class Diffusion:
    """Diffusion tensors against time, in r_L^2 Omega, with standard errors of the mean.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    k, k_error : (T, 3, 3)
        K_ij = -<r_i(-T) p_j(-T)>; the antisymmetric part is the drift, K_xy > 0 in Eq. 2.
    running, running_error : (T, 3, 3)
        <r_i r_j> / 2T, an average of the symmetric part of K since T = 0.
    relative : (T, 3, 3)
        K~_ij of Eq. 8.
    """

    omega_t: np.ndarray
    k: np.ndarray
    k_error: np.ndarray
    running: np.ndarray
    running_error: np.ndarray
    relative: np.ndarray
