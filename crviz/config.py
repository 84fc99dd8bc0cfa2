"""What defines a run: validated, immutable, and addressed by a hash of its content.

Lengths of the turbulence are in units of L_c; times are in 1/Omega, where Omega = e B0 / p0.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import math
import shlex
from collections.abc import ItemsView, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from crviz import turbulence, waves
from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.parameters import (
    CONFIGURATION,
    GAMMA,
    N_TIMES,
    OMEGA_T_MAX,
    REALIZATIONS,
    REQUEST,
    TURBULENCE,
    VIEW,
    Parameter,
    backtracking_times,
)

#: Raised whenever the numbers that a configuration yields change, defaults included; a part of every digest.
NUMERICS_VERSION = 2

#: Names of what is no part of a configuration, but is set beside it.
_TAKEN = {parameter.name for parameter in (*REQUEST, *VIEW)} - {parameter.name for parameter in CONFIGURATION}
#: Steps that an orbit may take.
MOST_STEPS = 1e8
#: The gyroradius in the whole field, in L_c, from which few waves are too few, and how many are enough;
#: r_L / sigma^2, in L_c, below which B0 turns orbits by less than pi while they are scattered once.
_STRAIGHT, _ENOUGH_WAVES, _WEAK = 2.0, 1000, 1.36
#: Times are far too short for diffusion by this factor; who stops within five gyrations is not after it.
_FAR, _EARLY = 3.0, 10 * math.pi
#: Shortest waves of just 0.1 r_L are so, but for this.
_ROUNDING = 1e-6
#: So near to 5/3, in two digits, gamma is meant for a one-dimensional spectrum.
_ONE_DIMENSIONAL = 0.05


def is_current(numerics: int) -> bool:
    """Whether a version of the numerics is the present one, so that its numbers can be gone on from."""
    return numerics == NUMERICS_VERSION


def parameters_of(kind: object) -> tuple[Parameter, ...]:
    """The parameters of configurations with a kind of turbulence, its own after its name.

    Raises ParameterError where there is no such kind.
    """
    after = CONFIGURATION.index(TURBULENCE) + 1
    return (*CONFIGURATION[:after], *turbulence.get(kind).parameters, *CONFIGURATION[after:])


def command(values: Mapping[str, Any]) -> str:
    """The command line that runs a configuration: what differs from the defaults, and the realisations.

    Parameters
    ----------
    values
        Of its parameters and of those of `parameters.REQUEST`, by name.
    """
    words = ["crviz", "run", "run.nc"]
    for each in (*parameters_of(values.get(TURBULENCE.name, TURBULENCE.default)), OMEGA_T_MAX, N_TIMES):
        value = values.get(each.name)
        if value is not None and value != each.default:
            words += [each.option, ",".join(map(repr, value)) if each.kind is tuple else str(value)]
    if (realizations := values.get(REALIZATIONS.name)) is not None:
        words += [REALIZATIONS.option, str(realizations)]
    return shlex.join(words)


class Config:
    """One simulation: turbulence, rigidity, sky grid, times and seed. Immutable.

    The direction of the gradient and the power p are not here: the sky maps are linear in the
    gradient, and p enters only the analytic spectrum, so both are views of a finished run.

    Parameters
    ----------
    sigma2 : float >= 0
        Mean square of the turbulent field over B0^2.
    rl_over_lc : float > 0
        Larmor radius r_L = p0 / (e B0) over the scale L_c of the turbulence.
    turbulence : str
        Kind of turbulence; what follows up to n_modes are the parameters of "isotropic", others have
        their own.
    gamma : float > 0
        Exponent of the three-dimensional spectrum; 11/3 is Kolmogorov's, whose one-dimensional one is 5/3.
    lambda_min, lambda_max : float [L_c], 0 < lambda_min < lambda_max
        Shortest and longest wave.
    n_modes : int, 1 to 1000000
        Number of plane waves N.
    nside : int, a power of 2 from 1 to 1024
        HEALPix resolution; 12 nside^2 directions are followed.
    grids : "single" or "cross"
        One HEALPix grid, or a second one, rotated at random anew for every realisation.
    omega_t : increasing sequence of float > 0 [1/Omega]
        Backtracking times at which positions and momenta are recorded.
    step : float or None [1/Omega]
        Integration step; None takes `default_step`.
    seed : int >= 0
        Root of all random numbers (numpy SeedSequence).

    Raises
    ------
    ValueError
        One sentence that names the parameter, its value and what is allowed.
    """

    if TYPE_CHECKING:  # the values, by name

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, **settings: Any) -> None:
        kind = settings.get("turbulence", TURBULENCE.default)
        parameters = parameters_of(kind)
        names = [parameter.name for parameter in parameters]
        for name in sorted(settings.keys() - set(names)):
            rule = f"is no parameter of a configuration with turbulence = {kind!r}"
            raise ParameterError(name, settings[name], rule)
        for parameter in parameters:
            if names.count(parameter.name) > 1 or hasattr(Config, parameter.name) or parameter.name in _TAKEN:
                rule = f"has the parameter {parameter.name!r}, which is the name of something else"
                raise ParameterError(TURBULENCE.name, kind, rule)
            value = settings.get(parameter.name, parameter.default)
            self.__dict__[parameter.name] = parameter.check(value)
        if self.nside > 1024 or self.nside & (self.nside - 1):
            raise ParameterError("nside", self.nside, "must be a power of 2 from 1 to 1024")
        turbulence.get(kind).spectrum(self)  # refuses what does not go together
        self._check_step()

    def _check_step(self) -> None:
        if self.step is not None and self.step > self.largest_step:
            raise ParameterError(
                "step",
                self.step,
                f"is too large to follow the gyration: at most {self.largest_step:.3g} is allowed at "
                f"sigma2 = {self.sigma2:g}, and {self.default_step:g} would be chosen here",
            )
        if not self.omega_t[-1] / self.resolved_step < MOST_STEPS:
            raise ParameterError(
                "omega_t",
                self.omega_t[-1],
                f"would take more than {MOST_STEPS:g} steps of {self.resolved_step:g} /Omega, the limit",
            )

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"a Config is never changed: use replace({name}=...)")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Config) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        changed = ", ".join(f"{name}={value!r}" for name, value in self.changed.items())
        return f"Config({changed})"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What its values are of."""
        return parameters_of(self.turbulence)

    @property
    def changed(self) -> dict[str, Any]:
        """The values that differ from the defaults of its kind of turbulence, by name."""
        values = {parameter: getattr(self, parameter.name) for parameter in self.parameters}
        return {each.name: value for each, value in values.items() if value != each.default}

    @property
    def n_pixels(self) -> int:
        """Number of directions of one grid, 12 nside^2."""
        return int(12 * self.nside**2)

    @property
    def n_orbits(self) -> int:
        """Number of orbits that one realisation takes."""
        return self.n_pixels * (2 if self.grids == "cross" else 1)

    @cached_property
    def n_waves(self) -> int:
        """Number of plane waves that are summed."""
        return len(self.wave_spectrum()[0])

    @property
    def largest_step(self) -> float:
        """The largest step accepted [1/Omega]: it turns the momentum by half a radian at most
        in a field of rms strength sigma along B0."""
        return 0.5 / (1 + math.sqrt(self.sigma2))

    @cached_property
    def default_step(self) -> float:
        """The step chosen for this configuration [1/Omega]; the rule is `waves.default_step`."""
        return waves.default_step(*self.wave_spectrum())

    @property
    def resolved_step(self) -> float:
        """The step that is used [1/Omega]: `step`, or `default_step` where that is None."""
        return self.default_step if self.step is None else self.step

    @cached_property
    def digest(self) -> str:
        """Hex hash of everything that changes the numbers: `digest_at` the present numerics."""
        return self.digest_at(NUMERICS_VERSION)

    def digest_at(self, numerics: int) -> str:
        """Hex hash of what differs from the defaults, the step that is used and a version of the numerics.

        What is left at its default is not in it: a parameter that comes later leaves it as it is, and a
        default can only change with NUMERICS_VERSION.
        """
        content = self.changed | {"step": self.resolved_step, "numerics": numerics}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    def differences(self, other: Config) -> str:
        """In words: what another configuration has in place of the values here."""
        here, there = self.to_dict(), other.to_dict()
        differing = [name for name in here if here[name] != there.get(name) and name != "omega_t"]
        words = [f"{name} = {there.get(name)} there, {here[name]} here" for name in differing]
        if here["omega_t"] != there["omega_t"]:
            words.append("other times")
        return "; ".join(words) or "made by another version"

    @property
    def caveats(self) -> tuple[str, ...]:
        """Sentences on what this configuration does not resolve; empty where all is well."""
        found = []
        k, _ = self.wave_spectrum()
        names = {parameter.name for parameter in self.parameters}  # other kinds may lack these
        if k.max() < 1:
            found.append(
                f"2 pi r_L = {2 * math.pi * self.rl_over_lc:.3g} L_c is shorter than "
                f"{'lambda_min =' if 'lambda_min' in names else 'the shortest wave,'} "
                f"{2 * math.pi * self.rl_over_lc / k.max():g} L_c: there are no resonant waves."
            )
        elif k.max() < (1 - _ROUNDING) * 2 * math.pi / waves.RESONANT:
            found.append(
                f"The shortest wave, {2 * math.pi * self.rl_over_lc / k.max():.3g} L_c, is above 0.1 r_L: "
                f"where the cosine of the pitch angle is below {1 / k.max():.2g}, none is resonant, and "
                "scattering is too weak."
            )
        last, settled = self.omega_t[-1], self._settling_time()
        if _EARLY < last < settled / _FAR:
            found.append(
                f"Omega T = {last:g} is far too short for diffusion: by the power of the resonant waves, K "
                f"along B0 settles at some {settled:.1g} at the earliest."
            )
        whole = self.rl_over_lc / math.sqrt(1 + self.sigma2)
        if whole >= _STRAIGHT and self.rl_over_lc < _WEAK * self.sigma2 and len(k) < _ENOUGH_WAVES:
            found.append(
                f"The gyroradius in the whole field is {whole:.2g} L_c and B0 hardly bends orbits, so that "
                f"few waves stay in phase with them: {'n_modes = ' if 'n_modes' in names else ''}{len(k)} is "
                "too few, and K is some 5 to 20 % too high."
            )
        if GAMMA in self.parameters and abs(self.gamma - 5 / 3) < _ONE_DIMENSIONAL:
            found.append(
                f"gamma = {self.gamma:.4g} is about the 5/3 of Kolmogorov's one-dimensional spectrum: here "
                "gamma is the exponent of the three-dimensional one, which is 11/3."
            )
        if self.step is not None and self.step > 1.5 * self.default_step:
            found.append(
                f"step = {self.step:g} leaves short waves unresolved, which scatter too much: "
                f"{self.default_step:.2g} would resolve what matters."
            )
        return tuple(found)

    def _settling_time(self) -> float:
        """When K along B0 settles, by the power of the resonant waves [1/Omega]; 0 where there are none."""
        power = waves.resonant_power(*self.wave_spectrum())
        return waves.SETTLING / power if power > 0 else 0.0

    def wave_spectrum(self) -> tuple[Array, Array]:
        """Wave numbers (N,) [1/r_L] and amplitudes (N,) [B0] of the waves of a typical realisation."""
        k, amplitude = turbulence.get(self.turbulence).spectrum(self)
        return k * self.rl_over_lc, amplitude

    def items(self) -> ItemsView[str, Any]:
        """(name, value) of all parameters."""
        return {parameter.name: getattr(self, parameter.name) for parameter in self.parameters}.items()

    def command(self, realizations: int) -> str:
        """The command line that runs it."""
        values, last, number = dict(self.items()), self.omega_t[-1], len(self.omega_t)
        if self.omega_t == backtracking_times(last, number):
            del values["omega_t"]
            values |= {OMEGA_T_MAX.name: last, N_TIMES.name: number}
        return command(values | {REALIZATIONS.name: realizations})

    def to_dict(self) -> dict[str, Any]:
        """The values as plain JSON types."""
        return dict(self.items()) | {"omega_t": list(self.omega_t)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`; what is missing takes its default. Raises ParameterError."""
        return cls(**values)

    def replace(self, **changes: Any) -> Config:
        """A copy with some values changed, validated anew."""
        names = {parameter.name for parameter in parameters_of(changes.get("turbulence", self.turbulence))}
        kept = {name: value for name, value in self.to_dict().items() if name in names}
        return Config(**kept | changes)


# for those who ask what it takes: the values of isotropic turbulence, like all of them
Config.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default)
        for each in parameters_of(TURBULENCE.default)
    ]
)
