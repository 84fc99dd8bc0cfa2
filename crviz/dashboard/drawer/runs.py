"""The drawer of stored results: parameters, fields and date; open, extend, delete."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from crviz.checks import ParameterError
from crviz.config import Config, is_current
from crviz.dashboard.best_known import stored_words
from crviz.dashboard.controls import Controls
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.session import Session
from crviz.dashboard.state import State
from crviz.library import Entry, Library
from crviz.result import fields_in_words, numbered

#: More of one's own are not listed; the newest come first.
MOST = 30


def runs(state: State, session: Session, library: Library, changed: Callable[[], None]) -> Controls:
    """The drawer's content; `changed` is called when the list is another one."""
    entries = library.entries()
    own = [entry for entry in entries if not entry.shipped]
    presses: dict[str, Callable[[], None]] = {}
    groups = []
    for entry in [*own[:MOST], *(entry for entry in entries if entry.shipped)]:
        buttons = []
        if entry.config is not None:
            buttons.append(_button(presses, "open", entry, partial(_open, state, session, library, entry)))
            if not entry.shipped and not entry.first:
                action = partial(_extend, state, session, library, entry, entry.config)
                buttons.append(_button(presses, "extend", entry, action) | {"label": "Extend by 20"})
        if not entry.shipped:
            action = partial(_delete, session, library, entry, changed)
            buttons.append(_button(presses, "delete", entry, action))
        groups.append({"legend": words(entry), "controls": buttons})
    return Controls(state, groups, presses, css_classes=["runs"], sizing_mode="stretch_width")


def words(entry: Entry) -> str:
    """One stored result in a line."""
    config, size = entry.config, entry.size / 1e6
    if config is None:
        return entry.problem
    earlier = "" if is_current(entry.numerics) else f" · numerics {entry.numerics}"
    date = f"{entry.created:%Y-%m-%d %H:%M}" if entry.created else "no date"
    shipped = "shipped · " if entry.shipped else ""
    part = f", a part of a run: {numbered(entry.fields)}" if entry.first else ""
    return (
        f"{shipped}σ² = {config.sigma2:.12g}, r_L = {config.rl_over_lc:.12g} L_c, "
        f"nside {config.nside} {config.grids}, Ω T to {config.omega_t[-1]:.12g}, seed {config.seed} · "
        f"{fields_in_words(entry.n_realizations)}{part} · {date} · {size:.1f} MB{earlier}"
    )


def _button(
    presses: dict[str, Callable[[], None]], what: str, entry: Entry, action: Callable[[], None]
) -> dict[str, Any]:
    key = f"{what}:{entry.path.stem}"
    presses[key] = action
    return {"kind": "button", "key": key, "label": what.capitalize()}


def _open(state: State, session: Session, library: Library, entry: Entry) -> None:
    try:
        result = library.load(entry.path)
    except (ValueError, FileNotFoundError) as error:
        session.notice = str(error)
        return
    state.take(result.config)
    state.show(LabelledSource(result, stored_words(entry)))


def _extend(state: State, session: Session, library: Library, entry: Entry, config: Config) -> None:
    _open(state, session, library, entry)
    session.extend(config, entry.n_realizations + 20)


def _delete(session: Session, library: Library, entry: Entry, changed: Callable[[], None]) -> None:
    try:
        library.delete(entry.path.stem)
    except (ParameterError, OSError) as error:
        session.notice = str(error)
    changed()
