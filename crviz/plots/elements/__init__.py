"""The figures as HoloViews elements for the bokeh backend. Knows no widget and no page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import holoviews as hv

from crviz.gradient import Gradient
from crviz.plots import style
from crviz.plots.content import diffusion as diffusion_content
from crviz.plots.content import evolution as evolution_content
from crviz.plots.content import separation as separation_content
from crviz.plots.content import spectra as spectra_content
from crviz.plots.content import turbulence as turbulence_content
from crviz.plots.content.figure import Panel
from crviz.plots.elements.draw import draw
from crviz.plots.elements.skymap import sky_map
from crviz.result import Source

__all__ = ["diffusion", "evolution", "power_spectra", "separation", "sky_map", "turbulence"]


_Arguments = ParamSpec("_Arguments")


def _drawn(content: Callable[_Arguments, Panel]) -> Callable[_Arguments, hv.Overlay]:
    """A function that draws what one of `content` makes of the same arguments, and says the same of them."""

    @wraps(content)
    def element(*args: _Arguments.args, **options: _Arguments.kwargs) -> hv.Overlay:
        return draw(content(*args, **options), style.palette(bool(options.get("dark"))))

    return element


power_spectra = _drawn(spectra_content.power_spectra)
separation = _drawn(separation_content.separation)
turbulence = _drawn(turbulence_content.turbulence)


def evolution(
    source: Source, gradient: Gradient, *, omega_t: float | None = None, dark: bool = False
) -> hv.Overlay:
    """<C_l>(T) for a gradient (solid) and for the perpendicular one (dotted).

    C_1 with its standard error, C_0, l = 2..9, the noise of Eq. 9 and the standard dipole.

    Parameters
    ----------
    omega_t : [1/Omega]
        Where the cursor stands; None is the last time.
    """
    time = source.omega_t[-1] if omega_t is None else omega_t
    panel = evolution_content.evolution(source, gradient, omega_t=time, dark=dark)
    return draw(panel, style.palette(dark))


def diffusion(source: Source, *, dark: bool = False) -> hv.Layout:
    """Diffusion tensors, and the exponents with which the mean squares grow, against time."""
    colors = style.palette(dark)
    panels = diffusion_content.diffusion(source, dark=dark), diffusion_content.growth(source, dark=dark)
    upper, lower = (draw(panel, colors) for panel in panels)
    return (upper + lower).cols(1)
