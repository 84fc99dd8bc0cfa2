"""The row above the plots: presets, the pin, and buttons that open drawers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from crviz.dashboard import presets
from crviz.dashboard.session import Session
from crviz.dashboard.state import State


def presses(state: State, session: Session) -> dict[str, Callable[..., object]]:
    """What the presets do, the button that puts a notice away, and the one that sets what is shown."""
    return {
        **{_key(name): partial(presets.apply, state, name) for name in presets.PRESETS},
        "notice": lambda: session.param.update(notice=""),
        "back": partial(_set_what_is_shown, state),
    }


def _set_what_is_shown(state: State) -> None:
    """Set the configuration behind what is shown; something better may be known of it, which is shown and set
    then."""
    shown = state.shown
    state.take(shown.config)
    if state.shown is not shown:
        state.take(state.shown.config)


def _key(preset: str) -> str:
    return f"preset:{preset}"


def _button(key: str, label: str, help: str) -> dict[str, Any]:
    return {"kind": "button", "key": key, "label": label, "help": help}


#: The row, as `controls.Controls` has it.
SPEC = [
    {
        "legend": "",
        "controls": [
            {
                "kind": "menu",
                "key": "preset",
                "label": "Presets",
                "options": [[name, _key(name)] for name in presets.PRESETS],
            },
            _button("pin", "Pin", "Keep this result in the plots, beside the next ones."),
            _button("swap", "Swap", "Show what is pinned, and pin what is shown.") | {"gone": True},
            {"kind": "share", "key": "share", "label": "Copy link"},
            _button("downloads", "Download", "Files: the run, the map, the spectra, the figures, a script."),
            _button("runs", "Runs", "Stored results: open, extend or delete them."),
            _button("more", "More", "Further plots: diffusion, pairs, waves of the turbulence."),
            _button("help", "Help", "What this page shows, with the equations."),
            {"kind": "text", "key": "pinned_words"},
            {"kind": "notice", "key": "notice"},
        ],
    }
]
