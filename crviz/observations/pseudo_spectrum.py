"""Pseudo-spectra: the power of maps of which only a part is seen, as it is measured.

The map is shifted to zero mean inside the mask and set to zero outside; the power of its
coefficients is neither divided by the fraction of the sky nor freed of noise. All of it is linear in
the map but for the last step, so that a gradient may be chosen afterwards.
"""

from __future__ import annotations

import numpy as np

from crviz import harmonics, sky, spectra
from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_whole
from crviz.observations.orientation import Orientation

#: Nearer to a celestial pole [deg] B0 stands at it.
_AT_THE_POLE = 1e-5


def masked(maps: ArrayLike, mask: ArrayLike) -> Array:
    """Maps shifted to zero mean inside the mask, times the mask.

    Parameters
    ----------
    maps : (..., 12 nside^2)
        What is in pixels that the mask hides does not matter: they may have no value (NaN, UNSEEN).
    mask : (12 nside^2,)
        bool, or weights from 0 to 1.

    Returns
    -------
    (..., 12 nside^2)

    Raises
    ------
    ParameterError
        Where the mask has another number of pixels, hides the whole sky, or holds other numbers, and where
        a pixel that it shows has no value.
    """
    maps, mask = np.asarray(maps, float), np.asarray(mask, float)
    sky.nside_of(mask, "mask")
    if maps.shape[-1:] != mask.shape:
        raise ParameterError("maps", list(maps.shape), f"must have the {mask.size} pixels of the mask")
    if not (mask.min() >= 0 and mask.max() <= 1 and mask.any()):
        raise ParameterError("mask", [mask.min(), mask.max()], "must be weights from 0 to 1, not all 0")
    maps = np.where(mask > 0, maps, 0.0)
    sky.check_known(maps)
    mean = maps @ mask / mask.sum()
    return (maps - mean[..., None]) * mask


def pseudo_spectrum(
    maps: ArrayLike, mask: ArrayLike, *, lmax: int | None = None, remove_m0: Orientation | None = None
) -> Array:
    """C_l = sum_m |a_lm|^2 / (2l+1) of masked maps.

    Parameters
    ----------
    maps : (..., 12 nside^2)
        At the pixels of results (momentum directions p).
    mask : (12 nside^2,)
        bool, or weights from 0 to 1; see `FieldOfView.mask`.
    lmax
        None takes 2 nside.
    remove_m0
        Drop the power in m = 0 of the equatorial frame that this orientation stands in: what depends
        on declination alone is lost to measurements that compare right ascensions. For a band in
        declination this is the same as taking the mean of every declination off the map.

    Returns
    -------
    (..., lmax + 1)

    Raises
    ------
    ParameterError
    """
    real = coefficients(masked(maps, mask), lmax=lmax, remove_m0=remove_m0)[..., None, :]
    return spectra.cross_spectra(real, real)[..., 0, 0, :]


def pseudo_cross_spectra(
    maps: ArrayLike, mask: ArrayLike, *, lmax: int | None = None, remove_m0: Orientation | None = None
) -> Array:
    """C_l^{ij} of masked maps of the components r_i: `spectra.contract` gives the pseudo-spectrum
    of the relative intensity for any gradient.

    Parameters
    ----------
    maps : (..., 3, 12 nside^2) [r_L]
        Such as the `sample_r` of a result.
    mask, lmax, remove_m0 : see `pseudo_spectrum`

    Returns
    -------
    (..., 3, 3, lmax + 1) [r_L^2]

    Raises
    ------
    ParameterError
    """
    real = coefficients(masked(maps, mask), lmax=lmax, remove_m0=remove_m0)
    return spectra.cross_spectra(real, real)


def coefficients(seen: Array, *, lmax: int | None = None, remove_m0: Orientation | None = None) -> Array:
    """Real coefficients (..., (lmax + 1)^2) of maps (..., 12 nside^2) that are masked already; else as
    `pseudo_spectrum`."""
    nside = sky.nside_of(seen)
    lmax = 2 * nside if lmax is None else check_whole("lmax", lmax, at_least=1)
    if lmax >= 3 * nside:
        raise ParameterError("lmax", lmax, f"must be below 3 nside = {3 * nside}")
    alm = harmonics.analysis(seen, nside, lmax)
    if remove_m0 is not None:
        # n = -p changes the sign of odd multipoles and leaves m = 0 where it is; with B0 at a celestial
        # pole the axis is the same already, and the angles of the rotation are not defined
        if abs(remove_m0.declination) < 90 - _AT_THE_POLE:
            alm = harmonics.rotate(alm, lmax, remove_m0.rotation)
        alm[..., : lmax + 1] = 0
    return harmonics.real(alm)
