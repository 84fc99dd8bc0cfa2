"""What defines a run: validated, immutable, and addressed by a hash of its content.

Lengths of the turbulence are in units of L_c; times are in 1/Omega, where Omega = e B0 / p0.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real

import numpy as np

from crviz import waves

#: Raised whenever the numbers that a configuration yields change; a part of every digest.
NUMERICS_VERSION = 1

GRIDS = ("single", "cross")

# The outer bounds are far beyond any use and keep the arithmetic finite.
_REAL_PARAMETERS = {
    "sigma2": {"at_least": 0, "at_most": 1e6},
    "rl_over_lc": {"above": 0, "at_most": 1e6},
    "gamma": {"above": 0, "at_most": 100},
    "lambda_min": {"at_least": 1e-9, "at_most": 1e9},
    "lambda_max": {"above": 0, "at_most": 1e9},
}
#: Waves that a field may have: far more than any use, and their arrays still fit into memory.
MOST_MODES = 1_000_000
#: Steps that an orbit may take.
MOST_STEPS = 1e8


class ParameterError(ValueError):
    """A wrong parameter, in one sentence: its name, its value and what is allowed.

    Attributes
    ----------
    parameter : str
        Its name, for those who know it by another one (an option, a control).
    """

    def __init__(self, parameter, value, rule):
        shown = f"{value:g}" if isinstance(value, float) else repr(value)
        super().__init__(f"{parameter} = {shown} {rule}.")
        self.parameter = parameter


def check_number(name, value, above=-math.inf, at_least=-math.inf, at_most=math.inf):
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


def check_whole(name, value, at_least):
    """An int of at least a bound. Raises ParameterError."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral) or value < at_least:
        raise ParameterError(name, value, f"must be a whole number of at least {at_least}")
    return int(value)


def check_realizations(realizations):
    """A number of realisations, from 1 to 100000. Raises ParameterError."""
    check_whole("realizations", realizations, at_least=1)
    if realizations > 100_000:
        raise ParameterError("realizations", realizations, "must be 100000 at most")
    return int(realizations)


def _check_times(values):
    rule = "must be a sequence of finite, increasing times above 0"
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise ParameterError("omega_t", values, rule)
    times = tuple(check_number("omega_t", time, above=0) for time in values)
    if not times:
        raise ParameterError("omega_t", times, rule)
    for before, after in itertools.pairwise(times):
        if after <= before:
            raise ParameterError("omega_t", [before, after], f"{rule}, but {after:g} follows {before:g}")
    return times


def backtracking_times(omega_t_max=100.0, number=64, first=0.3):
    """Log-spaced backtracking times.

    Parameters
    ----------
    omega_t_max : float [1/Omega]
        The last time.
    number : int
        How many times, at least 1.
    first : float [1/Omega]
        The first time; lowered to a tenth of the last where it is not below that.

    Returns
    -------
    tuple of float [1/Omega], increasing
    """
    check_number("omega_t_max", omega_t_max, above=0)
    check_whole("number", number, at_least=1)
    if number == 1:
        return (float(omega_t_max),)
    times = np.geomspace(min(first, omega_t_max / 10), omega_t_max, number)
    times[-1] = omega_t_max
    # a few digits less than there are, so that every machine's logarithm gives the same times
    return tuple(float(f"{time:.12g}") for time in times)


