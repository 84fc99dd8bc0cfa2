"""crviz: small-scale anisotropies of cosmic rays from relative diffusion (Ahlers & Mertsch 2015)."""

from crviz import atlas, interpretation, library, observations, pairs, theory
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
    "atlas",
    "backtrack",
    "backtracking_times",
    "draw_field",
    "interpretation",
    "library",
    "load",
    "observations",
    "pairs",
    "run",
    "simulate",
    "theory",
]
