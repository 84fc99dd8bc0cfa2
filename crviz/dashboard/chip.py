"""The chip in the header: what is shown, what of the settings differs from it, and how far a run is."""

from __future__ import annotations

from typing import Any

from crviz import turbulence
from crviz.config import Config
from crviz.dashboard import wire
from crviz.dashboard.best_known import POINT_NSIDE
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.session import Session, duration
from crviz.dashboard.state import PHYSICS, State
from crviz.jobs import Status
from crviz.parameters import OMEGA_T_MAX, TURBULENCE
from crviz.result import fields_in_words

#: Resolutions that a place of the atlas, which is no run, does not contradict: that of its skies, and the
#: paper's.
_OF_THE_ATLAS = [POINT_NSIDE, Config().nside]


def said(state: State, session: Session) -> dict[str, Any]:
    """Words and numbers by their keys; `lost` has those for while the browser has no connection."""
    status = session.status
    under_way = status is not None and not status.over
    unknown = {"job": "The progress of the run will be shown when the connection is back.", "progress": None}
    return {
        "what": shown_words(state.shown),
        "shown": agreeing(state.shown, state.omega_t_max or 0.0),
        "set": [getattr(state, name) for name in wire.PLACE],
        "job": " · ".join(filter(None, [job_words(status), session.aside])),
        "progress": status.done / status.asked if status is not None and under_way else None,
        "lost": unknown if under_way else {},
    }


def agreeing(shown: LabelledSource, omega_t_max: float) -> list[list[Any]]:
    """Key, name and values of what, if it is set, agrees with what is shown: browser/chip.js compares."""
    config = shown.config
    run = shown.source.from_one_run
    physics = [each for each in config.parameters if each.group in PHYSICS]
    found = [[each.name, each.symbol or each.name, [getattr(config, each.name)]] for each in physics]
    found.append(["nside", "nside", [config.nside] if run else _OF_THE_ATLAS])
    found.append(["grids", "grids", [config.grids] if run else list(State.param.grids.objects)])
    reached = min(shown.last_time, omega_t_max)  # what is shown may reach further than asked for
    return [*found, [OMEGA_T_MAX.name, "longest Ω T", [reached]]]


def shown_words(shown: LabelledSource) -> str:
    """What is on the page, in words."""
    place = (f"{getattr(shown.config, name):.12g}" for name in wire.PLACE)
    return words_of(shown.config, shown.origin, fields_in_words(shown.source.n_realizations), *place)


def words_of(config: Config, origin: str, fields: str, sigma2: str, rl_over_lc: str) -> str:
    """What something is, in words, of a configuration's kind of turbulence and resolution."""
    kind = "" if config.turbulence == TURBULENCE.default else f"{turbulence.get(config.turbulence).label}, "
    words = f"{kind}σ² = {sigma2}, r_L = {rl_over_lc} L_c: {origin}"
    if fields not in origin:
        words += f", {fields}"
    return words if "nside" in origin else f"{words}, nside {config.nside}"


def job_words(status: Status | None) -> str:
    """How far a run is, in words; empty where there is none."""
    if status is None:
        return ""
    words = f"{status.done} of {status.asked} realisations"
    if status.state == "running" and status.seconds_left is not None:
        words += f" · {status.orbits_per_second:,.0f} orbits/s · {duration(status.seconds_left)} left"
    return f"{status.state}: {words}"
