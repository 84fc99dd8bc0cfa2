"""Angular power spectra: the tensor C_l^{ij}, its contraction with a gradient, and the noise of a
finite number of pixels.

A map of the relative intensity is linear in the gradient, delta I = r_i g_i, so that the cross
spectra of the position components are worked out once and every gradient is a contraction. All
spectra are for |grad n| / n = 1/r_L.
"""

from __future__ import annotations

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.gradient import NOTHING, Gradient, components, contracted_error, gradient_tensor

#: The multipoles of the "plateau" are those above this fraction of the largest.
PLATEAU_FROM = 0.75


def cross_spectra(real: Array, other: Array) -> Array:
    """C_l^{ij} = 1/(2l+1) sum_m a_lm[i] b_lm[j].

    Parameters
    ----------
    real, other : (..., n, (l_max + 1)^2)
        Coefficients of n maps each, from `harmonics`.

    Returns
    -------
    (..., n, n, l_max + 1)
    """
    lmax = int(np.sqrt(real.shape[-1])) - 1
    starts = np.arange(lmax + 1) ** 2
    product = real[..., :, None, :] * other[..., None, :, :]
    return np.add.reduceat(product, starts, axis=-1) / (2 * np.arange(lmax + 1) + 1)


def contract(tensor: Array, gradient: Gradient) -> Array:
    """sum_ij G_ij X_ij...: (..., 3, 3, L) -> (..., L), for any gradient that `gradient_tensor` takes.

    Components that do not count may be NaN.
    """
    g = gradient_tensor(gradient)
    return sum(g[i, j] * tensor[..., i, j, :] for i, j in np.argwhere(np.abs(g) > NOTHING))


def tensor_components(tensor: Array) -> Array:
    """Components xx, yy, zz, xy, xz, yz of symmetric tensors of spectra: (..., 3, 3, L) -> (..., 6, L)."""
    return np.moveaxis(components(np.moveaxis(tensor, -1, 0)), 0, -1)


def full_map_spectra(cl_rr: Array, cl_rp: Array, cl_pp: Array, k: Array, gradient: Gradient) -> Array:
    """Spectrum of the map of Eq. 4, delta I = r_i g_i - 3 p_i K_ij g_j, from mean cross spectra.

    Parameters
    ----------
    cl_rr, cl_rp, cl_pp : (..., 3, 3, L)
    k : (..., 3, 3) [r_L]
        Diffusion tensor K_ij.

    Returns
    -------
    (..., L)
    """
    g = gradient_tensor(gradient)
    mixed = np.einsum("ia,...ja,...ijl->...l", g, k, cl_rp)
    fick = np.einsum("ab,...ia,...jb,...ijl->...l", g, k, k, cl_pp)
    return contract(cl_rr, gradient) - 6 * mixed + 9 * fick


def correlation(cl: Array, theta: ArrayLike) -> Array:
    """The correlation of a map with itself at an angle, xi = sum_l (2l + 1) / 4 pi C_l P_l(cos theta).

    Parameters
    ----------
    cl : (..., L)
    theta : (M,) [rad]
        Good above pi / l_max or so: what is smaller is not resolved.

    Returns
    -------
    (..., M)
    """
    ell = np.arange(np.shape(cl)[-1])[:, None]
    return cl @ ((2 * ell + 1) / (4 * np.pi) * scipy.special.eval_legendre(ell, np.cos(theta)))


def pixel_noise(mean_square: Array, n_pixels: int) -> Array:
    """N = (4 pi / N_pix) <(r.g)^2>, Eq. 9: the white spectrum of independent pixels."""
    return 4 * np.pi / n_pixels * mean_square


def plateau_noise(cl: Array) -> Array:
    """Mean of C_l over the highest quarter of the multipoles, weighted by 2l + 1: (..., L) -> (...)."""
    ell = np.arange(cl.shape[-1])
    weight = np.where(ell > PLATEAU_FROM * ell[-1], 2 * ell + 1, 0)
    return cl @ (weight / weight.sum())


def noise_variance(noise: ArrayLike, ell: Array) -> Array:
    """Variance 2 N^2 / (2l + 1) of one sky's estimated C_l from its noise N (below Eq. 9)."""
    return 2 * np.asarray(noise)[..., None] ** 2 / (2 * ell + 1)


def cosmic_variance(cl: Array, ell: Array) -> Array:
    """Variance 2 C_l^2 / (2l + 1) of one sky's C_l for an isotropic Gaussian ensemble."""
    return 2 * cl**2 / (2 * ell + 1)


def standard_dipole(dipole: Array, gradient: Gradient) -> tuple[Array, Array]:
    """C_1 of the ensemble mean (Eq. 3) for one gradient: `standard_dipole_tensor`, contracted.

    Parameters
    ----------
    dipole : (R, ..., 3, 3)

    Returns
    -------
    value, error : (...)
    """
    tensor, covariance = standard_dipole_tensor(dipole)
    value = np.einsum("ij,...ij->...", gradient_tensor(gradient), tensor)
    return value, contracted_error(covariance, gradient)


def standard_dipole_tensor(dipole: ArrayLike) -> tuple[Array, Array]:
    """S_ij of the ensemble mean (Eq. 3), of which g_i g_j S_ij is the standard C_1.

    <r_i r_j> replaced by <r_i><r_j>, for pairs of different realisations only, so that the variance
    of the mean does not add to it.

    Parameters
    ----------
    dipole : (R, ..., 3, 3)
        Real l = 1 coefficients of the three position components, index (realisation, ..., i, m).

    Returns
    -------
    tensor : (..., 3, 3)
        The U-statistic, symmetric; NaN where R = 1.
    covariance : (..., 6, 6)
        Jackknife covariance of its components xx, yy, zz, xy, xz, yz (`gradient.PAIRS`); NaN
        where R < 3.
    """
    dipole = np.asarray(dipole, float)
    n = len(dipole)
    shape = dipole.shape[1:-2]
    if n < 2:
        return np.full((*shape, 3, 3), np.nan), np.full((*shape, 6, 6), np.nan)
    total = dipole.sum(0)
    own, square, with_total = (
        _dipole_power(*pair) for pair in ((dipole, dipole), (total, total), (dipole, total))
    )
    tensor = (square - own.sum(0)) / (n * (n - 1))
    if n < 3:
        return tensor, np.full((*shape, 6, 6), np.nan)
    # leaving out realisation r: (S - d_r)^2 - (sum of squares - d_r^2)
    left_out = components(square - 2 * with_total + 2 * own - own.sum(0)) / ((n - 1) * (n - 2))
    away = left_out - left_out.mean(0)
    return tensor, (n - 1) / n * np.einsum("r...a,r...b->...ab", away, away)


def _dipole_power(one: Array, other: Array) -> Array:
    """1/3 sum_m d_im e_jm, symmetrised: (..., 3, 3), (..., 3, 3) -> (..., 3, 3)."""
    product = one @ other.swapaxes(-2, -1) / 3
    return (product + product.swapaxes(-2, -1)) / 2
