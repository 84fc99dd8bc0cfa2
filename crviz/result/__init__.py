"""Results of runs: labelled arrays, what is read off them, and their file."""

from crviz.means import standard_error
from crviz.result.estimates import ESTIMATORS, MAPS
from crviz.result.records import Diffusion, Spectrum
from crviz.result.reduction import kept_times
from crviz.result.result import Result, load
from crviz.result.storage import SCHEMA
from crviz.result.times import nearest_time

__all__ = [
    "ESTIMATORS",
    "MAPS",
    "SCHEMA",
    "Diffusion",
    "Result",
    "Spectrum",
    "kept_times",
    "load",
    "nearest_time",
    "standard_error",
]