@dataclass(frozen=True)
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
    gamma : float > 0
        Exponent of the three-dimensional spectrum; 11/3 is Kolmogorov.
    lambda_min, lambda_max : float [L_c], 0 < lambda_min < lambda_max
        Shortest and longest wave.
    n_modes : int, 1 to 1000000
        Number of plane waves N.
    nside : int, a power of 2 from 1 to 1024
        HEALPix resolution; 12 nside^2 directions are followed.
    omega_t : increasing sequence of float > 0 [1/Omega]
        Backtracking times at which positions and momenta are recorded.
    step : float or None [1/Omega]
        Integration step; None takes `default_step`.
    seed : int >= 0
        Root of all random numbers (numpy SeedSequence).
    grids : "single" or "cross"
        One HEALPix grid, or a second one, rotated at random anew for every realisation.

    Raises
    ------
    ValueError
        One sentence that names the parameter, its value and what is allowed.
    """

    sigma2: float = 1.0
    rl_over_lc: float = 0.1
    gamma: float = 11 / 3
    lambda_min: float = 0.01
    lambda_max: float = 100.0
    n_modes: int = 200
    nside: int = 32
    omega_t: tuple[float, ...] = backtracking_times()
    step: float | None = None
    seed: int = 0
    grids: str = "single"

    def __post_init__(self):
        for name, bounds in _REAL_PARAMETERS.items():
            object.__setattr__(self, name, check_number(name, getattr(self, name), **bounds))
        if self.lambda_min >= self.lambda_max:
            raise ParameterError(
                "lambda_min", self.lambda_min, f"must be below lambda_max = {self.lambda_max:g}"
            )
        for name, least in (("n_modes", 1), ("seed", 0), ("nside", 1)):
            object.__setattr__(self, name, check_whole(name, getattr(self, name), at_least=least))
        if self.n_modes > MOST_MODES:
            raise ParameterError("n_modes", self.n_modes, f"must be {MOST_MODES} at most")
        if self.nside > 1024 or self.nside & (self.nside - 1):
            raise ParameterError("nside", self.nside, "must be a power of 2 from 1 to 1024")
        object.__setattr__(self, "omega_t", _check_times(self.omega_t))
        if self.step is not None:
            object.__setattr__(self, "step", check_number("step", self.step, above=0))
            if self.step > self.largest_step:
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
                f"takes more than {MOST_STEPS:g} steps of {self.resolved_step:g} /Omega: that is never done",
            )
        if self.grids not in GRIDS:
            raise ParameterError("grids", self.grids, f"must be one of {', '.join(map(repr, GRIDS))}")

    @property
    def n_pixels(self):
        """Number of directions of one grid, 12 nside^2."""
        return 12 * self.nside**2

    @property
    def n_orbits(self):
        """Number of orbits that one realisation takes."""
        return self.n_pixels * (2 if self.grids == "cross" else 1)

    @property
    def largest_step(self):
        """The largest step accepted [1/Omega]: it turns the momentum by half a radian at most
        in a field of rms strength sigma along B0."""
        return 0.5 / (1 + math.sqrt(self.sigma2))

    @cached_property
    def default_step(self):
        """The step chosen for this configuration [1/Omega]; the rule is `waves.default_step`."""
        return waves.default_step(*self.wave_spectrum())

    @property
    def resolved_step(self):
        """The step that is used [1/Omega]: `step`, or `default_step` where that is None."""
        return self.default_step if self.step is None else self.step

    @cached_property
    def digest(self):
        """Hex hash of everything that changes the numbers, NUMERICS_VERSION included."""
        content = self.to_dict() | {"step": self.resolved_step, "numerics": NUMERICS_VERSION}
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    @property
    def caveats(self):
        """Sentences on what this configuration does not resolve; empty where all is well."""
        found = []
        if 2 * math.pi * self.rl_over_lc < self.lambda_min:
            found.append(
                f"2 pi r_L = {2 * math.pi * self.rl_over_lc:.3g} L_c is shorter than lambda_min = "
                f"{self.lambda_min:g} L_c: there are no resonant waves."
            )
        if self.rl_over_lc >= 2 and self.n_modes < 1000:
            found.append(
                f"at r_L = {self.rl_over_lc:g} L_c orbits are nearly straight and few waves stay in phase "
                f"with them: n_modes = {self.n_modes} is too few, and K some 10 % too high."
            )
        if self.step is not None and self.step > 1.5 * self.default_step:
            found.append(
                f"step = {self.step:g} leaves short waves unresolved, which scatter too much: "
                f"{self.default_step:.2g} would resolve what matters."
            )
        return tuple(found)

    def wave_spectrum(self):
        """Wave numbers (N,) [1/r_L] and amplitudes (N,) [B0] of the waves, which are the same in
        every realisation; see `waves.wave_spectrum`."""
        k, amplitude = waves.wave_spectrum(
            self.sigma2, self.gamma, self.lambda_min, self.lambda_max, self.n_modes
        )
        return k * self.rl_over_lc, amplitude

    def to_dict(self):
        """The fields as plain JSON types."""
        return dataclasses.asdict(self) | {"omega_t": list(self.omega_t)}

    @classmethod
    def from_dict(cls, fields):
        """The inverse of `to_dict`. Raises ValueError for unknown names."""
        unknown = set(fields) - {f.name for f in dataclasses.fields(cls)}
        if unknown:
            name = min(unknown)
            raise ParameterError(name, fields[name], "is no parameter of a configuration")
        return cls(**fields)

    def replace(self, **changes):
        """A copy with some fields changed, validated anew."""
        return dataclasses.replace(self, **changes)
