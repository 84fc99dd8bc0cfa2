"""Results as figures: HoloViews elements for notebooks and pages, matplotlib for paper.

`content` holds what a figure is made of, `elements` and `paper` draw it. The functions below come
from `elements`; HoloViews is loaded when the first of them is asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crviz.plots.elements import diffusion, evolution, power_spectra, separation, sky_map, turbulence

__all__ = ["diffusion", "evolution", "power_spectra", "separation", "sky_map", "turbulence"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("crviz.plots.elements"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
