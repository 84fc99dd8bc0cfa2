"""Making an atlas: part files in a folder, one a point and resolution, extended round by round."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crviz import ensemble
from crviz.atlas.grid import Grid
from crviz.atlas.parts import Sampled
from crviz.config import Config


@dataclass(frozen=True)
class Part:
    """A part file that is to grow from some fields to more.

    Attributes
    ----------
    before, fields
        How many there are when its turn comes, and in the end.
    """

    sampled: Sampled
    before: int
    fields: int

    @property
    def config(self) -> Config:
        """What is simulated."""
        return self.sampled.config

    @property
    def work(self) -> int:
        """Wave evaluations that are missing."""
        return (self.fields - self.before) * ensemble.work(self.config)


def missing(folder: str | Path, grid: Grid | None = None, *, rounds: int | None = None) -> list[Part]:
    """What is still to be made, in the order in which it is made.

    Parameters
    ----------
    folder
        Where the part files are.
    grid
        None is the shipped atlas's.
    rounds
        Stop after so many rounds; None makes all of them.

    Raises ValueError for a file that is in the way.
    """
    grid = grid or Grid()
    folder = Path(folder)
    have: dict[Path, int] = {}
    parts = []
    for samplings in grid.rounds[:rounds]:
        for point in grid.points():
            for sampled, sampling in zip(grid.sampled(*point), samplings, strict=True):
                path = sampled.path(folder)
                before = have[path] if path in have else sampled.fields_in(folder)
                have[path] = max(before, sampling.fields)
                if before < sampling.fields:
                    parts.append(Part(sampled, before, sampling.fields))
    return parts


def make(
    folder: str | Path,
    parts: list[Part],
    *,
    executor: Executor | None = None,
    progress: WorkProgress | None = None,
) -> Iterator[Part]:
    """Simulate parts and store them. What is stored already goes on, bit for bit.

    Parameters
    ----------
    parts
        From `missing`.
    progress
        Told of wave evaluations in place of orbits.

    Yields
    ------
    Part
        After it is stored. An exception on the way, Ctrl-C among them, leaves valid files with what
        was finished.

    Raises OSError where the folder cannot be written to, and ValueError for a part file of something else.
    """
    for part in parts:
        counted = _Work(part.config, progress) if progress else None
        for _ in part.sampled.grow(Path(folder), part.fields, executor, counted):
            pass
        yield part


class WorkProgress(Protocol):
    """Told how much work is done."""

    def advance(self, work: float) -> None:
        """So many more wave evaluations are done."""


class _Work:
    """Orbits told on as wave evaluations, of which they take different numbers at different points."""

    def __init__(self, config: Config, progress: WorkProgress) -> None:
        self._each = ensemble.work(config) / config.n_orbits
        self._progress = progress

    def advance(self, orbits: int) -> None:
        """The `Progress` of `ensemble.simulate`."""
        self._progress.advance(orbits * self._each)
