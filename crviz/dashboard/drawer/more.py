"""The drawer of further plots, drawn by the server when it is opened: diffusion, pairs, turbulence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import panel as pn

from crviz.dashboard import words
from crviz.dashboard.figures import colored
from crviz.dashboard.javascript import stylesheet
from crviz.dashboard.labelled_source import LabelledSource
from crviz.interpretation import bgk_comparison
from crviz.plots.style import palette
from crviz.result import Source

#: Opening angles of the pairs [deg].
ANGLES = (10.0, 20.0, 45.0, 90.0, 180.0)
_WIDE = {"sizing_mode": "stretch_width"}


def words_on(shown: LabelledSource) -> pn.pane.HTML:
    """What is told of the plots."""
    told = words.html("diffusion") + _beside_bgk(shown.source) + words.html("turbulence")
    styles = {"font-size": "0.9rem"}
    return pn.pane.HTML(told, margin=0, stylesheets=[stylesheet("card")], styles=styles, **_WIDE)


def _beside_bgk(source: Source) -> str:
    """How far off BGK is here; nothing where K along B0 is not above 0."""
    if source.diffusion().along("parallel")[0][-1] <= 0:
        return ""
    return f"<p>Here {bgk_comparison(source).in_words}</p>"


def plots_of(shown: LabelledSource, dark: bool) -> Iterator[pn.pane.Bokeh]:
    """Yields the plots one by one. Each takes a tenth of a second, the first one some more."""
    import holoviews as hv  # noqa: PLC0415 - a second that no page needs to open

    from crviz import plots  # noqa: PLC0415 - as above

    hv.extension("bokeh")
    source = shown.source
    angles = [angle for angle in ANGLES if angle >= 180 / source.ell[-1]]  # what a coarse grid resolves
    square = source.separation(np.radians(angles)).square
    elements = [
        *plots.diffusion(source, dark=dark),
        plots.separation(source.omega_t, angles, square, dark=dark),
        plots.turbulence(source.config, dark=dark),
    ]
    for element in elements:
        # figures as Bokeh has them: Panel's pane for HoloViews keeps a page that is gone
        figure = colored(hv.render(element, backend="bokeh"), palette(dark))
        figure.toolbar.logo = None
        yield pn.pane.Bokeh(figure, height=300, **_WIDE)
