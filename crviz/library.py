"""A folder of results, each named by the digest of its configuration, and the shipped results."""

from __future__ import annotations

import datetime
import itertools
import json
import logging
import math
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import h5netcdf

from crviz import housekeeping, paths
from crviz.checks import ParameterError
from crviz.config import NUMERICS_VERSION, Config, is_current
from crviz.housekeeping import ASIDE, OWN_NAME
from crviz.result import Result, examining, load, netcdf, numbered

_log = logging.getLogger(__name__)

#: What sigma2 = 0, which has no logarithm, counts as in distances.
_LEAST_SIGMA2 = 1e-3
#: For how long a place to which somebody else is writing is waited for [s].
PATIENCE = 60.0
#: The same while a page waits [s].
_MOMENT = 1.0


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
    patience
        How long `entries` waits for what is known of files that somebody else has written [s]; None is until
        all is known.
    in_use
        Says the digests of what is used now, and not removed.
    """

    def __init__(self, folder: str | Path | None = None, size: float | None = None) -> None:
        self.size = size
        self.in_use: Callable[[], Collection[str]] = tuple
        self.folder = Path(folder) if folder is not None else paths.library()
        self.patience: float | None = None
        self._discarded: set[Path] = set()
        self._over = False

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
            result = examining.load(path)
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
            there = entry_of(path)
            if there and there.damaged:
                self._aside(path, there.problem)
            elif there and there.first:  # a part that somebody has put there
                os.replace(path, path.with_stem(f"{path.stem}-from-{there.first}"))
            elif there and there.config and result.can_grow > there.can_grow:
                os.replace(path, self._summary(result.config))  # a summary where the run belongs
            result.save(path)
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
        there = (entry_of(path), entry_of(reference(), shipped=True))
        return any(entry.is_as_good_as(result) for entry in there if entry is not None)

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
        found = [self._looked_at(path, end) for path in self] + [entry_of(reference(), shipped=True)]
        aside = sorted(self.folder.glob(f"[!.]*.nc{ASIDE}*"), key=_changed, reverse=True)
        return [entry for entry in (*found[:-1], *map(_set_aside, aside), found[-1]) if entry is not None]

    def examine(self) -> None:
        """Have every file looked at by the process that does so, without waiting for what it finds."""
        for path in self:
            entry_of(path, wait=0.0)

    def _looked_at(self, path: Path, end: float | None) -> Entry | None:
        entry = entry_of(path, wait=None if end is None else max(0.0, end - time.monotonic()))
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

    def discard(self, entry: Entry) -> Discarded:
        """Delete one stored file so that it can be brought back: for an hour, or until `end`.

        Raises
        ------
        ValueError
            Where it is gone already, or shipped.
        OSError
        """
        if entry.shipped:
            raise ValueError("the shipped result stays.")
        try:
            aside = housekeeping.discard(entry.path)
        except FileNotFoundError:
            raise ValueError(f"{entry.path.name} is gone already.") from None
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
                raise ValueError(f"{place.name} was removed for good.")
            there = entry_of(place)
            if there is not None and there.damaged:
                self._aside(place, there.problem)
                there = None
            if there is not None and there.is_as_good_as(discarded.entry):
                file.unlink()
            elif there is None or discarded.entry.is_as_good_as(there):
                os.replace(file, place)
            else:
                raise ValueError(f"{place.name} is another result by now: it stays.")
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


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # somebody else has just removed it, or it is a link that leads nowhere
        return 0.0


def entry_of(path: Path, *, shipped: bool = False, wait: float | None = None) -> Entry | None:
    """What is known of a file without reading it; None where there is none.

    Parameters
    ----------
    wait
        For how long another process may look at it first [s]; None is until it has.
    """
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
    problem = f"{path.name.partition(ASIDE)[0]} was damaged and set aside as {path.name}."
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
