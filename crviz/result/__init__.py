"""Results of runs: labelled arrays, what is read off them, and their file."""

from __future__ import annotations

from pathlib import Path

from crviz.result import netcdf
from crviz.result.estimators import ESTIMATORS
from crviz.result.kept import FieldSky
from crviz.result.result import Result
from crviz.result.run import Run
from crviz.result.schema import PART_SCHEMA, SCHEMA
from crviz.result.source import MAPS, NotKept, Source, fields_in_words, numbered
from crviz.result.spectrum import Estimate, Spectrum
from crviz.result.summary import Summary
from crviz.result.times import kept_times, nearest_time

__all__ = [
    "ESTIMATORS",
    "MAPS",
    "SCHEMA",
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
]


def load(path: str | Path, *, lazily: bool = False) -> Run | Summary:
    """Read a result from a file.

    Parameters
    ----------
    lazily
        Leave what a run holds of every field on the disk: it is read whenever it is used, and the file, which
        may be replaced or removed meanwhile, stays open. It takes little memory, whatever the file's size.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is no crviz result, or one of a layout that this version does not know.
    """
    dataset = netcdf.read(
        path, what="result", carries="config", schema=PART_SCHEMA, oldest=SCHEMA, lazily=lazily
    )
    if "realization" in dataset["cl"].dims:
        return Run(dataset, netcdf.read_sums(path))
    return Summary(dataset, groups=netcdf.Groups(path))
