"""The explorer: composes state, what the browser holds, controls and drawers into the page of one visitor."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import panel as pn
from param.parameterized import Event

from crviz import ensemble, sky, units
from crviz.dashboard import address, chip, presets, toolbar, wire
from crviz.dashboard.best_known import AGAIN, BestKnown
from crviz.dashboard.drawer import Drawer
from crviz.dashboard.drawer.contents import DrawerContents
from crviz.dashboard.hub import Hub
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.panels.orbits.view import OrbitsView
from crviz.dashboard.panels.spectra.observed import own_window
from crviz.dashboard.process import arrived, is_public, left, page_opened, shared_manager
from crviz.dashboard.session import Session
from crviz.dashboard.shell import Plain, Shell
from crviz.dashboard.sky_feed import SkyFeed
from crviz.dashboard.state import State
from crviz.dashboard.tensors import tensors_of
from crviz.dashboard.theory_feed import TheoryFeed
from crviz.jobs import Manager
from crviz.kernels import LANES


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
        arrived(state)
        state.limits = manager.limits
        notice, asked = address.restore(state, arguments), state.omega_t
        story = not address.says_something(arguments)
        if story:
            state.param.update(**presets.PRESETS[presets.OPENING])
        self.session = Session(state, manager)
        self.hub = Hub(state, width=0, height=0, margin=0)
        self.skies = SkyFeed(state, self.hub, manager)
        self.pinned: LabelledSource | None = None
        self._before_tour: LabelledSource | None = None
        self._there, self._moves = state.omega_t, 0  # the time in the browser, and how often it was moved
        self.theory = TheoryFeed(state, self.hub, self.session)
        self.best_known = BestKnown(state, manager.library)
        self.drawer = Drawer()
        state.dark = pn.config.theme == "dark"
        self.orbits = OrbitsView(manager.quick, open=True, dark=state.dark)
        drawers = DrawerContents(self.drawer, state, self.session, manager, is_public())
        self.hub.press(**self._presses(), **toolbar.presses(state, self.session), **drawers.presses)
        self._listen()
        self.best_known.look()
        if "T" in arguments:
            notice = f"{notice} {address.reach(state, asked, self.hub.tensors['omega_t'])}".strip()
        self.session.notice = notice
        if address.PIN in arguments:
            self._pin_again(arguments[address.PIN][-1].decode("utf8", "replace"))
        self.session.follow()
        self._say()
        parts = {"bridge": self.hub, "drawer": self.drawer.__panel__(), "orbits": self.orbits.plot}
        self.page = Shell(story=story, course=False, **parts)

    def close(self) -> None:
        """The visitor is gone."""
        self.session.close()
        self.skies.close()
        self.orbits.close()
        left(self.state)

    def _listen(self) -> None:
        state, hub = self.state, self.hub
        state.param.watch(lambda _: self._send_tensors(), ["shown", "estimator"])
        state.param.watch(self._tell_time, "omega_t")
        moving = {"shown", *state.of_a_run, "b0", "lc", *self.theory.depends}
        state.param.watch(self._say, [*moving, "pinned"])
        self.session.param.watch(self._say, ["status", "notice"])
        hub.on(wire.TIME, self._take_time)
        hub.on(wire.DIRECTION, self._follow_orbit)
        hub.on(wire.THEME, self._recolor)
        hub.on(wire.WINDOW, lambda message: hub.send(own_window(message)))

    def _send_tensors(self) -> None:
        self.hub.tensors = self.state.shown.tensors(self.state.estimator)

    def _take_time(self, message: dict[str, Any]) -> None:
        """Take the time that a hand has moved to."""
        self._there, self._moves = message["omega_t"], message["move"]
        self.state.set("omega_t", message["omega_t"])
        self._tell_time()

    def _tell_time(self, *_: Event) -> None:
        """Tell the browser a time that it has not set; it forgets one from before its last move."""
        if self.state.omega_t != self._there:
            self._there = self.state.omega_t
            self.hub.time = {"omega_t": self._there, "after": self._moves}

    def _follow_orbit(self, message: dict[str, Any]) -> None:
        shown, most = self.state.shown, self.manager.limits
        n = centre_of_pixel(shown.sky_config.nside, float(message["theta"]), float(message["phi"]))
        self.hub.direction = dict(zip(("theta", "phi"), n, strict=True))
        degrees = (math.degrees(n[0]), math.degrees(n[1]))
        if not most.allows_look(LANES * ensemble.work(shown.sky_config) / shown.sky_config.n_orbits):
            self.orbits.refuse("These orbits take too long to be followed for a look.")
            return
        self.orbits.follow(shown.sky_config, self.state.realization or 0, degrees, shown.last_time)

    def _follow_gradient(self) -> None:
        """Follow the direction of the gradient: what a click does, for the keyboard."""
        theta, phi = self.state.gradient
        self._follow_orbit({"theta": theta, "phi": phi})

    def _pin(self) -> None:
        """Pin what is shown, or take the pin away."""
        self._set_pin(None if self.pinned else self.state.shown, self.state.estimator)

    def _swap(self) -> None:
        """Show what is pinned, set its parameters, and pin what was shown."""
        pinned, shown = self.pinned, self.state.shown
        if pinned is None:
            return
        with pn.io.hold():
            self._set_pin(shown, self.state.estimator)
            self.state.take(pinned.config)
            self.state.show(pinned)  # whatever is best known of these parameters

    def _set_pin(self, pinned: LabelledSource | None, estimator: str) -> None:
        """Keep a source in the plots, or none; the browser is told how a link says it."""
        self.pinned = pinned
        if pinned is None:
            self.state.pinned, self.hub.pinned = None, {}
            return
        source, config = pinned.source, pinned.config
        estimator = source.usable(estimator)
        self.state.pinned = (source, estimator)
        link = f"{source.digest},{config.sigma2!r},{config.rl_over_lc!r},{estimator}"
        self.hub.pinned = {**tensors_of(source, estimator), "link": link}

    def _pin_again(self, link: str) -> None:
        """Pin what a link says is pinned, once all stored files are known."""
        try:
            digest, place, estimator = address.pin_of(link, self.state.estimator)
            pinned, certain = self.best_known.again(digest, **place)
        except ValueError:
            self._add_notice(f"The link has pin = {link!r}, which is not a valid value; it is ignored.")
            return
        document = pn.state.curdoc
        if pinned is not None:
            self._set_pin(pinned, estimator)
        elif not certain and document is not None:
            document.add_timeout_callback(partial(self._pin_again, link), AGAIN)
        else:
            what = f"σ² = {place['sigma2']:.12g}, r_L = {place['rl_over_lc']:.12g} L_c"
            self._add_notice(f"The pinned result ({what}) is not stored here, so it is no longer pinned.")

    def _add_notice(self, sentence: str) -> None:
        self.session.notice = f"{self.session.notice} {sentence}".strip()

    def _keep_shown(self) -> None:
        self._before_tour = self.state.shown

    def _show_again(self) -> None:
        """Show what was shown before the tour, which has set again what was set then."""
        if self._before_tour is not None:
            self.state.show(self._before_tour)
        self._before_tour = None

    def _recolor(self, message: dict[str, Any]) -> None:
        self.state.dark = self.orbits.dark = bool(message["dark"])

    def _presses(self) -> dict[str, Callable[..., object]]:
        """What the buttons of the sidebar and below the plots do."""
        return {
            "run": self.session.run,
            "cancel": self.session.cancel,
            "add": self.session.add,
            "fit": self.theory.fit,
            "fit_observed": self.theory.fit_observed,
            "orbit": self._follow_gradient,
            "pin": self._pin,
            "swap": self._swap,
            "tour": self._keep_shown,
            "after_tour": self._show_again,
        }

    def _say(self, *_: Event) -> None:
        """What is shown and runs, in words, and what Run would take."""
        said = chip.said(self.state, self.session)
        self.hub.texts = {
            **said,
            **self.theory.said(),
            "pin": {"label": "Unpin"} if self.pinned else True,
            "swap": self.pinned is not None,
            "pinned_words": f"pinned: {chip.shown_words(self.pinned)}" if self.pinned else "",
            "notice": self.session.notice,
            "cost": self.session.estimate(),
            "lost": {"cost": "Runs need the connection.", **said["lost"]},
            "cancel": self.session.busy,
            "energy": energy_words(self.state.rl_over_lc, self.state.b0, self.state.lc),
        }


def centre_of_pixel(nside: int, theta: float, phi: float) -> tuple[float, float]:
    """Where on the sky the particle comes from whose orbit a map has there: polar angle and azimuth [rad], to
    those of n = -p at the centre p of the pixel that holds them."""
    pixel = sky.pixels_at(nside, math.pi - theta, phi + math.pi)
    x, y, z = -sky.pixel_directions(nside)[:, pixel]
    return math.atan2(math.hypot(x, y), z), math.atan2(y, x) % math.tau


def energy_words(rl_over_lc: float, b0: float, lc: float) -> str:
    """Which protons a rigidity stands for in a field [microgauss] with turbulence of a scale [pc], how large
    their Larmor radius is, and how long 1/Omega."""
    tev = units.proton_energy(rl_over_lc, b0=b0, lc=lc)
    energy = f"{tev / 1000:.3g} PeV" if tev >= 1000 else f"{tev:.3g} TeV"
    parsec = units.larmor_radius(rl_over_lc, lc=lc)
    radius = f"{parsec:.3g} pc" if parsec >= 0.01 else f"{parsec * units.AU_PER_PARSEC:.3g} AU"
    years = units.years(1, rl_over_lc, lc=lc)
    time = f"{years:.3g} yr" if years >= 0.5 else f"{365.25 * years:.3g} d"
    return f"Protons of {energy}, r_L = {radius}, 1/Ω = {time}, for B₀ = {b0:g} μG and L_c = {lc:g} pc"
