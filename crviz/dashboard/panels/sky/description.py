"""The sky map on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bokeh.models import ColumnDataSource, DataRange1d
from bokeh.plotting import figure

from crviz.dashboard import figures
from crviz.dashboard.controls import Groups, button, group
from crviz.dashboard.panels import Panel
from crviz.plots import mollweide
from crviz.plots.hover import sky_hover

_IMAGE = ("image", "x", "y", "dw", "dh")
#: From where to where a sky reaches with its words and the colour bar (x, y): its radius is 1.
_ROOM = ((-2.3, 2.12), (-1.46, 1.2))


def sky() -> figure:
    """The sky in the Mollweide projection, with graticule and marks."""
    ranges = [DataRange1d(range_padding=0.02) for _ in "xy"]
    plot = figure(
        x_axis_type=None,
        y_axis_type=None,
        x_range=ranges[0],
        y_range=ranges[1],
        match_aspect=True,  # the ellipse keeps its shape whatever room there is
        stylesheets=[figures.FORCED],
        sizing_mode="stretch_both",
        tools="tap",
        toolbar_location=None,
        outline_line_color=None,
        min_border=4,
    )
    shown = plot.image_rgba("image", "x", "y", "dw", "dh", source=figures.source("image", *_IMAGE))
    lines = [(x.round(3).tolist(), y.round(3).tolist()) for x, y in mollweide.graticule()]
    lines += [([x], [y]) for x, y in zip(*_ROOM, strict=True)]  # points, of which nothing is seen
    xs, ys = zip(*lines, strict=True)
    graticule = plot.multi_line(
        "xs",
        "ys",
        source=ColumnDataSource({"xs": list(xs), "ys": list(ys)}),
        line_width=0.7,
        line_alpha=0.3,
        name="graticule",
        level="overlay",
    )
    for axis in ranges:
        axis.renderers = [graticule]
    plot.image_rgba("image", "x", "y", "dw", "dh", source=figures.source("bar", *_IMAGE), level="overlay")
    marks = figures.source("marks", "x", "y", "marker", "size", "color", "line")
    plot.scatter("x", "y", source=marks, marker="marker", size="size", fill_color="color", line_color="line")
    figures.names(plot, align="center")
    small: dict[str, Any] = {**figures.SMALL, "background_fill_alpha": 0.7}
    x, y, text = (list(column) for column in zip(*mollweide.angles(), strict=True))
    angles = ColumnDataSource({"x": x, "y": y, "text": text}, name="angles")
    plot.text("x", "y", "text", source=angles, text_align="center", name="angles", **small)
    captions = figures.source("captions", "x", "y", "text", "align")
    plot.text("x", "y", "text", source=captions, text_align="align", name="captions", **small)
    plot.add_tools(sky_hover("undefined", renderers=[shown], **figures.ABOVE))  # panel.js knows the intensity
    return plot


def switches() -> Groups:
    """What stands below it."""
    orbit = button(
        "orbit", "Orbit at ∇n", help="Follow the particle that arrives from the gradient's direction."
    )
    always = ("without_dipole", "smooth")
    first = [each for each in group("Sky") if each["key"] in always]
    others = [each for each in group("Sky") if each["key"] not in always]
    return [
        {"legend": "", "controls": [*first, orbit]},
        {"legend": "Field, colours, a second sky", "open": False, "inline": True, "controls": others},
    ]


PANEL = Panel(
    name="sky",
    folder=Path(__file__).parent,
    order=10,
    heading="Sky map of one field",
    figure=sky,
    controls=switches,
    depends=("pinned", "sky", "second", "awaited", "direction", "omega_t", "theta", "phi"),
)
