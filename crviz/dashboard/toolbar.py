"""The row above the plots: what is shown and how far a run is, presets, and buttons that open drawers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from param.parameterized import Event

from crviz.dashboard import presets
from crviz.dashboard.controls import Controls
from crviz.dashboard.session import Session, duration
from crviz.dashboard.shown import Shown
from crviz.dashboard.state import State
from crviz.jobs import Status


class Toolbar(Controls):
    """Status in words, a notice, progress and buttons.

    Parameters
    ----------
    presses
        What "pin", "downloads", "runs" and "help" do.
    """

    def __init__(
        self, state: State, session: Session, presses: Mapping[str, Callable[..., object]], **params: Any
    ) -> None:
        self._session = session
        presses = {
            "preset": lambda name: presets.apply(state, name),
            "notice": lambda: session.param.update(notice=""),  # it is put away
            **presses,
        }
        super().__init__(state, _SPEC, presses, css_classes=["toolbar"], **params)
        state.param.watch(self._say, "shown")
        session.param.watch(self._say, ["status", "notice"])

    def _say(self, *_: Event) -> None:
        status = self._session.status
        self.texts = {
            "what": shown_words(self._state.shown),
            "job": " · ".join(filter(None, [job_words(status), self._session.aside])),
            "notice": self._session.notice,
            "progress": None if status is None or status.over else status.done / status.asked,
        }


def shown_words(shown: Shown) -> str:
    """What is on the page, in words."""
    config = shown.config
    return f"σ² = {config.sigma2:.12g}, r_L = {config.rl_over_lc:.12g} L_c: {shown.origin}"


def job_words(status: Status | None) -> str:
    """How far a run is, in words; empty where there is none."""
    if status is None:
        return ""
    words = f"{status.done} of {status.asked} realisations"
    if status.state == "running" and status.seconds_left is not None:
        words += f" · {status.orbits_per_second:,.0f} orbits/s · {duration(status.seconds_left)} left"
    return f"{status.state}: {words}"


def _button(key: str, label: str, help: str) -> dict[str, Any]:
    return {"kind": "button", "key": key, "label": label, "help": help}


_SPEC = [
    {
        "legend": "",
        "controls": [
            {"kind": "text", "key": "what"},
            {
                "kind": "menu",
                "key": "preset",
                "label": "Presets",
                "options": [[name, name] for name in presets.PRESETS],
            },
            _button("pin", "Pin", "keep this result in the spectra, faint, beside the next ones"),
            {"kind": "share", "key": "share", "label": "Copy link"},
            _button("downloads", "Download", "the run, the map, the spectra, the figures, a script"),
            _button("runs", "Runs", "results that are stored: open, extend, delete"),
            _button("more", "More", "diffusion, pairs by opening angle, the waves of the turbulence"),
            _button("help", "Help", "what all this is, with the equations"),
            {"kind": "text", "key": "job"},
            {"kind": "progress", "key": "progress", "label": "Progress of the run"},
            {"kind": "notice", "key": "notice"},
        ],
    }
]
