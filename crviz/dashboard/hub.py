"""What the browser holds and draws: the component behind all figures, the time bar and the summary."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

import panel as pn
import param
from panel.models.esm import ESMEvent

from crviz.dashboard.scripts import bundle, stylesheet
from crviz.plots import style

_PALETTES = {
    theme: {
        role: list(value) if isinstance(value, tuple) else value
        for role, value in dataclasses.asdict(colors).items()
    }
    for theme, colors in (("light", style.LIGHT), ("dark", style.DARK))
}


class Hub(pn.custom.JSComponent):
    """Holds the arrays of the result shown, and draws them in the browser (browser/hub.js).

    Direction, power, time and the switches are read from the widgets that carry the tag crviz:KEY,
    in the browser; nothing about them is sent here but the time, when the slider is released.
    """

    held = param.Dict(default={}, doc="Arrays of the result shown, see `held.held`, and its source in words.")
    pinned = param.Dict(default={}, doc="The same of the pinned result; empty where none is.")
    analytic = param.Dict(default={}, doc="Analytic evolution: omega_t and cl {multipole: values / 4 pi}.")
    fitted = param.String("", doc="What a fit of p has found, in words.")
    sky = param.Dict(default={}, doc="The series of skies shown: id, nside, times, and the first of them.")
    direction = param.Dict(default={}, doc="theta and phi [rad] of the direction whose orbit is followed.")
    omega_t = param.Number(100.0, doc="Backtracking time of all panels [1/Omega].")
    palettes = param.Dict(default=_PALETTES, doc="Colours of both themes.")
    observed_spectra = param.List(default=[], doc="Published spectra, normalised to their dipole.")

    _esm = bundle("hub")
    _stylesheets: ClassVar[list[str]] = [stylesheet("hub")]

    def __init__(self, **params: Any) -> None:
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {}
        super().__init__(**params)

    def on(self, kind: str, handler: Callable[[dict[str, Any]], None]) -> None:
        """Call a handler with every message of a kind that comes from the browser."""
        self._handlers[kind] = handler

    def send(self, message: dict[str, Any]) -> None:
        """Hand a message to the browser; nothing of it is kept here."""
        self._send_event(ESMEvent, data=message)

    def _handle_msg(self, data: dict[str, Any]) -> None:
        self._handlers[data["kind"]](data)
