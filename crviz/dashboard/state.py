"""What a person can set, and what is shown: one param.Parameterized that knows no layout."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import param

from crviz import observations, turbulence
from crviz.config import Config, parameters_of
from crviz.dashboard.labelled_source import LabelledSource
from crviz.jobs import Limits
from crviz.parameters import CONFIGURATION, REQUEST, TURBULENCE, VIEW, Parameter, backtracking_times
from crviz.result import ESTIMATORS, estimators

#: What tells one physical situation from another.
PHYSICS = ("Physics", "Turbulence")


def choices(parameter: Parameter) -> Sequence[tuple[str, Any]]:
    """(words, value) of what a parameter can be, where that is a choice."""
    if parameter is TURBULENCE:
        return [(turbulence.get(name).label, name) for name in turbulence.known()]
    if parameter.name == "estimator":
        return [(estimators.get(name).choice or name, name) for name in ESTIMATORS]
    if parameter.name == "observed":
        drawn = ",".join(one.key for one in observations.drawn())
        single = [(one.label, one.key) for one in observations.spectra()]
        both = " and ".join(one.label for one in observations.drawn())
        return [*single, (both, drawn), ("none: the whole sky", observations.NONE)]
    if parameter.control is not None and parameter.control.values:
        return parameter.control.named_values
    return [(word, word) for word in parameter.choices]


def on_page() -> list[Parameter]:
    """What the page can set or a link can say, the own parameters of all kinds of turbulence included."""
    own: dict[str, Parameter] = {}
    for name in turbulence.known():
        own = {each.name: each for each in turbulence.get(name).parameters} | own
    after = CONFIGURATION.index(TURBULENCE) + 1
    everything = (*CONFIGURATION[:after], *own.values(), *REQUEST, *CONFIGURATION[after:], *VIEW)
    return [parameter for parameter in everything if parameter.link]


def _declared(parameter: Parameter) -> param.Parameter:
    """A parameter as `State` has it.

    Numbers of a run that are typed have no bounds: what is out of range gets its sentence beside Run,
    from the configuration itself.
    """
    control = parameter.control
    default = parameter.default if control is None or control.default is None else control.default
    said = {"default": default, "label": parameter.label}
    values = [value for _, value in choices(parameter)]
    if control is not None and control.kind == "log":
        return param.Number(bounds=(min(values), max(values)), **said)
    if values:
        return param.Selector(objects=values, **said)
    if parameter.kind is bool:
        return param.Boolean(**said)
    number: Any = param.Integer if parameter.kind is int else param.Number
    if parameter not in VIEW:
        return number(allow_None=True, **said)
    bounds = tuple(
        bound if math.isfinite(bound) else None for bound in (parameter.at_least, parameter.at_most)
    )
    step = control.options.get("step") if control is not None else None
    return number(bounds=bounds, step=step, allow_None=parameter.optional, **said)


def physics_of(config: Config) -> dict[str, Any]:
    """The values of a configuration that tell its physical situation."""
    return {each.name: getattr(config, each.name) for each in config.parameters if each.group in PHYSICS}


class State(param.Parameterized):
    """Parameters of the next run, the view of what is shown, and that itself.

    What the page can set comes from the table of parameters.
    """

    if TYPE_CHECKING:  # what the table declares, by name; something is always shown

        def __getattr__(self, name: str) -> Any: ...

        shown: LabelledSource
    else:
        shown = param.ClassSelector(class_=LabelledSource, allow_refs=False, doc="What the plots show.")
    pinned = param.Parameter(None, allow_refs=False, doc="Source and estimator that stay beside it, or None.")
    dark = param.Boolean(False)
    limits: Limits | None = None  # beyond which no configuration is made

    def __init__(self, **values: Any) -> None:
        _declare()  # kinds of turbulence may have come since the last visitor
        super().__init__(**values)

    @property
    def physics(self) -> list[str]:
        """Names of what tells one physical situation from another."""
        return [parameter.name for parameter in on_page() if parameter.group in PHYSICS]

    @property
    def of_a_run(self) -> list[str]:
        """Names of what changes the run that would be started."""
        return [parameter.name for parameter in on_page() if parameter not in VIEW]

    @property
    def config(self) -> Config:
        """The Config that Run would start. Raises ParameterError."""
        known = {parameter.name for parameter in parameters_of(self.turbulence)} & set(self.param)
        settings = {name: getattr(self, name) for name in known - {"omega_t"}}
        if self.limits is not None:
            asked = {parameter.name: getattr(self, parameter.name, None) for parameter in REQUEST}
            self.limits.check_settings(settings | asked)
        return Config(omega_t=backtracking_times(self.omega_t_max), **settings)

    def set(self, key: str, value: Any) -> None:
        """Take a value that came from outside as far as the parameter allows it: within bounds, the
        nearest of the values where there are some only, a whole number where one is meant; what is no value
        of that kind is left out. A kind of turbulence brings the defaults of its own parameters along."""
        parameter = self.param[key]
        if value is None and not parameter.allow_None:  # an input that was emptied
            return
        if isinstance(parameter, param.Selector):
            if value not in parameter.objects:
                numbers = [each for each in parameter.objects if _is_number(each)]
                if not numbers or not _is_number(value):
                    return
                value = min(numbers, key=lambda allowed: _distance(allowed, value))
        elif isinstance(parameter, param.Boolean):
            value = bool(value)
        elif value is not None and not _is_number(value):
            return
        elif value is not None:
            value = int(value) if isinstance(parameter, param.Integer) else float(value)
            low, high = parameter.bounds or (None, None)
            value = max(value, low) if low is not None else value
            value = min(value, high) if high is not None else value
        own = turbulence.get(value).parameters if key == TURBULENCE.name else ()
        self.param.update(**{key: value}, **{each.name: each.default for each in own})

    def take(self, config: Config) -> None:
        """Set the controls to a configuration, as far as they have its values."""
        with param.parameterized.batch_call_watchers(self):
            for name, value in config.items():
                if name in self.param and name != "omega_t":
                    self.set(name, value)
            self.omega_t_max = config.omega_t[-1]

    @property
    def gradient(self) -> tuple[float, float]:
        """Direction of the gradient (theta, phi) [rad]."""
        return math.radians(self.theta), math.radians(self.phi)

    def show(self, shown: LabelledSource) -> None:
        """Put something on the page, at its recorded time that is nearest to the one before."""
        self.param.update(shown=shown, omega_t=shown.recorded_time(self.omega_t))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _distance(allowed: float, value: float) -> float:
    """How far apart two values are, in the logarithm where there is one."""
    return abs(math.log(allowed / value)) if value > 0 else allowed - value


def _declare() -> None:
    """Give `State` what of the table it does not have yet."""
    for parameter in on_page():
        if parameter.name not in State.param:
            State.param.add_parameter(parameter.name, _declared(parameter))
    State.param[TURBULENCE.name].objects = list(turbulence.known())


_declare()
