"""Realisations followed and what is kept of them, one after another, here or elsewhere."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import Executor, Future
from contextlib import closing
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np

from crviz import orbits
from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble import elsewhere
from crviz.ensemble.needs import brought_back
from crviz.ensemble.tracing import Arrivals, Progress, Silent, starts, traced
from crviz.field import draw_field

Kept = TypeVar("Kept", covariant=True)


class Keep(Protocol[Kept]):
    """What is kept of a realisation: a function that can be sent to other processes."""

    def __call__(self, config: Config, index: int, r: Array, p: Array, check: Any, /) -> Kept:
        """Of its orbits r, p (T, 3, config.n_orbits), grid A first; check is called now and then if it is
        not None, and may raise."""


def followed(
    config: Config,
    indices: range,
    keep: Keep[Kept],
    executor: Executor | None = None,
    progress: Progress | None = None,
    block: int | None = None,
) -> Generator[tuple[int, Kept]]:
    """Follow realisations, and yield the index of each with what is kept of it, in order.

    Where the tasks of the executor run in other processes, a task is a whole realisation, or, from nside 64
    on, a block of its orbits. Bits do not depend on who does what.

    Parameters
    ----------
    indices
        Of the realisations, increasing by one.
    executor, progress, block : see `simulate`

    Raises
    ------
    ValueError
        Where other processes have no crviz, or another one.
    Lost
        Where they are gone.
    """
    away = elsewhere.is_away(executor)
    if executor is not None and away and config.nside < elsewhere.LARGE:
        yield from _whole(config, indices, keep, executor, progress or Silent())
        return
    check = partial(progress.advance, 0) if progress is not None else None
    with closing(traced(config, indices, executor, progress, block, away=away)) as fields:
        for index, r, p in fields:
            yield index, keep(config, index, r, p, check)


def _whole(
    config: Config, indices: range, keep: Keep[Kept], executor: Executor, progress: Progress
) -> Generator[tuple[int, Kept]]:
    """Each realisation is a task. What it raises is raised when its turn comes: those before are not lost."""
    arrivals, under_way = Arrivals(executor), dict[Future[Kept], int]()
    done: dict[int, Future[Kept]] = {}
    further, at_once = iter(indices), elsewhere.ahead(brought_back(config))
    try:
        for index in indices:
            while len(under_way) + len(done) < at_once and (new := next(further, None)) is not None:
                future = elsewhere.submit(executor, _realization, config, new, keep)
                under_way[future] = new
                arrivals.expect(future)
            while index not in done:
                future = arrivals.next(progress)
                done[under_way.pop(future)] = future
                if future.cancelled():  # not by us: no other one will come either
                    elsewhere.outcome(future)
                progress.advance(config.n_orbits)
            yield index, elsewhere.outcome(done.pop(index))
    finally:
        for future in under_way:
            future.cancel()


def _realization(config: Config, index: int, keep: Keep[Kept]) -> Kept:
    """A whole realisation, in one thread."""
    steps = orbits.intervals(config.omega_t, config.resolved_step)
    r, p = orbits.trace(draw_field(config, index), np.ascontiguousarray(starts(config, index)), *steps)
    return keep(config, index, r, p, None)
