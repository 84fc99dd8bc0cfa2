"""Empty figures for the browser to fill: axes, glyphs and named sources, no data.

They are described once a process; each browser makes its own of them, of which no session knows.
JavaScript alone writes to the sources (browser/evolution.js, spectra.js, sky.js).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from bokeh.models import (
    ColumnDataSource,
    DataRange1d,
    FixedTicker,
    HoverTool,
    NumeralTickFormatter,
    Range1d,
)
from bokeh.models.annotations import Span
from bokeh.models.renderers import GlyphRenderer
from bokeh.plotting import figure

from crviz.plots import mollweide
from crviz.plots.hover import sky_hover
from crviz.plots.style import Palette

#: Columns of each kind of source; the browser fills them.
_LINES = ("xs", "ys", "color", "dash", "width", "alpha", "name")
_TEXT = ("x", "y", "text", "color")
_MARKS = ("x", "y", "marker", "color", "fill", "size", "alpha", "name", "low", "high")
_BARS = ("x", "low", "high", "color", "alpha")
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_IMAGE = ("image", "x", "y", "dw", "dh")
#: From where to where a sky reaches with the names of the poles and the colour bar: its radius is 1.
_ROOM = (-1.46, 1.12)


def evolution() -> figure:
    """Figure 1: multipoles against backtracking time, on log axes."""
    plot = _log_figure("backtracking time Ω T", "⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]", "crviz-evolution")
    _band(plot, "crviz-evolution")
    lines = _lines(plot, "crviz-evolution")
    plot.add_layout(
        Span(dimension="height", line_width=2, line_alpha=0.8, name="crviz-evolution-cursor", level="overlay")
    )
    plot.add_tools(HoverTool(renderers=[lines], tooltips=[("", "@name"), ("Ω T", "$x{0.[00]}"), ("", "$y")]))
    return plot


def spectra() -> figure:
    """Figure 2: power spectra at one time, on log axes."""
    plot = _log_figure("multipole ℓ", "C_ℓ / C₁", "crviz-spectra")
    plot.xaxis.ticker = FixedTicker(ticks=_MULTIPOLES, minor_ticks=list(range(1, 11)))
    plot.xaxis.formatter = NumeralTickFormatter(format="0")
    plot.xgrid.ticker = FixedTicker(ticks=[1, 10, 100])
    _band(plot, "crviz-spectra")
    _lines(plot, "crviz-spectra")
    bars = _source("crviz-spectra-bars", _BARS)
    plot.segment("x", "low", "x", "high", source=bars, line_color="color", line_alpha="alpha", line_width=1.2)
    marks = _source("crviz-spectra-marks", _MARKS)
    shown = plot.scatter(
        "x",
        "y",
        source=marks,
        marker="marker",
        size="size",
        line_color="color",
        fill_color="fill",
        alpha="alpha",
        line_width=1.3,
    )
    plot.add_tools(HoverTool(renderers=[shown], tooltips=[("", "@name"), ("ℓ", "@x"), ("", "@y")]))
    return plot


def sky() -> figure:
    """The sky in the Mollweide projection, with graticule and marks."""
    ranges = [DataRange1d(range_padding=0.02) for _ in "xy"]
    plot = figure(
        x_axis_type=None,
        y_axis_type=None,
        x_range=ranges[0],
        y_range=ranges[1],
        match_aspect=True,  # the ellipse keeps its shape whatever room there is
        height=_HEIGHT,
        stylesheets=[_TALLER],
        sizing_mode="stretch_width",
        tools="tap",
        toolbar_location=None,
        outline_line_color=None,
        name="crviz-sky",
        min_border=4,
    )
    image = _source("crviz-sky-image", _IMAGE)
    shown = plot.image_rgba("image", "x", "y", "dw", "dh", source=image)
    lines = [(x.round(3).tolist(), y.round(3).tolist()) for x, y in mollweide.graticule()]
    lines += [([0], [y]) for y in _ROOM]  # points, of which nothing is seen
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
    plot.image_rgba("image", "x", "y", "dw", "dh", source=_source("crviz-sky-bar", _IMAGE), level="overlay")
    marks = _source("crviz-sky-marks", ("x", "y", "marker", "size", "color", "line"))
    plot.scatter("x", "y", source=marks, marker="marker", size="size", fill_color="color", line_color="line")
    _names(plot, "crviz-sky", align="center")
    plot.add_tools(sky_hover("crviz.sky.valueAt(x, y)", renderers=[shown]))
    return plot


def colored(plot: figure, palette: Palette) -> figure:
    """A figure in a theme's colours and the page's font, without lines along its axes."""
    plot.update(
        background_fill_color=palette.ground,
        border_fill_color=palette.ground,
        outline_line_color=None,
    )
    for axis in plot.axis:
        axis.update(axis_label_text_color=palette.ink, major_label_text_color=palette.analytic, **_AXIS)
    plot.grid.grid_line_color = palette.faint
    plot.grid.grid_line_alpha = _GRID_ALPHA
    return plot


def _source(name: str, columns: Iterable[str]) -> ColumnDataSource:
    return ColumnDataSource({column: [] for column in columns}, name=name)


def _log_figure(x: str, y: str, name: str) -> figure:
    # the browser sets the ranges: it knows what is in them
    ranges = [Range1d(start=1, end=10, name=f"{name}-{axis}") for axis in "xy"]
    plot = figure(
        x_axis_type="log",
        y_axis_type="log",
        x_axis_label=x,
        y_axis_label=y,
        x_range=ranges[0],
        y_range=ranges[1],
        height=_HEIGHT,
        stylesheets=[_TALLER],
        sizing_mode="stretch_width",
        tools="pan,wheel_zoom,box_zoom,save",
        active_drag=None,
        active_scroll=None,
        toolbar_location="right",
        outline_line_color=None,
        name=name,
        min_border_right=8,
    )
    plot.toolbar.logo = None
    for axis in plot.axis:
        axis.update(**_AXIS)
    plot.grid.grid_line_alpha = _GRID_ALPHA
    return plot


#: Axes are their grid and their words; on a canvas of their own, which rests while lines move.
_AXIS = {
    "level": "overlay",
    "axis_line_alpha": 0,
    "major_tick_line_alpha": 0,
    "minor_tick_line_alpha": 0,
    "axis_label_text_font": _FONT,
    "major_label_text_font": _FONT,
    "axis_label_text_font_size": "1em",
    "major_label_text_font_size": "0.925em",
    "axis_label_text_font_style": "normal",
    "axis_label_standoff": 12,
}
_GRID_ALPHA = 0.5
#: Multipoles that have a number on their axis.
_MULTIPOLES = [1, 2, 5, 10, 20, 50, 100, 200]
#: Height of a figure: two of them and what stands around them fill a projector's 720 lines, or more.
_HEIGHT = 262
_TALLER = f":host {{ flex-basis: clamp({_HEIGHT}px, min(50vh - 150px, 27vw), 480px) !important; }}"


def _band(plot: figure, name: str) -> None:
    source = _source(f"{name}-band", ("x", "low", "high"))
    plot.varea("x", "low", "high", source=source, fill_alpha=0.18, fill_color="#888888")


def _lines(plot: figure, name: str) -> GlyphRenderer:
    source = _source(f"{name}-lines", _LINES)
    drawn = plot.multi_line(
        "xs",
        "ys",
        source=source,
        line_color="color",
        line_dash="dash",
        line_width="width",
        line_alpha="alpha",
    )
    _names(plot, name, align="left", x_offset=4)
    return drawn


def _names(plot: figure, name: str, align: Literal["left", "center"], x_offset: float = 0) -> None:
    source = _source(f"{name}-names", _TEXT)
    plot.text(  # type: ignore[call-arg]  # Bokeh's stub lacks background_fill_alpha
        "x",
        "y",
        "text",
        source=source,
        text_color="color",
        text_font_size="11px",
        text_baseline="middle",
        text_align=align,
        x_offset=x_offset,
        background_fill_alpha=0.7,
        name="names",
    )


#: What makes each figure, by the place in the document where it stands.
ALL = {"sky": sky, "evolution": evolution, "spectra": spectra}
