"""Results of runs: labelled arrays, what is read off them, and their file."""

from __future__ import annotations

import json
from pathlib import Path

import xarray as xr

from crviz.checks import ParameterError
from crviz.config import Config, is_current
from crviz.parameters import TURBULENCE
from crviz.result import netcdf, schema
from crviz.result.dipole import DipoleDirection
from crviz.result.estimators import ESTIMATORS
from crviz.result.kept import FieldSky
from crviz.result.result import Result
from crviz.result.run import Run
from crviz.result.schema import SCHEMA, SEEDS_SCHEMA
from crviz.result.source import MAPS, NotKept, Source, fields_in_words, numbered, seeds_in_words
from crviz.result.spectrum import Estimate, Spectrum
from crviz.result.summary import Summary
from crviz.result.times import kept_times, nearest_time

__all__ = [
    "ESTIMATORS",
    "MAPS",
    "SCHEMA",
    "DipoleDirection",
    "Estimate",
    "FieldSky",
    "NotKept",
    "Result",
    "Run",
    "Source",
    "Spectrum",
    "Summary",
    "fields_in_words",
    "kept_times",
    "load",
    "nearest_time",
    "numbered",
    "seeds_in_words",
]


def load(path: str | Path, *, lazily: bool = False) -> Run | Summary:
    """Read a result from a file, in this very process; `crviz.load` is `examining.load`.

    Parameters
    ----------
    lazily
        Leave what a run holds of every field on the disk: it is read whenever it is used, and the file, which
        may be replaced or removed meanwhile, stays open. It takes little memory, whatever the file's size.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is no crviz result, damaged, too large for the memory, or of a layout that this version
        does not know: a sentence with its path. Nothing else is raised, whatever is in the file; but one that
        was made to do so may hold up HDF5 for ever.
    """
    path = Path(path)
    dataset = netcdf.read(
        path, what="result", carries="config", schema=SEEDS_SCHEMA, oldest=SCHEMA, lazily=lazily
    )
    config = _config(path, dataset)
    with netcdf.damage(path):
        schema.check(dataset, config)
        if "realization" not in dataset["cl"].dims:
            return Summary(dataset, groups=netcdf.Groups(path))
        sums = netcdf.read_sums(path)
        if sums is not None and is_current(int(dataset.attrs.get("numerics", 1))):  # earlier ones do not grow
            schema.check_sums(sums, dataset, config)
        return Run(dataset, sums)


def _config(path: Path, dataset: xr.Dataset) -> Config:
    """The Config of a file. Raises ValueError."""
    try:
        return Config.from_dict(json.loads(dataset.attrs["config"]))
    except ParameterError as error:
        if error.parameter == TURBULENCE.name:  # of a package that is not installed here
            raise ValueError(f"{path} cannot be used here: {error}") from error
        raise ValueError(f"{path} is damaged, or made by another version of crviz: {error}") from error
    except Exception as error:
        raise netcdf.Damaged(f"{path} is damaged: its configuration cannot be read ({error}).") from error
