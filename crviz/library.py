"""A folder of results, each named by the digest of its configuration, and the shipped results."""

from __future__ import annotations

import datetime
import itertools
import json
import math
import os
import re
import tempfile
import time
import warnings
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

import h5netcdf

from crviz import ensemble, machine, paths
from crviz.checks import ParameterError
from crviz.config import NUMERICS_VERSION, Config, is_current
from crviz.ensemble import Progress
from crviz.result import Result, examining, fields_in_words, load, netcdf, numbered

#: What sigma2 = 0, which has no logarithm, counts as in distances.
_LEAST_SIGMA2 = 1e-3
#: Growing results are stored so often [s] at the most, and storing takes a tenth of the time at the most.
STORE_EVERY, STORE_SHARE = 5.0, 0.1
#: What is added to the name of a damaged file, and which files the library has named itself.
_ASIDE = ".damaged"
_OWN_NAME = re.compile(r"[0-9a-f]{32}(-summary|-from-\d+)?\.nc")
#: For how long a place to which somebody else is writing is waited for [s].
PATIENCE = 60.0


@dataclass(frozen=True)
class Entry:
    """What is known of a stored result without reading its arrays.

    Attributes
    ----------
    config
        None where the file cannot be read.
    digest
        Hex content hash of the configuration and the numerics; the name of a file that cannot be read.
    numerics
        The version that it was computed with.
    can_grow
        Whether realisations can be added to it.
    size
        Bytes.
    problem
        Why the file cannot be read; empty where it can.
    first
        The first field in it: 0, but in a part of a run.
    damaged
        Whether it is not what crviz has written, or no longer.
    """

    path: Path
    config: Config | None
    digest: str
    n_realizations: int
    created: datetime.datetime | None
    size: int
    numerics: int = NUMERICS_VERSION
    can_grow: bool = False
    shipped: bool = False
    problem: str = ""
    first: int = 0
    damaged: bool = False

    @property
    def fields(self) -> range:
        """Which fields are in it."""
        return range(self.first, self.first + self.n_realizations)


class Place(Protocol):
    """Where the results of configurations are kept: a `Library`, or a `File`."""

    def stored(self, config: Config) -> list[Result]:
        """What is kept of a configuration. Raises ValueError where a file is no crviz result."""

    def put(self, result: Result) -> None:
        """Keep a result unless as good a one is there. Raises OSError, and ValueError where it does not
        belong there."""


