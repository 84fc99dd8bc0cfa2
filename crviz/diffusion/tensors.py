"""Diffusion tensors, read off positions and momenta on the way back (Eqs. 2, 3, 6-8).

Index order matters: K_ij = -<r_i(-T) p_j(-T)>; the other order flips the sign of the
antisymmetric (drift) part. The unit is that of r_L^2 Omega.
"""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.gradient import Gradient, gradient_tensor


def diffusion_tensor(rp: ArrayLike) -> Array:
    """K_ij(T) = -<r_i(-T) p_j(-T)>: (..., 3, 3) sky means of r_i p_j -> (..., 3, 3)."""
    return -np.asarray(rp)


def drift(k: ArrayLike) -> Array:
    """The antisymmetric part of K as a vector d with (K_ij - K_ji) / 2 = eps_ijk d_k.

    d_z = (K_xy - K_yx) / 2 is the 1 / (3 nu_A) of Eq. 2, above 0 for positive charges in B0 = e_z;
    the flux of -K grad n drifts along d x grad n.

    Parameters
    ----------
    k : (..., 3, 3)

    Returns
    -------
    (..., 3)
    """
    k = np.asarray(k)
    after, next_but_one = [1, 2, 0], [2, 0, 1]
    return (k[..., after, next_but_one] - k[..., next_but_one, after]) / 2


def running_diffusion(rr: ArrayLike, omega_t: ArrayLike) -> Array:
    """<r_i r_j> / 2T: (..., T, 3, 3) [r_L^2] -> (..., T, 3, 3).

    An average of the symmetric part of K since T = 0, which lags behind K.
    """
    return np.asarray(rr) / (2 * np.asarray(omega_t)[:, None, None])


def relative_diffusion(rr: ArrayLike, monopole: ArrayLike, omega_t: ArrayLike) -> Array:
    """K~_ij(T) of Eq. 8: <dr_i dr_j> / 4T over all pairs of directions of a sky.

    The mean over pairs factorises, exactly and for every realisation:
    <dr_i dr_j> = 2 (<r_i r_j> - <r_i><r_j>), with <r_i><r_j> = C_0^{ij} / 4 pi.

    Parameters
    ----------
    rr : (..., T, 3, 3) [r_L^2]
    monopole : (..., T, 3, 3) [r_L^2]
        C_0^{ij}.
    omega_t : (T,) [1/Omega]

    Returns
    -------
    (..., T, 3, 3)
    """
    return running_diffusion(np.asarray(rr) - np.asarray(monopole) / (4 * np.pi), omega_t)


def relative_from_monopole(k: ArrayLike, monopole: ArrayLike, omega_t: ArrayLike) -> Array:
    """K~_ij(T) from Eq. 7 read backwards: K^s_ij - C_0^{ij} / (8 pi T), with K at the time itself.

    Above Eq. 8 as long as K still grows: the two differ by K^s - <r_i r_j> / 2T.

    Parameters
    ----------
    k : (..., T, 3, 3)
    monopole : (..., T, 3, 3) [r_L^2]
        C_0^{ij}.
    omega_t : (T,) [1/Omega]

    Returns
    -------
    (..., T, 3, 3)
    """
    k = np.asarray(k)
    symmetric = (k + k.swapaxes(-2, -1)) / 2
    return symmetric - running_diffusion(np.asarray(monopole) / (4 * np.pi), omega_t)


def standard_dipole_power(k: Array, gradient: Gradient) -> Array:
    """C_1 / 4 pi = |K g|^2 of Eq. 3: (..., 3, 3) -> (...)."""
    return np.einsum("ab,...ia,...ib->...", gradient_tensor(gradient), k, k)
