"""Results of runs: labelled arrays, what is read off them, and their file."""

from crviz.result.records import Diffusion, Spectrum
from crviz.result.result import ESTIMATORS, MAPS, Result, load, standard_error
from crviz.result.storage import SCHEMA

__all__ = ["ESTIMATORS", "MAPS", "SCHEMA", "Diffusion", "Result", "Spectrum", "load", "standard_error"]
