"""The explorer: composes the views around one state and one session."""

from __future__ import annotations

import holoviews as hv
import panel as pn
import panel_material_ui as pmui

from crviz import library
from crviz.dashboard.controls import Controls
from crviz.dashboard.evolution_view import EvolutionView
from crviz.dashboard.process import shared_manager
from crviz.dashboard.session import Session
from crviz.dashboard.sidebar_start import SidebarStart
from crviz.dashboard.sky_view import SkyView
from crviz.dashboard.spectra_view import SpectraView
from crviz.dashboard.state import State
from crviz.dashboard.status_view import StatusView
from crviz.dashboard.summary_view import SummaryView
from crviz.dashboard.time_view import TimeView

_TITLE = "crviz · small-scale anisotropies of cosmic rays"
_SX = {  # a calm header: the ground's colour and a line in place of a bar of colour
    ".MuiAppBar-root": {
        "backgroundColor": "background.paper",
        "color": "text.primary",
        "boxShadow": "none",
        "borderBottom": "1px solid",
        "borderColor": "divider",
    },
    ".MuiToolbar-root": {"minHeight": "52px !important"},
    ".sidebar .MuiToolbar-root": {"minHeight": "52px !important"},
    ".MuiAppBar-root .title": {"color": "inherit !important", "fontSize": "1.05rem", "fontWeight": 600},
    ".MuiAppBar-root a": {"color": "inherit"},
}
_THEME = {
    "palette": {"primary": {"main": "#00695c"}},
    "typography": {"fontFamily": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"},
}


def explorer():
    """The page of one visitor, on the shipped result.

    Returns
    -------
    pmui.Page
    """
    hv.extension("bokeh")
    hv.renderer("bokeh").webgl = False  # the plots are small, and many machines have no fast WebGL
    pn.extension(notifications=False)
    state = State()
    state.show(library.shipped(), "shipped result of the paper's configuration")
    session = Session(state, shared_manager())
    pn.state.on_session_destroyed(lambda _: session.close())
    page = pmui.Page(
        title=_TITLE,
        theme_config=_THEME,
        sidebar=[Controls(state, session)],
        sidebar_width=300,
        sx=_SX,
        main=[_content(state, session), SidebarStart(width=0, height=0, margin=0)],
    )
    page.param.watch(lambda event: state.param.update(dark=event.new), "dark_theme")
    return page


def _content(state, session):
    views = [SkyView(state), EvolutionView(state), SpectraView(state), SummaryView(state=state)]
    return pmui.Column(
        StatusView(state=state, session=session),
        pmui.Grid(
            *[pmui.Grid(view, size={"xs": 12, "md": 6}) for view in views],
            container=True,
            spacing=0,
            sizing_mode="stretch_width",
        ),
        TimeView(state),
        sizing_mode="stretch_width",
    )
