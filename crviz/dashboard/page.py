"""The explorer: composes state, what the browser holds, controls and drawers into the page of one visitor."""

from __future__ import annotations

import math
from typing import Any

import panel as pn
from param.parameterized import Event

from crviz import units
from crviz.dashboard import figures, link, words
from crviz.dashboard.controls import (
    Controls,
    evolution_switches,
    physics_and_run,
    sky_switches,
    spectra_switches,
)
from crviz.dashboard.drawer import FRAME, Drawer
from crviz.dashboard.drawers import Drawers
from crviz.dashboard.exploring import Exploring
from crviz.dashboard.hub import Hub
from crviz.dashboard.observed import observed_spectra
from crviz.dashboard.orbits_view import OrbitsView
from crviz.dashboard.process import page_opened, shared_manager
from crviz.dashboard.scripts import stylesheet
from crviz.dashboard.session import Session
from crviz.dashboard.shell import Plain, Shell
from crviz.dashboard.sky_link import SkyLink
from crviz.dashboard.state import State
from crviz.dashboard.theory_link import TheoryLink
from crviz.dashboard.toolbar import Toolbar
from crviz.jobs import Manager

_WIDE: dict[str, Any] = {"sizing_mode": "stretch_width"}


def explorer() -> Shell:
    """The page of one visitor, on the shipped result and with the settings of the link."""
    pn.extension(notifications=False, design=Plain)
    visit = Visit(shared_manager(), pn.state.session_args)
    pn.state.on_session_destroyed(lambda _: visit.close())
    pn.state.onload(page_opened)
    return visit.page


class Visit:
    """What belongs to one visitor: state, links to the background, and the page.

    Parameters
    ----------
    arguments
        Of the address.
    """

    def __init__(self, manager: Manager, arguments: dict[str, list[bytes]]) -> None:
        self.manager = manager
        self.state = state = State()
        notice, asked = link.restore(state, arguments), state.omega_t
        self.session = Session(state, manager)
        self.hub = Hub(observed_spectra=observed_spectra(), omega_t=state.omega_t, **_WIDE)
        self.skies = SkyLink(state, self.hub, manager)
        self.theory = TheoryLink(state, self.hub, self.session)
        self.exploring = Exploring(state, manager.library)
        self.drawer = Drawer()
        state.dark = pn.config.theme == "dark"
        self.orbits = OrbitsView(manager.quick, open=True, dark=state.dark)
        drawers = Drawers(self.drawer, state, self.session, manager)
        self.toolbar = Toolbar(state, self.session, {"pin": self._pin} | drawers.presses, **_WIDE)
        self._listen()
        self.exploring.look()
        if "T" in arguments:
            notice = f"{notice} {link.reach(state, asked, self.hub.held['omega_t'])}".strip()
        self.session.notice = notice
        self.page = Shell(sidebar=self._sidebar(), content=self._content())

    def close(self) -> None:
        """The visitor is gone."""
        self.session.close()
        self.skies.close()

    def _listen(self) -> None:
        state, hub = self.state, self.hub
        state.param.watch(lambda _: self._hold(), ["shown", "estimator"])
        state.param.watch(lambda event: hub.param.update(omega_t=event.new), "omega_t")
        hub.param.watch(lambda event: state.param.update(omega_t=event.new), "omega_t")
        hub.on("direction", self._follow_orbit)
        hub.on("theme", self._recolor)

    def _hold(self) -> None:
        self.hub.held = self.state.shown.held(self.state.estimator)

    def _follow_orbit(self, message: dict[str, Any]) -> None:
        direction = {"theta": float(message["theta"]), "phi": float(message["phi"])}
        self.hub.direction = direction
        degrees = (math.degrees(direction["theta"]), math.degrees(direction["phi"]))
        shown = self.state.shown
        self.orbits.follow(shown.sky_config, self.state.realization or 0, degrees, shown.last_time)

    def _follow_gradient(self) -> None:
        """Follow the direction of the gradient: what a click does, for the keyboard."""
        theta, phi = self.state.gradient
        self._follow_orbit({"theta": theta, "phi": phi})

    def _pin(self) -> None:
        """Pin what is shown, or take the pin away where it is what is pinned."""
        pinned = self.hub.pinned
        same = pinned and pinned["digest"] == self.state.shown.config.digest
        self.hub.pinned = {} if same else self.state.shown.held(self.state.estimator)

    def _recolor(self, message: dict[str, Any]) -> None:
        self.state.dark = self.orbits.dark = bool(message["dark"])

    def _sidebar(self) -> Controls:
        """Controls, with what Run would take in words."""
        state, session = self.state, self.session
        presses = {
            "run": session.run,
            "cancel": session.cancel,
            "add": session.add,
            "fit": self.theory.fit,
            "fit_observed": self.theory.fit_observed,
        }
        controls = Controls(state, physics_and_run(), presses, **_WIDE)

        def say(*_: Event) -> None:
            controls.texts = {
                "cost": session.estimate(),
                "cancel": session.busy,
                "energy": energy_words(state.rl_over_lc),
            }

        state.param.watch(say, state.of_a_run)
        session.param.watch(say, "status")
        say()
        return controls

    def _content(self) -> pn.Column:
        state = self.state
        cards = [
            _card(
                "Sky map of one field",
                "sky",
                figures.sky(),
                Controls(state, sky_switches(), {"orbit": self._follow_gradient}, **_WIDE),
            ),
            _card(
                "Evolution of the multipoles",
                "evolution",
                figures.evolution(),
                Controls(state, evolution_switches(), **_WIDE),
            ),
            _card(
                "Angular power spectra",
                "spectra",
                figures.spectra(),
                Controls(state, spectra_switches(), **_WIDE),
            ),
            _card("Orbits that part", "orbits", self.orbits, css_classes=["crviz-wide"]),
        ]
        # the hub is no box of its own: its summary and time bar are laid out with the cards
        grid = pn.Column(
            *cards, self.hub, stylesheets=[stylesheet("grid")], css_classes=["crviz-grid"], **_WIDE
        )
        return pn.Column(self.toolbar, self.drawer, grid, **_WIDE)


def energy_words(rl_over_lc: float) -> str:
    """Which protons a rigidity stands for, in the field that the paper names."""
    tev = units.proton_energy(rl_over_lc)
    energy = f"{tev / 1000:.3g} PeV" if tev >= 1000 else f"{tev:.3g} TeV"
    return f"Protons of {energy}, for B₀ = {units.B0_MICROGAUSS:g} μG and L_c = {units.LC_PARSEC:g} pc"


def _card(heading: str, help: str, plot: object, *below: pn.viewable.Viewable, **options: Any) -> pn.Column:
    """A plain card: heading with an explanation to unfold, a plot, and what stands below it."""
    title = pn.pane.HTML(
        f"<details><summary><h2>{heading}</h2><span>explain</span></summary>{words.html(help)}</details>",
        stylesheets=[stylesheet("card")],
        margin=0,
        **_WIDE,
    )
    return pn.Column(title, pn.panel(plot, **_WIDE), *below, styles=FRAME, margin=0, **options, **_WIDE)
