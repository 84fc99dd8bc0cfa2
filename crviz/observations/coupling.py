"""What a mask does to the mean power spectrum of isotropic skies: sum_l' M_ll' C_l'.

The mode-coupling matrix of Hivon et al. 2002 (arXiv:astro-ph/0105302),
    M_ll' = (2l'+1)/(4 pi) sum_L (2L+1) W_L (l l' L; 0 0 0)^2,   W_L the spectrum of the mask,
with what the shift to zero mean and the missing m = 0 change in it. A band in declination keeps m,
so both of these change the coefficients of m = 0 alone, and both are exact here. For a mask of any shape
(`SkyMask`) they follow from maps.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy

from crviz import harmonics, spectra
from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_whole
from crviz.observations.field_of_view import FieldOfView
from crviz.observations.orientation import FRAMES
from crviz.observations.pseudo_spectrum import coefficients, masked
from crviz.observations.sky_mask import SkyMask

#: How many skies are drawn for a covariance, how many maps are made at once, and the coarsest grid of a mask.
_SKIES, _AT_ONCE, _COARSE = 1000, 50, 32


def mode_coupling(mask_power: ArrayLike, lmax: int) -> Array:
    """The mode-coupling matrix of any mask from its spectrum, without a shift to zero mean.

    The squared 3j symbol is half the integral of P_l P_l' P_L, and the sum over L is done under the
    integral: one Gauss-Legendre quadrature, exact for these polynomials.

    Parameters
    ----------
    mask_power : (at least 2 lmax + 1,)
        W_L of the mask, from L = 0.
    lmax

    Returns
    -------
    (lmax + 1, lmax + 1)
        Row l, column l'.

    Raises
    ------
    ParameterError
    """
    lmax = check_whole("lmax", lmax, at_least=0)
    power = np.asarray(mask_power, float)
    if power.ndim != 1 or power.size < 2 * lmax + 1:
        raise ParameterError("mask_power", list(power.shape), f"must reach L = 2 lmax = {2 * lmax}")
    x, weight = scipy.special.roots_legendre(2 * lmax + 1)
    legendre = scipy.special.legendre_p_all(2 * lmax, x)[0]
    degree = 2 * np.arange(2 * lmax + 1) + 1
    correlation = (degree * power[: 2 * lmax + 1]) @ legendre / (4 * np.pi)
    low = legendre[: lmax + 1]
    return low * (weight * correlation) @ low.T * degree[: lmax + 1] / 2


@lru_cache(maxsize=32)
def coupling_matrix(
    field_of_view: FieldOfView | SkyMask, lmax: int, *, zero_mean: bool = True, m0: bool = True
) -> Array:
    """What an experiment makes of the mean spectrum of isotropic skies; see `pseudo_spectrum`.

    Parameters
    ----------
    field_of_view
    lmax
        Power above it that leaks in is not counted.
    zero_mean
        Whether the map is shifted to zero mean inside the mask.
    m0
        Whether the power in m = 0 of the equatorial frame is measured.

    Returns
    -------
    (lmax + 1, lmax + 1), read-only
        Row l of the pseudo-spectrum, column l' of the sky.

    Raises
    ------
    ParameterError
    """
    lmax = check_whole("lmax", lmax, at_least=0)
    if isinstance(field_of_view, SkyMask):
        return _mask_coupling(field_of_view, lmax, zero_mean, m0)
    degree = 2 * np.arange(2 * lmax + 1) + 1
    zonal = _zonal_coupling(field_of_view, lmax)
    mask_power = 4 * np.pi * zonal[:, 0] ** 2 / degree
    zonal = zonal[: lmax + 1]
    # the mean inside the mask is sum_l' w_l'0 a_l'0 / (sqrt(4 pi) w_00), and w_l0 = sqrt(4 pi) K_l0
    shifted = zonal - np.outer(zonal[:, 0], zonal[0]) / zonal[0, 0] if zero_mean else zonal
    change = (shifted**2 if m0 else 0) - zonal**2
    matrix = mode_coupling(mask_power, lmax) + change / degree[: lmax + 1, None]
    matrix.setflags(write=False)
    return matrix


def pseudo_covariance(
    field_of_view: FieldOfView | SkyMask, cl: ArrayLike, *, zero_mean: bool = True, m0: bool = True
) -> Array:
    """Covariance of the pseudo C_l of one isotropic Gaussian sky.

    Masked by a band, a_lm of one m mix and those of different m do not, so that it is exact here. On the
    whole sky it is 2 C_l^2 / (2l + 1). In a narrow band multipoles go together, and (2l + 1) f_sky
    (`independent_modes`) is a rough count: seen by IceCube, a steep spectrum scatters like 2 numbers at
    l = 1, where that has 0.6, and like 5 at l = 20, where power leaks in from below and that has 12.

    Of a mask of any shape it is the covariance of 1000 drawn skies, always the same: variances are good
    to some 15 %.

    Parameters
    ----------
    field_of_view
    cl : (lmax + 1,)
        The mean spectrum of the sky, from l = 0.
    zero_mean, m0 : as in `coupling_matrix`

    Returns
    -------
    (lmax + 1, lmax + 1)
    """
    cl = np.asarray(cl, float)
    if isinstance(field_of_view, SkyMask):
        return _mask_covariance(field_of_view, cl, zero_mean, m0)
    mixing = band_integrals(field_of_view, cl.size - 1)
    crossed = mixing * cl @ mixing.swapaxes(1, 2)  # <a_lm a*_l'm>: (m, l, l')
    if zero_mean:
        zonal = mixing[0] - np.outer(mixing[0][:, 0], mixing[0][0]) / mixing[0][0, 0]
        crossed[0] = zonal * cl @ zonal.T
    count = np.full(len(mixing), 2.0)  # m and -m
    count[0] = 1.0 if m0 else 0.0
    degree = 2 * np.arange(cl.size) + 1
    return 2 * np.einsum("m,mab->ab", count, crossed**2) / np.outer(degree, degree)


def variance_forms(
    field_of_view: FieldOfView | SkyMask, ell: int, lmax: int, *, m0: bool = True
) -> tuple[Array, Array]:
    """How the pseudo C_l of one isotropic Gaussian sky scatters, for skies of any mean spectrum.

    With X = forms @ C_l' and weights w, its mean is sum w X / (2l + 1) and its variance
    2 sum w X^2 / (2l + 1)^2, so that it scatters like (sum w X)^2 / sum w X^2 numbers; the map is shifted
    to zero mean. The same as the diagonal of `pseudo_covariance`. Raises ParameterError for a mask.

    Returns
    -------
    weights : (M,)
        How many m go with each form: 1 for m = 0, where that is measured, else 2.
    forms : (M, lmax + 1)
    """
    mixing = band_integrals(field_of_view, max(ell, lmax))[: ell + 1, ell, : lmax + 1]
    zonal = band_integrals(field_of_view, max(ell, lmax))[0]
    forms = mixing**2
    forms[0] = (zonal[ell] - zonal[ell, 0] * zonal[0] / zonal[0, 0])[: lmax + 1] ** 2
    weights = np.full(ell + 1, 2.0)
    weights[0] = 1.0
    first = 0 if m0 else 1
    return weights[first:], forms[first:]


@lru_cache(maxsize=8)
def band_integrals(field_of_view: FieldOfView, lmax: int) -> Array:
    """Integrals over the band of Y_lm Y*_l'm: (m, l, l') up to lmax. Raises ParameterError for a mask."""
    if not isinstance(field_of_view, FieldOfView):
        raise ParameterError("field_of_view", "a mask", "must be a band in declination for this")
    low, high = field_of_view.sin_dec
    x, weight = scipy.special.roots_legendre(lmax + 1)
    theta = np.arccos((low + high + (high - low) * x) / 2)
    harmonics = scipy.special.sph_legendre_p_all(lmax, lmax, theta)[0][:, : lmax + 1]
    return np.einsum("amx,bmx,x->mab", harmonics, harmonics, np.pi * (high - low) * weight, optimize=True)


def _zonal_coupling(field_of_view: FieldOfView, lmax: int) -> Array:
    """K_ll' = integral over the band of Y_l0 Y_l'0 for l <= 2 lmax, l' <= lmax."""
    low, high = field_of_view.sin_dec
    x, weight = scipy.special.roots_legendre(2 * lmax + 1)
    legendre = scipy.special.legendre_p_all(2 * lmax, (low + high + (high - low) * x) / 2)[0]
    norm = np.sqrt(2 * np.arange(2 * lmax + 1) + 1)
    zonal = norm[:, None] * legendre
    return zonal * (weight * (high - low) / 4) @ zonal[: lmax + 1].T


