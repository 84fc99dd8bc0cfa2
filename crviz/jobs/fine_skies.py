"""The sky of the shipped result's field 0 on a grid finer than that of the result, a file for each time.

A component is kept in 256 steps over twice its largest value, so that none is wrong by more
than 1/256 of that.
What is written is less what is expected of it: of the ring before, or of the time before or after, whichever
leaves less; a page puts it together again (dashboard/panels/sky/fine.js). Before the first file the coarser
grid shows the same: interpolated, it misses the fine one by 0.3/256 of the largest value in the mean.

`python -m crviz.jobs.fine_skies FOLDER` writes the files, in half a minute.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from crviz import library, paths, sky
from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble.tracing import Silent, Tracing

NSIDE = 64
#: Index of the first time that has a file, and of one that stands for itself: each fourth does.
FIRST, KEY = 18, 53
#: Steps from zero to the largest value.
STEPS = 128
#: What a component is less: nothing, the ring before, the time before or after.
ALONE, RING, TIME = range(3)
#: Bytes before the steps: three units in single precision, three of these, and where the other time lies.
HEADER = 16


def folder() -> Path:
    """Where the shipped files are."""
    return paths.assets() / "sky"


def has(config: Config, realization: int) -> bool:
    """Whether a field's fine sky is shipped."""
    return realization == 0 and config == library.shipped().config.replace(grids="single")


def files(times: Array) -> list[int]:
    """Indices of the files of some times [1/Omega] of the shipped result, -1 where there is none."""
    recorded = library.shipped().omega_t
    found = [int(np.abs(recorded - time).argmin()) for time in times]
    return [index if index >= FIRST else -1 for index in found]


@cache
def digest() -> str:
    """A hash of all shipped files."""
    content = b"".join(path.read_bytes() for path in sorted(folder().glob("*.gz")))
    return hashlib.sha256(content).hexdigest()[:16]


def reference(index: int) -> int:
    """Which time is expected to be like one: itself, or that before or after it."""
    after = (index - KEY + 1) % 4 - 1  # -1, 0, 1 or 2
    return index - 1 if after > 0 else index + 1 if after < 0 else index


@lru_cache(maxsize=8)
def steps(index: int) -> tuple[Array, Array]:
    """The steps (3, pixels) and the units (3,) [r_L] of a time that has a file."""
    content = gzip.decompress((folder() / f"{index:02}.gz").read_bytes())
    units, modes = np.frombuffer(content, "<f4", 3).astype(float), np.frombuffer(content, np.uint8, 3, 12)
    left = np.frombuffer(content, np.int8, -1, HEADER).reshape(3, -1).astype(int)
    other = steps(index + int(np.frombuffer(content, np.int8, 1, 15)[0])) if TIME in modes else None
    found = np.empty(left.shape, int)
    for axis, mode in enumerate(modes):
        if mode == RING:
            found[axis] = _of_rings(left[axis])
        else:
            found[axis] = left[axis] + (_expected(*other, units, axis) if mode == TIME and other else 0)
    return _wrapped(found), units


def positions(index: int) -> Array | None:
    """r(-T) (3, pixels) [r_L] at a time of the shipped result; None where the coarser grid shows the same."""
    if index < FIRST:
        return None
    found, units = steps(index)
    return (found + 0.5) * units[:, None]


@lru_cache(maxsize=8)
def coarser(index: int, nside: int) -> Array:
    """The means of `positions` over the pixels of a coarser grid: (3, 12 nside^2) [r_L]."""
    found, units = steps(index)
    return sky.coarser(found + 0.5, nside) * units[:, None]


def encoded(found: Array, units: Array, index: int, other: tuple[Array, Array] | None) -> bytes:
    """The file of a time: steps (3, pixels) in units (3,), and those of the time that it is like."""
    modes, parts = [], []
    for axis in range(3):
        ways = {ALONE: found[axis], RING: found[axis] - _of_the_ring_before(found[axis])}
        if other is not None:
            ways[TIME] = found[axis] - _expected(*other, units, axis)
        packed = {mode: _wrapped(left).astype(np.int8).tobytes() for mode, left in ways.items()}
        best = min(packed, key=lambda mode: len(_small(packed[mode])))
        modes.append(best)
        parts.append(packed[best])
    offset = np.int8(reference(index) - index if other is not None else 0)
    header = units.astype("<f4").tobytes() + bytes(modes) + offset.tobytes()
    return _small(b"".join([header, *parts]))


