"""Empty figures for the browser to fill: axes, glyphs and named sources, no data.

JavaScript alone writes to the sources (browser/evolution.js, spectra.js, sky.js), so none of them is
sent to the server or back.
"""

from __future__ import annotations

from bokeh.models import (
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    LinearColorMapper,
    Range1d,
    Span,
)
from bokeh.plotting import figure

from crviz.plots import mollweide, style
from crviz.plots.hover import sky_hover

#: Columns of each kind of source; the browser fills them.
_LINES = ("xs", "ys", "color", "dash", "width", "alpha", "name")
_TEXT = ("x", "y", "text", "color")
_MARKS = ("x", "y", "marker", "color", "fill", "size", "alpha", "name", "low", "high")
_BARS = ("x", "low", "high", "color", "alpha")


def evolution():
    """Figure 1: multipoles against backtracking time, on log axes."""
    plot = _log_figure("backtracking time Ω T", "⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]", "crviz-evolution")
    _band(plot, "crviz-evolution")
    lines = _lines(plot, "crviz-evolution")
    plot.add_layout(Span(dimension="height", line_width=2, line_alpha=0.8, name="crviz-evolution-cursor"))
    plot.add_tools(HoverTool(renderers=[lines], tooltips=[("", "@name"), ("Ω T", "$x{0.[00]}"), ("", "$y")]))
    return _left_to_the_browser(plot)


def spectra():
    """Figure 2: power spectra at one time, on log axes."""
    plot = _log_figure("multipole ℓ", "C_ℓ / C₁", "crviz-spectra")
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
    return _left_to_the_browser(plot)


def sky():
    """The sky in the Mollweide projection, with graticule and marks."""
    plot = figure(
        x_axis_type=None,
        y_axis_type=None,
        match_aspect=True,  # the ellipse keeps its shape whatever room there is
        height=_HEIGHT,
        sizing_mode="stretch_width",
        tools="tap",
        toolbar_location=None,
        outline_line_color=None,
        name="crviz-sky",
        min_border=4,
    )
    mapper = LinearColorMapper(palette=style.interpolated(style.LIGHT.diverging), low=-1, high=1)
    mapper.nan_color = "rgba(0, 0, 0, 0)"
    mapper.name = "crviz-sky-colors"
    image = _source("crviz-sky-image", ("image", "x", "y", "dw", "dh"))
    shown = plot.image("image", "x", "y", "dw", "dh", source=image, color_mapper=mapper)
    graticule = ColumnDataSource(
        {
            "xs": [list(map(_short, x)) for x, _ in mollweide.graticule()],
            "ys": [list(map(_short, y)) for _, y in mollweide.graticule()],
        }
    )
    plot.multi_line("xs", "ys", source=graticule, line_width=0.7, line_alpha=0.3, name="graticule")
    marks = _source("crviz-sky-marks", ("x", "y", "marker", "size", "color", "line"))
    plot.scatter("x", "y", source=marks, marker="marker", size="size", fill_color="color", line_color="line")
    _names(plot, "crviz-sky", align="center")
    plot.add_tools(sky_hover(renderers=[shown]))
    bar = ColorBar(
        color_mapper=mapper,
        height=8,
        title="δI  [r_L |∇n|/n]",
        title_standoff=4,
        padding=2,
        background_fill_alpha=0,
        border_line_alpha=0,
        bar_line_alpha=0,
        ticker=FixedTicker(ticks=[-1, 0, 1]),
        name="crviz-sky-bar",
    )
    plot.add_layout(bar, "below")
    return _left_to_the_browser(plot)


def _left_to_the_browser(plot):
    """Nothing that the browser changes in a figure, sizes and colours included, is sent to the server."""
    for model in plot.references():
        model.syncable = False
    return plot


def _short(value):
    return round(float(value), 3)


def _source(name, columns):
    return ColumnDataSource({column: [] for column in columns}, name=name)


def _log_figure(x, y, name):
    # the browser sets the ranges: it knows what is in them
    ranges = [Range1d(1, 10, name=f"{name}-{axis}") for axis in "xy"]
    plot = figure(
        x_axis_type="log",
        y_axis_type="log",
        x_axis_label=x,
        y_axis_label=y,
        x_range=ranges[0],
        y_range=ranges[1],
        height=_HEIGHT,
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
    return plot


#: Height of a figure; two of them and what stands around them fill a projector's 720 lines.
_HEIGHT = 262


def _band(plot, name):
    source = _source(f"{name}-band", ("x", "low", "high"))
    plot.varea("x", "low", "high", source=source, fill_alpha=0.18, fill_color="#888888")


def _lines(plot, name):
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
    _names(plot, name, align="left")
    return drawn


def _names(plot, name, align):
    source = _source(f"{name}-names", _TEXT)
    plot.text(
        "x",
        "y",
        "text",
        source=source,
        text_color="color",
        text_font_size="11px",
        text_baseline="middle",
        text_align=align,
    )
