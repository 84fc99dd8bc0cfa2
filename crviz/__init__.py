"""crviz: small-scale anisotropies of cosmic rays from relative diffusion (Ahlers & Mertsch 2015)."""

from crviz import atlas, interpretation, library, observations, pairs, theory, turbulence
from crviz._version import __version__
from crviz.config import Config
from crviz.ensemble import merge, run, simulate
from crviz.field import Field, draw_field
from crviz.orbits import Orbits, backtrack
from crviz.parameters import backtracking_times
from crviz.result import Result, Spectrum, load

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
    "merge",
    "observations",
    "pairs",
    "run",
    "simulate",
    "theory",
    "turbulence",
]
