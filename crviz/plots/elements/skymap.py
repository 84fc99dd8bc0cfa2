"""The sky of one realisation: relative intensity in the Mollweide projection."""

from __future__ import annotations

import holoviews as hv
from holoviews import dim

from crviz.arrays import Array
from crviz.parameters import DRAWN
from crviz.plots import mollweide, style
from crviz.plots.content.sky import LABEL, Sky, sky
from crviz.plots.hover import sky_hover

#: Width of the image in pixels; the height is half of it.
WIDTH = 480


def sky_map(
    values: Array,
    gradient: tuple[float, float],
    *,
    title: str = "",
    dark: bool = False,
    drawn: str = DRAWN[0],
    limit: float | None = None,
) -> hv.Overlay:
    """Draw a map, with graticule, the regular field at the top, the gradient's direction, and where the
    dipole's excess comes from.

    Parameters
    ----------
    values : (12 nside^2,) [r_L |grad n| / n]
        At momentum directions p, ring order; shown at n = -p.
    gradient : (theta, phi) [rad]
    drawn, limit
        As of `content.sky.sky`.
    """
    colors = style.palette(dark)
    content = sky(values, gradient, WIDTH, title=title, dark=dark, drawn=drawn, limit=limit)
    image = hv.Image(
        content.picture[::-1],
        bounds=(-2, -1, 2, 1),
        kdims=["x", "y"],
        vdims=[hv.Dimension("delta", label=LABEL)],
    )
    image = image.opts(
        cmap=style.interpolated(colors.diverging),
        clim=(-content.limit, content.limit),
        colorbar=True,
        colorbar_position="bottom",
        colorbar_opts={"height": 10, "title": LABEL, "title_standoff": 4, "padding": 4},
        tools=[sky_hover()],
        framewise=True,
    )
    lines = hv.Path(mollweide.graticule()).opts(color=colors.ink, alpha=0.25, line_width=0.7)
    overlay = image * lines * _direction_marks(content, colors)
    return overlay.opts(
        title=title,
        xaxis=None,
        yaxis=None,
        show_frame=False,
        xlim=(-2.12, 2.12),
        ylim=(-1.12, 1.16),
        responsive=True,
        height=330,
        toolbar="above",
        active_tools=[],
        default_tools=["save"],
        show_legend=False,
    )


def _direction_marks(content: Sky, colors: style.Palette) -> hv.Overlay:
    """The poles, the gradient's direction and the dipole's, with their names."""
    marks = [
        (0.0, 1.0, "circle", 6, colors.ink, 1.0),
        (0.0, -1.0, "circle", 6, colors.ink, 1.0),
        (*content.gradient, "star", 15, colors.accent, 1.0),
        *([] if content.dipole is None else [(*content.dipole, "diamond", 13, colors.ink, 0.0)]),
    ]
    text = [row[:4] for row in content.names]
    return hv.Scatter(marks, "x", ["y", "marker", "size", "color", "filled"]).opts(
        marker=dim("marker"),
        size=dim("size"),
        fill_color=dim("color"),
        fill_alpha=dim("filled"),
        line_color=dim("filled").categorize({1.0: colors.ground, 0.0: colors.ink}),
        line_width=1.5,
    ) * hv.Labels(text, ["x", "y"], ["text", "color"]).opts(text_color="color", text_font_size="10pt")
