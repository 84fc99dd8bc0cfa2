"""Directions on the sky (HEALPix, ring order).

The polar axis is the regular field. A pixel is the direction of the momentum, p; a picture of the
sky shows it at n = -p, where the particle comes from.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import ducc0
import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike, rounded
from crviz.checks import ParameterError
from crviz.config import Config

if TYPE_CHECKING:  # half a second that not every start needs
    from scipy.spatial.transform import Rotation


#: What is as large as this marks a pixel without a value.
_NO_VALUE = 1e30


@lru_cache(maxsize=8)
def pixel_directions(nside: int) -> Array:
    """Unit vectors of the pixel centres: (3, 12 nside^2), read-only."""
    vectors = np.ascontiguousarray(grid(nside).pix2vec(np.arange(12 * nside**2)).T)
    vectors.setflags(write=False)
    return vectors


def nside_of(maps: ArrayLike, name: str = "maps") -> int:
    """nside of maps (..., 12 nside^2). Raises ParameterError, with a name, for other numbers of pixels."""
    shape = np.shape(maps)
    nside = int(np.sqrt(shape[-1] / 12)) if shape else 0
    if not nside or shape[-1] != 12 * nside**2:
        raise ParameterError(name, list(shape), "must have 12 nside^2 pixels in its last dimension")
    return nside


def coarser(maps: Array, nside: int) -> Array:
    """Means of maps (..., pixels) over the pixels of a grid of nside that is not finer: (..., 12 nside^2)."""
    own = nside_of(maps)
    if own == nside:
        return maps
    coarse = np.arange(12 * nside**2)
    parts = maps[..., grid(own).nest2ring(np.arange(12 * own**2))].reshape(*maps.shape[:-1], coarse.size, -1)
    means = np.empty((*maps.shape[:-1], coarse.size))
    means[..., grid(nside).nest2ring(coarse)] = parts.mean(-1)
    return means


def known(values: Array) -> Array:
    """Where maps (...) have values: neither NaN nor infinite nor HEALPix's UNSEEN of -1.6e30. (...) bool."""
    return np.abs(values) < _NO_VALUE


def check_known(maps: Array) -> None:
    """Raises ParameterError where pixels of maps (..., 12 nside^2) have no value."""
    lost = int((~known(maps)).any(tuple(range(np.ndim(maps) - 1))).sum())
    if lost:
        rule = "pixels without a value (NaN or UNSEEN) must be filled, or hidden by a mask"
        raise ParameterError("maps", lost, rule)


def random_rotation(config: Config, realization: int) -> Rotation:
    """The rotation of grid B in one realisation, uniform over SO(3).

    A pure function of the seed and the index; independent of the field of that index.
    """
    seeds = np.random.SeedSequence(config.seed, spawn_key=(realization, 0))
    drawn = scipy.spatial.transform.Rotation.random(rng=np.random.default_rng(seeds))
    return type(drawn).from_quat(rounded(drawn.as_quat()))


def pixels_at(nside: int, theta: ArrayLike, phi: ArrayLike) -> Array:
    """Indices of the pixels that hold directions: polar angle and azimuth (...) [rad] -> (...) int."""
    angles = np.stack([theta, np.mod(phi, 2 * np.pi)], -1)
    return grid(nside).ang2pix(angles)


def dipole(values: Array) -> Array:
    """The dipole of a map, 3 <map p>: (12 nside^2,) -> (3,)."""
    return 3 / len(values) * (pixel_directions(nside_of(values)) @ values)


def without_dipole(values: Array) -> Array:
    """A map less its dipole 3 <map p> . p: (12 nside^2,)."""
    return values - dipole(values) @ pixel_directions(nside_of(values))


def interpolated(values: Array, theta: ArrayLike, phi: ArrayLike) -> Array:
    """A map (12 nside^2,) between the centres of its pixels: of the four around each direction, polar angle
    and azimuth (...) [rad], by HEALPix's bilinear weights. (...)"""
    import healpy  # noqa: PLC0415 - brings matplotlib and astropy along: most of a second at every start

    return np.asarray(healpy.get_interp_val(values, theta, phi))


def smoothed(values: Array, radius: float) -> Array:
    """The mean over the pixels whose centres lie within an angle [rad] of each (a top hat): (12 nside^2,)."""
    pixels = grid(nside_of(values))
    below = np.concatenate([[0.0], np.cumsum(values, dtype=float)])  # a disc is a few ranges of pixels
    out = np.empty(len(values))
    for pixel, angles in enumerate(pixels.pix2ang(np.arange(len(values)))):
        first, end = pixels.query_disc(angles, radius).T.astype(int)
        out[pixel] = (below[end] - below[first]).sum() / (end - first).sum()
    return out


def write_map(path: str | Path, values: Array, **header: str | float) -> None:
    """Write a map in ring order as a HEALPix FITS file.

    Parameters
    ----------
    values : (12 nside^2,)
    **header
        Further cards of the FITS header.

    Raises OSError where the file cannot be written.
    """
    import healpy  # noqa: PLC0415 - brings matplotlib and astropy along: most of a second at every start

    cards = [(name.upper()[:8], value) for name, value in header.items()]
    healpy.write_map(
        path, values, dtype=np.float32, overwrite=True, extra_header=cards, column_names=["DELTA_I"]
    )


def nested_order(nside: int) -> Array:
    """Ring indices of the pixels in nested order: (12 nside^2,) int."""
    return ducc0.healpix.Healpix_Base(nside, "NEST").nest2ring(np.arange(12 * nside**2))


@lru_cache(maxsize=8)
def grid(nside: int) -> ducc0.healpix.Healpix_Base:
    """The HEALPix grid in ring order."""
    return ducc0.healpix.Healpix_Base(nside, "RING")
