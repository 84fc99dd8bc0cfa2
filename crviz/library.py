"""A folder of results, each named by the digest of its configuration, and the shipped results."""

from __future__ import annotations

import datetime
import json
import math
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import h5netcdf

from crviz import paths
from crviz.config import Config, ParameterError
from crviz.result import load

#: What sigma2 = 0, which has no logarithm, counts as in distances.
_LEAST_SIGMA2 = 1e-3


@dataclass(frozen=True)
class Entry:
    """What is known of a stored result without reading its arrays.

    Attributes
    ----------
    path : Path
    config : Config or None
        None where the file cannot be read.
    n_realizations : int
    created : datetime.datetime or None
    size : int
        Bytes.
    shipped : bool
    problem : str
        Why the file cannot be read; empty where it can.
    """

    path: Path
    config: Config | None
    n_realizations: int
    created: datetime.datetime | None
    size: int
    shipped: bool = False
    problem: str = ""

    @property
    def digest(self):
        """Hex content hash: the name of the file, or that of the shipped result's configuration."""
        return self.config.digest if self.shipped else self.path.stem


class Library:
    """Results in a folder, addressed by content.

    Parameters
    ----------
    folder : path or None
        None is this user's data folder. It is made when first written to.
    """

    def __init__(self, folder=None):
        self.folder = Path(folder) if folder is not None else paths.library()

    def path(self, config):
        """Where the result of a configuration is, or would be."""
        return self.folder / f"{config.digest}.nc"

    def get(self, config):
        """The stored Result of a configuration, the shipped reference included, or None.

        Raises ValueError where the stored file is no crviz result.
        """
        candidates = [load(self.path(config))] if self.path(config).exists() else []
        if shipped().digest == config.digest:
            candidates.append(shipped())
        return max(candidates, key=lambda result: result.n_realizations, default=None)

    def put(self, result):
        """Store a result unless one with more realisations is there. Raises OSError."""
        known = [_entry(self.path(result.config)), _entry(reference(), shipped=True)]
        same = [entry for entry in known if entry and entry.config and entry.digest == result.digest]
        if all(entry.n_realizations < result.n_realizations for entry in same):
            self.folder.mkdir(parents=True, exist_ok=True)
            result.save(self.path(result.config))

    def __iter__(self):
        """Paths of the stored results, newest first."""
        changed = {path: _changed(path) for path in self.folder.glob("*.nc")}
        return iter(sorted(changed, key=lambda path: -changed[path]))

    def entries(self):
        """What is stored, newest first, and the shipped result at the end: list of `Entry`.

        Only attributes are read, and those once a file; one that cannot be read is among them, with
        its problem.
        """
        found = [_entry(path) for path in self] + [_entry(reference(), shipped=True)]
        return [entry for entry in found if entry is not None]

    def nearest(self, config):
        """The stored Result, the shipped one included, that is nearest to a configuration in log sigma2
        and log r_L/L_c; of equals the one with most realisations. Spoilt files are passed over.
        """
        readable = [entry for entry in self.entries() if entry.config]
        best = min(readable, key=lambda entry: (_distance(entry.config, config), -entry.n_realizations))
        return shipped() if best.shipped else load(best.path)

    def delete(self, digest):
        """Remove a stored result. Raises ParameterError where there is none, or only the shipped one."""
        path = next((path for path in self if path.stem == digest), None)
        if path is None:
            is_shipped = _entry(reference(), shipped=True).digest == digest
            rule = "is the shipped result, which stays" if is_shipped else "is no stored result"
            raise ParameterError("digest", digest, rule)
        path.unlink(missing_ok=True)


def _changed(path):
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody else has just removed it
        return 0.0


def _entry(path, shipped=False):
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return _read_entry(path, shipped, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=4096)
def _read_entry(path, shipped, size, _changed):
    try:
        with h5netcdf.File(path, "r") as file:
            attributes = dict(file.attrs)
            number = file.dimensions["realization"].size
        config = Config.from_dict(json.loads(attributes["config"]))
        created = datetime.datetime.fromisoformat(attributes["created"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        problem = f"{path.name} is no crviz result: {error or type(error).__name__}"
        return Entry(path, None, 0, None, size, shipped, problem)
    return Entry(path, config, number, created, size, shipped)


def _distance(one, other):
    def place(config):
        return math.log(max(config.sigma2, _LEAST_SIGMA2)), math.log(config.rl_over_lc)

    return math.dist(place(one), place(other))


def reference():
    """Path of the shipped reference result: the configuration of the paper."""
    return paths.assets() / "reference.nc"


def shipped():
    """The shipped reference `Result`, read once: results are never changed."""
    return _read_once(reference())


@cache
def _read_once(path):
    return load(path)
