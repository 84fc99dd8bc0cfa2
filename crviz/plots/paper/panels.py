"""Panels drawn by matplotlib."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis as DrawnAxis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from crviz.plots.content.figure import Axis, Line, Marks, Panel, line_ends, positive, spread
from crviz.plots.paper.settings import NARROW, in_tex
from crviz.plots.style import Palette

_DASHES = {"solid": "-", "dotted": (0, (1, 1.6)), "dashed": (0, (5, 2)), "dotdash": (0, (5, 2, 1, 2))}
_MARKERS = {
    "diamond": "D",
    "triangle": "^",
    "inverted_triangle": "v",
    "circle": "o",
    "square": "s",
    "hex": "h",
    "star": "*",
}
#: Margins, a line of text of 9 pt, and the least distance of two numbers on an axis [inches].
_LEFT, _RIGHT, _NAMES, _BOTTOM, _TOP, _BETWEEN = 0.72, 0.12, 0.8, 0.48, 0.28, 0.1
_TEXT, _NUMBERS = 0.165, 0.2
#: Heights of the panels over their width, where there is one or two, in a wide and in a narrow figure.
_SHAPES = {False: {1: (0.62,), 2: (0.5, 0.28)}, True: {1: (0.9,), 2: (0.85, 0.4)}}
#: Letters of a title in an inch.
_LETTERS = 17


def figure_of_panels(panels: Sequence[Panel], width: float, colors: Palette) -> Figure:
    """One or two panels below each other, width in inches.

    In a narrow figure the legend stands below the panels, not within them.
    """
    narrow = width < NARROW
    named = any(line.named for panel in panels for line in panel.lines)
    inner = width - _LEFT - (_NAMES if named else _RIGHT)
    title = textwrap.wrap(panels[0].title, int((width - _LEFT) * _LETTERS))
    below = [handle for panel in panels for handle in _handles(panel, colors)] if narrow else []
    heights = [shape * inner for shape in _SHAPES[narrow][len(panels)]]
    bottom = _BOTTOM + _line_of_text() * len(below)
    top = _TOP + _line_of_text() * (len(title) - 1)
    height = top + sum(heights) + _BETWEEN * (len(panels) - 1) + bottom
    figure = Figure((width, height))
    at = height - top
    for panel, tall in zip(panels, heights, strict=True):
        axes = figure.add_axes((_LEFT / width, (at - tall) / height, inner / width, tall / height))
        draw(axes, panel, colors, inner, tall)
        if panel is not panels[-1]:
            axes.set_xlabel("")
            axes.tick_params(labelbottom=False)
        handles = [] if narrow else _handles(panel, colors)
        if handles:
            legend = axes.legend(handles=handles, loc=panel.legend_at, handlelength=2.4, labelspacing=0.35)
            legend.set_zorder(2.5)  # over the lines, below the marks
        at -= tall + _BETWEEN
    if below:
        figure.legend(handles=below, loc="lower left", handlelength=2.4, labelspacing=0.35)
    text = in_tex("\n".join(title))
    figure.axes[0].set_title(text, loc="left", fontsize="small", color=colors.analytic, pad=4)
    return figure


def draw(axes: Axes, panel: Panel, colors: Palette, width: float, height: float) -> None:
    """Draw a panel on Axes of so many inches."""
    for band in panel.bands:
        axes.fill_between(band.x, band.low, band.high, color=band.color, alpha=band.alpha, lw=0)
    for line in panel.lines:
        axes.plot(line.x, positive(line.y) if panel.y.log else line.y, **_stroke(line))
    for marks in panel.marks:
        _draw_marks(axes, marks, colors)
    for vertical in panel.verticals:
        axes.axvline(vertical.x, color=vertical.color, ls=_DASHES[vertical.dash], lw=1, zorder=1.5)
    _set_axis(axes.xaxis, panel.x, width, axes.set_xscale, axes.set_xlim, axes.set_xlabel)
    _set_axis(axes.yaxis, panel.y, height, axes.set_yscale, axes.set_ylim, axes.set_ylabel)
    _draw_names(axes, panel, height)


def _stroke(line: Line) -> dict[str, Any]:
    return {"color": line.color, "ls": _DASHES[line.dash], "lw": 0.75 * line.width, "alpha": line.alpha}


def _marker(marks: Marks, colors: Palette) -> dict[str, Any]:
    return {
        "ls": "",
        "marker": _MARKERS[marks.marker],
        "ms": marks.size * (3.4 if marks.marker in ("diamond", "square") else 4.0),
        "mfc": marks.color if marks.filled else colors.ground,
        "mec": marks.color,
        "mew": 0.9,
        "alpha": marks.alpha,
    }


def _draw_marks(axes: Axes, marks: Marks, colors: Palette) -> None:
    """Marks with their bars; ticks across a bar end its inner part."""
    whole: dict[str, Any] = {"fmt": "none", "ecolor": marks.color, "alpha": marks.alpha, "zorder": 3}
    if marks.down is not None and marks.up is not None:
        axes.errorbar(marks.x, marks.y, [marks.down, marks.up], elinewidth=0.8, **whole)
        if marks.inner is not None:
            inner = [np.minimum(marks.inner, marks.down), marks.inner]
            axes.errorbar(marks.x, marks.y, inner, elinewidth=0, capsize=1.6, capthick=0.8, **whole)
    axes.plot(marks.x, marks.y, zorder=4, **_marker(marks, colors))


def _set_axis(
    axis: DrawnAxis,
    content: Axis,
    length: float,
    set_scale: Callable[[str], object],
    set_limits: Callable[[float, float], object],
    set_label: Callable[[str], object],
) -> None:
    low, high = content.limits
    if content.log:
        set_scale("log")
        few = high / low < 300
        number = int(length / _NUMBERS)
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=number))
        axis.set_minor_locator(LogLocator(subs=range(1, 10) if number > 6 else (1,), numticks=20))
        axis.set_minor_formatter(NullFormatter())
        if low > 1e-3 and high < 2e4:
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    set_limits(low, high)
    set_label(content.math)


def _draw_names(axes: Axes, panel: Panel, height: float) -> None:
    """Names in the margin beside the lines' ends, apart from each other, and of vertical lines."""
    low, high = np.log10(panel.y.limits) if panel.y.log else panel.y.limits
    ended, _, ends = line_ends(panel)
    at = (np.log10(ends) if panel.y.log else ends) - low
    margin: dict[str, Any] = {"transform": axes.transAxes, "va": "center", "fontsize": "small"}
    for line, share in zip(ended, spread(at / (high - low), _line_of_text() / height, 0, 1), strict=True):
        axes.text(1.012, share, line.math or in_tex(line.name), color=line.color, **margin)
    within: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "va": "top", "fontsize": "small"}
    for vertical in panel.verticals:
        axes.text(vertical.x, 0.98, f" {vertical.math or vertical.name}", color=vertical.color, **within)


def _line_of_text() -> float:
    return _TEXT * rcParams["font.size"] / 9


def _handles(panel: Panel, colors: Palette) -> list[Artist]:
    """Filled marks from the uppermost down, hollow ones, lines from the uppermost down, bands: the legend."""
    marks = [*(m for m in reversed(panel.marks) if m.filled), *(m for m in panel.marks if not m.filled)]
    handles = [Line2D([], [], label=in_tex(m.legend), **_marker(m, colors)) for m in marks if m.legend]
    handles += [
        Line2D([], [], label=in_tex(line.legend), **_stroke(line))
        for line in reversed(panel.lines)
        if line.legend
    ]
    return handles + [
        Patch(color=band.color, alpha=band.alpha, lw=0, label=in_tex(band.legend))
        for band in panel.bands
        if band.legend
    ]
