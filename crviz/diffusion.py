"""Diffusion tensors, read off positions and momenta on the way back (Eqs. 2, 3, 6-8).

Index order matters: K_ij = -<r_i(-T) p_j(-T)>; the other order flips the sign of the
antisymmetric (drift) part. The unit is that of r_L^2 Omega.
"""

from __future__ import annotations

import numpy as np

from crviz.gradient import gradient_tensor


def diffusion_tensor(rp):
    """K_ij(T) = -<r_i(-T) p_j(-T)>: (..., 3, 3) sky means of r_i p_j -> (..., 3, 3)."""
    return -np.asarray(rp)


def running_diffusion(rr, omega_t):
    """<r_i r_j> / 2T: (..., T, 3, 3) [r_L^2] -> (..., T, 3, 3).

    An average of the symmetric part of K since T = 0, which lags behind K.
    """
    return np.asarray(rr) / (2 * np.asarray(omega_t)[:, None, None])


def relative_diffusion(rr, monopole, omega_t):
    """The symmetric relative tensor of Eq. 8, from Eqs. 6 and 7: (<r_i r_j> - C_0^{ij}/4 pi) / 2T.

    Parameters
    ----------
    rr : (..., T, 3, 3) [r_L^2]
    monopole : (..., T, 3, 3) [r_L^2]
        C_0^{ij}.
    omega_t : (T,)
    """
    return running_diffusion(np.asarray(rr) - np.asarray(monopole) / (4 * np.pi), omega_t)


def standard_dipole_power(k, gradient):
    """C_1 / 4 pi = |K g|^2 of Eq. 3: (..., 3, 3) -> (...)."""
    return np.einsum("ab,...ia,...ib->...", gradient_tensor(gradient), k, k)
