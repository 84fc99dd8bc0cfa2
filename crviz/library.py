"""A folder of results, each named by the digest of its configuration, and the shipped results."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from crviz import paths
from crviz.result import load


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
        stored = self.get(result.config)
        if stored is None or stored.n_realizations < result.n_realizations:
            self.folder.mkdir(parents=True, exist_ok=True)
            result.save(self.path(result.config))

    def __iter__(self):
        """Paths of the stored results, newest first."""
        return iter(sorted(self.folder.glob("*.nc"), key=lambda path: -path.stat().st_mtime))


def reference():
    """Path of the shipped reference result: the configuration of the paper."""
    return paths.assets() / "reference.nc"


def shipped():
    """The shipped reference `Result`, read once: results are never changed."""
    return _read_once(reference())


@cache
def _read_once(path):
    return load(path)
