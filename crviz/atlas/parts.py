"""Part files of an atlas: what is kept of every field of one place at one resolution, growing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import h5netcdf
import numpy as np
import xarray as xr

from crviz import ensemble
from crviz._version import __version__
from crviz.arrays import Array
from crviz.atlas import fields
from crviz.config import NUMERICS_VERSION, Config
from crviz.ensemble import Progress
from crviz.result import netcdf
from crviz.result.schema import created
from crviz.storing import STORE_EVERY

#: Layout of the files; raised when names or meanings change.
SCHEMA = 1


def _kept(
    late: Array | None, config: Config, index: int, r: Array, p: Array, _check: object
) -> dict[str, Array]:
    return fields.kept(config, index, r, p, late)


@dataclass(frozen=True, eq=False)
class Sampled:
    """One place seen by grids of one resolution.

    Attributes
    ----------
    config
    first
        Index of the first field; the others follow it.
    late : (Q,) int or None
        Where quantiles are kept of the times; None for coarse grids, which have none.
    """

    config: Config
    first: int
    late: Array | None

    def path(self, folder: Path) -> Path:
        """Where the part file is, or would be."""
        return folder / f"{self.config.digest}-from-{self.first}.nc"

    def fields_in(self, folder: Path) -> int:
        """How many fields the part file holds. Raises ValueError for a file that is none."""
        path = self.path(folder)
        if not path.exists():
            return 0
        try:
            with h5netcdf.File(path, "r", locking=False) as file:
                return int(file.dimensions["field"].size)
        except (OSError, KeyError) as error:
            raise ValueError(f"{path} is not a crviz part of an atlas: {error}") from error

    def read(self, folder: Path) -> xr.Dataset:
        """The part file. Raises FileNotFoundError, and ValueError for a file that is none, or is of other
        windows or times."""
        path = self.path(folder)
        part = netcdf.read(path, what="part of an atlas", carries="config", schema=SCHEMA)
        if part.attrs["kept"] != self._kept():
            raise ValueError(f"{path} was made for other observations or times: make it anew elsewhere.")
        return part

    def grow(
        self, folder: Path, number: int, executor: Executor | None, progress: Progress | None
    ) -> Iterator[int]:
        """Follow further fields and store them, in the end, on the way, and where the end comes early.

        Yields the number of fields that are in, after each. Raises ValueError and OSError.
        """
        done = self.fields_in(folder)
        arrays: dict[str, Array] = {}
        if done:
            part = self.read(folder)
            arrays = {str(name): self._grown(name, part[name].values, number) for name in part}
        before, stored = done, time.monotonic()
        indices = range(self.first + done, self.first + number)
        try:
            keep = partial(_kept, self.late)
            with closing(ensemble.followed(self.config, indices, keep, executor, progress)) as followed:
                for _, kept in followed:
                    for name, value in kept.items():
                        if name in fields.SUMS:
                            arrays[name] = arrays.get(name, 0) + value
                        else:
                            arrays.setdefault(name, np.empty((number, *value.shape), value.dtype))[done] = (
                                value
                            )
                    done += 1
                    yield done
                    if time.monotonic() > stored + STORE_EVERY:
                        self._store(folder, arrays, done)
                        before, stored = done, time.monotonic()
        finally:
            if done > before:
                self._store(folder, arrays, done)

    @staticmethod
    def _grown(name: object, values: Array, number: int) -> Array:
        if name in fields.SUMS:
            return values
        return np.concatenate([values, np.empty((number - len(values), *values.shape[1:]), values.dtype)])

    def _store(self, folder: Path, arrays: dict[str, Array], done: int) -> None:
        quantities = fields.OF_EVERY_FIELD | fields.OF_FINE_FIELDS
        variables = {
            name: (("field", *quantities[name].dims), values[:done])
            for name, values in arrays.items()
            if name in quantities
        }
        variables |= {
            name: (quantity.dims, arrays[name]) for name, quantity in fields.SUMS.items() if name in arrays
        }
        attributes = {
            "schema": SCHEMA,
            "config": json.dumps(self.config.to_dict()),
            "numerics": NUMERICS_VERSION,
            "first": self.first,
            "kept": self._kept(),
            "crviz_version": __version__,
            "created": created(),
        }
        folder.mkdir(parents=True, exist_ok=True)
        netcdf.write(self.path(folder), xr.Dataset(variables, attrs=attributes))

    def _kept(self) -> str:
        if self.late is None:
            return json.dumps(None)
        return json.dumps([self.late.tolist(), *(fields.describe(one) for one in fields.windows())])
