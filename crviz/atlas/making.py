"""Making an atlas: ordinary results in a folder, one a point and resolution, extended round by round."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from crviz import ensemble
from crviz.atlas.grid import Grid
from crviz.config import Config
from crviz.library import Library

#: Realisations between two storings of a part file.
_STORE_EVERY = 40


@dataclass(frozen=True)
class Part:
    """A result that is to grow from some fields to more.

    Attributes
    ----------
    config : Config
    before, fields : int
        How many there are when its turn comes, and in the end.
    """

    config: Config
    before: int
    fields: int

    @property
    def work(self):
        """Wave evaluations that are missing."""
        return (self.fields - self.before) * ensemble.work(self.config)


def missing(folder, grid=None, rounds=None):
    """What is still to be made, in the order in which it is made.

    Parameters
    ----------
    folder : path
        Where the part files are.
    grid : Grid or None
        None is the shipped atlas's.
    rounds : int or None
        Stop after so many rounds; None makes all of them.

    Returns
    -------
    list of Part
    """
    grid = grid or Grid()
    have = {entry.digest: entry.n_realizations for entry in Library(folder).entries() if not entry.shipped}
    parts = []
    for samplings in grid.rounds[:rounds]:
        for point in grid.points():
            for config, sampling in zip(grid.configs(*point), samplings, strict=True):
                before = have.get(config.digest, 0)
                if before < sampling.fields:
                    parts.append(Part(config, before, sampling.fields))
                    have[config.digest] = sampling.fields
    return parts


def make(folder, parts, executor=None, progress=None):
    """Simulate parts and store them. What is stored already goes on, bit for bit.

    Parameters
    ----------
    folder : path
    parts : list of Part
        From `missing`.
    executor : concurrent.futures.Executor or None
    progress : ensemble.Progress or None
        Told of wave evaluations in place of orbits.

    Yields
    ------
    Part
        After it is stored. An exception on the way, Ctrl-C among them, leaves valid files with what
        was finished.

    Raises OSError where the folder cannot be written to.
    """
    library = Library(folder)
    for part in parts:
        _make_part(library, part, executor, progress)
        yield part


def _make_part(library, part, executor, progress):
    result = before = library.get(part.config)
    counted = _Work(part.config, progress) if progress else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # caveats of the rim, which the atlas carries itself
        try:
            for result in ensemble.simulate(part.config, part.fields, executor, counted, before):
                if result.n_realizations % _STORE_EVERY == 0:
                    library.put(result)
        finally:
            if result is not before:
                library.put(result)


class _Work:
    """Orbits told on as wave evaluations, of which they take different numbers at different points."""

    def __init__(self, config, progress):
        self._each = ensemble.work(config) / config.n_orbits
        self._progress = progress

    def advance(self, orbits):
        """The `Progress` of `ensemble.simulate`."""
        self._progress.advance(orbits * self._each)
