"""Files of this project: NetCDF-4, written whole and put in place at once."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import Any

import xarray as xr

_SUMS_GROUP = "sums"
# what `Run.reduced` asks for; all else that a loaded file brings along is chosen anew
_KEPT_ENCODING = {"dtype", "scale_factor", "_FillValue"}


def write(path: str | Path, dataset: xr.Dataset, sums: xr.Dataset | None = None) -> None:
    """Write a dataset, and the sums behind it if any, so that a kill leaves the old file.

    Raises OSError where the folder cannot be written to.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        _write(dataset, part, mode="w")
        if sums is not None:
            _write(sums, part, mode="a", group=_SUMS_GROUP)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


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
        dataset = xr.load_dataset(path, engine="h5netcdf", phony_dims="access")
    except (OSError, ValueError, KeyError) as error:
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
        return xr.load_dataset(path, engine="h5netcdf", group=_SUMS_GROUP)
    except OSError:
        return None


def _write(dataset: xr.Dataset, path: Path, **options: Any) -> None:
    # one realisation a chunk: what is equal in C_l^{ij} and C_l^{ji} is then stored once
    encoding = {
        name: {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": _chunk(variable)}
        | {key: variable.encoding[key] for key in _KEPT_ENCODING & set(variable.encoding)}
        for name, variable in dataset.variables.items()
        if variable.ndim
    }
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding, **options)


def _chunk(variable: xr.Variable) -> tuple[int, ...]:
    return tuple(
        1 if dim in ("realization", "omega_t_map") and variable.ndim > 1 else size
        for dim, size in variable.sizes.items()
    )
