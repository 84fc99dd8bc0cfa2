"""What the page shows: a source and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crviz.config import Config
from crviz.dashboard.tensors import tensors_of
from crviz.result import Source


@dataclass(frozen=True, eq=False)
class LabelledSource:
    """A source of pictures, and where it comes from in words."""

    source: Source
    origin: str

    @property
    def config(self) -> Config:
        """The configuration behind it; of a place of the atlas, what a run there would be."""
        return self.source.config

    @property
    def sky_config(self) -> Config:
        """The configuration whose skies belong to it: they show one grid."""
        return self.config.replace(grids="single")

    @property
    def last_time(self) -> float:
        """The largest backtracking time [1/Omega]."""
        return float(self.source.omega_t[-1])

    def recorded_time(self, omega_t: float) -> float:
        """The backtracking time of its spectra that is nearest to one [1/Omega]."""
        return float(self.source.omega_t[self.source.time_index(omega_t)])

    def tensors(self, estimator: str) -> dict[str, Any]:
        """The arrays that the browser holds, for an estimator or the one that can be had."""
        return tensors_of(self.source, self.source.usable(estimator))
