"""The drawer of further plots, drawn by the server when it is opened: diffusion, pairs, turbulence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import panel as pn

from crviz.dashboard import words
from crviz.dashboard.scripts import stylesheet
from crviz.dashboard.shown import Shown, ShownPoint

#: Opening angles of the pairs [deg].
ANGLES = (10.0, 20.0, 45.0, 90.0, 180.0)
_WIDE = {"sizing_mode": "stretch_width"}


def words_on(shown: Shown | ShownPoint) -> pn.pane.HTML:
    """What is told of the plots."""
    told = words.html("turbulence")
    if shown.result is not None:
        told = words.html("diffusion") + told
    styles = {"font-size": "0.9rem"}
    return pn.pane.HTML(told, margin=0, stylesheets=[stylesheet("card")], styles=styles, **_WIDE)


def plots_of(shown: Shown | ShownPoint, dark: bool) -> Iterator[pn.pane.Bokeh]:
    """Yields the plots one by one. Each takes a tenth of a second, the first one some more."""
    import holoviews as hv  # noqa: PLC0415 - a second that no page needs to open

    from crviz import plots  # noqa: PLC0415 - as above

    hv.extension("bokeh")
    elements = [plots.turbulence(shown.config, dark=dark)]
    result = shown.result
    if result is not None:
        angles = [angle for angle in ANGLES if angle >= 180 / result.ell[-1]]  # what a coarse grid resolves
        square = result.separation(np.radians(angles)).square
        elements = [
            *plots.diffusion(result, dark=dark),
            plots.separation(result.omega_t, angles, square, dark=dark),
            *elements,
        ]
    for element in elements:
        # figures as Bokeh has them: Panel's pane for HoloViews keeps a page that is gone
        figure = hv.render(element, backend="bokeh")
        figure.toolbar.logo = None
        yield pn.pane.Bokeh(figure, height=300, **_WIDE)
