"""crviz: small-scale anisotropies of cosmic rays from relative diffusion (Ahlers & Mertsch 2015)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from crviz._version import __version__

if TYPE_CHECKING:
    from crviz import atlas, interpretation, library, observations, pairs, theory, turbulence
    from crviz.config import Config
    from crviz.ensemble import merge, run, simulate
    from crviz.field import Field, draw_field
    from crviz.orbits import Orbits, backtrack
    from crviz.parameters import backtracking_times
    from crviz.result import Result, Spectrum
    from crviz.result.examining import load
    from crviz.site import explore

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
    "explore",
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

#: Where each name is that is no module.
_FROM = {
    "Config": "config",
    "Field": "field",
    "Orbits": "orbits",
    "Result": "result",
    "Spectrum": "result",
    "backtrack": "orbits",
    "backtracking_times": "parameters",
    "draw_field": "field",
    "explore": "site",
    "load": "result.examining",
    "merge": "ensemble",
    "run": "ensemble",
    "simulate": "ensemble",
}


def __getattr__(name: str) -> Any:
    """What is asked for is imported then: the command line hears signals before it imports anything long."""
    if name in _FROM:
        value = getattr(import_module(f"{__name__}.{_FROM[name]}"), name)
        globals()[name] = value
        return value
    if not name.startswith("_"):
        module = f"{__name__}.{name}"
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
