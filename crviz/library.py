"""A folder of results, each named by the digest of its configuration, and the shipped results."""

from __future__ import annotations

import datetime
import json
import math
import os
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Protocol

import h5netcdf

from crviz import ensemble, paths
from crviz.checks import ParameterError
from crviz.config import NUMERICS_VERSION, Config, is_current
from crviz.ensemble import Progress
from crviz.result import Result, load

#: What sigma2 = 0, which has no logarithm, counts as in distances.
_LEAST_SIGMA2 = 1e-3
#: Growing results are stored so often [s] at the most, and storing takes a tenth of the time at the most.
STORE_EVERY, STORE_SHARE = 5.0, 0.1


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


class Place(Protocol):
    """Where the results of configurations are kept: a `Library`, or a `File`."""

    def stored(self, config: Config) -> list[Result]:
        """What is kept of a configuration. Raises ValueError where a file is no crviz result."""

    def put(self, result: Result) -> None:
        """Keep a result unless as good a one is there. Raises OSError."""


class Library:
    """Results in a folder, addressed by content.

    Parameters
    ----------
    folder
        None is this user's data folder. It is made when first written to.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else paths.library()

    def path(self, config: Config) -> Path:
        """Where the run of a configuration is, or would be."""
        return self.folder / f"{config.digest}.nc"

    def stored(self, config: Config) -> list[Result]:
        """The stored results of a configuration, the shipped one included: a run, and summaries.

        Raises ValueError where a stored file is no crviz result.
        """
        files = [path for path in (self.path(config), self._summary(config)) if path.exists()]
        found = [*map(load, files), shipped()]
        return [result for result in found if result.digest == config.digest]

    def get(self, config: Config) -> Result | None:
        """The stored Result of a configuration with most realisations, the shipped one included, or None.

        Raises ValueError where the stored file is no crviz result.
        """
        return max(self.stored(config), key=lambda result: result.n_realizations, default=None)

    def put(self, result: Result) -> None:
        """Store a result unless as good a one is there: of as many realisations, and able to grow if this one
        is. A run and a summary lie beside each other. Raises OSError.
        """
        path = self.path(result.config) if result.can_grow else self._summary(result.config)
        there = _entry(path)
        if any(_as_good(entry, result) for entry in (there, _entry(reference(), shipped=True))):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if there and there.config and result.can_grow > there.can_grow:  # a summary where the run belongs
            os.replace(path, self._summary(result.config))
        result.save(path)

    def _summary(self, config: Config) -> Path:
        return self.folder / f"{config.digest}-summary.nc"

    def __iter__(self) -> Iterator[Path]:
        """Paths of the stored results, newest first."""
        return iter(sorted(self.folder.glob("*.nc"), key=_changed, reverse=True))

    def entries(self) -> list[Entry]:
        """What is stored, newest first, and the shipped result at the end.

        Only attributes are read, and those once a file; one that cannot be read is among them, with
        its problem.
        """
        found = [_entry(path) for path in self] + [_entry(reference(), shipped=True)]
        return [entry for entry in found if entry is not None]

    def nearest(self, config: Config) -> Result:
        """The stored Result, the shipped one included, that is nearest to a configuration in log sigma2
        and log r_L/L_c; of equals the one with most realisations. Spoilt files are passed over.
        """
        readable = [(entry, entry.config) for entry in self.entries() if entry.config]
        best, _ = min(
            readable,
            key=lambda pair: (math.dist(_logarithms(pair[1]), _logarithms(config)), -pair[0].n_realizations),
        )
        return shipped() if best.shipped else load(best.path)

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
    """A file for the result of one configuration."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stored(self, config: Config) -> list[Result]:
        """What is in the file. Raises ValueError where that is another configuration, or no result."""
        if not self.path.exists():
            return []
        result = load(self.path)
        if result.digest != config.digest:
            there, here = result.config.to_dict(), config.to_dict()
            differing = [name for name in here if here[name] != there.get(name) and name != "omega_t"]
            words = [f"{name} = {there.get(name)} there, {here[name]} here" for name in differing]
            if here["omega_t"] != there["omega_t"]:
                words.append("other times")
            raise ValueError(
                f"{self.path} holds another configuration ({'; '.join(words) or 'made by another version'}): "
                "it is not overwritten."
            )
        return [result]

    def put(self, result: Result) -> None:
        """Write the file unless as good a result is in it. Raises OSError."""
        if not _as_good(_entry(self.path), result):
            result.save(self.path)


def begun(
    config: Config, realizations: int, places: Sequence[Place], *, summaries: bool = True
) -> Result | None:
    """What is kept of a configuration that has so many realisations, or else what can grow and has most.

    Parameters
    ----------
    summaries
        Whether a summary of enough realisations will do, from which no run can go on.

    Raises ValueError where a file is no crviz result.
    """
    kept = [result for place in places for result in place.stored(config)]
    enough = [r for r in kept if r.n_realizations >= realizations and (summaries or r.can_grow)]
    can_grow = [r for r in kept if r.can_grow]
    return max(enough or can_grow, key=lambda r: r.n_realizations, default=None)


def grow(
    config: Config,
    realizations: int,
    places: Sequence[Place] = (),
    *,
    resume: Result | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Generator[Result]:
    """Make a result of so many realisations, and keep it.

    It is kept in the first place on the way and in all of them in the end, also where that comes early: by
    an exception, Ctrl-C among them, or by closing the iterator.

    Parameters
    ----------
    resume
        What there is, as `begun` finds it.

    Yields
    ------
    Result
        `resume` where it has enough, or else the result after every further realisation.

    Raises
    ------
    ValueError, OSError
    """
    result = resume
    next_store = time.monotonic() + STORE_EVERY
    try:
        if resume is not None and resume.n_realizations >= realizations:
            yield resume
            return
        start = resume if resume is not None and resume.can_grow else None
        for result in ensemble.simulate(config, realizations, executor, progress, resume=start):
            yield result
            if time.monotonic() > next_store:
                stored = time.monotonic()
                for place in places[:1]:
                    place.put(result)
                took = time.monotonic() - stored
                next_store = stored + max(STORE_EVERY, took / STORE_SHARE)
    finally:
        if result is not None:
            for place in places:
                place.put(result)


def _as_good(entry: Entry | None, result: Result) -> bool:
    """Whether what is known of a file says that it holds a result, or more of it, and can grow as well."""
    return (
        entry is not None
        and entry.digest == result.digest
        and entry.can_grow >= result.can_grow
        and entry.n_realizations >= result.n_realizations
    )


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody else has just removed it
        return 0.0


def _entry(path: Path, *, shipped: bool = False) -> Entry | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return _read_entry(path, shipped, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4096)
def _read_entry(path: Path, shipped: bool, size: int, _changed: int) -> Entry:
    try:
        with h5netcdf.File(path, "r") as file:
            attributes = dict(file.attrs)
            number, has_sums = file.dimensions["realization"].size, "sums" in file.groups
        config = Config.from_dict(json.loads(attributes["config"]))
        created = datetime.datetime.fromisoformat(attributes["created"])
        numerics = int(attributes.get("numerics", 1))  # the first did not say so
    except (OSError, KeyError, TypeError, ValueError) as error:
        problem = f"{path.name} is no crviz result: {error or type(error).__name__}"
        return Entry(path, None, path.stem, 0, None, size, shipped=shipped, problem=problem)
    can_grow = has_sums and is_current(numerics)
    digest = config.digest_at(numerics)
    return Entry(path, config, digest, number, created, size, numerics, can_grow, shipped)


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
