"""Parts of a run, joined."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from crviz.config import Config
from crviz.ensemble.accumulating import Accumulator
from crviz.ensemble.growing import why_not
from crviz.ensemble.side import Left
from crviz.result import Result, Run, numbered


def merge(results: Iterable[Result], names: Sequence[str] | None = None) -> Run:
    """Join parts of a run, which have the very same bits together as one run.

    Parameters
    ----------
    results
        Of one configuration, in any order, that hold every field from the first to the last of them once.
    names
        What to call them where they are refused; None is "part 1", "part 2", ...

    Raises
    ------
    ValueError
    """
    results = list(results)
    if not results:
        raise ValueError("there is nothing to merge.")
    names = names or [f"part {number}" for number in range(1, len(results) + 1)]
    parts = sorted(zip(names, results, strict=True), key=lambda part: part[1].fields.start)
    for part in parts:
        _check_part(part, parts[0])
    for before, after in pairwise(parts):
        _check_adjoining(before, after)
    first, last = (parts[at][1] for at in (0, -1))
    whole = Accumulator(first.config, range(first.fields.start, last.fields.stop))
    for _, result in parts:
        whole.take(result)
    return whole.result()


def recovered(left: Path, config: Config, stored: Result | None) -> Run | None:
    """A run with what its side file has beyond it; None where that is nothing.

    Parameters
    ----------
    left
        A side file that a process has left which is gone.
    stored
        What is in the file of the run, if any.

    Raises
    ------
    ValueError
        Where the side file is of no use.
    """
    side = Left(left)
    if side.config.digest != config.digest:
        raise ValueError(f"it is of another configuration ({config.differences(side.config)})")
    if stored is not None and (stored.fields.start != side.first or not stored.can_grow):
        raise ValueError("the file beside it holds another part of the run, or means only")
    whole = Accumulator(config, range(side.first, sys.maxsize))
    if stored is not None:
        whole.take(stored)
    else:
        whole.map_times = np.searchsorted(config.omega_t, side.map_times)
    done = whole.done
    for batch in side.batches():
        if batch.fields.start == side.first + whole.done:
            whole.join(batch)
    return whole.result() if whole.done > done else None


def _check_part(part: tuple[str, Result], first: tuple[str, Result]) -> None:
    (name, result), (_, other) = part, first
    if not result.can_grow:
        raise ValueError(f"{name} {why_not(result)} and cannot be joined.")
    if result.digest != other.digest:
        differences = other.config.differences(result.config)
        raise ValueError(f"{name} holds another configuration than {first[0]}: {differences}.")
    if result.dataset["omega_t_map"].values.tolist() != other.dataset["omega_t_map"].values.tolist():
        raise ValueError(f"{name} keeps its maps at other times than {first[0]} and cannot be joined.")


def _check_adjoining(before: tuple[str, Result], after: tuple[str, Result]) -> None:
    (one, ones), (other, others) = before, after
    if common := range(others.fields.start, min(ones.fields.stop, others.fields.stop)):
        raise ValueError(f"{one} and {other} both hold {numbered(common)}: each field can be taken in once.")
    if gap := range(ones.fields.stop, others.fields.start):
        raise ValueError(f"between {one} and {other} {numbered(gap)} {'are' if gap[1:] else 'is'} missing.")
