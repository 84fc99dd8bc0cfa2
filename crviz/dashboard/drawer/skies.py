"""The skies of the page as files have them: their numbers, and the pictures that are drawn of them."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace
from typing import Any, NamedTuple

from crviz import sky
from crviz.arrays import Array
from crviz.dashboard.drawer.about import about_shown
from crviz.dashboard.state import State
from crviz.gradient import gradient_vector
from crviz.jobs import Manager, fine_skies
from crviz.plots.content import sky as sky_content
from crviz.plots.content.figure import described, gradient_in_words
from crviz.result import NotKept, Source, nearest_time

#: Why there is none.
NOT_READY = "The sky of this field is not ready yet."


class Seen(NamedTuple):
    """A sky: of which source's field, in which gradient [rad], when, and its positions (3, pixels) [r_L]."""

    source: Source
    realization: int
    gradient: tuple[float, float]
    time: float
    positions: Array


def first(state: State, manager: Manager) -> Seen | None:
    """The sky as it is shown, on the finer grid where there is one."""
    found = positions(state, manager)
    realization = state.realization or 0
    source = state.shown.source
    return found and Seen(source, realization, state.gradient, *_finer(source, realization, *found))


def beside(state: State, manager: Manager) -> Seen | None:
    """The second sky of the page, where there is one."""
    source, field = state.shown.source, state.realization or 0
    gradient, time = state.gradient, state.omega_t
    if state.beside == "pinned" and state.pinned is not None:
        source = state.pinned[0]
    elif state.beside == "across":
        gradient = across(gradient)
    elif state.beside == "time":
        time = state.beside_time
    elif state.beside == "field":
        field = state.beside_field
    else:
        return None
    found = _positions_of(source, field, time, manager)
    return found and Seen(source, field, gradient, *_finer(source, field, *found))


def across(gradient: tuple[float, float]) -> tuple[float, float]:
    """The direction [rad] at right angles to one, in the plane of it and B0 (panels/sky/one_sky.js)."""
    theta, phi = gradient
    if theta <= math.pi / 4:
        return math.pi / 2 + theta, phi
    return math.pi / 2 - theta, (phi + math.pi) % math.tau


def _finer(source: Source, realization: int, time: float, r: Array) -> tuple[float, Array]:
    """Positions at a time as the page draws them."""
    if fine_skies.has(source.config.replace(grids="single"), realization):
        index = nearest_time(source.omega_t, time)
        fine = fine_skies.positions(index) if math.isclose(source.omega_t[index], time) else None
        r = r if fine is None else fine
    return time, r


def picture(state: State, seen: Seen, dark: bool) -> sky_content.Sky:
    """A sky as the page draws it."""
    values = sky_content.treated(
        gradient_vector(seen.gradient) @ seen.positions, state.smooth, state.without_dipole
    )
    title = ", ".join(
        [
            f"{described(seen.source, of_one=True)} (number {seen.realization})",
            f"nside {sky.nside_of(values)}",
            f"Ω T = {seen.time:.5g}",
            f"gradient {gradient_in_words(seen.gradient)}",
            *sky_content.treatment(state.smooth, state.without_dipole),
        ]
    )
    look: dict[str, Any] = {"title": title, "dark": dark, "drawn": state.drawn, "limit": state.limit}
    drawn = sky_content.sky(values, seen.gradient, sky_content.PAPER_WIDTH, **look)
    return replace(drawn, about=about_shown(state, of_one=True, omega_t=seen.time))


def sky_values(state: State, manager: Manager) -> tuple[Array, float]:
    """The map as it is shown, less its dipole and smoothed where it is: (pixels,) [r_L], and its time.

    Pixels are momentum directions p; the picture shows them at n = -p.
    """
    found = positions(state, manager)
    if found is None:
        raise ValueError(NOT_READY)
    time, r = found
    values = gradient_vector(state.gradient) @ r
    return sky_content.treated(values, state.smooth, state.without_dipole), time


def positions(state: State, manager: Manager) -> tuple[float, Array] | None:
    """The time nearest to the state's and the positions (3, pixels) [r_L] then, or None."""
    return _positions_of(state.shown.source, state.realization or 0, state.omega_t, manager)


def _positions_of(
    source: Source, realization: int, omega_t: float, manager: Manager
) -> tuple[float, Array] | None:
    found = manager.skies.get(source.config.replace(grids="single"), realization)
    if found is not None:
        index = nearest_time(found.config.omega_t, omega_t)
        return found.config.omega_t[index], found.components[index] * found.scale[index]
    if realization == source.fields.start:  # a part of a run begins elsewhere
        with contextlib.suppress(NotKept):
            times, maps = source.maps
            index = nearest_time(times, omega_t)
            return float(times[index]), maps[index]
    return None
