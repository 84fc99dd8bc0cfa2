"""What a run will need, before it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from crviz.config import Config
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


@dataclass(frozen=True)
class Needs:
    """Bytes that a run takes in the end.

    Attributes
    ----------
    memory
        While it computes and stores.
    disk
        Its file takes at most, uncompressed.
    """

    memory: float
    disk: float

    @property
    def least_disk(self) -> float:
        """What its file takes at least."""
        return _LEAST_SHARE * self.disk


def needs(config: Config, fields: int) -> Needs:
    """What a run of so many fields takes."""
    times, maps = len(config.omega_t), len(kept_times(config.omega_t))
    skies = 2 if config.grids == "cross" else 1
    spectrum = times * 9 * (2 * config.nside + 1)
    each = skies * spectrum * _SINGLE + 4 * times * 9 * _DOUBLE
    node = 2 * skies * spectrum * _DOUBLE + maps * 3 * config.n_pixels * _DOUBLE
    # of the tree: one a power of two, the fields of the last block, and those that are being added
    nodes = math.log2(max(fields / BLOCK, 1)) + 3
    means = 2 * skies * spectrum * _DOUBLE + 3 * maps * 3 * config.n_pixels * _SINGLE
    orbits = 2 * times * 3 * config.n_orbits * _DOUBLE
    disk = fields * each + nodes * node + means
    memory = _FIELDS_AT_ONCE * orbits + _COPIES * fields * each + nodes * node + means + disk
    return Needs(memory, disk)
