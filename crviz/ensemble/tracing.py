"""The orbits of one realisation: blocks of directions on an executor."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from crviz import kernels, orbits, sky
from crviz.arrays import Array
from crviz.config import Config
from crviz.field import draw_field

#: Wave evaluations of one task: some 50 ms, so that a run stops soon when it is told to.
_WORK_PER_TASK = 1.5e8


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


class Tracing:
    """The orbits of one realisation, on their way.

    Parameters
    ----------
    block
        Orbits a task, rounded up to whole blocks of the kernel; None chooses.
    """

    def __init__(self, config: Config, index: int, pool: Executor, block: int | None) -> None:
        field = draw_field(config, index)
        steps = orbits.intervals(config.omega_t, config.resolved_step)
        directions = sky.pixel_directions(config.nside)
        if config.grids == "cross":
            turned = sky.random_rotation(config, index).as_matrix()[..., None] * directions
            rotated = turned[:, 0] + turned[:, 1] + turned[:, 2]  # in this order: libraries have their own
            directions = np.concatenate([directions, rotated], 1)
        if block is None:
            block = max(1, int(_WORK_PER_TASK * config.n_orbits / work(config)))
        block = -(-block // kernels.LANES) * kernels.LANES
        self._stop = np.zeros(1, np.uint8)
        self._slices: dict[Future[tuple[Array, Array]], slice] = {}
        for start in range(0, directions.shape[1], block):
            part = slice(start, start + block)
            self._slices[pool.submit(orbits.trace, field, directions[:, part], *steps, self._stop)] = part

    def collect(self, progress: Progress, r: Array, p: Array) -> None:
        """Wait for all blocks, which fill r and p, each (T, 3, n): the same memory for every field."""
        for future in as_completed(self._slices):
            part = self._slices[future]
            r[..., part], p[..., part] = future.result()
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
) -> Generator[tuple[int, Array, Array]]:
    """The orbits of realisations, one after another.

    Parameters
    ----------
    indices
        Of the realisations, increasing by one.
    executor, progress, block : see `simulate`

    Yields
    ------
    index : int
    r, p : (T, 3, config.n_orbits)
        Grid A first; the same memory for every field.
    """
    r, p = np.empty((2, len(config.omega_t), 3, config.n_orbits))
    with workers(executor) as pool:
        queue: deque[Tracing] = deque()  # one realisation ahead, so that nobody idles during the harmonics
        try:
            for index in indices:
                for ahead in range(index + len(queue), min(index + 2, indices.stop)):
                    queue.append(Tracing(config, ahead, pool, block))
                queue[0].collect(progress or Silent(), r, p)
                queue.popleft()
                yield index, r, p
        finally:
            for tracing in queue:
                tracing.cancel()
