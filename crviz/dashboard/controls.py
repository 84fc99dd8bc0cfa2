"""Controls as labelled native inputs: dragging stays in the browser, releasing sends one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, TypeAlias

import panel as pn
import param
from param.parameterized import Event

from crviz import turbulence
from crviz.dashboard import wire
from crviz.dashboard.javascript import bundle, stylesheet
from crviz.dashboard.state import State, choices, on_page
from crviz.parameters import TURBULENCE, VIEW, Control, Parameter

#: Groups of controls: legend, controls, help, and whether the help of each control is seen below it.
Groups: TypeAlias = list[dict[str, Any]]
#: Of how a result is looked at, what the browser asks the server for.
_ASKED = ("estimator", "realization", "analytic", "b0", "lc", "beside", "beside_field")


class Inputs(pn.custom.JSComponent):
    """What inputs in the browser and a state tell each other; what the inputs are, subclasses say.

    Parameters
    ----------
    keys
        Of the state's parameters that have an input.
    presses
        What the buttons do, by their keys.
    """

    values = param.Dict(default={}, doc="Values by key, as Python last set them.")
    texts = param.Dict(default={}, doc="Words, and whether buttons can be pressed, by key.")

    def __init__(
        self,
        state: State,
        keys: Iterable[str],
        presses: Mapping[str, Callable[..., object]] | None = None,
        **params: Any,
    ) -> None:
        self._state, self._presses = state, presses or {}
        self._keys = [key for key in keys if key in State.param]
        self._there = self._current()  # what the browser shows
        self._told = 0
        super().__init__(values=self._there, **params)
        state.param.watch(self._follow, self._keys)

    def _current(self) -> dict[str, Any]:
        return {key: getattr(self._state, key) for key in self._keys}

    def _follow(self, *_: Event) -> None:
        """Tell the browser what it has not set itself."""
        current = self._current()
        if current != self._there:
            self._there = current
            self._told += 1  # what was told last may have been moved away from and be wanted again
            self.values = {**current, "told": self._told}

    def _handle_msg(self, message: Any) -> None:
        if wire.is_message(message):  # else no page has sent it
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        """Do what a button that was pressed does, or set what an input here was set to."""
        key: Any = message.get("key")
        if message["kind"] == wire.PRESS and key in self._presses:
            self._presses[key]()
        elif message["kind"] == wire.SET and key in self._keys:
            self._there = {**self._there, key: message["value"]}
            self._state.set(key, message["value"])
            self._follow()  # it may have become something else, or nothing


class Controls(Inputs):
    """Inputs of their own, made when they are shown (browser/controls.js).

    Parameters
    ----------
    spec
        Groups of controls: legend, controls and their kinds.
    """

    spec = param.List(default=[], constant=True, doc="Groups: legend and controls.")

    _esm = bundle("controls")
    _stylesheets: ClassVar[list[str]] = [stylesheet("controls")]

    def __init__(
        self,
        state: State,
        spec: Groups,
        presses: Mapping[str, Callable[..., object]] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(state, keys_of(spec), presses, spec=spec, **params)


def keys_of(spec: Groups) -> list[str]:
    """Keys of the controls in some groups."""
    return [control["key"] for group in spec for control in group["controls"]]


def physics_and_run() -> Groups:
    """The sidebar's groups, in the order physics, sky, theory, run."""
    return [
        {"legend": "Physics", "explained": True, "controls": [*group("Physics"), _text("energy")]},
        {"legend": "Turbulence", "open": False, "explained": True, "controls": group("Turbulence")},
        {"legend": "Physical units", "open": False, "explained": True, "controls": group("Units")},
        {"legend": "Gradient of the density", "controls": group("Gradient")},
        {
            "legend": "Theory",
            "controls": [
                *group("Theory"),
                button("fit", "Fit p", help="Fit p to the simulated spectrum shown.", why=True),
                button(
                    "fit_observed",
                    "Fit p to data",
                    help="Fit p to the observed spectrum shown, as one sky seen through the same window.",
                    why=True,
                ),
            ],
        },
        {
            "legend": "Run",
            "controls": [
                *group("Run"),
                _text("cost"),
                button("run", "Run", look="main"),
                button("cancel", "Cancel"),
                button("add", "Add 20 more"),
            ],
        },
    ]


def group(name: str) -> list[dict[str, Any]]:
    """Inputs for the parameters of a group of the table; a single kind of turbulence needs no choice."""
    kinds = turbulence.known()
    return [
        _input(parameter)
        for parameter in on_page()
        if parameter.group == name and (parameter is not TURBULENCE or len(kinds) > 1)
    ]


def _input(parameter: Parameter) -> dict[str, Any]:
    """What the browser makes an input of."""
    control = parameter.control or Control("number")
    spec = {"kind": control.kind, "key": parameter.name, "label": parameter.label, **control.options}
    if control.help:
        spec["help"] = control.help
    if parameter not in VIEW or parameter.name in _ASKED:
        spec["asks"] = True
    if control.kind == "range":
        spec |= {"min": parameter.at_least, "max": parameter.at_most, "symbol": parameter.symbol}
    elif control.kind == "log":
        spec |= {"values": list(control.values), "symbol": parameter.symbol}
    elif control.kind in ("select", "choice"):
        spec["options"] = [list(pair) for pair in choices(parameter)]
    kinds = [name for name in turbulence.known() if parameter in turbulence.get(name).parameters]
    if kinds and len(kinds) < len(turbulence.known()):
        spec["needs"] = {TURBULENCE.name: kinds}
    return spec


def _text(key: str) -> dict[str, Any]:
    return {"kind": "text", "key": key}


def button(key: str, label: str, **options: Any) -> dict[str, Any]:
    """A button that does what the page gives its key to do; with `why`, room for why it cannot be pressed."""
    return {"kind": "button", "key": key, "label": label, **options}
