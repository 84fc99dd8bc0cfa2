"""Each parameter once: what it may be, what it is called, and where it is set.

`Config`, the command line, the page with its links, presets and script, and the atlas read this table. A
parameter that is added here is there in all of them. Kinds of turbulence bring parameters of their own
(`turbulence.Model.parameters`), written like these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crviz.checks import ParameterError, check_choice, check_number, check_times, check_whole

#: The shortest backtracking time [1/Omega].
LEAST_TIME = 1e-9
#: "printed" is Eq. 16 as the paper has it; "self-consistent" satisfies Eq. 14 for every l >= 1.
FORMS = ("printed", "self-consistent")
#: Of spectra: fitted to the observed ones, over the dipole, or in units of the gradient.
NORMALIZATIONS = ("fit", "dipole", "absolute")
#: Magnitude of the local field and scale of its turbulence that section 3 of the paper names.
B0_MICROGAUSS, LC_PARSEC = 6.0, 100.0


@dataclass(frozen=True, eq=False)
class Control:
    """How a parameter is set on the page.

    Attributes
    ----------
    kind
        "log" (a slider over `values`), "range" (a slider), "number", "select", "choice" or "switch".
    values
        What can be chosen: values, or (words, value) pairs.
    default
        What the page begins with, where that is not the library's default.
    options
        Further ones of the input: step, places, marks.
    """

    kind: str
    values: Sequence[Any] = ()
    default: Any = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def named_values(self) -> list[tuple[str, Any]]:
        """(words, value) of everything that can be chosen."""
        return [each if isinstance(each, tuple) else (str(each), each) for each in self.values]


@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter.

    Attributes
    ----------
    kind
        The type of its values.
    symbol, unit, help
        As the paper writes it, what it is counted in (nothing for pure numbers), and what it is.
    label
        Its name on the page.
    group
        Of the page's controls: "Physics", "Turbulence", "Units", "Gradient", "Theory", "Run" or "View".
    above, at_least, at_most
        Bounds of a number. The outer ones are far beyond any use and keep the arithmetic finite.
    choices
        Words that are allowed.
    optional
        Whether None is a value.
    link
        Its key in a link, its name unless another is given; nothing where None was given: it is in none.
    earlier
        Keys of earlier links, and what their values stand for.
    control
        How the page sets it; None where it does not.
    """

    name: str
    default: Any
    kind: type = float
    symbol: str = ""
    unit: str = ""
    help: str = ""
    label: str = ""
    group: str = ""
    above: float = -math.inf
    at_least: float = -math.inf
    at_most: float = math.inf
    choices: tuple[str, ...] = ()
    optional: bool = False
    link: str | None = ""
    earlier: dict[str, dict[str, str]] = field(default_factory=dict)
    control: Control | None = None

    def __post_init__(self) -> None:
        link = {"": self.name, None: ""}.get(self.link, self.link)
        object.__setattr__(self, "link", link)

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return "--" + self.name.replace("_", "-")

    def check(self, value: Any) -> Any:
        """A value as this parameter has it. Raises ParameterError."""
        if value is None and self.optional:
            return None
        if self.kind is float:
            return check_number(
                self.name, value, above=self.above, at_least=self.at_least, at_most=self.at_most
            )
        if self.kind is int:
            most = None if math.isinf(self.at_most) else int(self.at_most)
            return check_whole(self.name, value, at_least=int(self.at_least), at_most=most)
        if self.kind is tuple:
            return check_times(self.name, value, at_least=LEAST_TIME)
        if self.choices:
            return check_choice(self.name, value, self.choices)
        if not isinstance(value, self.kind):
            raise ParameterError(self.name, value, f"must be a {self.kind.__name__}")
        return value


