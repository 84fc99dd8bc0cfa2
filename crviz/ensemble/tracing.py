"""The orbits of one realisation: blocks of directions on an executor."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import numpy as np

from crviz import kernels, orbits, sky
from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble import elsewhere
from crviz.field import Field, draw_field

#: Wave evaluations of one task: some 50 ms, so that a run stops soon when it is told to.
_WORK_PER_TASK = 1.5e8
#: Who waits for tasks asks so often whether to go on [s].
_LOOK_EVERY = 0.1


class Progress(Protocol):
    """Told how a run goes. `advance` may raise: the run then stops and cleans up."""

    def advance(self, orbits: int) -> None:
        """So many more orbits have been followed to the end; 0 asks whether to go on."""


class Silent:
    """The `Progress` of a run that nobody listens to."""

    def advance(self, orbits: int) -> None:
        """Nobody is listening."""


def work(config: Config) -> int:
    """Wave evaluations that one realisation of a configuration takes: orbits x steps x waves."""
    n_steps, _ = orbits.intervals(config.omega_t, config.resolved_step)
    return config.n_orbits * int(n_steps.sum()) * config.n_waves


def thread_count() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def workers(executor: Executor | None) -> Iterator[Executor]:
    """An executor as it is; for None one thread a processor, as long as the context lasts."""
    if executor is not None:
        yield executor
        return
    pool = ThreadPoolExecutor(thread_count(), thread_name_prefix="crviz-orbits")
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


class Arrivals:
    """Futures of an executor, in the order in which they are done."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()

    def expect(self, future: Future[Any]) -> None:
        """One more."""
        future.add_done_callback(self._done.put)

    def next(self, progress: Progress) -> Future[Any]:
        """Wait for one; what progress raises meanwhile ends that. Raises Lost where none will come."""
        while True:
            try:
                return self._done.get(timeout=_LOOK_EVERY)
            except Empty:
                progress.advance(0)
                elsewhere.check_there(self._executor)


def starts(config: Config, index: int) -> Array:
    """The directions (3, config.n_orbits) in which the orbits of a realisation start, grid A first."""
    directions = sky.pixel_directions(config.nside)
    if config.grids == "single":
        return directions
    turned = sky.random_rotation(config, index).as_matrix()[..., None] * directions
    rotated = turned[:, 0] + turned[:, 1] + turned[:, 2]  # in this order: libraries have their own
    return np.concatenate([directions, rotated], 1)


@lru_cache(maxsize=1)
def _beginning(config: Config, index: int) -> tuple[Field, Array]:
    """Field and directions of a realisation, for one block of it after another."""
    return draw_field(config, index), starts(config, index)


def _block(config: Config, index: int, part: slice) -> tuple[Array, Array]:
    """Some of the orbits of a realisation, where no more than its configuration is known."""
    field, directions = _beginning(config, index)
    return orbits.trace(field, directions[:, part], *orbits.intervals(config.omega_t, config.resolved_step))


class Tracing:
    """The orbits of one realisation, on their way.

    Parameters
    ----------
    block
        Orbits a task, rounded up to whole blocks of the kernel; None chooses.
    away
        Whether the executor's tasks run in other processes, where the field is drawn then.
    """

    def __init__(
        self, config: Config, index: int, pool: Executor, block: int | None, *, away: bool = False
    ) -> None:
        self._away = away
        if block is None:
            work_per_task = elsewhere.WORK_PER_TASK if away else _WORK_PER_TASK
            block = max(1, int(work_per_task * config.n_orbits / work(config)))
            if away:
                block = min(block, elsewhere.most_orbits(config))
        block = -(-block // kernels.LANES) * kernels.LANES
        self._stop = np.zeros(1, np.uint8)
        self._arrivals = Arrivals(pool)
        self._slices: dict[Future[tuple[Array, Array]], slice] = {}
        if not away:
            field, directions = draw_field(config, index), starts(config, index)
            steps = orbits.intervals(config.omega_t, config.resolved_step)
        for start in range(0, config.n_orbits, block):
            part = slice(start, min(start + block, config.n_orbits))
            if away:
                future = elsewhere.submit(pool, _block, config, index, part)
            else:
                future = pool.submit(orbits.trace, field, directions[:, part], *steps, self._stop)
            self._slices[future] = part
            self._arrivals.expect(future)

    def collect(self, progress: Progress, r: Array, p: Array) -> None:
        """Wait for all blocks, which fill r and p, each (T, 3, n): the same memory for every field."""
        for _ in range(len(self._slices)):
            future = self._arrivals.next(progress)
            part = self._slices.pop(future)
            r[..., part], p[..., part] = elsewhere.outcome(future) if self._away else future.result()
            progress.advance(r[..., part].shape[-1])

    def cancel(self) -> None:
        """Drop the blocks that have not begun, and end those that have, where this process follows them."""
        self._stop[0] = 1
        for future in self._slices:
            future.cancel()


def traced(
    config: Config,
    indices: range,
    executor: Executor | None = None,
    progress: Progress | None = None,
    block: int | None = None,
    *,
    away: bool = False,
) -> Generator[tuple[int, Array, Array]]:
    """The orbits of realisations, one after another.

    Parameters
    ----------
    indices
        Of the realisations, increasing by one.
    executor, progress, block : see `simulate`
    away : see `Tracing`

    Yields
    ------
    index : int
    r, p : (T, 3, config.n_orbits)
        Grid A first; the same memory for every field.
    """
    r, p = np.empty((2, len(config.omega_t), 3, config.n_orbits))
    # one realisation ahead, so that nobody idles during the harmonics; elsewhere there may be many to idle
    at_once = elsewhere.ahead(r.nbytes + p.nbytes) if away else 2
    with workers(executor) as pool:
        queue: deque[Tracing] = deque()
        try:
            for index in indices:
                for ahead in range(index + len(queue), min(index + at_once, indices.stop)):
                    queue.append(Tracing(config, ahead, pool, block, away=away))
                queue[0].collect(progress or Silent(), r, p)
                queue.popleft()
                yield index, r, p
        finally:
            for tracing in queue:
                tracing.cancel()
