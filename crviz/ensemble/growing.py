"""Runs that grow by one realisation at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing

import numpy as np

from crviz import kernels
from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble.observables import observables
from crviz.ensemble.summing import Sums
from crviz.ensemble.tracing import Progress, traced
from crviz.parameters import REALIZATIONS
from crviz.result import Result, Run, kept_times, schema


def simulate(
    config: Config,
    realizations: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    resume: Result | None = None,
    block: int | None = None,
) -> Iterator[Result]:
    """Run realisations 0, 1, ... and yield the Result so far after each.

    Parameters
    ----------
    realizations
        How many there shall be in the end, those of `resume` included.
    executor
        Where blocks of orbits are followed; None starts one thread a processor.
    resume
        A result of the same configuration to go on from; only what is missing is computed, and
        the outcome has the same bits as an uninterrupted run.
    block
        Orbits a task, rounded up to whole blocks of the kernel; None chooses. It does not change
        the numbers.

    Yields
    ------
    Result
        After every realisation; `resume` at once where it has enough already.

    Raises
    ------
    ValueError
        Also where more realisations are asked for than `resume` has, and it cannot grow.
    """
    realizations = REALIZATIONS.check(realizations)
    if resume is not None:
        _check_resume(config, realizations, resume)
    for caveat in config.caveats:
        warnings.warn(caveat, stacklevel=2)
    if resume is not None and resume.n_realizations >= realizations:
        return iter([resume])
    return _simulate(config, realizations, executor, progress, resume, block)


def run(
    config: Config,
    realizations: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    resume: Result | None = None,
    block: int | None = None,
) -> Result:
    """Run all realisations and return the Result; arguments as in `simulate`."""
    *_, last = simulate(config, realizations, executor, progress, resume=resume, block=block)
    return last


def _check_resume(config: Config, realizations: int, resume: Result) -> None:
    if resume.config.digest != config.digest:
        raise ValueError("the result to go on from belongs to another configuration.")
    if resume.n_realizations < realizations and not resume.can_grow:
        why = (
            f"was computed with numerics {resume.numerics}, not the present ones"
            if resume.digest != config.digest
            else "holds means only"
        )
        raise ValueError(f"the result to go on from {why} and cannot be continued.")


def _simulate(
    config: Config,
    realizations: int,
    executor: Executor | None,
    progress: Progress | None,
    resume: Result | None,
    block: int | None,
) -> Iterator[Result]:
    accumulator = _Accumulator(config, realizations, resume)
    with closing(traced(config, range(accumulator.done, realizations), executor, progress, block)) as fields:
        for index, r, p in fields:
            accumulator.add(index, r, p)
            yield accumulator.result()


class _Accumulator:
    """Arrays that fill up, realisation after realisation, in the order of the index."""

    def __init__(self, config: Config, realizations: int, resume: Result | None) -> None:
        self.config, self.realizations = config, realizations
        self.map_times = kept_times(config.omega_t)
        self.done = 0
        self.every: dict[str, Array] = {}
        self.sums = Sums()
        self.fused = kernels.fused()
        self.samples: dict[str, Array] = {}
        if resume is not None and resume.sums is not None:
            self.done = resume.n_realizations
            data = resume.dataset
            self.every = {
                name: self._grown(data[name].values) for name in schema.OF_EVERY_FIELD if name in data
            }
            # files of earlier versions have maps at other times: a run goes on as it began
            self.map_times = np.searchsorted(config.omega_t, data["omega_t_map"].values)
            self.sums = Sums(schema.sums_of(resume.sums))
            self.fused &= resume.fused
            self.samples = {name: data[name].values for name in schema.SAMPLES}

    def _grown(self, values: Array) -> Array:
        out = np.empty((self.realizations, *values.shape[1:]), values.dtype)
        out[: len(values)] = values
        return out

    def add(self, index: int, r: Array, p: Array) -> None:
        """Take in the orbits of one realisation: r, p (T, 3, n), grid A first."""
        n = self.config.n_pixels
        each, sums = observables(self.config, index, r, p)
        sums["mean_r"] = r[self.map_times, :, :n]
        for name, value in each.items():
            if name not in self.every:
                dtype = schema.OF_EVERY_FIELD[name].dtype
                self.every[name] = np.empty((self.realizations, *value.shape), dtype)
            self.every[name][index] = value
        self.sums.add(sums)
        if index == 0:
            for (name, quantity), values in zip(schema.SAMPLES.items(), (r, p), strict=True):
                self.samples[name] = values[self.map_times, :, :n].astype(quantity.dtype)
        self.done = index + 1

    def result(self) -> Run:
        """The Run so far; its arrays are read-only, and what was yielded before stays as it was."""
        every = {name: values[: self.done] for name, values in self.every.items()}
        means = {name: total / self.done for name, total in self.sums.totals().items()}
        dataset = schema.run_dataset(
            self.config, self.map_times, every, means, self.samples, fused=self.fused
        )
        return Run(dataset, schema.sums_dataset(self.sums.nodes))
