"""What files of what is shown say of themselves."""

from __future__ import annotations

from typing import Any

from crviz.dashboard.state import State
from crviz.parameters import VIEW
from crviz.plots.content.about import about


def about_shown(state: State, *, of_one: bool = False, **view: Any) -> dict[str, str]:
    """What a file of what is shown says of itself; view replaces what the state has."""
    shown = state.shown
    seen = {each.name: getattr(state, each.name) for each in VIEW} | view
    # the recorded time, and an estimator that the source has: what the file's numbers are
    known = {"omega_t": shown.recorded_time(state.omega_t), "estimator": shown.source.usable(state.estimator)}
    seen |= {"realization": seen["realization"] or 0} | known | view
    if of_one:  # the sky of a field knows of no spectrum
        seen |= {"estimator": None, "p": None, "form": None}
    return {**about(shown.source, seen, state.gradient, of_one=of_one), "shown": shown.origin}
