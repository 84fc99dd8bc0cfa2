"""Growing results and keeping them: places, and what a run takes of memory and disk."""

from __future__ import annotations

import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from crviz import ensemble, machine, paths
from crviz.checks import ParameterError
from crviz.config import Config
from crviz.ensemble import Progress
from crviz.library import PATIENCE, Entry, entry_of
from crviz.result import Result, examining, fields_in_words, numbered, seeds_in_words

#: Growing results are stored so often [s] at the most, and storing takes a tenth of the time at the most.
STORE_EVERY, STORE_SHARE = 5.0, 0.1


class Place(Protocol):
    """Where the results of configurations are kept: a `Library`, or a `File`."""

    def stored(self, config: Config) -> list[Result]:
        """What is kept of a configuration. Raises ValueError where a file is not a crviz result."""

    def put(self, result: Result) -> None:
        """Keep a result unless as good a one is there. Raises OSError, and ValueError where it does not
        belong there."""


class File:
    """A file for the result of one configuration, or for a part of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nobody else put anything here, from computing to storing.

        Raises ValueError where somebody else does, or nothing can be written.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(paths.lock(self.path))
            except BlockingIOError:
                raise ValueError(
                    f"another run is writing to {self.path}: wait until it has ended, or name another file."
                ) from None
            self._held = True
            try:
                yield
            finally:
                self._held = False

    def stored(self, config: Config) -> list[Result]:
        """What is in the file, read lazily. What a run of the configuration had finished beside it that was
        killed goes into it first.

        Raises
        ------
        ValueError
            Where the file holds another configuration, or is no result.
        OSError
        """
        found = self._stored(config)
        for left in paths.left_sides(self.path):
            self._take_up(left, config, found)
            left.unlink()
            found = self._stored(config)
        return found

    def _stored(self, config: Config) -> list[Result]:
        if not self.path.exists():
            return []
        # elsewhere files that are open cannot be replaced
        result = examining.load(self.path, lazily=paths.LOCKS)
        if result.seeds:
            raise ValueError(
                f"{self.path} holds fields of several seeds ({seeds_in_words(result.seeds)}), and takes no "
                "more of them: it is not overwritten."
            )
        if result.digest != config.digest:
            raise ValueError(
                f"{self.path} holds another configuration ({config.differences(result.config)}): "
                "it is not overwritten."
            )
        return [result]

    def _take_up(self, left: Path, config: Config, stored: Sequence[Result]) -> None:
        """Put into the file what a side file has beyond it, and say so in a warning. Raises OSError."""
        try:
            whole = ensemble.recovered(left, config, stored[0] if stored else None)
        except ValueError as error:
            warnings.warn(
                f"{left.name}, which a run that was killed has left, is removed: {error}.", stacklevel=2
            )
            return
        if whole is not None:
            self.put(whole)
            new = whole.n_realizations - sum(result.n_realizations for result in stored)
            said = f"{fields_in_words(new)} that a run before this one had finished when it was killed"
            warnings.warn(f"{self.path} has {said}.", stacklevel=2)

    def side(self, config: Config, first: int, limit: float, start: Result | None) -> ensemble.Side | None:
        """What takes up a run beside the file while it grows; None where the system has no locks, by which
        the next process knows that this one is gone."""
        if not paths.LOCKS:
            return None
        times = start.dataset["omega_t_map"].values if start is not None else None
        return ensemble.Side(self.path, config, first, times, limit)

    def put(self, result: Result) -> None:
        """Write the file unless as good a result is in it.

        Raises
        ------
        OSError
        ValueError
            Where something else is there by now: another configuration, or fields that this result lacks.
        """
        with nullcontext() if self._held else paths.lock(self.path, PATIENCE):
            there = entry_of(self.path)
            if there is not None and there.is_as_good_as(result):
                return
            if there is not None and (lost := _lost(there, result)):
                raise ValueError(f"{self.path} {lost}: it is not overwritten.")
            result.save(self.path)


def begun(
    config: Config, realizations: int, places: Sequence[Place], *, summaries: bool = True, first: int = 0
) -> Result | None:
    """What is kept of a configuration that has so many realisations, or else what can grow and has most.

    Parameters
    ----------
    realizations, first : as in `ensemble.simulate`
    summaries
        Whether a summary of enough realisations will do, from which no run can go on.

    Raises ValueError where a file is not a crviz result.
    """
    kept = [r for place in places for r in place.stored(config) if r.fields.start == first]
    enough = [r for r in kept if r.fields.stop >= realizations and (summaries or r.can_grow)]
    can_grow = [r for r in kept if r.can_grow]
    return max(enough or can_grow, key=lambda r: r.n_realizations, default=None)


def check_fits(config: Config, fields: int, files: Sequence[Path] = ()) -> str:
    """In a sentence: what a run of so many fields will take, where that is much of what is left here.

    Parameters
    ----------
    files
        Where it will be stored. The first takes up what is finished; without any that stays in memory.

    Raises
    ------
    ValueError
        Where it cannot fit into memory or on a disk.
    """
    needs = ensemble.needs(config, fields, on_disk=bool(files) and paths.LOCKS)
    said = []
    if (left := machine.memory()) is not None:
        if needs.memory > left:
            rule = (
                f"at nside {config.nside} and {len(config.omega_t)} times take {_bytes(needs.memory)} of "
                f"memory, of which {_bytes(left)} are left: ask for fewer, or for a smaller nside"
            )
            raise ParameterError("realizations", fields, rule)
        if needs.memory > left / 2:
            said.append(f"{_bytes(needs.memory)} of memory, of which {_bytes(left)} are left")
        elif needs.reading > left / 2:
            said.append(f"{_bytes(needs.reading)} of memory to be read, of which {_bytes(left)} are left")
    for file in files:
        if (left := machine.room(file)) is None:
            continue
        if needs.least_disk > left:
            raise ValueError(
                f"{file} will take {_bytes(needs.least_disk)} at least, and its disk has {_bytes(left)} left."
            )
        if needs.working_disk > left / 2:
            said.append(f"up to {_bytes(needs.working_disk)} for {file}, where {_bytes(left)} are left")
    return f"this run will take {' and '.join(said)}." if said else ""


def _bytes(number: float) -> str:
    return f"{number / 1e9:.3g} GB" if number >= 1e9 else f"{number / 1e6:.3g} MB"


def grow(
    config: Config,
    realizations: int,
    places: Sequence[Place] = (),
    *,
    resume: Result | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    first: int = 0,
) -> Generator[Result]:
    """Make a result of so many realisations, and keep it.

    It is kept in the first place on the way and in all of them in the end, also where that comes early: by
    an exception, Ctrl-C among them, or by closing the iterator. Where the first place is a `File`, what is
    finished lies on its disk: memory does not grow with the fields.

    Parameters
    ----------
    realizations, first : as in `ensemble.simulate`
    resume
        What there is, as `begun` finds it.

    Yields
    ------
    Result
        `resume` where it has enough, or else the result after every further realisation.

    Raises
    ------
    ValueError
        Also where the run cannot fit into memory or on the disk.
    OSError
    """
    out = places[0] if places and isinstance(places[0], File) else None
    enough = resume is not None and resume.fields.stop >= realizations
    if not enough:
        check_fits(config, realizations - first, [out.path] if out is not None else ())
    result, side = resume, None
    next_store = time.monotonic() + STORE_EVERY
    try:
        if resume is not None and enough:
            yield resume
            return
        start = resume if resume is not None and resume.can_grow else None
        if out is not None:
            if start is not None:  # from another place, perhaps
                out.put(start)
                (start,) = out.stored(config)
            limit = ensemble.side_limit(ensemble.needs(config, realizations - first).disk)
            side = out.side(config, first, limit, start)
        further: dict[str, Any] = {"resume": start, "first": first} | ({"disk": side} if side else {})
        growing = ensemble.simulate(config, realizations, executor, progress, **further)
        for result in growing:
            yield result
            if time.monotonic() > next_store or (side is not None and side.full):
                stored = time.monotonic()
                for place in places[:1]:
                    place.put(result)
                if out is not None and side is not None:
                    (there,) = out.stored(config)
                    if there.fields.start == first:  # not a larger one that somebody has put there
                        side.settle(there, result.n_realizations)
                took = time.monotonic() - stored
                next_store = stored + max(STORE_EVERY, took / STORE_SHARE)
    finally:
        with ExitStack() as all_of_them:  # whatever happens at one, the others are written to
            if side is not None:
                all_of_them.callback(side.close)
            if result is not None:
                for place in reversed(places):
                    all_of_them.callback(_keep, place, result, side if place is out else None)


def _keep(place: Place, result: Result, side: ensemble.Side | None) -> None:
    place.put(result)
    if side is not None:
        side.remove()


def _lost(there: Entry, result: Result) -> str:
    """What would be lost with a file if a result took its place, in words; nothing where it has all of it."""
    if there.config is None:
        return "holds no crviz result any more"
    if there.digest != result.digest:
        other = result.config.differences(there.config) if there.config != result.config else "other seeds"
        return f"holds another configuration by now ({other})"
    if there.first < result.fields.start or there.fields.stop > result.fields.stop:
        return f"holds {numbered(there.fields)} by now"
    return ""
