"""crviz: small-scale anisotropies of cosmic rays from relative diffusion (Ahlers & Mertsch 2015)."""

from crviz import library, observations, theory
from crviz._version import __version__
from crviz.config import Config, backtracking_times
from crviz.ensemble import run, simulate
from crviz.orbits import Orbits, backtrack
from crviz.result import Result, Spectrum, load
from crviz.turbulence import Field, draw_field

__all__ = [
    "Config",
    "Field",
    "Orbits",
    "Result",
    "Spectrum",
    "__version__",
    "backtrack",
    "backtracking_times",
    "draw_field",
    "library",
    "load",
    "observations",
    "run",
    "simulate",
    "theory",
]