class Library:
    """Results in a folder, addressed by content.

    Parameters
    ----------
    folder
        None is this user's data folder. It is made when first written to.

    Attributes
    ----------
    patience
        How long `entries` waits for what is known of files that somebody else has written [s]; None is until
        all is known.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else paths.library()
        self.patience: float | None = None

    def path(self, config: Config) -> Path:
        """Where the run of a configuration is, or would be."""
        return self.folder / f"{config.digest}.nc"

    def stored(self, config: Config) -> list[Result]:
        """The stored results of a configuration, the shipped one included: a run, and summaries.

        Raises ValueError where a stored file is no crviz result; it is set aside, so that the next one finds
        its place empty.
        """
        files = [path for path in (self.path(config), self._summary(config)) if path.exists()]
        found = [*map(self.load, files), shipped()]
        return [result for result in found if result.digest == config.digest and not result.fields.start]

    def load(self, path: Path) -> Result:
        """A result of this folder, read by another process first. Raises ValueError or FileNotFoundError."""
        try:
            return examining.load(path)
        except netcdf.Damaged as error:
            raise ValueError(self._aside(path, str(error))) from error

    def _aside(self, path: Path, problem: str) -> str:
        """Rename a damaged file of the library's own names, and say so."""
        if not _OWN_NAME.fullmatch(path.name):
            return problem
        names = (path.with_name(f"{path.name}{_ASIDE}{number or ''}") for number in itertools.count())
        aside = next(name for name in names if not name.exists())  # nothing is deleted
        try:
            os.replace(path, aside)
        except OSError as error:
            return f"{problem} It cannot be set aside: {error.strerror}."
        return f"{problem} It was set aside as {aside.name}."

    def get(self, config: Config) -> Result | None:
        """The stored Result of a configuration with most realisations, the shipped one included, or None.

        Raises ValueError where the stored file is no crviz result.
        """
        return max(self.stored(config), key=lambda result: result.n_realizations, default=None)

    def put(self, result: Result) -> None:
        """Store a result unless as good a one is there: of as many realisations, and able to grow if this one
        is. A run and a summary lie beside each other.

        Several processes and threads may put at the same time: they take turns, and each looks again at what
        the others have left.

        Raises
        ------
        OSError
        ValueError
            For a part of a run, which belongs in a file of its own.
        """
        if result.fields.start:
            raise ValueError(f"a part of a run ({numbered(result.fields)}) belongs in a file of its own.")
        path = self.path(result.config) if result.can_grow else self._summary(result.config)
        if self._has(path, result):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with paths.lock(self.path(result.config), PATIENCE):
            if self._has(path, result):
                return
            there = _entry(path)
            if there and there.damaged:
                self._aside(path, there.problem)
            elif there and there.first:  # a part that somebody has put there
                os.replace(path, path.with_stem(f"{path.stem}-from-{there.first}"))
            elif there and there.config and result.can_grow > there.can_grow:
                os.replace(path, self._summary(result.config))  # a summary where the run belongs
            result.save(path)

    def check_writable(self) -> None:
        """Raises ValueError where nothing can be written here; the folder is made."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise ValueError(f"{self.folder} cannot be written to: {error.strerror}.") from error

    def _has(self, path: Path, result: Result) -> bool:
        return any(_as_good(entry, result) for entry in (_entry(path), _entry(reference(), shipped=True)))

    def _summary(self, config: Config) -> Path:
        return self.folder / f"{config.digest}-summary.nc"

    def __iter__(self) -> Iterator[Path]:
        """Paths of the stored results, newest first."""
        return iter(sorted(self.folder.glob("*.nc"), key=_changed, reverse=True))

    def entries(self) -> list[Entry]:
        """What is stored, newest first, and the shipped result at the end.

        Only attributes are read, and those once a file; one that cannot be read is among them, with
        its problem. Another process looks at each file first; a damaged one that the library has named is set
        aside, under another name, and stays among them.
        """
        end = None if self.patience is None else time.monotonic() + self.patience
        found = [self._looked_at(path, end) for path in self] + [_entry(reference(), shipped=True)]
        aside = sorted(self.folder.glob(f"*.nc{_ASIDE}*"), key=_changed, reverse=True)
        return [entry for entry in (*found[:-1], *map(_set_aside, aside), found[-1]) if entry is not None]

    def examine(self) -> None:
        """Have every file looked at by the process that does so, without waiting for what it finds."""
        for path in self:
            _entry(path, wait=0.0)

    def _looked_at(self, path: Path, end: float | None) -> Entry | None:
        entry = _entry(path, wait=None if end is None else max(0.0, end - time.monotonic()))
        if entry is not None and entry.damaged:
            entry = replace(entry, problem=self._aside(path, entry.problem))
        return entry

    def nearest(self, config: Config) -> Result:
        """The stored Result, the shipped one included, that is nearest to a configuration in log sigma2
        and log r_L/L_c; of equals the one with most realisations. Spoilt files are passed over.
        """
        readable = [(entry, entry.config) for entry in self.entries() if entry.config]
        best, _ = min(
            readable,
            key=lambda pair: (math.dist(_logarithms(pair[1]), _logarithms(config)), -pair[0].n_realizations),
        )
        return shipped() if best.shipped else self.load(best.path)

    def delete(self, name: str) -> None:
        """Remove a stored result by its digest, or by the name of its file.

        Raises ParameterError where there is none, or only the shipped one.
        """
        named = [entry for entry in self.entries() if name in (entry.path.stem, entry.digest)]
        own = [entry for entry in named if not entry.shipped]
        if not own:
            rule = "is the shipped result, which stays" if named else "is no stored result"
            raise ParameterError("digest", name, rule)
        for entry in own:
            entry.path.unlink(missing_ok=True)


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
            there = _entry(self.path)
            if _as_good(there, result):
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

    Raises ValueError where a file is no crviz result.
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


def _as_good(entry: Entry | None, result: Result) -> bool:
    """Whether what is known of a file says that it holds a result, or more of it, and can grow as well."""
    return (
        entry is not None
        and entry.digest == result.digest
        and entry.can_grow >= result.can_grow
        and entry.first <= result.fields.start
        and entry.fields.stop >= result.fields.stop
    )


def _lost(there: Entry, result: Result) -> str:
    """What would be lost with a file if a result took its place, in words; nothing where it has all of it."""
    if there.config is None:
        return "holds no crviz result any more"
    if there.digest != result.digest:
        return f"holds another configuration by now ({result.config.differences(there.config)})"
    if there.first < result.fields.start or there.fields.stop > result.fields.stop:
        return f"holds {numbered(there.fields)} by now"
    return ""


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # somebody else has just removed it, or it is a link that leads nowhere
        return 0.0


def _entry(path: Path, *, shipped: bool = False, wait: float | None = None) -> Entry | None:
    try:
        against = examining.Verdict() if shipped else examining.verdict(path, wait=wait)
        found = path.lstat() if against.said else path.stat()
    except FileNotFoundError:
        return None
    if against.said:
        problem, size = against.said.replace(str(path), path.name), found.st_size
        return Entry(path, None, path.stem, 0, None, size, problem=problem, damaged=against.damaged)
    return _read_entry(path, shipped, found.st_size, found.st_mtime_ns)


def _set_aside(path: Path) -> Entry:
    """A file that was set aside."""
    problem = f"{path.name.partition(_ASIDE)[0]} was damaged and set aside as {path.name}."
    return Entry(path, None, path.name, 0, None, path.stat().st_size, problem=problem)


@lru_cache(maxsize=4096)
def _read_entry(path: Path, shipped: bool, size: int, _changed: int) -> Entry:
    try:
        with h5netcdf.File(path, "r", locking=False) as file:
            attributes = dict(file.attrs)
            number, has_sums = file.dimensions["realization"].size, "sums" in file.groups
            first = int(file.variables["realization"][0])
        config = Config.from_dict(json.loads(attributes["config"]))
        created = datetime.datetime.fromisoformat(attributes["created"])
        numerics = int(attributes.get("numerics", 1))  # the first did not say so
    except (OSError, KeyError, TypeError, ValueError) as error:
        problem = f"{path.name} is no crviz result: {error or type(error).__name__}"
        return Entry(path, None, path.stem, 0, None, size, shipped=shipped, problem=problem)
    can_grow = has_sums and is_current(numerics)
    digest = config.digest_at(numerics)
    return Entry(path, config, digest, number, created, size, numerics, can_grow, shipped, first=first)


def _logarithms(config: Config) -> tuple[float, float]:
    return math.log(max(config.sigma2, _LEAST_SIGMA2)), math.log(config.rl_over_lc)


def reference() -> Path:
    """Path of the shipped reference result: the configuration of the paper."""
    return paths.assets() / "reference.nc"


def shipped() -> Result:
    """The shipped reference `Result`, read once: results are never changed."""
    return _read_once(reference())


@cache
def _read_once(path: Path) -> Result:
    return load(path)
