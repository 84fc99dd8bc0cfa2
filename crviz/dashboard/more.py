"""The drawer of further plots, drawn by the server when it is opened: diffusion, pairs, turbulence."""

from __future__ import annotations

import numpy as np
import panel as pn

from crviz.dashboard import words
from crviz.dashboard.scripts import stylesheet

#: Opening angles of the pairs [deg].
ANGLES = (10.0, 20.0, 45.0, 90.0, 180.0)


def more(shown, dark):
    """The drawer's content for what is shown.

    Parameters
    ----------
    shown : Shown or ShownPoint
    dark : bool

    Returns
    -------
    list of panes
    """
    import holoviews as hv  # noqa: PLC0415 - a second that no page needs to open

    from crviz import plots  # noqa: PLC0415 - as above

    hv.extension("bokeh")
    drawn, told = [plots.turbulence(shown.config, dark)], words.html("turbulence")
    result = shown.result
    if result is not None:
        angles = [angle for angle in ANGLES if angle >= 180 / result.ell[-1]]  # what a coarse grid resolves
        square = result.separation(np.radians(angles)).square
        drawn = [
            *plots.diffusion(result, dark),
            plots.separation(result.omega_t, angles, square, dark),
            *drawn,
        ]
        told = words.html("diffusion") + told
    wide = {"sizing_mode": "stretch_width"}
    # figures as Bokeh has them: Panel's pane for HoloViews keeps a page that is gone
    figures = [hv.render(element, backend="bokeh") for element in drawn]
    for figure in figures:
        figure.toolbar.logo = None
    panes = [pn.pane.Bokeh(figure, height=300, **wide) for figure in figures]
    return [
        pn.Column(*panes, stylesheets=[stylesheet("grid")], css_classes=["crviz-grid"], **wide),
        pn.pane.HTML(
            told, margin=0, stylesheets=[stylesheet("card")], styles={"font-size": "0.9rem"}, **wide
        ),
    ]
