"""What an experiment makes of the coefficients of one sky, as a matrix: no maps.

A field of view, smoothing, the shift to zero mean and a missing m = 0 are linear in the map. A band in
declination keeps m of the equatorial frame, so that the matrix is the rotation into that frame, of one l
each, and then the integrals over the band, of one m each: exact, where maps have ragged edges. In place of
the mean of isotropic skies (`coupling`) it takes a sky as it is, where B0 stands as it does.
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np

from crviz import harmonics
from crviz.arrays import Array
from crviz.checks import check_whole
from crviz.observations.comparison import common_multipoles
from crviz.observations.coupling import band_integrals
from crviz.observations.orientation import Orientation
from crviz.observations.smoothing import top_hat
from crviz.observations.spectrum_file import ObservedSpectrum


def seen_coefficients(
    observed: ObservedSpectrum, real: Array, orientation: Orientation | None = None
) -> Array:
    """What is left of the coefficients of skies in what would be published of them.

    Parameters
    ----------
    observed
    real : (..., (lmax + 1)^2)
        Real coefficients (`harmonics.real`) of maps of results, in the frame of B0.
    orientation
        Where B0 points; None is the default `Orientation`.

    Returns
    -------
    (..., sum over published l <= lmax of 2l + 1)
        For `seen_spectra`.

    Raises ParameterError where no multipole up to lmax was published.
    """
    lmax = int(np.sqrt(real.shape[-1])) - 1
    return real @ observing_coefficients(observed, lmax, orientation or Orientation()).T


def seen_spectra(observed: ObservedSpectrum, one: Array, other: Array, lmax: int) -> Array:
    """What would be published of skies from `seen_coefficients`, of two grids: without noise bias.

    Parameters
    ----------
    observed
    one, other : (..., sum of 2l + 1)
        The same array twice where there is one grid.
    lmax
        Of the skies; power above it is taken to be none. From lmax = 32 spectra that fall as l^-2.2 or
        steeper are good to 0.3 % at all shipped multipoles.

    Returns
    -------
    (..., L)
        At the multipoles of `common_multipoles(observed, lmax)`.
    """
    degree = 2 * common_multipoles(observed, lmax) + 1
    return np.add.reduceat(one * other, np.cumsum(degree) - degree, axis=-1) / degree


@lru_cache(maxsize=8)
def observing_coefficients(observed: ObservedSpectrum, lmax: int, orientation: Orientation) -> Array:
    """From the real coefficients of a sky, in the frame of B0, to those of what would be published of it, in
    the equatorial frame.

    Parameters
    ----------
    observed
    lmax
        Of the sky.
    orientation

    Returns
    -------
    (sum over published l <= lmax of 2l + 1, (lmax + 1)^2), read-only
        Rows in the order of l and then m.

    Raises
    ------
    ParameterError
    """
    lmax = check_whole("lmax", lmax, at_least=1)
    published = common_multipoles(observed, lmax)
    ell, m = _degrees(lmax)
    # pixels are momenta p, and the band is one of n = -p
    sky = ((-1.0) ** ell * top_hat(ell, observed.smoothing))[:, None] * _turning(lmax, orientation)
    matrix = np.concatenate(
        [_seen(observed, lmax, order)[published] @ sky[m == order] for order in range(-lmax, lmax + 1)]
    )
    rows = np.stack([np.tile(published, 2 * lmax + 1), np.repeat(np.arange(-lmax, lmax + 1), published.size)])
    there = np.flatnonzero(np.abs(rows[1]) <= rows[0])
    order = there[np.lexsort((rows[1, there], rows[0, there]))]
    area = 1.0 if observed.pseudo else observed.field_of_view.f_sky
    scale = 1 / (np.sqrt(area) * top_hat(rows[0], observed.smoothing))
    matrix = (scale[:, None] * matrix)[order]
    matrix.setflags(write=False)
    return matrix


def _seen(observed: ObservedSpectrum, lmax: int, order: int) -> Array:
    """Integrals over the band of one order m: (lmax + 1, number of l' >= |m|)."""
    integrals = band_integrals(observed.field_of_view, lmax)[abs(order)]
    if order == 0:
        if not observed.measures_m0:
            return np.zeros_like(integrals)
        integrals = integrals - np.outer(integrals[:, 0], integrals[0]) / integrals[0, 0]
    return integrals[:, abs(order) :]


def _degrees(lmax: int) -> tuple[Array, Array]:
    """l and m of real coefficients."""
    ell = np.repeat(np.arange(lmax + 1), 2 * np.arange(lmax + 1) + 1)
    return ell, np.arange(ell.size) - ell**2 - ell


def _turning(lmax: int, orientation: Orientation) -> Array:
    """From real coefficients in the frame of B0 to those in the equatorial frame."""
    real_part = np.eye((lmax + 1) * (lmax + 2) // 2, dtype=complex)
    basis = np.concatenate([real_part, 1j * real_part[lmax + 1 :]])  # m = 0 is real
    before = harmonics.real(basis)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # at a pole two angles turn about one axis: any will do
        after = harmonics.real(harmonics.rotate(basis, lmax, orientation.rotation))
    # rows of `before` are orthogonal to each other
    return after.T @ (before / (before**2).sum(1)[:, None])
