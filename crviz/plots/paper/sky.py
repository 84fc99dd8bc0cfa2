"""The sky drawn by matplotlib."""

from __future__ import annotations

from typing import Any

from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from crviz.plots import mollweide, style
from crviz.plots.content.sky import MATH, Sky
from crviz.plots.paper.settings import in_tex

_X, _Y = (-2.28, 2.12), (-1.12, 1.16)
#: Room for the title and for the colour bar [inches].
_TITLE, _BAR = 0.22, 0.55


def figure_of_sky(sky: Sky, width: float, colors: style.Palette) -> Figure:
    """A sky, width in inches."""
    tall = width * (_Y[1] - _Y[0]) / (_X[1] - _X[0])
    height = _TITLE + tall + _BAR
    figure = Figure((width, height))
    axes = figure.add_axes((0, _BAR / height, 1, tall / height))
    image = axes.imshow(
        sky.picture,
        origin="lower",
        extent=(-2, 2, -1, 1),
        cmap=ListedColormap(style.interpolated(colors.diverging)),
        vmin=-sky.limit,
        vmax=sky.limit,
        interpolation="nearest",
    )
    *inner, rim = mollweide.graticule()
    for line in inner:
        axes.plot(*line, color=colors.ink, alpha=0.25, lw=0.5)
    axes.plot(*rim, color=colors.ink, lw=0.8)
    axes.plot([0, 0], [1, -1], "o", ms=3.5, color=colors.ink)
    axes.plot(*sky.gradient, "*", ms=11, mfc=colors.accent, mec=colors.ground, mew=0.7)
    if sky.dipole is not None:
        axes.plot(*sky.dipole, "D", ms=6, mfc="none", mec=colors.ink, mew=1.2)
    halo = [withStroke(linewidth=2.5, foreground=colors.ground)]
    for x, y, text in mollweide.angles():
        axes.text(x, y, text, color=colors.ink, ha="center", va="center", size="x-small", path_effects=halo)
    for x, y, _, color, math in sky.names:
        axes.text(x, y, math, color=color, ha="center", va="center", path_effects=halo)
    axes.set(xlim=_X, ylim=_Y)
    axes.set_axis_off()
    title: dict[str, Any] = {"fontsize": "small", "color": colors.analytic, "va": "top"}
    figure.text(0.12 / width, 1 - 0.1 / height, in_tex(sky.title), **title)
    bar = figure.colorbar(
        image, cax=figure.add_axes((0.3, 0.4 / height, 0.4, 0.09 / height)), orientation="horizontal"
    )
    bar.set_label(MATH, labelpad=2)
    bar.ax.tick_params(which="both", top=False)
    bar.outline.set_linewidth(0.5)
    return figure
