"""What is read off a result: spectra and diffusion tensors with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz.gradient import contracted_error, gradient_tensor


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

    Covariances are between the components xx, yy, zz, xy, xz, yz (`gradient.PAIRS`) of the symmetric
    part; `along` reads the exact error for any gradient off them. Errors are NaN where there is but
    one realisation, those of `relative` and `relative_eq7` also in reduced results of early versions.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    k, k_error : (T, 3, 3)
        K_ij = -<r_i(-T) p_j(-T)>; the antisymmetric part is the drift, K_xy > 0 in Eq. 2.
    k_covariance : (T, 6, 6)
    drift, drift_error : (T, 3)
        The antisymmetric part as a vector, (K_ij - K_ji) / 2 = eps_ijk d_k; d_z = 1 / (3 nu_A) > 0.
    running, running_error : (T, 3, 3)
        <r_i r_j> / 2T, an average of the symmetric part of K since T = 0.
    running_covariance : (T, 6, 6)
    relative : (T, 3, 3)
        K~_ij of Eq. 8, of all pairs of directions of a sky at the time itself.
    relative_covariance : (T, 6, 6)
    relative_eq7 : (T, 3, 3)
        K~_ij from K and C_0 by Eq. 7.
    relative_eq7_covariance : (T, 6, 6)
    """

    omega_t: np.ndarray
    k: np.ndarray
    k_error: np.ndarray
    k_covariance: np.ndarray
    drift: np.ndarray
    drift_error: np.ndarray
    running: np.ndarray
    running_error: np.ndarray
    running_covariance: np.ndarray
    relative: np.ndarray
    relative_covariance: np.ndarray
    relative_eq7: np.ndarray
    relative_eq7_covariance: np.ndarray

    def along(self, gradient, which="k"):
        """g_i g_j K_ij of one of the tensors, and its standard error.

        Parameters
        ----------
        gradient : (theta, phi) [rad] or "parallel" or "perpendicular"
        which : "k", "running", "relative" or "relative_eq7"

        Returns
        -------
        value, error : (T,)

        Raises
        ------
        ValueError
        """
        if which not in TENSORS:
            raise ValueError(f"which = {which!r} must be one of {', '.join(map(repr, TENSORS))}.")
        value = np.einsum("ij,tij->t", gradient_tensor(gradient), getattr(self, which))
        return value, contracted_error(getattr(self, f"{which}_covariance"), gradient)


#: What `Diffusion.along` reads.
TENSORS = ("k", "running", "relative", "relative_eq7")
