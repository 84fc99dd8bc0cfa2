"""Parts of a run, joined."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from crviz.config import Config
from crviz.ensemble.accumulating import Accumulator
from crviz.ensemble.growing import why_not
from crviz.ensemble.side import Left, batch_of
from crviz.ensemble.summing import Sums
from crviz.result import Result, Run, numbered, schema


def merge(results: Iterable[Result], names: Sequence[str] | None = None, *, seeds: bool = False) -> Run:
    """Join parts of a run, which have the very same bits together as one run.

    Parameters
    ----------
    results
        Of one configuration, in any order, that hold every field from the first to the last of them once.
    names
        What to call them where they are refused; None is "part 1", "part 2", ...
    seeds
        Whether they may have different seeds. Of each there must be every field from 0 on. The result holds
        those of one seed after another, numbered anew, in the order in which seeds come first in `results`;
        it says which they are (`Result.seeds`), and no field can be added to it.

    Raises
    ------
    ValueError
    """
    results = list(results)
    if not results:
        raise ValueError("there is nothing to merge.")
    names = names or [f"part {number}" for number in range(1, len(results) + 1)]
    named = list(zip(names, results, strict=True))
    of_seed: dict[int, list[tuple[str, Result]]] = {}
    for part in named:
        _check_part(part, named[0], seeds=seeds)
        of_seed.setdefault(part[1].config.seed, []).append(part)
    runs = [_joined(sorted(parts, key=lambda part: part[1].fields.start)) for parts in of_seed.values()]
    return _of_several_seeds(runs) if len(runs) > 1 else runs[0]


def _joined(parts: Sequence[tuple[str, Result]]) -> Run:
    """Parts of a run, in order."""
    for before, after in pairwise(parts):
        _check_adjoining(before, after)
    first, last = (parts[at][1] for at in (0, -1))
    whole = Accumulator(first.config, range(first.fields.start, last.fields.stop))
    for _, result in parts:
        whole.take(result)
    return whole.result()


def _of_several_seeds(runs: Sequence[Run]) -> Run:
    for run in runs:
        if before := range(run.fields.start):
            raise ValueError(f"of seed {run.config.seed} {numbered(before)} {_are(before)} missing.")
    whole = Accumulator(runs[0].config, range(sum(run.n_realizations for run in runs)))
    for run in runs:
        batch, fields = batch_of(run), range(whole.done, whole.done + run.n_realizations)
        whole.join(replace(batch, fields=fields, nodes={fields: Sums(batch.nodes).totals()}))
    numbers = {run.config.seed: run.n_realizations for run in runs}
    return Run(schema.of_seeds(whole.result().dataset, numbers))  # without the sums, to which more is added


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


def _check_part(part: tuple[str, Result], first: tuple[str, Result], *, seeds: bool) -> None:
    (name, result), (_, other) = part, first
    if not result.can_grow:
        raise ValueError(f"{name} {why_not(result)} and cannot be joined.")
    config = result.config.replace(seed=other.config.seed) if seeds else result.config
    if config.digest != other.config.digest:
        differences = other.config.differences(config)
        raise ValueError(f"{name} holds another configuration than {first[0]}: {differences}.")
    if result.dataset["omega_t_map"].values.tolist() != other.dataset["omega_t_map"].values.tolist():
        raise ValueError(f"{name} keeps its maps at other times than {first[0]} and cannot be joined.")


def _check_adjoining(before: tuple[str, Result], after: tuple[str, Result]) -> None:
    (one, ones), (other, others) = before, after
    if common := range(others.fields.start, min(ones.fields.stop, others.fields.stop)):
        raise ValueError(f"{one} and {other} both hold {numbered(common)}: each field can be taken in once.")
    if gap := range(ones.fields.stop, others.fields.start):
        raise ValueError(f"between {one} and {other} {numbered(gap)} {_are(gap)} missing.")


def _are(fields: range) -> str:
    return "are" if len(fields) > 1 else "is"
