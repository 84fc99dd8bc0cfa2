"""The explorer: composes the views around one state and one session."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui

from crviz import library
from crviz.dashboard import figures
from crviz.dashboard.controls import Controls, physics_and_run, sky_switches, spectra_switches
from crviz.dashboard.hub import Hub
from crviz.dashboard.observed import observed_spectra
from crviz.dashboard.process import shared_manager
from crviz.dashboard.scripts import stylesheet
from crviz.dashboard.session import Session
from crviz.dashboard.shown import Shown
from crviz.dashboard.sidebar_start import SidebarStart
from crviz.dashboard.sky_link import SkyLink
from crviz.dashboard.state import CONFIG_NAMES, State
from crviz.dashboard.status_view import StatusView

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
    pn.extension(notifications=False)
    state = State()
    manager = shared_manager()
    session = Session(state, manager)
    hub = Hub(observed_spectra=observed_spectra(), sizing_mode="stretch_width")
    skies = SkyLink(state, hub, manager)
    state.param.watch(lambda _: _hold(state, hub), ["shown", "estimator"])
    hub.param.watch(lambda event: state.param.update(omega_t=event.new), "omega_t")
    state.show(Shown(library.shipped(), "shipped result of the paper's configuration"))
    for part in (session, skies):
        pn.state.on_session_destroyed(lambda _, part=part: part.close())
    page = pmui.Page(
        title=_TITLE,
        theme_config=_THEME,
        sidebar=[sidebar(state, session)],
        sidebar_width=300,
        sx=_SX,
        main=[_content(state, session, hub), SidebarStart(width=0, height=0, margin=0)],
    )
    page.param.watch(lambda event: state.param.update(dark=event.new), "dark_theme")
    return page


def sidebar(state, session):
    """Controls of the sidebar, with what Run would take in words."""
    presses = {"run": session.run, "cancel": session.cancel, "add": session.add}
    controls = Controls(state, physics_and_run(), presses, sizing_mode="stretch_width")

    def say(*_):
        controls.texts = {"cost": session.estimate(), "cancel": session.busy}

    state.param.watch(say, [*CONFIG_NAMES, "omega_t_max", "realizations"])
    session.param.watch(say, "status")
    say()
    return controls


def _hold(state, hub):
    hub.held = state.shown.held(state.estimator)


def _content(state, session, hub):
    cards = [
        card(
            "Sky map of one field",
            pn.pane.Bokeh(figures.sky(), sizing_mode="stretch_width"),
            Controls(state, sky_switches(), sizing_mode="stretch_width"),
        ),
        card("Evolution of the multipoles", pn.pane.Bokeh(figures.evolution(), sizing_mode="stretch_width")),
        card(
            "Angular power spectra",
            pn.pane.Bokeh(figures.spectra(), sizing_mode="stretch_width"),
            Controls(state, spectra_switches(), sizing_mode="stretch_width"),
        ),
    ]
    return pn.Column(
        StatusView(state=state, session=session),
        pn.Column(
            *cards, stylesheets=[stylesheet("grid")], css_classes=["crviz-grid"], sizing_mode="stretch_width"
        ),
        hub,
        sizing_mode="stretch_width",
    )


def card(heading, *objects):
    """A plain card: heading and content."""
    title = pn.pane.HTML(
        f"<h2>{heading}</h2>", sizing_mode="stretch_width", margin=0, stylesheets=[stylesheet("card")]
    )
    return pn.Column(title, *objects, styles=_CARD, sizing_mode="stretch_width", margin=0)


_WIDE = {"sizing_mode": "stretch_width"}
_CARD = {"border": "1px solid rgba(128, 128, 128, 0.35)", "border-radius": "4px", "padding": "4px 8px"}
