"""Runs that grow by one realisation at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing
from functools import partial

from crviz.checks import ParameterError, check_whole
from crviz.config import Config, is_current
from crviz.ensemble.accumulating import Accumulator, observed
from crviz.ensemble.following import followed
from crviz.ensemble.side import OnDisk
from crviz.ensemble.tracing import Progress
from crviz.parameters import REALIZATIONS
from crviz.result import Result, numbered, seeds_in_words


def simulate(
    config: Config,
    realizations: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    resume: Result | None = None,
    block: int | None = None,
    first: int = 0,
    disk: OnDisk | None = None,
) -> Iterator[Result]:
    """Run realisations 0, 1, ... and yield the Result so far after each.

    Parameters
    ----------
    realizations
        How many there shall be in the end, those of `resume` included, and those before `first`.
    executor
        Where blocks of orbits are followed; None starts one thread a processor. Where its tasks run in other
        processes, each is a whole realisation unless that is large: `followed`.
    resume
        A result of the same configuration to go on from; only what is missing is computed, and
        the outcome has the same bits as an uninterrupted run.
    block
        Orbits a task, rounded up to whole blocks of the kernel; None chooses. It does not change
        the numbers.
    first
        Realisation to begin with. Beyond 0 a part of a run is made, of realisations first, ...,
        realizations - 1: `merge` joins parts.
    disk
        Where what is finished is kept outside the memory. None is nowhere: memory grows with the fields.

    Yields
    ------
    Result
        After every realisation; `resume` at once where it has enough already.

    Raises
    ------
    ValueError
        Also where more realisations are asked for than `resume` has, and it cannot grow.
    """
    return _begun(config, realizations, executor, progress, resume, block, first, disk)


def run(
    config: Config,
    realizations: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    resume: Result | None = None,
    block: int | None = None,
    first: int = 0,
) -> Result:
    """Run all realisations and return the Result; arguments as in `simulate`."""
    *_, last = _begun(config, realizations, executor, progress, resume, block, first)
    return last


def _begun(
    config: Config,
    realizations: int,
    executor: Executor | None,
    progress: Progress | None,
    resume: Result | None,
    block: int | None,
    first: int,
    disk: OnDisk | None = None,
) -> Iterator[Result]:
    realizations = REALIZATIONS.check(realizations)
    check_whole("first", first, at_least=0)
    if first >= realizations:
        raise ParameterError("first", first, f"must be below realizations = {realizations}")
    if resume is not None:
        _check_resume(config, realizations, resume, first)
    for caveat in config.caveats:
        warnings.warn(caveat, stacklevel=3)  # at who asks for the run
    if resume is not None and resume.fields.stop >= realizations:
        return iter([resume])
    return _simulate(config, range(first, realizations), executor, progress, resume, block, disk)


def _check_resume(config: Config, realizations: int, resume: Result, first: int) -> None:
    if resume.config.digest != config.digest:
        raise ValueError("the result to go on from belongs to another configuration.")
    if resume.fields.start != first:
        raise ValueError(f"the result to go on from holds {numbered(resume.fields)}: it begins elsewhere.")
    if resume.fields.stop < realizations and not resume.can_grow:
        raise ValueError(f"the result to go on from {why_not(resume)} and cannot be continued.")


def _simulate(
    config: Config,
    asked: range,
    executor: Executor | None,
    progress: Progress | None,
    resume: Result | None,
    block: int | None,
    disk: OnDisk | None,
) -> Iterator[Result]:
    accumulator = Accumulator(config, asked, disk)
    if resume is not None:
        accumulator.take(resume)
    missing = asked[accumulator.done :]
    sampled = None if accumulator.done else asked.start
    keep = partial(observed, map_times=accumulator.map_times, sampled=sampled)
    with closing(followed(config, missing, keep, executor, progress, block)) as fields:
        for index, found in fields:
            accumulator.add(index, found)
            yield accumulator.result()


def why_not(result: Result) -> str:
    """Why a result cannot grow."""
    if not is_current(result.numerics):
        return f"was computed with numerics {result.numerics}, not the present ones"
    if result.seeds:
        return f"holds fields of several seeds ({seeds_in_words(result.seeds)})"
    return "holds means only"
