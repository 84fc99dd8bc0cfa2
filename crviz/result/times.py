"""Recorded times: the nearest to one that is asked for."""

from __future__ import annotations

import numpy as np

from crviz.config import check_number


def nearest_time(times, omega_t=None):
    """Index of the time nearest to omega_t [1/Omega] in times (T,); None is the last.

    Raises ParameterError where omega_t is no number.
    """
    if omega_t is None:
        return len(times) - 1
    return int(np.abs(np.asarray(times) - check_number("omega_t", omega_t)).argmin())
