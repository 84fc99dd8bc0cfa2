"""Controls as labelled native inputs: dragging stays in the browser, releasing sends one message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import panel as pn
import param
from param.parameterized import Event

from crviz import observations
from crviz.dashboard.observed import caveats
from crviz.dashboard.scripts import bundle, stylesheet
from crviz.dashboard.state import GRIDS, NSIDES, RL_VALUES, SIGMA2_VALUES, State
from crviz.result import ESTIMATORS
from crviz.theory import FORMS


class Controls(pn.custom.JSComponent):
    """Inputs for some of a state's parameters, and buttons (browser/controls.js).

    Parameters
    ----------
    spec
        Groups of controls: legend, controls and their kinds.
    presses
        What the buttons do, by their keys.
    """

    spec = param.List(default=[], constant=True, doc="Groups: legend and controls.")
    values = param.Dict(default={}, doc="Values by key, as Python last set them.")
    texts = param.Dict(default={}, doc="Words, and whether buttons can be pressed, by key.")

    _esm = bundle("controls")
    _stylesheets: ClassVar[list[str]] = [stylesheet("controls")]

    def __init__(
        self,
        state: State,
        spec: list[dict[str, Any]],
        presses: Mapping[str, Callable[..., object]] | None = None,
        **params: Any,
    ) -> None:
        self._state, self._presses = state, presses or {}
        keys = [control["key"] for group in spec for control in group["controls"]]
        self._keys = [key for key in keys if key in State.param]
        self._there = self._current()  # what the browser shows
        self._told = 0
        super().__init__(spec=spec, values=self._there, **params)
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

    def _handle_msg(self, message: dict[str, Any]) -> None:
        key = message["key"]
        if message["kind"] == "press":
            self._presses[key](*([message["value"]] if "value" in message else []))
            return
        self._there = {**self._there, key: message["value"]}
        try:
            self._state.set(key, message["value"])
        finally:  # it may have become something else, or nothing
            self._follow()


def physics_and_run() -> list[dict[str, Any]]:
    """The sidebar's groups, in the order physics, sky, theory, run."""
    labels = {name: State.param[name].label for name in State.param}

    def control(kind: str, key: str, **options: Any) -> dict[str, Any]:
        return {"kind": kind, "key": key, "label": options.pop("label", labels.get(key, key)), **options}

    def named(values: Iterable[int | str]) -> list[list[int | str]]:
        return [[str(value), value] for value in values]

    return [
        {
            "legend": "Physics",
            "controls": [
                control("log", "sigma2", values=SIGMA2_VALUES),
                control("log", "rl_over_lc", values=RL_VALUES),
                control("text", "energy"),
            ],
        },
        {
            "legend": "Turbulence",
            "open": False,
            "controls": [control("number", key) for key in ("gamma", "lambda_min", "lambda_max", "n_modes")],
        },
        {
            "legend": "Gradient of the density",
            "controls": [
                control(
                    "range",
                    "theta",
                    min=0,
                    max=90,
                    step=1,
                    marks=[["parallel", {"theta": 0}], ["perpendicular", {"theta": 90}]],
                ),
                control("range", "phi", min=0, max=360, step=1),
            ],
        },
        {
            "legend": "Theory",
            "controls": [
                control("range", "p", min=0.02, max=0.98, step=0.01, places=2),
                control("choice", "form", options=[["as printed", FORMS[0]], [FORMS[1], FORMS[1]]]),
                control("button", "fit", label="Fit p", help="to the simulated spectrum that is shown"),
                control(
                    "button",
                    "fit_observed",
                    label="Fit p to data",
                    help=f"to {observations.spectra()[0].name}, seen through the same window",
                ),
            ],
        },
        {
            "legend": "Run",
            "controls": [
                control("number", "realizations", step=1),
                control("select", "nside", options=named(NSIDES)),
                control("select", "grids", options=[list(item) for item in GRIDS.items()]),
                control("number", "omega_t_max"),
                control("number", "seed", step=1),
                control("select", "estimator", options=named(ESTIMATORS)),
                control("text", "cost"),
                control("button", "run", label="Run", look="main"),
                control("button", "cancel", label="Cancel"),
                control("button", "add", label="Add 20 more"),
            ],
        },
    ]


def sky_switches() -> list[dict[str, Any]]:
    """What stands below the sky map."""
    row = _row("without_dipole", "smooth", number="realization")
    orbit = {"kind": "button", "key": "orbit", "label": "Orbit at ∇n", "help": "as a click on the map there"}
    return [row | {"controls": [*row["controls"], orbit]}]


def evolution_switches() -> list[dict[str, Any]]:
    """What stands below the evolution."""
    return [_row("analytic") | {"help": "— chosen gradient ⋯ perpendicular"}]


def spectra_switches() -> list[dict[str, Any]]:
    """What stands below the spectra."""
    return [
        _row("normalized", "observed")
        | {"help": f"◆ chosen gradient ▲ perpendicular to B₀ ▽ upper limit {caveats()}"}
    ]


def _row(*switches: str, number: str | None = None) -> dict[str, Any]:
    controls: list[dict[str, Any]] = [
        {"kind": "switch", "key": key, "label": State.param[key].label} for key in switches
    ]
    if number:
        controls.append({"kind": "number", "key": number, "label": State.param[number].label, "step": 1})
    return {"legend": "", "controls": controls}
