"""Directions on the sky (HEALPix, ring order) and spherical-harmonic coefficients of maps on them.

The polar axis is the regular field. A pixel is the direction of the momentum, p; a picture of the
sky shows it at n = -p, where the particle comes from.

Coefficients a_lm are stored for m >= 0, ordered by m and then l, as healpy and ducc0 do.
"""

from __future__ import annotations

from functools import lru_cache

import ducc0
import numpy as np
import scipy

from crviz.config import ParameterError


@lru_cache(maxsize=8)
def pixel_directions(nside):
    """Unit vectors of the pixel centres: (3, 12 nside^2), read-only."""
    vectors = np.ascontiguousarray(_grid(nside).pix2vec(np.arange(12 * nside**2)).T)
    vectors.setflags(write=False)
    return vectors


def nside_of(maps, name="maps"):
    """nside of maps (..., 12 nside^2). Raises ParameterError, with a name, for other numbers of pixels."""
    shape = np.shape(maps)
    nside = int(np.sqrt(shape[-1] / 12)) if shape else 0
    if not nside or shape[-1] != 12 * nside**2:
        raise ParameterError(name, list(shape), "must have 12 nside^2 pixels in its last dimension")
    return nside


def random_rotation(config, realization):
    """The rotation of grid B in one realisation, uniform over SO(3).

    A pure function of the seed and the index; independent of the field of that index.

    Returns
    -------
    scipy Rotation
    """
    seeds = np.random.SeedSequence(config.seed, spawn_key=(realization, 0))
    return scipy.spatial.transform.Rotation.random(rng=np.random.default_rng(seeds))


def pixels_at(nside, theta, phi):
    """Indices of the pixels that hold directions: polar angle and azimuth (...) [rad] -> (...) int."""
    angles = np.stack([theta, np.mod(phi, 2 * np.pi)], -1)
    return _grid(nside).ang2pix(angles)


def write_map(path, values, **header):
    """Write a map in ring order as a HEALPix FITS file.

    Parameters
    ----------
    path : path
    values : (12 nside^2,)
    **header : str or number
        Further cards of the FITS header.

    Raises OSError where the file cannot be written.
    """
    import healpy  # noqa: PLC0415 - brings matplotlib and astropy along: most of a second at every start

    cards = [(name.upper()[:8], value) for name, value in header.items()]
    healpy.write_map(
        path, values, dtype=np.float32, overwrite=True, extra_header=cards, column_names=["DELTA_I"]
    )


@lru_cache(maxsize=8)
def _grid(nside):
    return ducc0.healpix.Healpix_Base(nside, "RING")


@lru_cache(maxsize=8)
def _rings(nside):
    return _grid(nside).sht_info()


def harmonics(maps, nside, lmax=None):
    """a_lm = (4 pi / N_pix) sum_pixels map Y*_lm: the plain transform, without iteration.

    Parameters
    ----------
    maps : (..., 12 nside^2)
    nside : int
    lmax : int or None
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


def synthesis(alm, nside):
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


def rotate_harmonics(alm, lmax, rotation):
    """Coefficients of f(rotation^-1 n) from those of f(n): takes the a_lm of values sampled on a
    rotated grid, worked out as if on the plain one, into the frame of the plain grid.

    Parameters
    ----------
    alm : (..., n_lm) complex
    lmax : int
    rotation : scipy Rotation
    """
    # the active rotation z-y-z with these angles, as ducc0 applies them: psi first, then theta, phi
    phi, theta, psi = rotation.as_euler("ZYZ")
    flat = alm.reshape(-1, alm.shape[-1])
    out = np.stack([ducc0.sht.rotate_alm(one, lmax, psi, theta, phi) for one in flat])
    return out.reshape(alm.shape)
