"""A panel as one overlay of few elements, so that dozens of lines are drawn and updated as one."""

from __future__ import annotations

from collections.abc import Iterable

import holoviews as hv
import numpy as np
from holoviews import dim

from crviz.plots import style
from crviz.plots.content.figure import Line, Marks, Panel, line_ends, positive, spread

#: Height of the figure and of a line of text in it, in pixels.
_HEIGHT, _TEXT = 330, 17
#: Share of the width that is kept free for the names at the lines' ends.
_ROOM = 0.21
_MARKERS = ["spectrum", "marker", "color", "fill", "size", "alpha"]


def draw(panel: Panel, colors: style.Palette) -> hv.Overlay:
    """A panel as Areas, Contours (lines), Labels (their names), ErrorBars and Scatter (marks), VLines."""
    x, y = (hv.Dimension(axis.name, label=axis.label) for axis in (panel.x, panel.y))
    elements = [
        hv.Area((band.x, band.low, band.high), x, [y, "high"]).opts(
            color=band.color, alpha=band.alpha, line_alpha=0
        )
        for band in panel.bands
    ]
    elements += [lines(panel.lines, x, y, panel.y.log), names(panel, x, y)]
    if panel.marks:
        elements += [_bars(panel.marks, x, y), _marks(panel.marks, x, y, colors)]
    elements += [
        hv.VLine(vertical.x).opts(color=vertical.color, line_width=2, alpha=0.8, line_dash=vertical.dash)
        for vertical in panel.verticals
    ]
    first, last = panel.x.limits
    if any(line.named for line in panel.lines):
        last *= (last / first) ** (_ROOM / (1 - _ROOM))
    return hv.Overlay(elements).opts(
        **style.axes(colors, panel.y.log), xlim=(first, last), ylim=panel.y.limits
    )


def lines(drawn: Iterable[Line], x: hv.Dimension, y: hv.Dimension, log: bool = True) -> hv.Contours:
    """Lines as one element; what a log axis cannot show is left out.

    Parameters
    ----------
    log
        Whether y is logarithmic.
    """
    paths = [
        {
            x.name: line.x,
            y.name: positive(line.y) if log else line.y,
            "line": line.name,
            "color": line.color,
            "dash": line.dash,
            "width": line.width,
            "alpha": line.alpha,
        }
        for line in drawn
    ]
    return hv.Contours(paths, [x, y], ["line", "color", "dash", "width", "alpha"]).opts(
        color=dim("color"),
        line_dash=dim("dash"),
        line_width=dim("width"),
        line_alpha=dim("alpha"),
        show_legend=False,
    )


def names(panel: Panel, x: hv.Dimension, y: hv.Dimension) -> hv.Labels:
    """Names to the right of the lines' ends, apart from each other, and of vertical lines."""
    low, high = np.log10(panel.y.limits) if panel.y.log else panel.y.limits
    ended, at, heights = line_ends(panel)
    line_of_text = _TEXT / _HEIGHT * (high - low)
    ends = np.log10(heights) if panel.y.log else heights
    placed = spread(ends, line_of_text, low + line_of_text / 2, high - line_of_text)
    beyond = (panel.x.limits[1] / panel.x.limits[0]) ** 0.012
    data = [
        (right * beyond, 10**height if panel.y.log else height, line.name, line.color)
        for line, right, height in zip(ended, at, placed, strict=True)
    ]
    top = low + 0.95 * (high - low)
    data += [
        (vertical.x * beyond, 10**top if panel.y.log else top, vertical.name, vertical.color)
        for vertical in panel.verticals
        if vertical.name
    ]
    return hv.Labels(data, [x, y], ["text", "color"]).opts(
        text_color="color", text_align="left", text_font_size="9pt", padding=0
    )


def _bars(marks: Iterable[Marks], x: hv.Dimension, y: hv.Dimension) -> hv.ErrorBars:
    rows = [
        row
        for mark in marks
        if mark.down is not None and mark.up is not None
        for look in [([mark.color] * len(mark.x), [mark.alpha] * len(mark.x))]
        for row in zip(mark.x, mark.y, mark.down, mark.up, *look, strict=True)
    ]
    return hv.ErrorBars(rows, x, [y, "low", "high", "color", "alpha"]).opts(
        color=dim("color"), alpha=dim("alpha"), line_width=1, lower_head=None, upper_head=None
    )


def _marks(marks: Iterable[Marks], x: hv.Dimension, y: hv.Dimension, colors: style.Palette) -> hv.Scatter:
    rows = [
        (at, height, mark.name, mark.marker, mark.color, fill, 7.5 * mark.size, mark.alpha)
        for mark in marks
        for fill in [mark.color if mark.filled else colors.ground]
        for at, height in zip(mark.x, mark.y, strict=True)
    ]
    return hv.Scatter(rows, x, [y, *_MARKERS]).opts(
        marker=dim("marker"),
        size=dim("size"),
        color=dim("fill"),
        line_color=dim("color"),
        alpha=dim("alpha"),
        line_width=1.3,
    )
