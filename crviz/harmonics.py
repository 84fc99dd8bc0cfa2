"""Spherical-harmonic coefficients of HEALPix maps, as complex a_lm and as real ones.

Complex coefficients are stored for m >= 0, ordered by m and then l, as healpy and ducc0 do; real ones are
ordered by l and then m = -l..l.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ducc0
import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.sky import grid

if TYPE_CHECKING:  # half a second that not every start needs
    from scipy.spatial.transform import Rotation


@lru_cache(maxsize=8)
def _rings(nside: int) -> dict[str, Any]:
    return grid(nside).sht_info()


def analysis(maps: ArrayLike, nside: int, lmax: int | None = None) -> Array:
    """a_lm = (4 pi / N_pix) sum_pixels map Y*_lm: the plain transform, without iteration.

    Parameters
    ----------
    maps : (..., 12 nside^2)
    lmax
        None takes 2 nside.

    Returns
    -------
    (..., n_lm) complex
    """
    lmax = 2 * nside if lmax is None else lmax
    maps = np.asarray(maps, float)
    lead = maps.shape[:-1]
    alm = ducc0.sht.adjoint_synthesis(
        map=maps.reshape(-1, 1, maps.shape[-1]), lmax=lmax, spin=0, nthreads=1, **_rings(nside)
    )
    return alm.reshape(*lead, -1) * (4 * np.pi / maps.shape[-1])


def synthesis(alm: Array, nside: int) -> Array:
    """Maps of coefficients at the pixel centres: (..., n_lm) complex -> (..., 12 nside^2)."""
    lead = alm.shape[:-1]
    maps = ducc0.sht.synthesis(
        alm=alm.reshape(-1, 1, alm.shape[-1]),
        lmax=int(np.sqrt(2 * alm.shape[-1]) - 1),
        spin=0,
        nthreads=1,
        **_rings(nside),
    )
    return maps.reshape(*lead, -1)


def rotate(alm: Array, lmax: int, rotation: Rotation) -> Array:
    """Coefficients of f(rotation^-1 n) from those of f(n): takes the a_lm of values sampled on a
    rotated grid, worked out as if on the plain one, into the frame of the plain grid.

    Parameters
    ----------
    alm : (..., n_lm) complex
    """
    # the active rotation z-y-z with these angles, as ducc0 applies them: psi first, then theta, phi
    phi, theta, psi = rotation.as_euler("ZYZ")
    flat = alm.reshape(-1, alm.shape[-1])
    out = np.stack([ducc0.sht.rotate_alm(one, lmax, psi, theta, phi) for one in flat])
    return out.reshape(alm.shape)


@lru_cache(maxsize=8)
def _by_degree(lmax: int) -> tuple[Array, Array]:
    """The coefficients with m > 0 in the order of m, and where those of each l stand in it."""
    m, ell = np.concatenate(
        [np.stack([np.full(lmax + 1 - m, m), np.arange(m, lmax + 1)]) for m in range(lmax + 1)], 1
    )
    positive = np.flatnonzero(m > 0)
    order = np.lexsort((np.r_[m, -m[positive]], np.r_[ell, ell[positive]]))
    return positive, order


def real(alm: Array) -> Array:
    """Coefficients of the real spherical harmonics, ordered by l and then m = -l..l.

    Those of l = 1 belong to sqrt(3 / 4 pi) times y, z, x.

    Parameters
    ----------
    alm : (..., n_lm) complex
        Coefficients with m >= 0 of real maps, ordered by m and then l.

    Returns
    -------
    (..., (l_max + 1)^2)
        C_l is their squared sum over m, divided by 2l + 1.
    """
    lmax = int(np.sqrt(2 * alm.shape[-1]) - 1)
    positive, order = _by_degree(lmax)
    m = np.searchsorted(np.cumsum(np.arange(lmax + 1, 0, -1)), np.arange(alm.shape[-1]), side="right")
    scale = np.where(m > 0, np.sqrt(2) * (-1.0) ** m, 1.0)
    parts = np.concatenate([alm.real * scale, -(alm.imag * scale)[..., positive]], -1)
    return np.take(parts, order, -1)  # whose result is contiguous, as that of an index array is not


def real_coefficients(maps: ArrayLike, nside: int, lmax: int, rotation: Rotation | None = None) -> Array:
    """Real coefficients in the frame of the plain grid: maps (..., 12 nside^2) -> (..., (lmax + 1)^2).

    Parameters
    ----------
    rotation
        What turned the grid on which the maps were sampled; None for the plain grid.
    """
    alm = analysis(maps, nside, lmax)
    return real(alm if rotation is None else rotate(alm, lmax, rotation))
