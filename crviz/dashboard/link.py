"""Links: what the address says is set, value by value, and what is out of range is clamped with a notice."""

from __future__ import annotations

import math

import param

from crviz.config import ParameterError, check_realizations
from crviz.dashboard.state import State

#: Names in the address that differ from the state's.
_OTHER_NAMES = {"T": "omega_t"}
#: Values that a run may be impossible with together, though each is possible by itself.
_TURBULENCE = ("lambda_max", "lambda_min", "gamma", "n_modes")
_KEYS = (
    *("sigma2", "rl_over_lc", "gamma", "lambda_min", "lambda_max", "n_modes", "nside", "grids", "seed"),
    *("theta", "phi", "p", "T", "form", "analytic", "estimator", "realizations", "omega_t_max"),
    *("realization", "without_dipole", "smooth", "observed", "normalized"),
)


def restore(state, arguments):
    """Set a state from the arguments of an address; starts nothing.

    Parameters
    ----------
    state : State
    arguments : dict of str, list of bytes
        As a server hands them on.

    Returns
    -------
    str
        What was clamped or left out, in sentences; empty where all was well.
    """
    notices = []
    for key in _KEYS:
        if key in arguments:
            _set(
                state, _OTHER_NAMES.get(key, key), key, arguments[key][-1].decode("utf8", "replace"), notices
            )
    _make_possible(state, notices)
    return " ".join(notices)


def reach(state, asked, times):
    """Take the time of an address as far as what is shown then reaches.

    Parameters
    ----------
    state : State
    asked : float [1/Omega]
        The time that `restore` has set.
    times : (T,) [1/Omega]
        Of what is shown.

    Returns
    -------
    str
        What was clamped, in a sentence; empty where nothing was.
    """
    taken = float(min(max(asked, times[0]), times[-1]))
    if math.isclose(asked, taken, rel_tol=1e-4):  # an address has five digits
        return ""
    state.omega_t = taken
    return f"T = {asked:g} in the link is beyond what is shown: {taken:g} is taken."


def _set(state, name, key, text, notices):
    try:
        wanted = _read(State.param[name], text)
    except ValueError:
        notices.append(f"{key} = {text!r} in the link is left out: it is no value of this parameter.")
        return
    state.set(name, wanted)
    taken = getattr(state, name)
    if isinstance(wanted, float) and not math.isclose(wanted, taken):
        low, high = _range(State.param[name])
        what = "lies between two values" if low <= wanted <= high else "is out of range"
        notices.append(f"{key} = {wanted:g} in the link {what}: {taken:g} is taken.")


def _range(parameter):
    if isinstance(parameter, param.Selector):
        return min(parameter.objects), max(parameter.objects)
    low, high = parameter.bounds or (None, None)
    return -math.inf if low is None else low, math.inf if high is None else high


def _make_possible(state, notices):
    """Set back, one by one, what no run could have; something must be there to be shown."""
    while (error := _refusal(state)) is not None:
        named = {"omega_t": "omega_t_max"}.get(error.parameter, error.parameter)
        name = next(n for n in (named, *_TURBULENCE) if getattr(state, n) != State.param[n].default)
        state.param.update(**{name: State.param[name].default})
        notices.append(f"{error} {name} of the link is left out.")


def _refusal(state):
    try:
        check_realizations(state.realizations)
        _ = state.config
    except ParameterError as error:
        return error
    return None


def _read(parameter, text):
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


def _refuse():
    raise ValueError