def _mask_coupling(mask: SkyMask, lmax: int, zero_mean: bool, m0: bool) -> Array:
    """`coupling_matrix` of a mask of any shape.

    With K the integrals of Y*_lm w Y_l'm' and B those of Y*_lm w, the shifted coefficients are those of
    K' = K - B_lm K_00 / B_00. Sums over m and m' of |K'|^2 are spectra of maps: of w, of w times its own
    multipoles l', and for m = 0 of w (Y_l0 - B_l0 Y_00 / B_00).
    """
    mask = mask.coarse()
    nside = max(mask.nside, 1 << max(lmax - 1, 0).bit_length())  # of both the mask and such multipoles
    weights = mask.on(nside)
    degree = 2 * np.arange(lmax + 1) + 1
    own = harmonics.real_coefficients(weights, nside, 2 * lmax)
    power = spectra.cross_spectra(own[None], own[None])[0, 0]
    matrix = mode_coupling(power, lmax)
    own, power = own[: (lmax + 1) ** 2], power[: lmax + 1]
    sin_dec = SkyMask(weights, mask.coordinates).sin_dec
    for few in np.split(np.arange(lmax + 1), range(_AT_ONCE, lmax + 1, _AT_ONCE)):
        if zero_mean:
            parts = weights * harmonics.synthesis(_multipoles_apart(weights, nside, lmax, few), nside)
            seen = harmonics.real_coefficients(parts, nside, lmax)[:, None]
            crossed = spectra.cross_spectra(own[None, None] / own[0], seen)[:, 0, 0]  # (l', l)
            matrix[:, few] -= 2 * crossed.T / np.sqrt(4 * np.pi)
        if not m0:
            zonal = scipy.special.eval_legendre(few[:, None], sin_dec)
            if zero_mean:
                zonal -= ((zonal * weights).sum(1) / weights.sum())[:, None]
            lost = harmonics.real_coefficients(weights * zonal, nside, lmax)[:, None]
            # of Y_l0, of which there is one among 2 l + 1
            matrix[few] -= spectra.cross_spectra(lost, lost)[:, 0, 0] * degree / (4 * np.pi)
    if zero_mean:
        matrix += np.outer(power / own[0] ** 2, degree * power / (4 * np.pi))
    matrix.setflags(write=False)
    return matrix