def backtracking_times(omega_t_max: float = 100.0, number: int = 64, first: float = 0.3) -> tuple[float, ...]:
    """Log-spaced, increasing backtracking times [1/Omega].

    Parameters
    ----------
    omega_t_max
        The last time [1/Omega].
    number
        How many times, at least 1.
    first
        The first time [1/Omega]; lowered to a tenth of the last where it is not below that.

    Raises
    ------
    ParameterError
    """
    check_number("omega_t_max", omega_t_max, above=0)
    check_number("omega_t_max", omega_t_max, at_least=LEAST_TIME)
    check_whole("number", number, at_least=1)
    if number == 1:
        return (float(omega_t_max),)
    times = np.geomspace(min(first, omega_t_max / 10), omega_t_max, number)
    times[-1] = omega_t_max
    # a few digits less than there are, so that every machine's logarithm gives the same times
    return tuple(float(f"{time:.12g}") for time in times)


def _log_values(low: float, high: float, per_decade: int) -> tuple[float, ...]:
    """Log-spaced values of two digits."""
    number = round(math.log10(high / low) * per_decade) + 1
    return tuple(sorted({float(f"{value:.2g}") for value in np.geomspace(low, high, number)}))


# a table: a line or two says what a parameter is, and one how it is set
# fmt: off
SIGMA2 = Parameter("sigma2", 1.0, symbol="σ²", help="mean square of the turbulent field over B0^2",
                   at_least=0, at_most=1e6, group="Physics", label="σ² = δB² / B₀²",
                   control=Control("log", _log_values(0.01, 10, 20)))
RL_OVER_LC = Parameter("rl_over_lc", 0.1, symbol="r_L/L_c",
                       help="Larmor radius over the scale L_c of the turbulence",
                       at_least=1e-12, at_most=1e6, group="Physics", label="Rigidity r_L / L_c",
                       control=Control("log", _log_values(0.001, 10, 20)))
TURBULENCE = Parameter("turbulence", "isotropic", str, help="kind of turbulence",
                       group="Turbulence", label="Kind", control=Control("select"))

# those of a sum of plane waves: kinds of turbulence take what they need of them
_GAMMA = "exponent of the three-dimensional turbulence spectrum: 11/3, where one has 5/3 in one dimension"
GAMMA = Parameter("gamma", 11 / 3, symbol="γ", help=_GAMMA, above=0, at_most=100, group="Turbulence",
                  label="γ, of the 3D spectrum", control=Control("number", options={"help": _GAMMA}))
LAMBDA_MIN = Parameter("lambda_min", 0.01, symbol="λ_min", unit="L_c", help="shortest wave [L_c]",
                       at_least=1e-9, at_most=1e9, group="Turbulence", label="λ_min [L_c]",
                       control=Control("number"))
LAMBDA_MAX = Parameter("lambda_max", 100.0, symbol="λ_max", unit="L_c", help="longest wave [L_c]",
                       above=0, at_most=1e9, group="Turbulence", label="λ_max [L_c]",
                       control=Control("number"))
# far more waves than of any use, and their arrays still fit into memory
N_MODES = Parameter("n_modes", 200, int, symbol="N", help="number of waves",
                    at_least=1, at_most=1_000_000, group="Turbulence", label="Waves N",
                    control=Control("number"))

#: What defines a run, and so changes the numbers: the arguments of `Config`, to which a kind of turbulence
#: adds its own.
CONFIGURATION = (
    SIGMA2,
    RL_OVER_LC,
    TURBULENCE,
    Parameter("nside", 32, int, help="HEALPix resolution: 12 nside^2 directions", at_least=1,
              group="Run", label="nside", control=Control("select", (4, 8, 16, 32, 64), default=16)),
    Parameter("grids", "single", str, help="single, or cross for a second, rotated grid",
              choices=("single", "cross"), group="Run", label="Grids",
              control=Control("select", (("two, rotated", "cross"), ("one", "single")), default="cross")),
    Parameter("omega_t", backtracking_times(), tuple, symbol="Ω T", unit="1/Omega", link=None,
              help="the backtracking times themselves, in place of --omega-t-max and --n-times"),
    Parameter("step", None, unit="1/Omega", above=0, optional=True, link=None,
              help="integration step [1/Omega]; chosen from the configuration if not given"),
    Parameter("seed", 0, int, help="root of all random numbers", at_least=0,
              group="Run", label="Seed", control=Control("number", options={"step": 1})),
)

REALIZATIONS = Parameter("realizations", 10, int, help="fields in the end", at_least=1, at_most=100_000,
                         group="Run", label="Realisations",
                         control=Control("number", default=20, options={"step": 1}))
