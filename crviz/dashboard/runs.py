"""The drawer of stored results: parameters, fields and date; open, extend, delete."""

from __future__ import annotations

from crviz.config import ParameterError
from crviz.dashboard.controls import Controls
from crviz.dashboard.shown import Shown, fields_in_words
from crviz.result import load

#: More of one's own are not listed; the newest come first.
MOST = 30


def runs(state, session, library, changed):
    """The drawer's content.

    Parameters
    ----------
    state : State
    session : Session
    library : crviz.library.Library
    changed : callable without arguments
        Called when the list is another one.

    Returns
    -------
    Controls
    """
    entries = library.entries()
    own = [entry for entry in entries if not entry.shipped]
    presses = {}
    groups = []
    for entry in [*own[:MOST], *(entry for entry in entries if entry.shipped)]:
        buttons = []
        if not entry.problem:
            buttons.append(_button(presses, "open", entry, lambda e=entry: _open(state, session, e)))
            if not entry.shipped:
                extend = _button(presses, "extend", entry, lambda e=entry: _extend(state, session, e))
                buttons.append(extend | {"label": "Extend by 20"})
        if not entry.shipped:
            buttons.append(
                _button(presses, "delete", entry, lambda e=entry: _delete(session, library, e, changed))
            )
        groups.append({"legend": words(entry), "controls": buttons})
    return Controls(state, groups, presses, css_classes=["runs"], sizing_mode="stretch_width")


def words(entry):
    """One stored result in a line."""
    if entry.problem:
        return entry.problem
    config, size = entry.config, entry.size / 1e6
    date = f"{entry.created:%Y-%m-%d %H:%M}" if entry.created else "no date"
    shipped = "shipped · " if entry.shipped else ""
    return (
        f"{shipped}σ² = {config.sigma2:.3g}, r_L = {config.rl_over_lc:.3g} L_c, "
        f"nside {config.nside} {config.grids}, Ω T to {config.omega_t[-1]:.3g}, seed {config.seed} · "
        f"{fields_in_words(entry.n_realizations)} · {date} · {size:.1f} MB"
    )


def _button(presses, what, entry, action):
    key = f"{what}:{entry.digest}"
    presses[key] = action
    return {"kind": "button", "key": key, "label": what.capitalize()}


def _open(state, session, entry):
    try:
        result = load(entry.path)
    except (ValueError, FileNotFoundError) as error:
        session.notice = str(error)
        return
    state.take(result.config)
    state.show(Shown(result, f"stored, {fields_in_words(result.n_realizations)}"))


def _extend(state, session, entry):
    _open(state, session, entry)
    session.extend(entry.config, entry.n_realizations + 20)


def _delete(session, library, entry, changed):
    try:
        library.delete(entry.digest)
    except (ParameterError, OSError) as error:
        session.notice = str(error)
    changed()
