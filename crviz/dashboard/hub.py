"""The bridge between a visitor's session and the browser: all that is sent in either direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import param
from panel.models.esm import ESMEvent

from crviz.dashboard import description, wire
from crviz.dashboard.controls import Inputs
from crviz.dashboard.state import State


class Hub(Inputs):
    """What the browser holds of one visitor; it takes no room on the page (browser/page.js).

    Direction, power, time and the switches are moved and drawn in the browser; of them a value is sent here
    when it is released.
    """

    tensors = param.Dict(default={}, doc="Of the source shown, see `tensors.tensors_of`, and it in words.")
    pinned = param.Dict(default={}, doc="The same of the pinned result; empty where none is.")
    analytic = param.Dict(
        default={}, doc="Analytic evolution: omega_t, cl {multipole: values / 4 pi}; or why none."
    )
    fitted = param.String("", doc="What a fit of p has found, in words.")
    sky = param.Dict(default={}, doc="The series of skies shown: id, nside, times, and the first of them.")
    second = param.Dict(default={}, doc="The same of the sky beside it, of another result or field.")
    awaited = param.Dict(
        default={}, doc="The skies that are not there, in words, and whether an old one is shown."
    )
    direction = param.Dict(default={}, doc="theta and phi [rad] of the direction whose orbit is followed.")
    time = param.Dict(
        default={},
        doc="omega_t, the backtracking time of all panels [1/Omega] as Python last set it, and after how "
        "many moves of it in the browser.",
    )

    # what draws the page is loaded with the document, before any session answers
    _esm = """
    export function render({ model, view }) {
      document.dispatchEvent(new CustomEvent("crviz:bridge", { detail: { model, view } }))
    }
    """

    def __init__(self, state: State, **params: Any) -> None:
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {wire.BEAT: self.send}
        super().__init__(state, description.keys(), time={"omega_t": state.omega_t, "after": 0}, **params)

    def press(self, **presses: Callable[..., object]) -> None:
        """What the buttons do, by their keys."""
        self._presses = presses

    def on(self, kind: str, handler: Callable[[dict[str, Any]], None]) -> None:
        """Call a handler with every message of a kind that comes from the browser."""
        self._handlers[kind] = handler

    def send(self, message: dict[str, Any]) -> None:
        """Hand a message to the browser; nothing of it is kept here."""
        self._send_event(ESMEvent, data=message)

    def _take(self, message: dict[str, Any]) -> None:
        if message["kind"] in self._handlers:
            self._handlers[message["kind"]](message)
        else:
            super()._take(message)