def _multipoles_apart(maps: Array, nside: int, lmax: int, few: Array) -> Array:
    """The coefficients of some multipoles (n,) of a map, each alone: (n, n_lm) complex."""
    alm = harmonics.analysis(maps, nside, lmax)
    ell = np.concatenate([np.arange(m, lmax + 1) for m in range(lmax + 1)])
    return np.where(ell == few[:, None], alm, 0)


def _mask_covariance(mask: SkyMask, cl: Array, zero_mean: bool, m0: bool) -> Array:
    """`pseudo_covariance` of a mask of any shape."""
    lmax = cl.size - 1
    nside = max(_COARSE, 1 << max(lmax - 1, 0).bit_length())
    weights = mask.coarse(nside).on(nside)
    m = np.repeat(np.arange(lmax + 1), np.arange(lmax + 1, 0, -1))
    ell = np.concatenate([np.arange(m, lmax + 1) for m in range(lmax + 1)])
    rng = np.random.default_rng(np.random.SeedSequence(0))
    drawn = []
    for _ in range(_SKIES // _AT_ONCE):
        real, imaginary = rng.normal(size=(2, _AT_ONCE, ell.size))
        alm = np.where(m == 0, real, (real + 1j * imaginary) / np.sqrt(2)) * np.sqrt(cl[ell])
        maps = harmonics.synthesis(alm, nside)
        seen = masked(maps, weights) if zero_mean else maps * weights
        found = coefficients(seen, lmax=lmax, remove_m0=None if m0 else FRAMES[mask.coordinates])[:, None]
        drawn.append(spectra.cross_spectra(found, found)[:, 0, 0])
    return np.cov(np.concatenate(drawn), rowvar=False)
