"""Cosmic rays followed back in time through a static magnetic field.

dr/dt = p, dp/dt = p x B, with r in r_L, t in 1/Omega, B in B0 and |p| = 1, from r = 0 at t = 0 to
t = -T. In B = e_z the orbit is a helix with r_z(-T) = -p_z T.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from concurrent.futures import CancelledError
from dataclasses import dataclass

import numpy as np

from crviz import adams, kernels
from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError
from crviz.field import Field

#: Wave evaluations between two looks at what else there is to do: 0.1 to 0.2 s.
_WORK_PER_PIECE = 300_000_000


@dataclass(frozen=True)
class Orbits:
    """Positions and momenta on the way back.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    r : (T, 3, n) [r_L]
        r(-T), where the orbit has been.
    p : (T, 3, n)
        Unit vectors p(-T) of the momentum there.
    """

    omega_t: Array
    r: Array
    p: Array


def intervals(omega_t: ArrayLike, step: float) -> tuple[Array, Array]:
    """Equal steps between recorded times: ceil(dT / step) of them in each interval dT.

    Returns
    -------
    n_steps : (T,) int
    step_sizes : (T,) [1/Omega]
    """
    lengths = np.diff(np.asarray(omega_t, float), prepend=0.0)
    # an interval that is a whole number of steps but for rounding takes that number
    n_steps = np.maximum(1, np.ceil(lengths / step * (1 - 1e-12))).astype(np.int64)
    return n_steps, lengths / n_steps


def trace(
    field: Field, directions: Array, n_steps: Array, step_sizes: Array, stop: Array | None = None
) -> tuple[Array, Array]:
    """Positions and momenta (T, 3, n) of one block of directions, by the compiled kernel.

    Parameters
    ----------
    stop : (1,) uint8
        Set to 1 by another thread, it ends the block soon.

    Raises
    ------
    FloatingPointError
        Where an orbit did not stay finite.
    CancelledError
        Where it was told to stop.
    """
    pieces = trace_in_pieces(field, directions, n_steps, step_sizes, stop)
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            return end.value


def trace_in_pieces(
    field: Field, directions: Array, n_steps: Array, step_sizes: Array, stop: Array | None = None
) -> Generator[None, None, tuple[Array, Array]]:
    """What `trace` does and returns, with the same bits; yields every 0.1 s to those who have other things to
    do."""
    shape = (len(n_steps), 3, directions.shape[1])
    r, p = np.empty(shape), np.empty(shape)
    n_waves = field.phases.size
    under_way = kernels.beginning(n_waves)
    most_steps = max(1, _WORK_PER_PIECE // (kernels.LANES * n_waves))
    while not kernels.trace(
        field.wavevectors,
        field.amplitudes,
        field.phases,
        np.ascontiguousarray(directions),
        n_steps,
        step_sizes,
        r,
        p,
        *under_way,
        most_steps,
    ):
        if stop is not None and stop[0]:
            raise CancelledError
        yield
    return _finite(field, r, p)


def backtrack(
    field: Field,
    directions: ArrayLike,
    omega_t: ArrayLike,
    step: float | None = None,
    *,
    accuracy: float | None = None,
) -> Orbits:
    """Follow cosmic rays back from the origin.

    By Boris' scheme: half a drift, one field evaluation and an exact rotation, half a drift; second
    order, time-reversible, |p| conserved to rounding. Where an accuracy is asked for, by the scheme of
    Adams, of seventh order, with the step that `adams.step_for` finds.

    Parameters
    ----------
    directions : (3, n)
        Unit vectors of the momentum at t = 0 (arrival directions); they are normalised here.
    omega_t : (T,) increasing, > 0 [1/Omega]
    step : [1/Omega]
        None takes the default step of the field's configuration.
    accuracy : [r_L]
        Median error of positions at Omega T = 10, 3e-6 to 1e-2; instead of a step.

    Raises
    ------
    ValueError
        For directions of another shape or of no length, for times that are not increasing, a
        step beyond 0.5 / (1 + sigma), or an accuracy that cannot be had in the field.
    """
    if accuracy is not None and step is not None:
        raise ParameterError("accuracy", accuracy, f"must be given without a step, and step = {step!r}")
    checked = field.config.replace(omega_t=omega_t, step=field.config.step if step is None else step)
    directions = np.asarray(directions, float)
    if directions.ndim != 2 or directions.shape[0] != 3:
        raise ValueError(f"directions of shape {directions.shape} must have the shape (3, n).")
    length = np.linalg.norm(directions, axis=0)
    if not (np.isfinite(length).all() and (length > 0).all()):
        raise ValueError("directions must be finite and of some length.")
    times, units = np.array(checked.omega_t), directions / length
    if accuracy is None:
        r, p = trace(field, units, *intervals(times, checked.resolved_step))
    else:
        r, p = _finite(field, *adams.trace(field, units, times, adams.step_for(field, accuracy)))
    return Orbits(times, r, p)


def _finite(field: Field, r: Array, p: Array) -> tuple[Array, Array]:
    if not (math.isfinite(r.sum()) and math.isfinite(p.sum())):
        raise FloatingPointError(f"an orbit through realisation {field.realization} did not stay finite.")
    return r, p
