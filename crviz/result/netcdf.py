"""Files of this project: NetCDF-4, written whole and put in place at once."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import h5netcdf
import xarray as xr
from xarray.backends import H5NetCDFStore

from crviz import paths

_SUMS_GROUP = "sums"
# what `Run.reduced` asks for; all else that a loaded file brings along is chosen anew
_KEPT_ENCODING = {"dtype", "scale_factor", "_FillValue"}


#: How files are opened for reading. They are put in place whole and never changed: HDF5's lock, which some
#: file systems lack and others' programs may hold, is not needed.
_OPENING: dict[str, Any] = {"engine": "h5netcdf", "driver_kwds": {"locking": False}}


class Groups(Mapping[str, xr.Dataset]):
    """Datasets that lie in a file beside the one that is read at once: each is read when it is asked for.

    Raises ValueError where the file has been replaced or removed since it was opened.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._file = _identity(self._path)
        self._read: dict[str, xr.Dataset] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> xr.Dataset:
        with self._lock:
            if name not in self._read:
                if name not in self._names:
                    raise KeyError(name)
                found = xr.load_dataset(self._path, group=name, **_OPENING)
                self._check()
                self._read[name] = found
            return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        self._check()
        with h5netcdf.File(self._path, "r", locking=False) as file:
            return tuple(file.groups)

    def _check(self) -> None:
        try:
            same = _identity(self._path) == self._file
        except FileNotFoundError:
            same = False
        if not same:
            raise ValueError(f"{self._path} has been replaced or removed since it was opened: open it again.")


def _identity(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def write(
    path: str | Path,
    dataset: xr.Dataset,
    sums: xr.Dataset | None = None,
    groups: Mapping[str, xr.Dataset] | None = None,
) -> None:
    """Write a dataset, the sums behind it if any, and groups beside it, so that a kill leaves the old file.

    Raises OSError with the path where it cannot be written.
    """
    beside = dict(groups or {}) | ({} if sums is None else {_SUMS_GROUP: sums})
    # HDF5 crashes the process where it fails to write, so on a full disk: it writes to memory
    content = io.BytesIO()
    with h5netcdf.File(content, "w") as file:
        _write(dataset, file)
        for name, values in beside.items():
            _write(values, file.create_group(name))
    try:
        with paths.replacing(Path(path)) as part:
            _copy(content, part)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def read(path: str | Path, *, what: str, carries: str, schema: int, oldest: int | None = None) -> xr.Dataset:
    """The dataset of a file.

    Parameters
    ----------
    what
        "result" or "atlas", for the sentence that refuses another one.
    carries
        The attribute by which it is known, beside the schema.
    schema, oldest
        The newest and the oldest layout that are read; None is the newest.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is something else, or of a layout that this version does not know.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist.")
    try:
        # files of other programs may have dimensions without names: read them, and then say no
        dataset = xr.load_dataset(path, phony_dims="access", **_OPENING)
    except OSError as error:
        if error.errno is not None:  # the system's reason, not that of what is in the file
            raise ValueError(f"{path} cannot be read: {os.strerror(error.errno)}.") from error
        raise ValueError(f"{path} is no crviz {what}: it cannot be read as NetCDF-4.") from error
    except (ValueError, KeyError) as error:
        raise ValueError(f"{path} is no crviz {what}: it cannot be read as NetCDF-4.") from error
    if not {"schema", carries} <= set(dataset.attrs):
        raise ValueError(f"{path} is no crviz {what}: it carries no crviz {carries}.")
    if not (schema if oldest is None else oldest) <= dataset.attrs["schema"] <= schema:
        raise ValueError(
            f"{path} has the layout {dataset.attrs['schema']}, but this version of crviz reads {schema}."
        )
    return dataset


def read_sums(path: str | Path) -> xr.Dataset | None:
    """The sums behind a run; None where a file holds means only."""
    try:
        return xr.load_dataset(path, group=_SUMS_GROUP, **_OPENING)
    except OSError:
        return None


def _copy(content: io.BytesIO, path: Path) -> None:
    path.write_bytes(content.getbuffer())


def _write(dataset: xr.Dataset, group: h5netcdf.Group) -> None:
    # one realisation a chunk: what is equal in C_l^{ij} and C_l^{ji} is then stored once
    encoding = {
        name: {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": _chunk(variable)}
        | {key: variable.encoding[key] for key in _KEPT_ENCODING & set(variable.encoding)}
        for name, variable in dataset.variables.items()
        if variable.ndim
    }
    dataset.dump_to_store(H5NetCDFStore(group), encoding=encoding)


def _chunk(variable: xr.Variable) -> tuple[int, ...]:
    return tuple(
        1 if dim in ("realization", "omega_t_map") and variable.ndim > 1 else size
        for dim, size in variable.sizes.items()
    )
