"""What is refused, in one sentence: the name, the value and what is allowed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np


class ParameterError(ValueError):
    """A wrong parameter, in one sentence: its name, its value and what is allowed.

    Attributes
    ----------
    parameter
        Its name, for those who know it by another one (an option, a control).
    """

    def __init__(self, parameter: str, value: object, rule: str, *, exactly: bool = False) -> None:
        shown = f"{value:g}" if isinstance(value, float) and not exactly else repr(value)
        super().__init__(f"{parameter} = {shown} {rule}.")
        self.parameter = parameter


def check_number(
    name: str,
    value: object,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    at_most: float = math.inf,
) -> float:
    """A finite float within bounds. Raises ParameterError."""
    bounds = [
        *([f"above {above:g}"] if above > -math.inf else []),
        *([f"at least {at_least:g}"] if at_least > -math.inf else []),
        *([f"at most {at_most:g}"] if at_most < math.inf else []),
    ]
    rule = " ".join(["must be a finite number", " and ".join(bounds)]).strip()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise ParameterError(name, value, rule)
    try:
        number = float(value)
    except OverflowError:
        raise ParameterError(name, value, rule) from None
    if not (math.isfinite(number) and number > above and at_least <= number <= at_most):
        raise ParameterError(name, number, rule)
    return number


def check_whole(name: str, value: object, *, at_least: int, at_most: int | None = None) -> int:
    """An int of at least a bound, and at most another one. Raises ParameterError."""
    rule = f"must be a whole number of at least {at_least}"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral) or int(value) < at_least:
        raise ParameterError(name, value, rule, exactly=True)  # 16.0 is no whole number: shown with its point
    if at_most is not None and int(value) > at_most:
        raise ParameterError(name, value, f"must be {at_most} at most")
    return int(value)


def check_choice(name: str, value: object, choices: Sequence[str]) -> str:
    """One of some words. Raises ParameterError."""
    if not isinstance(value, str) or value not in choices:
        raise ParameterError(name, value, f"must be one of {', '.join(map(repr, choices))}")
    return value


def check_times(name: str, values: Any, *, at_least: float = 0.0) -> tuple[float, ...]:
    """Finite, increasing times above 0, and not below a bound. Raises ParameterError."""
    rule = "must be a sequence of finite, increasing times above 0"
    iterable = np.iterable(values) and not isinstance(values, (str, bytes))
    times = tuple(check_number(name, time, above=0) for time in values) if iterable else ()
    if not times:
        raise ParameterError(name, values, rule)
    check_number(name, times[0], at_least=at_least)
    for before, after in itertools.pairwise(times):
        if after <= before:
            raise ParameterError(name, [before, after], f"{rule}, but {after:g} follows {before:g}")
    return times
