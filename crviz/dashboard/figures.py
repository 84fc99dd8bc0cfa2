"""What the page's figures have in common: empty ones for the browser to fill, with named sources and no data.

They are described once a process; each browser makes its own of them, of which no session knows.
JavaScript alone writes to the sources (panels/NAME/panel.js).
"""

from __future__ import annotations

from typing import Any, Literal

from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, CustomJSHover, HoverTool, Range1d
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from crviz.plots.content.series import Content
from crviz.plots.style import LIGHT, Palette

#: Where the system forces colours, which would wash out the signs of tools; pictures have none of those.
FORCED = (
    "@media (forced-colors: active) { :host { forced-color-adjust: none; background: var(--crviz-ground); } }"
)
#: Of tooltips, which the browser puts above the frame.
ABOVE: dict[str, Any] = {"attachment": "right", "show_arrow": False}
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif, 'crviz math'"
#: Axes are their grid and their words; on a canvas of their own, which rests while lines move.
_AXIS = {
    "level": "overlay",
    "axis_line_alpha": 0,
    "major_tick_line_alpha": 0,
    "minor_tick_line_alpha": 0,
    "axis_label_text_font": _FONT,
    "major_label_text_font": _FONT,
    "axis_label_text_font_size": "12px",
    "major_label_text_font_size": "12px",
    "axis_label_text_font_style": "normal",
    "axis_label_standoff": 12,
}
_GRID_ALPHA = 0.5
#: Of words in a plot.
SMALL: dict[str, Any] = {
    "text_font": value(_FONT),
    "text_font_size": "11px",
    "text_baseline": "middle",
}


def colored(plot: figure, palette: Palette) -> figure:
    """A figure in a theme's colours and the page's font, without lines along its axes."""
    plot.update(
        background_fill_color=palette.ground,
        border_fill_color=palette.ground,
        outline_line_color=None,
        stylesheets=[*plot.stylesheets, FORCED],
    )
    for axis in plot.axis:
        axis.update(axis_label_text_color=palette.ink, major_label_text_color=palette.analytic, **_AXIS)
    plot.grid.grid_line_color = palette.faint
    plot.grid.grid_line_alpha = _GRID_ALPHA
    return plot


def source(name: str, *columns: str) -> ColumnDataSource:
    """An empty source that the browser finds by its name."""
    return ColumnDataSource({column: [] for column in columns}, name=name)


def log_figure(x: str, y: str) -> figure:
    """An empty figure on log axes with these labels."""
    # the browser sets the ranges: it knows what is in them
    ranges = [Range1d(start=1, end=10, name=axis) for axis in "xy"]
    plot = figure(
        x_axis_type="log",
        y_axis_type="log",
        x_axis_label=x,
        y_axis_label=y,
        x_range=ranges[0],
        y_range=ranges[1],
        stylesheets=[FORCED],
        sizing_mode="stretch_both",
        tools="pan,wheel_zoom,box_zoom,save",
        active_drag=None,
        active_scroll=None,
        toolbar_location="right",
        outline_line_color=None,
        min_border_right=8,
    )
    plot.toolbar.logo = None
    for axis in plot.axis:
        axis.update(**_AXIS)
    plot.grid.grid_line_alpha = _GRID_ALPHA
    return plot


def hover(plot: figure, drawn: GlyphRenderer, said: list[tuple[str, str]]) -> None:
    """What is said of the drawn point that is nearest to the pointer, above the frame; values are worked out
    in the browser (`Figure.says`)."""
    plot.add_tools(
        HoverTool(
            renderers=[drawn],
            tooltips=said,
            formatters={"$snap_y": CustomJSHover(code="return String(value)")},
            **ABOVE,
        )
    )


def band(plot: figure, content: Content) -> None:
    """The area of a figure's content, filled from "band"; its colour is that of both themes."""
    (series,) = [one for one in content.series if one.role == "band"]
    plot.varea(
        "x",
        "low",
        "high",
        source=source("band", "x", "low", "high"),
        fill_alpha=series.alpha,
        fill_color=LIGHT.band,
    )


def lines(plot: figure) -> GlyphRenderer:
    """Lines, filled from "lines", and names at their right ends."""
    drawn = plot.multi_line(
        "xs",
        "ys",
        source=source("lines", "xs", "ys", "color", "dash", "width", "alpha", "name"),
        line_color="color",
        line_dash="dash",
        line_width="width",
        line_alpha="alpha",
    )
    names(plot, align="left", x_offset=4)
    return drawn


def names(plot: figure, align: Literal["left", "center"], x_offset: float = 0) -> None:
    """Words in the plot, filled from "names"."""
    plot.text(  # type: ignore[call-arg]  # Bokeh's stub lacks background_fill_alpha
        "x",
        "y",
        "text",
        source=source("names", "x", "y", "text", "color"),
        text_color="color",
        text_align=align,
        **SMALL,
        x_offset=x_offset,
        background_fill_alpha=0.7,
        name="words",
    )