OMEGA_T_MAX = Parameter("omega_t_max", 100.0, unit="1/Omega", help="last backtracking time [1/Omega]",
                        above=0, at_least=LEAST_TIME, group="Run", label="Largest Ω T",
                        control=Control("number"))
N_TIMES = Parameter("n_times", 64, int, help="number of times, log-spaced", at_least=1, link=None)

#: How much of a run is asked for, and its times in short.
REQUEST = (REALIZATIONS, OMEGA_T_MAX, N_TIMES)

#: The observed spectra that are shown: `observations.ObservedSpectrum.key`, commas between them, or "none".
OBSERVED = Parameter("observed", "hawc-icecube-10", str, help="observed spectra that others are seen like",
                     group="Spectra", label="Seen like", control=Control("select"),
                     earlier={"observed": {"true": "hawc-icecube-10,icecube-13", "false": "none"}})

#: What is looked at in a finished or growing result: moves no number of a run.
VIEW = (
    Parameter("theta", 0.0, symbol="θ", unit="deg", help="angle between the gradient and B0",
              at_least=0, at_most=90, group="Gradient", label="Angle to B₀ [°]",
              control=Control("range", options={"step": 1, "marks": [["parallel", {"theta": 0}],
                                                                     ["perpendicular", {"theta": 90}]]})),
    Parameter("phi", 0.0, symbol="φ", unit="deg", help="azimuth of the gradient about B0",
              at_least=0, at_most=360, group="Gradient", label="Azimuth [°]",
              control=Control("range", options={"step": 1})),
    Parameter("p", 0.5, symbol="p", help="power of the rate of relative scattering",
              at_least=0.02, at_most=0.98, group="Theory", label="p, in ν_r ∝ (1 − x)^p",
              control=Control("range", options={"step": 0.01, "places": 2})),
    Parameter("form", FORMS[0], str, help="of the analytic spectrum", choices=FORMS,
              group="Theory", label="Form of Eq. 16",
              control=Control("choice", (("as printed", FORMS[0]), FORMS[1]))),
    Parameter("analytic", False, bool, help="whether the analytic evolution is drawn",
              group="Evolution", label="Analytic evolution", control=Control("switch")),
    Parameter("estimator", "cross", str, help="what is done about the noise of a finite number of pixels",
              group="Run", label="Noise estimator", control=Control("select")),
    Parameter("b0", B0_MICROGAUSS, symbol="B₀", unit="μG", help="regular field that energies are said for",
              at_least=1e-6, at_most=1e6, group="Units", label="B₀ [μG]", control=Control("number")),
    Parameter("lc", LC_PARSEC, symbol="L_c", unit="pc", help="L_c that years and lengths are said for",
              at_least=1e-6, at_most=1e6, group="Units", label="L_c [pc]", control=Control("number")),
    Parameter("omega_t", 100.0, symbol="Ω T", unit="1/Omega", help="backtracking time of what is shown",
              at_least=0.001, label="Backtracking time Ω T", link="T"),
    Parameter("without_dipole", False, bool, help="whether the sky is shown without its dipole",
              group="Sky", label="Dipole removed", control=Control("switch")),
    Parameter("smooth", False, bool, help="whether the sky is shown smoothed",
              group="Sky", label="Smoothed 10°", control=Control("switch")),
    Parameter("realization", 0, int, help="field whose sky is shown", at_least=0, optional=True,
              group="Sky", label="Field", control=Control("number", options={"step": 1})),
    OBSERVED,
    Parameter("normalization", NORMALIZATIONS[0], str, choices=NORMALIZATIONS,
              help="of spectra: fitted to the observed ones, over the dipole, or in units of the gradient",
              group="Spectra", label="Normalised",
              earlier={"normalized": {"true": "dipole", "false": "absolute"}},
              control=Control("choice", (("by a fit", "fit"), ("to the dipole", "dipole"), "absolute"))),
    Parameter("d_ell", False, bool, help="whether l (l + 1) C_l / 2 pi is shown in place of C_l",
              group="Spectra", label="As D_ℓ", control=Control("switch")),
)
# fmt: on