def _small(content: bytes) -> bytes:
    """The shorter of two ways to pack something in gzip's format: noise has nothing that is found again."""
    ways = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_HUFFMAN_ONLY)
    made = [zlib.compressobj(9, zlib.DEFLATED, 31, 9, way) for way in ways]
    return min((each.compress(content) + each.flush() for each in made), key=len)


def write(place: Path) -> None:
    """Follow field 0 of the shipped configuration and write its files. Raises OSError."""
    config = library.shipped().config.replace(grids="single", nside=NSIDE)
    r, p = np.empty((2, len(config.omega_t), 3, config.n_pixels), np.float32)
    with ThreadPoolExecutor() as executor:
        Tracing(config, 0, executor, None).collect(Silent(), r, p)
    place.mkdir(parents=True, exist_ok=True)
    for index, content in packed(r, FIRST).items():
        (place / f"{index:02}.gz").write_bytes(content)


def packed(r: Array, first: int = 0) -> dict[int, bytes]:
    """Files of positions (T, 3, 12 nside^2) [r_L] of any grid, by the indices of their times, from one on."""
    units = np.nextafter(np.abs(r).max(2) / STEPS, np.inf, dtype=np.float32).astype(float)
    found = np.clip(np.floor(r / units[:, :, None]), -STEPS, STEPS - 1).astype(int)
    files = {}
    for index in range(first, len(r)):
        like = reference(index)
        other = (found[like], units[like]) if first <= like < len(r) and like != index else None
        files[index] = encoded(found[index], units[index], index, other)
    return files


def _expected(found: Array, units: Array, own: Array, axis: int) -> Array:
    """Steps of one time as those of another, whose steps and units these are, would have them."""
    return np.floor((found[axis] + 0.5) * (units[axis] / own[axis])).astype(int)


def _of_the_ring_before(found: Array) -> Array:
    """What is expected of each ring's steps: those of the ring before it, at the same azimuth."""
    expected = np.zeros_like(found)
    for ring, before in _rings(sky.nside_of(found)):
        expected[ring.pixels] = _along(found[before.pixels], before, ring)
    return expected


def _of_rings(left: Array) -> Array:
    """Steps of which was written what they are more than the ring before."""
    found = left.copy()
    for ring, before in _rings(sky.nside_of(left)):
        found[ring.pixels] = _wrapped(found[ring.pixels] + _along(found[before.pixels], before, ring))
    return found


def _along(found: Array, before: _Ring, ring: _Ring) -> Array:
    """Steps of a ring at the azimuths of the pixels of the next one, between the two nearest: in whole
    numbers, which are the same on every machine."""
    whole = 2 * ring.number
    at = before.number * (2 * np.arange(ring.number) + ring.turned) - before.turned * ring.number
    first, share = np.divmod(at, whole)
    low, high = found[first % before.number], found[(first + 1) % before.number]
    return low + ((high - low) * share + ring.number) // whole


class _Ring(NamedTuple):
    """A ring of pixels: where it lies in a map, how many it has, and whether it is turned by half of one."""

    pixels: slice
    number: int
    turned: int


@cache
def _rings(nside: int) -> list[tuple[_Ring, _Ring]]:
    """All rings but the first, each with the one before."""
    info = sky.grid(nside).sht_info()
    columns = zip(info["ringstart"].tolist(), info["nphi"].tolist(), info["phi0"] > 0, strict=True)
    every = [_Ring(slice(first, first + number), number, int(turned)) for first, number, turned in columns]
    return list(zip(every[1:], every, strict=False))


def _wrapped(values: Array) -> Array:
    """Whole numbers as a byte has them."""
    return (values + STEPS) % (2 * STEPS) - STEPS


if __name__ == "__main__":
    write(Path(sys.argv[1]))
