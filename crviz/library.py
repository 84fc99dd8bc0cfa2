"""A folder of results, each named by the digest of its configuration, and the shipped results."""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import math
import os
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from crviz import housekeeping, paths
from crviz.checks import ParameterError
from crviz.config import NUMERICS_VERSION, Config, is_current
from crviz.housekeeping import ASIDE, OWN_NAME
from crviz.result import Result, examining, load, netcdf, numbered, schema

_log = logging.getLogger(__name__)

#: What lies beside the reference result in assets/: nearly no turbulence, where the sky is a bare dipole.
_FURTHER = ("bare-dipole.nc",)
#: What sigma2 = 0, which has no logarithm, counts as in distances.
_LEAST_SIGMA2 = 1e-3
#: For how long a place to which somebody else is writing is waited for [s].
PATIENCE = 60.0
#: The same while a page waits [s].
_MOMENT = 1.0
#: Files of which is remembered what they hold.
_MOST = 4096


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

    def is_as_good_as(self, result: Result | Entry) -> bool:
        """Whether what is known of the file says that it holds a result, or more of it, and can grow too."""
        return (
            self.digest == result.digest
            and self.can_grow >= result.can_grow
            and self.first <= result.fields.start
            and self.fields.stop >= result.fields.stop
        )


@dataclass(frozen=True)
class Discarded:
    """A stored result that was deleted and can be brought back: what was known of it, and its file."""

    entry: Entry
    file: Path


