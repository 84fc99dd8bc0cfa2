"""Many lines as one element, so that a figure with dozens of them is drawn and updated as one."""

from __future__ import annotations

from dataclasses import dataclass

import holoviews as hv
import numpy as np
from holoviews import dim


@dataclass(frozen=True)
class Line:
    """One line of a figure: what it is called, its points and how it is drawn."""

    name: str
    x: np.ndarray
    y: np.ndarray
    color: str
    dash: str = "solid"
    width: float = 1.5


def lines(drawn, x, y):
    """Lines on log axes as one element; what is not positive is left out.

    Parameters
    ----------
    drawn : sequence of Line
    x, y : hv.Dimension

    Returns
    -------
    hv.Contours
    """
    paths = [
        {
            x.name: line.x,
            y.name: np.where(line.y > 0, line.y, np.nan),
            "line": line.name,
            "color": line.color,
            "dash": line.dash,
            "width": line.width,
        }
        for line in drawn
    ]
    return hv.Contours(paths, [x, y], ["line", "color", "dash", "width"]).opts(
        color=dim("color"), line_dash=dim("dash"), line_width=dim("width"), show_legend=False
    )


def names(drawn, x, y, apart, floor):
    """Names at the right ends of lines, moved down where they would overlap.

    Parameters
    ----------
    drawn : sequence of Line
        Those that shall be named.
    x, y : hv.Dimension
    apart : float
        Least distance in decades of y.
    floor : float
        Lines that end below it get no name.

    Returns
    -------
    hv.Labels
    """
    placed = []
    ends = [line for line in drawn if line.y[-1] > floor]
    for line in sorted(ends, key=lambda line: -line.y[-1]):
        height = np.log10(line.y[-1])
        if placed:
            height = min(height, placed[-1][1] - apart)
        placed.append((line.x[-1] * 1.06, height, line.name, line.color))
    data = [(at, 10**height, name, color) for at, height, name, color in placed]
    return hv.Labels(data, [x, y], ["text", "color"]).opts(
        text_color="color", text_align="left", text_font_size="9pt", padding=0
    )
