"""Recorded times: the nearest to one that is asked for, and those at which most is kept."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import xarray as xr

from crviz.arrays import Array, ArrayLike
from crviz.checks import check_number

#: Maps, and covariances between multipoles, are kept at this many of the times at most.
TIMES_KEPT = 16
#: The time of the paper's Figure 2 [1/Omega], kept where it is recorded to a hundredth.
FIGURE_TIME = 100.0


class Recorded(Protocol):
    """What holds arrays over times and multipoles: a source, or the atlas."""

    dataset: xr.Dataset

    @property
    def omega_t(self) -> Array:
        """Backtracking times (T,) [1/Omega]."""
        return self.dataset["omega_t"].values

    @property
    def ell(self) -> Array:
        """Multipoles (L,)."""
        return self.dataset["ell"].values


def nearest_time(times: ArrayLike, omega_t: float | None = None) -> int:
    """Index of the time nearest to omega_t [1/Omega] in times (T,); None is the last.

    Raises ParameterError where omega_t is no number.
    """
    times = np.asarray(times)
    if omega_t is None:
        return len(times) - 1
    return int(np.abs(times - check_number("omega_t", omega_t)).argmin())


def kept_times(omega_t: ArrayLike) -> Array:
    """Indices of the times at which maps and covariances between multipoles are kept.

    Evenly spread over the recorded times, the last one included, and so is the one nearest to
    `FIGURE_TIME` if it is within a hundredth of it: it takes the place of its nearest neighbour.
    """
    omega_t = np.asarray(omega_t)
    last = len(omega_t) - 1
    kept = np.unique(np.linspace(last, 0, min(TIMES_KEPT, last + 1)).round().astype(int))
    wanted = np.abs(omega_t - FIGURE_TIME).argmin()
    if abs(omega_t[wanted] / FIGURE_TIME - 1) <= 0.01 and wanted not in kept:
        kept[np.abs(kept[:-1] - wanted).argmin()] = wanted
    return kept