class Library:
    """Results in a folder, addressed by content.

    Parameters
    ----------
    folder
        None is this user's data folder. It is made when first written to.
    size
        How many bytes it may take; None is any number. What was not used for longest is removed.

    Attributes
    ----------
    in_use
        Says the digests of what is used now, and not removed.
    """

    def __init__(self, folder: str | Path | None = None, size: float | None = None) -> None:
        self.size = size
        self.in_use: Callable[[], Collection[str]] = tuple
        self.folder = Path(folder) if folder is not None else paths.library()
        self._known: dict[_File, Entry] = {}
        self._unknown: list[_File] = []
        self._looking = threading.Lock()
        self._thread: threading.Thread | None = None
        self._discarded: set[Path] = set()
        self._over = False

    def path(self, config: Config) -> Path:
        """Where the run of a configuration is, or would be."""
        return self.folder / f"{config.digest}.nc"

    def stored(self, config: Config, *, lazily: bool = paths.LOCKS) -> list[Result]:
        """The stored results of a configuration, shipped ones included: a run, and summaries.

        Parameters
        ----------
        lazily
            As of `result.load`; files that are open cannot be replaced everywhere.

        Raises ValueError where a stored file is no crviz result; it is set aside, so that the next one finds
        its place empty.
        """
        files = [path for path in (self.path(config), self._summary(config)) if path.exists()]
        found = [*(self.load(path, lazily=lazily) for path in files), *map(shipped, references())]
        return [result for result in found if result.digest == config.digest and not result.fields.start]

    def load(self, path: Path, *, lazily: bool = False) -> Result:
        """A result of this folder, read by another process first. Raises ValueError or FileNotFoundError."""
        try:
            result = examining.load(path, lazily=lazily)
        except netcdf.Damaged as error:
            raise ValueError(self._aside(path, str(error))) from error
        if self.size is not None:
            housekeeping.use(path)
        return result

    def _aside(self, path: Path, problem: str) -> str:
        """Rename a damaged file of the library's own names, and say so."""
        if not OWN_NAME.fullmatch(path.name):
            return problem
        names = (path.with_name(f"{path.name}{ASIDE}{number or ''}") for number in itertools.count())
        aside = next(name for name in names if not name.exists())  # nothing is deleted
        try:
            os.replace(path, aside)
        except OSError as error:
            return f"{problem} It cannot be set aside: {error.strerror}."
        return f"{problem} It was set aside as {aside.name}."

    def get(self, config: Config) -> Result | None:
        """The stored Result of a configuration with most realisations, the shipped one included, or None.

        Raises ValueError where the stored file is not a crviz result.
        """
        return max(self.stored(config, lazily=False), key=lambda result: result.n_realizations, default=None)

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
            there = entry_of(path)
            if there and there.damaged:
                self._aside(path, there.problem)
            elif there and there.first:  # a part that somebody has put there
                os.replace(path, path.with_stem(f"{path.stem}-from-{there.first}"))
            elif there and there.config and result.can_grow > there.can_grow:
                os.replace(path, self._summary(result.config))  # a summary where the run belongs
            result.save(path)
            self._look(_File.of(path))  # so that no list has to
        self._trim({result.digest})

    def check_writable(self) -> None:
        """Raises ValueError where nothing can be written here; the folder is made."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise ValueError(f"{self.folder} cannot be written to: {error.strerror}.") from error

    def _has(self, path: Path, result: Result) -> bool:
        there = (entry_of(path), *_shipped_entries())
        return any(entry.is_as_good_as(result) for entry in there if entry is not None)

    def _summary(self, config: Config) -> Path:
        return self.folder / f"{config.digest}-summary.nc"

    def __iter__(self) -> Iterator[Path]:
        """Paths of the stored results, newest first."""
        return (self.folder / file.name for file in self._files())

    def entries(self) -> list[Entry]:
        """What is stored, newest first, and the shipped results at the end.

        Only attributes are read, by another process and once a file; one that cannot be read is among them,
        with its problem. A damaged one that the library has named is set aside, under another name, and stays
        among them.
        """
        return self._listed([self._look(file) for file in self._files()])

    def known(self) -> tuple[list[Entry], int]:
        """What is known now of what is stored, as of `entries`, and of how many files nothing is known yet.

        Nothing is waited for, no file is opened: another thread has the others looked at, the newest first.
        """
        files = self._files()
        unknown = [file for file in files if file not in self._known]
        if unknown:
            self._have_looked_at(unknown)
        return self._listed([self._known.get(file) for file in files]), len(unknown)

    def _listed(self, own: list[Entry | None]) -> list[Entry]:
        aside = [_set_aside(self.folder, file) for file in self._files(f".nc{ASIDE}")]
        return [entry for entry in (*own, *aside, *_shipped_entries()) if entry is not None]

    def _files(self, ending: str = "") -> list[_File]:
        """The files of the folder with names of results, or of damaged ones, the newest first."""
        found = []
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.folder) as entries:
            for entry in entries:
                name = entry.name
                if not name.startswith(".") and (ending in name if ending else name.endswith(".nc")):
                    with suppress(FileNotFoundError):  # somebody else has just removed it
                        found.append(_File.of(entry))
        return sorted(found, key=lambda file: file.changed, reverse=True)

    def _have_looked_at(self, files: list[_File]) -> None:
        with self._looking:
            self._unknown = files[::-1]
            if self._thread is None:
                # ends with this process, whatever the other one is doing
                self._thread = threading.Thread(target=self._look_on, name="crviz-looking", daemon=True)
                self._thread.start()

    def _look_on(self) -> None:
        while True:
            with self._looking:
                if not self._unknown:
                    self._thread = None
                    return
                file = self._unknown.pop()
            self._look(file, patient=True)

    def _look(self, file: _File, *, patient: bool = False) -> Entry | None:
        """What is known of a file; it is looked at where that is nothing. None where it has gone."""
        if file in self._known:
            return self._known[file]
        entry = entry_of(self.folder / file.name, depth="facts", patient=patient)
        if entry is None:
            return None
        if entry.damaged:
            entry = replace(entry, problem=self._aside(entry.path, entry.problem))
        self._known[file] = entry
        while len(self._known) > _MOST:
            del self._known[next(iter(self._known))]
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
        return shipped(best.path) if best.shipped else self.load(best.path)

    def delete(self, name: str) -> None:
        """Remove a stored result by its digest, or by the name of its file.

        Raises ParameterError where there is none, or only the shipped one.
        """
        named = [entry for entry in self.entries() if name in (entry.path.stem, entry.digest)]
        own = [entry for entry in named if not entry.shipped]
        if not own:
            rule = "is the shipped result, which cannot be deleted" if named else "is not a stored result"
            raise ParameterError("digest", name, rule)
        for entry in own:
            entry.path.unlink(missing_ok=True)

    def discard(self, entry: Entry) -> Discarded:
        """Delete one stored file so that it can be brought back: for an hour, or until `end`.

        Raises
        ------
        ValueError
            Where it is gone already, or shipped.
        OSError
        """
        if entry.shipped:
            raise ValueError("the shipped result cannot be deleted.")
        try:
            aside = housekeeping.discard(entry.path)
        except FileNotFoundError:
            raise ValueError(f"{entry.path.name} has already been deleted.") from None
        self._discarded.add(aside)
        return Discarded(entry, aside)

    def bring_back(self, discarded: Discarded) -> None:
        """Put a deleted file where it was. What was stored there meanwhile is replaced only where it has
        nothing that the deleted one lacks, and stays where it has all of it.

        Raises
        ------
        ValueError
            Where it cannot be brought back any more.
        OSError
        """
        file = discarded.file
        place = housekeeping.place_of(file)
        with paths.lock(place, _MOMENT):
            if not file.exists():
                raise ValueError(f"{place.name} has been removed for good.")
            there = entry_of(place)
            if there is not None and there.damaged:
                self._aside(place, there.problem)
                there = None
            if there is not None and there.is_as_good_as(discarded.entry):
                file.unlink()
            elif there is None or discarded.entry.is_as_good_as(there):
                os.replace(file, place)
            else:
                raise ValueError(f"{place.name} has been replaced by another result, which is kept.")
        self._discarded.discard(file)

    def keep_house(self) -> None:
        """Remove for good what was deleted more than an hour ago, also by a process that was killed, and what
        was not used for longest where all takes more than `size`."""
        housekeeping.clear(self.folder)
        self._trim()

    def _trim(self, spared: Collection[str] = ()) -> None:
        if self.size is None:
            return
        spared = {*spared, *self.in_use()}
        for digest in spared:  # for other processes, and for when it is used no more
            for path in (self.folder / f"{digest}{kind}.nc" for kind in ("", "-summary")):
                if path.exists():
                    housekeeping.use(path)
        over = housekeeping.trim(self.folder, self.size, spared)
        if over and not self._over:
            _log.warning(
                "%s takes %.3g MB more than it may: what is used now and what the library has not named "
                "itself stays.",
                self.folder,
                over / 1e6,
            )
        self._over = bool(over)

    def end(self) -> None:
        """Nobody asks for what was deleted here any more: it is removed for good."""
        for file in self._discarded:
            housekeeping.remove(file)
        self._discarded.clear()


class _File(NamedTuple):
    """A file as a folder has it: as long as all this stays, it holds the same."""

    name: str
    number: int
    size: int
    changed: int

    @classmethod
    def of(cls, place: os.DirEntry[str] | Path) -> _File:
        """That at a place. Raises FileNotFoundError."""
        try:
            status = place.stat()
        except OSError:  # a link that leads nowhere
            status = place.stat(follow_symlinks=False)
        return cls(place.name, status.st_ino, status.st_size, status.st_mtime_ns)


def entry_of(
    path: Path, *, shipped: bool = False, depth: examining.Depth = "structure", patient: bool = False
) -> Entry | None:
    """What is known of a file without reading it; None where there is none. Another process looks first:
    `depth` and `patient` as in `examining.verdict`."""
    try:
        against = examining.Verdict() if shipped else examining.verdict(path, depth, patient=patient)
        found = path.lstat() if against.said else path.stat()
    except FileNotFoundError:
        return None
    if against.said:
        problem, size = against.said.replace(str(path), path.name), found.st_size
        return Entry(path, None, path.stem, 0, None, size, problem=problem, damaged=against.damaged)
    try:
        facts = against.facts or _facts_of(path, found.st_size, found.st_mtime_ns)
        config = Config.from_dict(json.loads(facts["config"]))
        created = datetime.datetime.fromisoformat(facts["created"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        problem = f"{path.name} is not a crviz result: {error or type(error).__name__}"
        return Entry(path, None, path.stem, 0, None, found.st_size, shipped=shipped, problem=problem)
    numerics = facts["numerics"]
    return Entry(
        path,
        config,
        schema.digest(config, numerics, schema.seeds_of(facts.get("seeds"))),
        facts["fields"],
        created,
        found.st_size,
        numerics,
        can_grow=facts["sums"] and is_current(numerics),
        shipped=shipped,
        first=facts["first"],
    )


def _set_aside(folder: Path, file: _File) -> Entry:
    """A file that was set aside."""
    problem = f"{file.name.partition(ASIDE)[0]} was damaged and set aside as {file.name}."
    return Entry(folder / file.name, None, file.name, 0, None, file.size, problem=problem)


@lru_cache(maxsize=_MOST)
def _facts_of(path: Path, _size: int, _changed: int) -> dict[str, Any]:
    return examining.facts_of(path)


def _logarithms(config: Config) -> tuple[float, float]:
    return math.log(max(config.sigma2, _LEAST_SIGMA2)), math.log(config.rl_over_lc)


def reference() -> Path:
    """Path of the shipped reference result: the configuration of the paper."""
    return paths.assets() / "reference.nc"


def references() -> tuple[Path, ...]:
    """Paths of all shipped results, the reference first."""
    return (reference(), *(paths.assets() / name for name in _FURTHER))


def shipped(path: Path | None = None) -> Result:
    """A shipped `Result`, the reference unless another of `references` is named; read once: results are never
    changed."""
    return _read_once(reference() if path is None else path)


def _shipped_entries() -> list[Entry | None]:
    return [entry_of(path, shipped=True) for path in references()]


@cache
def _read_once(path: Path) -> Result:
    return load(path)
