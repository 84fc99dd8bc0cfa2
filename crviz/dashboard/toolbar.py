"""The row above the plots: what is shown and how far a run is, presets, and buttons that open drawers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from crviz import turbulence
from crviz.dashboard import presets
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.session import Session, duration
from crviz.dashboard.state import State
from crviz.jobs import Status
from crviz.parameters import TURBULENCE


def said(state: State, session: Session) -> dict[str, Any]:
    """Words of the row, by the keys of their places; `lost` has those for while the browser has no
    connection."""
    status = session.status
    under_way = status is not None and not status.over
    unknown = {"job": "The progress of the run will be shown when the connection is back.", "progress": None}
    return {
        "what": shown_words(state.shown),
        "job": " · ".join(filter(None, [job_words(status), session.aside])),
        "notice": session.notice,
        "progress": status.done / status.asked if status is not None and under_way else None,
        "lost": {"cost": "Runs need the connection.", **(unknown if under_way else {})},
    }


def presses(state: State, session: Session) -> dict[str, Callable[..., object]]:
    """What the presets do, and the button that puts a notice away."""
    return {
        **{_key(name): partial(presets.apply, state, name) for name in presets.PRESETS},
        "notice": lambda: session.param.update(notice=""),
    }


def shown_words(shown: LabelledSource) -> str:
    """What is on the page, in words."""
    config = shown.config
    kind = "" if config.turbulence == TURBULENCE.default else f"{turbulence.get(config.turbulence).label}, "
    return f"{kind}σ² = {config.sigma2:.12g}, r_L = {config.rl_over_lc:.12g} L_c: {shown.origin}"


def job_words(status: Status | None) -> str:
    """How far a run is, in words; empty where there is none."""
    if status is None:
        return ""
    words = f"{status.done} of {status.asked} realisations"
    if status.state == "running" and status.seconds_left is not None:
        words += f" · {status.orbits_per_second:,.0f} orbits/s · {duration(status.seconds_left)} left"
    return f"{status.state}: {words}"


def _key(preset: str) -> str:
    return f"preset:{preset}"


def _button(key: str, label: str, help: str) -> dict[str, Any]:
    return {"kind": "button", "key": key, "label": label, "help": help}


#: The row, as `controls.Controls` has it.
SPEC = [
    {
        "legend": "",
        "controls": [
            {"kind": "text", "key": "what"},
            {
                "kind": "menu",
                "key": "preset",
                "label": "Presets",
                "options": [[name, _key(name)] for name in presets.PRESETS],
            },
            _button("pin", "Pin", "Keep this result in the plots, beside the next ones."),
            {"kind": "share", "key": "share", "label": "Copy link"},
            _button("downloads", "Download", "Files: the run, the map, the spectra, the figures, a script."),
            _button("runs", "Runs", "Stored results: open, extend or delete them."),
            _button("more", "More", "Further plots: diffusion, pairs, waves of the turbulence."),
            _button("help", "Help", "What this page shows, with the equations."),
            {"kind": "text", "key": "job"},
            {"kind": "progress", "key": "progress", "label": "Progress of the run"},
            {"kind": "notice", "key": "notice"},
        ],
    }
]
