"""Links: what the address says is set, value by value, and what is out of range is clamped with a notice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NoReturn

import param

from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.dashboard.state import State, on_page
from crviz.parameters import REALIZATIONS
from crviz.result import ESTIMATORS, nearest_time

#: The key of what is pinned.
PIN = "pin"


def restore(state: State, arguments: Mapping[str, list[bytes]]) -> str:
    """Set a state from the arguments of an address, as a server hands them on; starts nothing.

    Returns what was clamped or left out, in sentences; nothing where all was well.
    """
    notices: list[str] = []
    for parameter in on_page():
        for key in dict.fromkeys([*parameter.earlier, parameter.link or ""]):
            if key in arguments:
                said = arguments[key][-1].decode("utf8", "replace")
                meant = parameter.earlier.get(key, {}).get(said, said)
                _set(state, parameter.name, key, meant, notices)
    _make_possible(state, notices)
    return " ".join(notices)


def says_something(arguments: Mapping[str, list[bytes]]) -> bool:
    """Whether a link says what is to be shown: any setting, or what is pinned."""
    keys = {key for parameter in on_page() for key in (parameter.link, *parameter.earlier)}
    return bool(keys & arguments.keys()) or PIN in arguments


def reach(state: State, asked: float, times: Array) -> str:
    """Take the recorded time [1/Omega] that is nearest to the one of an address, which `restore` has set.

    Returns what was taken in its place, in a sentence; nothing where it is what was asked for.
    """
    taken = float(times[nearest_time(times, asked)])
    state.param.update(omega_t=taken)
    if math.isclose(asked, taken, rel_tol=1e-4):  # earlier links have five digits
        return ""
    if times[0] <= asked <= times[-1]:
        return f"The link asks for T = {asked:.12g}; the nearest recorded time, {taken:.5g}, is shown."
    return f"The link asks for T = {asked:.12g}, which was not recorded; {taken:.5g} is shown."


def pin_of(link: str, estimator: str) -> tuple[str, dict[str, float], str]:
    """Digest, place and estimator of what a link says is pinned, the estimator unless it says one: DIGEST,
    sigma2, rl_over_lc and estimator, commas between them. Raises ValueError where it is none."""
    digest, sigma2, rl_over_lc, *more = link.split(",")
    place = {"sigma2": float(sigma2), "rl_over_lc": float(rl_over_lc)}
    if len(more) > 1 or not {*more} <= {*ESTIMATORS} or not all(map(math.isfinite, place.values())):
        raise ValueError(link)
    return digest, place, (more or [estimator])[0]


def _set(state: State, name: str, key: str, text: str, notices: list[str]) -> None:
    try:
        wanted = _read(State.param[name], text)
    except ValueError:
        notices.append(f"The link has {key} = {text!r}, which is not a valid value; it is ignored.")
        return
    state.set(name, wanted)
    taken = getattr(state, name)
    if isinstance(wanted, float) and not math.isclose(wanted, taken):
        low, high = _range(State.param[name])
        what = "lies between two allowed values" if low <= wanted <= high else "is out of range"
        notices.append(f"The link has {key} = {wanted:g}, which {what}; {taken:g} is used.")


def _range(parameter: param.Parameter) -> tuple[float, float]:
    if isinstance(parameter, param.Selector):
        return min(parameter.objects), max(parameter.objects)
    low, high = parameter.bounds or (None, None)
    return -math.inf if low is None else low, math.inf if high is None else high


def _make_possible(state: State, notices: list[str]) -> None:
    """Set back, one by one, what no run could have; something must be there to be shown."""
    while (error := _refusal(state)) is not None:
        name = _culprit(state, error)
        state.param.update(**{name: State.param[name].default})
        notices.append(f"{error} The link's value of {name} is ignored.")


def _culprit(state: State, error: ParameterError) -> str:
    """The setting that an error is about, or, where it stands at its default, one that it goes with."""
    named = {"omega_t": "omega_t_max"}.get(error.parameter, error.parameter)
    values = {name: getattr(state, name) for name in state.of_a_run}
    changed = {name: value for name, value in values.items() if value != State.param[name].default}
    if named in changed:
        return named
    for name in changed:
        if _refusal(State(**{other: value for other, value in changed.items() if other != name})) is None:
            return name
    return next(iter(changed))


def _refusal(state: State) -> ParameterError | None:
    try:
        REALIZATIONS.check(state.realizations)
        _ = state.config
    except ParameterError as error:
        return error
    return None


def _read(parameter: param.Parameter, text: str) -> Any:
    """The value of a parameter that a text stands for. Raises ValueError."""
    if isinstance(parameter, param.Boolean):
        return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse()
    if isinstance(parameter, param.Selector):
        by_name = {str(value): value for value in parameter.objects}
        if text in by_name:
            return by_name[text]
        if not all(isinstance(value, int | float) for value in parameter.objects):
            return _refuse()
    number = float(text)
    return number if math.isfinite(number) else _refuse()


def _refuse() -> NoReturn:
    raise ValueError
