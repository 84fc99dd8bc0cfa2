"""What the browser draws of one direction: orbits, separations and a field line, as small arrays."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import scipy

from crviz.arrays import Array
from crviz.config import Config
from crviz.field import Field, draw_field
from crviz.neighbours import field_line, neighbouring_orbits
from crviz.orbits import intervals

_SEPARATION_TIMES = 120
_MOST_DRAWN_TIMES = 850  # five orbits as float32 are 51 KB
_DRAWN_INTERVAL = 0.15  # 1/Omega: some 30 points a gyration
_MARGIN = 1.0  # r_L by which the field line may leave the box of the orbits


def content(config: Config, realization: int, theta: float, phi: float, omega_t_max: float) -> dict[str, Any]:
    """What the browser draws of a direction.

    Parameters
    ----------
    config, realization
        The field.
    theta, phi : [deg]
        Where on the sky the particle comes from.
    omega_t_max : [1/Omega]

    Returns
    -------
    `realization`, `theta`, `phi`, `omega_t_max`, `angles` [deg], `neighbours` (how many at each
    angle), and float32 arrays
        positions (1 + A, 3, n) [r_L], the orbit's and the first neighbour's of each angle, at n equally
            spaced times from 0 to omega_t_max
        separation_times (m,) [1/Omega], separations (A, m) [r_L], rms over the neighbours of each angle
        field_line (3, l) [r_L]
    """
    field = draw_field(config, realization)
    number = min(_MOST_DRAWN_TIMES, 2 + math.ceil(omega_t_max / _DRAWN_INTERVAL))
    drawn = np.linspace(0, omega_t_max, number)
    spread = np.geomspace(min(0.1, omega_t_max / 100), omega_t_max, _SEPARATION_TIMES)
    spread[-1] = omega_t_max
    bundle = neighbouring_orbits(field, -_unit_vector(theta, phi), _stops(config, omega_t_max, drawn[1]))
    start = [np.zeros((1, *bundle.r.shape[1:])), bundle.directions[None]]
    r, p = (np.concatenate([first, then]) for first, then in zip(start, (bundle.r, bundle.p), strict=True))
    # between two stops a cubic: both ends have position and direction
    path = scipy.interpolate.CubicHermiteSpline(np.r_[0, bundle.omega_t], r, -p)
    _, shown = np.unique(bundle.angle, return_index=True)
    positions = path(drawn)[:, :, shown].transpose(2, 1, 0)
    return {
        "realization": realization,
        "theta": theta,
        "phi": phi,
        "omega_t_max": omega_t_max,
        "angles": bundle.opening_angles.tolist(),
        "neighbours": int(np.sum(bundle.angle == bundle.angle[-1])),
        "positions": positions.astype(np.float32),
        "separation_times": spread.astype(np.float32),
        "separations": replace(bundle, omega_t=spread, r=path(spread)).rms_separation.T.astype(np.float32),
        "field_line": _line_beside(field, positions).astype(np.float32),
    }


def _stops(config: Config, omega_t_max: float, apart: float) -> Array:
    """Times (n,) [1/Omega], some `apart`, at which orbits are recorded that take the very steps of the sky's:
    the recorded times of a configuration, and whole numbers of steps between them."""
    times = np.array([*(time for time in config.omega_t if time < omega_t_max), omega_t_max])
    n_steps, step_sizes = intervals(times, config.resolved_step)
    begun = np.r_[0, times[:-1]]
    stops = [
        begin + step * np.arange(every, number, every)
        for begin, number, step in zip(begun, n_steps, step_sizes, strict=True)
        for every in [max(1, round(apart / step))]
    ]
    return np.sort(np.concatenate([times, *stops]))


def _unit_vector(theta: float, phi: float) -> Array:
    theta, phi = math.radians(theta), math.radians(phi)
    return np.array([math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)])


def _line_beside(field: Field, positions: Array) -> Array:
    """The field line through the origin, as far as it stays in the box of some orbits (., 3, .)."""
    low, high = positions.min(axis=(0, 2)), positions.max(axis=(0, 2))
    reach = np.linalg.norm(positions, axis=1).max()
    # 15 L_c are enough to see it wander, and far more take long where r_L is large
    _, x = field_line(field, min(reach, 15 / field.config.rl_over_lc))
    beyond = np.maximum(low[:, None] - x, x - high[:, None]).max(axis=0)
    middle = x.shape[1] // 2
    outside = np.flatnonzero(beyond > _MARGIN) - middle
    first = max(outside[outside < 0], default=-middle - 1) + 1
    last = min(outside[outside > 0], default=middle + 1) - 1
    return x[:, middle + first : middle + last + 1]
