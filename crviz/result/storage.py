"""The file of a result: NetCDF-4, written whole and put in place at once."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import xarray as xr

#: Layout of the dataset; raised when names or meanings change.
SCHEMA = 1

_SUMS_GROUP = "sums"


def write(dataset, sums, path):
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


def read(path):
    """The dataset and the sums (or None) of a file.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is no crviz result, or one of a layout that this version does not know.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist.")
    try:
        # files of other programs may have dimensions without names: read them, and then say no
        dataset = xr.load_dataset(path, engine="h5netcdf", phony_dims="access")
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{path} is no crviz result: it cannot be read as NetCDF-4.") from error
    if not {"schema", "config", "digest"} <= set(dataset.attrs):
        raise ValueError(f"{path} is no crviz result: it carries no crviz configuration.")
    if dataset.attrs["schema"] != SCHEMA:
        raise ValueError(
            f"{path} has the layout {dataset.attrs['schema']}, "
            f"but this version of crviz reads layout {SCHEMA}."
        )
    try:
        sums = xr.load_dataset(path, engine="h5netcdf", group=_SUMS_GROUP)
    except OSError:  # a result that holds means only has no such group
        sums = None
    return dataset, sums


# what `reduced` asks for; all else that a loaded file brings along is chosen anew
_KEPT_ENCODING = {"dtype", "scale_factor", "_FillValue"}


def _write(dataset, path, **options):
    # one realisation a chunk: what is equal in C_l^{ij} and C_l^{ji} is then stored once
    encoding = {
        name: {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": _chunk(variable)}
        | {key: variable.encoding[key] for key in _KEPT_ENCODING & set(variable.encoding)}
        for name, variable in dataset.variables.items()
        if variable.ndim
    }
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding, **options)


def _chunk(variable):
    return tuple(
        1 if dim in ("realization", "omega_t_map") and variable.ndim > 1 else size
        for dim, size in variable.sizes.items()
    )
