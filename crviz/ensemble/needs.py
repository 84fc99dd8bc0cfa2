"""What a run will need, before it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crviz.config import Config
from crviz.ensemble import elsewhere
from crviz.ensemble.side import side_limit
from crviz.ensemble.summing import BLOCK
from crviz.result import kept_times

#: Orbits that are there at once, in units of those of a field: one taken in, two on their way, and what
#: becomes of them in the harmonics.
_FIELDS_AT_ONCE = 3.5
#: Arrays of every field are copied where they grow, and what was yielded before is still there.
_COPIES = 2
#: Smallest share of its arrays that a file takes: spectra are symmetric in i and j, and compressed.
_LEAST_SHARE = 0.3
_SINGLE, _DOUBLE = 4, 8
#: Fields that wait for their record in the side file: those of a second, where they are small.
_WAITING = 32


@dataclass(frozen=True)
class Needs:
    """Bytes that a run takes in the end.

    Attributes
    ----------
    memory
        While it computes and stores.
    disk
        Its file takes at most, uncompressed.
    reading
        Memory that its file takes where it is read.
    """

    memory: float
    disk: float
    reading: float

    @property
    def least_disk(self) -> float:
        """What its file takes at least."""
        return _LEAST_SHARE * self.disk

    @property
    def working_disk(self) -> float:
        """What it takes at most while it grows: the file, the one that takes its place, the side file."""
        return 2 * self.disk + side_limit(self.disk)


def needs(config: Config, fields: int, *, on_disk: bool = False) -> Needs:
    """What a run of so many fields takes; on_disk says whether what is finished is kept there."""
    maps = len(kept_times(config.omega_t))
    skies, spectrum = _spectra(config)
    each, node = _each(config), _node(config)
    # of the tree: one a power of two, the fields of the last block, and those that are being added
    nodes = math.log2(max(fields / BLOCK, 1)) + 3
    means = 2 * skies * spectrum * _DOUBLE + 3 * maps * 3 * config.n_pixels * _SINGLE
    orbits = _orbits(config)
    disk = fields * each + nodes * node + means
    reading = fields * each + nodes * node + means
    kept = 2 * nodes * node + _WAITING * each if on_disk else _COPIES * fields * each + nodes * node + disk
    return Needs(_FIELDS_AT_ONCE * orbits + kept + means, disk, reading)


def brought_back(config: Config) -> float:
    """Bytes that come back of a field that another process has followed."""
    return _each(config) + _node(config)


def of_worker(config: Config) -> float:
    """Bytes that a task takes in another process."""
    if config.nside >= elsewhere.LARGE:
        return _FIELDS_AT_ONCE * elsewhere.BLOCK_BYTES
    return _FIELDS_AT_ONCE * _orbits(config) + brought_back(config)


def _spectra(config: Config) -> tuple[int, int]:
    """How many skies a field has, and numbers in the spectra of one."""
    return 2 if config.grids == "cross" else 1, len(config.omega_t) * 9 * (2 * config.nside + 1)


def _each(config: Config) -> float:
    """Bytes of what is kept of every field."""
    skies, spectrum = _spectra(config)
    return skies * spectrum * _SINGLE + 4 * len(config.omega_t) * 9 * _DOUBLE


def _node(config: Config) -> float:
    """Bytes of sums over fields."""
    skies, spectrum = _spectra(config)
    maps = len(kept_times(config.omega_t)) * 3 * config.n_pixels
    return 2 * skies * spectrum * _DOUBLE + maps * _DOUBLE


def _orbits(config: Config) -> float:
    """Bytes of the orbits of a field."""
    return 2 * len(config.omega_t) * 3 * config.n_orbits * _DOUBLE
