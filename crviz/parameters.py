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
#: How a sky is drawn between the centres of its pixels.
DRAWN = ("bilinear", "pixels")
#: What stands beside a sky: the pinned result's, or in another gradient, at another time, of another field.
BESIDE = ("nothing", "pinned", "across", "time", "field")
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
    help
        What it means, in a line, with typical values.
    options
        Further ones of the input: step, places, marks, and fractions that it shows as such.
    """

    kind: str
    values: Sequence[Any] = ()
    default: Any = None
    help: str = ""
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


def _grid_in_words(nside: int) -> str:
    """An nside and the side of its pixels."""
    return f"{nside} (pixels of {math.degrees(math.sqrt(math.pi / 3)) / nside:.2g}°)"


# a table: a line or two says what a parameter is, and one how it is set
# fmt: off
SIGMA2 = Parameter("sigma2", 1.0, symbol="σ²", help="mean square of the turbulent field over B0^2",
                   at_least=0, at_most=1e6, group="Physics", label="Strength σ² = δB² / B₀²",
                   control=Control("log", _log_values(0.01, 10, 20),
                                   help="Energy of the turbulence over that of the regular field; the paper "
                                        "has 1, weak turbulence is 0.1, strong 10."))
RL_OVER_LC = Parameter("rl_over_lc", 0.1, symbol="r_L/L_c",
                       help="Larmor radius over the scale L_c of the turbulence",
                       at_least=1e-12, at_most=1e6, group="Physics", label="Rigidity r_L / L_c",
                       control=Control("log", _log_values(0.001, 10, 20),
                                       help="Larmor radius over the scale of the turbulence; the paper has "
                                            "0.1. Small values scatter more and take longer."))
TURBULENCE = Parameter("turbulence", "isotropic", str, help="kind of turbulence",
                       group="Turbulence", label="Kind",
                       control=Control("select", help="How the waves of the turbulent field are drawn."))

# those of a sum of plane waves: kinds of turbulence take what they need of them
GAMMA = Parameter("gamma", 11 / 3, symbol="γ",
                  help="exponent of the three-dimensional turbulence spectrum: 11/3, where one has 5/3 in "
                       "one dimension", above=0, at_most=100, group="Turbulence",
                  label="Exponent γ (3D)",
                  control=Control("number", options={"fractions": ["11/3"]},
                                  help="Of the spectrum P(k) ∝ k^−γ in three dimensions; Kolmogorov's is "
                                       "11/3, which is 5/3 in one dimension."))
LAMBDA_MIN = Parameter("lambda_min", 0.01, symbol="λ_min", unit="L_c", help="shortest wave [L_c]",
                       at_least=1e-9, at_most=1e9, group="Turbulence", label="Shortest wave [L_c]",
                       control=Control("number", help="λ_min; particles resonate with waves of 2π r_L, so it "
                                                      "must be shorter. The paper has 0.01."))
LAMBDA_MAX = Parameter("lambda_max", 100.0, symbol="λ_max", unit="L_c", help="longest wave [L_c]",
                       above=0, at_most=1e9, group="Turbulence", label="Longest wave [L_c]",
                       control=Control("number", help="λ_max; the paper has 100."))
# far more waves than of any use, and their arrays still fit into memory
N_MODES = Parameter("n_modes", 200, int, symbol="N",
                    help="number of waves; auto: 50 a decade, from lambda_max to a tenth of r_L",
                    at_least=1, at_most=1_000_000, group="Turbulence", label="Number of waves",
                    control=Control("number", help="Plane waves in each field; the paper has 200, and time "
                                                   "grows in proportion."))

#: What defines a run, and so changes the numbers: the arguments of `Config`, to which a kind of turbulence
#: adds its own.
CONFIGURATION = (
    SIGMA2,
    RL_OVER_LC,
    TURBULENCE,
    Parameter("nside", 32, int, help="HEALPix resolution: 12 nside^2 directions", at_least=1,
              group="Run", label="Resolution nside",
              control=Control("select", tuple((_grid_in_words(nside), nside) for nside in (4, 8, 16, 32, 64)),
                              default=16, help="Of the sky: spectra reach ℓ = 2 nside. Each step up takes "
                                               "four times as long; the paper has 32.")),
    Parameter("grids", "single", str, help="single, or cross for a second, rotated grid",
              choices=("single", "cross"), group="Run", label="Grids of directions",
              control=Control("select", (("two, one of them rotated", "cross"), ("one", "single")),
                              default="cross", help="Two grids have independent noise, so that their cross "
                                                    "spectra are free of it; one takes half the time.")),
    Parameter("omega_t", backtracking_times(), tuple, symbol="Ω T", unit="1/Omega", link=None,
              help="the backtracking times themselves, in place of --omega-t-max and --n-times"),
    Parameter("step", None, unit="1/Omega", above=0, optional=True, link=None,
              help="integration step [1/Omega]; chosen from the configuration if not given"),
    Parameter("seed", 0, int, help="root of all random numbers", at_least=0,
              group="Run", label="Seed",
              control=Control("number", help="Any whole number from 0; the same seed draws the same fields.",
                              options={"step": 1})),
)

REALIZATIONS = Parameter("realizations", 10, int, help="fields in the end", at_least=1, at_most=100_000,
                         group="Run", label="Realisations",
                         control=Control("number", default=20, options={"step": 1},
                                         help="Random fields that are averaged: 20 for a look, 100 and more "
                                              "for small errors."))
OMEGA_T_MAX = Parameter("omega_t_max", 100.0, unit="1/Omega", help="last backtracking time [1/Omega]",
                        above=0, at_least=LEAST_TIME, group="Run", label="Longest time Ω T",
                        control=Control("number", help="How far back particles are followed; one gyration in "
                                                       "B₀ is 2π. The paper has 100."))
N_TIMES = Parameter("n_times", 64, int, help="number of times, log-spaced", at_least=1, link=None)

#: How much of a run is asked for, and its times in short.
REQUEST = (REALIZATIONS, OMEGA_T_MAX, N_TIMES)

#: The observed spectra that are shown: `observations.ObservedSpectrum.key`, commas between them, or "none".
OBSERVED = Parameter("observed", "hawc-icecube-10", str, help="observed spectra that others are seen like",
                     group="Spectra", label="Compare with",
                     control=Control("select", help="Observed spectrum to draw; simulated ones are shown as "
                                                    "that experiment would see them."),
                     earlier={"observed": {"true": "hawc-icecube-10,icecube-13", "false": "none"}})

SMOOTH = Parameter("smooth", 0.0, unit="deg", help="radius of the discs over which the sky is averaged",
                   at_least=0, at_most=20, group="Sky", label="Smoothed [°]",
                   earlier={"smooth": {"true": "10", "false": "0"}},
                   control=Control("range", help="Averages over discs of this radius, as published maps do.",
                                   options={"step": 0.5}))
LIMIT = Parameter("limit", None, help="largest relative intensity of the sky's colours [r_L |grad n| / n]",
                  at_least=1e-9, at_most=1e9, optional=True, group="Sky", label="Colours to",
                  control=Control("number", options={"placeholder": "auto"},
                                  help="Largest δI of the colours; empty for the 99th percentile of |δI|, "
                                       "which stays while the times are played."))

#: What is looked at in a finished or growing result: moves no number of a run.
VIEW = (
    Parameter("theta", 0.0, symbol="θ", unit="deg", help="angle between the gradient and B0",
              at_least=0, at_most=90, group="Gradient", label="Angle to B₀ [°]",
              control=Control("range", help="Between the density gradient and the regular field: 0 is "
                                            "parallel, 90 perpendicular.",
                              options={"step": 1, "marks": [["parallel", {"theta": 0}],
                                                            ["perpendicular", {"theta": 90}]]})),
    Parameter("phi", 0.0, symbol="φ", unit="deg", help="azimuth of the gradient about B0",
              at_least=0, at_most=360, group="Gradient", label="Azimuth [°]",
              control=Control("range", help="Of the gradient about the regular field; no effect at angle 0.",
                              options={"step": 1})),
    Parameter("p", 0.5, symbol="p", help="power of the rate of relative scattering",
              at_least=0.02, at_most=0.98, group="Theory", label="p in ν_r ∝ (1 − x)^p",
              control=Control("range", help="How fast the scattering of two particles vanishes with the "
                                            "angle between them; the paper has 1/3, 1/2 and 2/3.",
                              options={"step": 0.01, "places": 2})),
    Parameter("form", FORMS[0], str, help="of the analytic spectrum", choices=FORMS,
              group="Theory", label="Form of Eq. 16",
              control=Control("choice", (("as printed", FORMS[0]), FORMS[1]),
                              help="As the paper prints it, or as Eq. 14 has it for every ℓ.")),
    Parameter("analytic", False, bool, help="whether the analytic evolution is drawn",
              group="Evolution", label="Analytic evolution",
              control=Control("switch", help="Draws the theory for the chosen p, dashed.")),
    Parameter("estimator", "cross", str, help="what is done about the noise of a finite number of pixels",
              group="Run", label="Noise estimator",
              control=Control("select", help="What is done about the noise of a finite number of pixels; "
                                             "it needs no new run.")),
    Parameter("b0", B0_MICROGAUSS, symbol="B₀", unit="μG", help="regular field that energies are said for",
              at_least=1e-6, at_most=1e6, group="Units", label="B₀ [μG]",
              control=Control("number", help="Regular field for which energies are given; the paper has 6.")),
    Parameter("lc", LC_PARSEC, symbol="L_c", unit="pc", help="L_c that years and lengths are said for",
              at_least=1e-6, at_most=1e6, group="Units", label="L_c [pc]",
              control=Control("number", help="Scale of the turbulence for which lengths and years are "
                                             "given; the paper has 100.")),
    Parameter("omega_t", 100.0, symbol="Ω T", unit="1/Omega", help="backtracking time of what is shown",
              at_least=0.001, label="Backtracking time Ω T", link="T"),
    Parameter("without_dipole", False, bool, help="whether the sky is shown without its dipole",
              group="Sky", label="Dipole removed",
              control=Control("switch", help="Shows the small scales alone.")),
    SMOOTH,
    Parameter("realization", 0, int, help="field whose sky is shown", at_least=0, optional=True,
              group="Sky", label="Field",
              control=Control("number", help="Which random field's sky is shown, from 0.",
                              options={"step": 1})),
    LIMIT,
    Parameter("drawn", DRAWN[0], str, choices=DRAWN, help="between pixel centres of the sky",
              group="Sky", label="Drawn",
              control=Control("select", (("smoothly", "bilinear"), ("as pixels", "pixels")),
                              help="Between the four nearest pixel centres, or each pixel as it is.")),
    Parameter("beside", BESIDE[0], str, choices=BESIDE, help="second sky",
              group="Sky", label="Beside it",
              control=Control("select", (("nothing", "nothing"), ("the pinned result", "pinned"),
                                         ("∇n at right angles", "across"), ("another time", "time"),
                                         ("another field", "field")),
                              help="A second sky beside the first, in the same gradient unless it is at "
                                   "right angles to it.")),
    Parameter("beside_time", 10.0, unit="1/Omega", help="backtracking time of the second sky",
              at_least=0.001, at_most=1e9, group="Sky", label="Its Ω T",
              control=Control("number", options={"needs": {"beside": ["time"]}},
                              help="The recorded time that is nearest is shown.")),
    Parameter("beside_field", 1, int, help="field of the second sky", at_least=0, group="Sky",
              label="Its field",
              control=Control("number", options={"step": 1, "needs": {"beside": ["field"]}},
                              help="Which random field stands beside the first one, from 0.")),
    OBSERVED,
    Parameter("normalization", NORMALIZATIONS[0], str, choices=NORMALIZATIONS,
              help="of spectra: fitted to the observed ones, over the dipole, or in units of the gradient",
              group="Spectra", label="Normalised",
              earlier={"normalized": {"true": "dipole", "false": "absolute"}},
              control=Control("choice", (("by a fit", "fit"), ("to the dipole", "dipole"), "absolute"),
                              help="How simulated and observed spectra are brought to one scale; absolute is "
                                   "in units of the gradient.")),
    Parameter("d_ell", False, bool, help="whether l (l + 1) C_l / 2 pi is shown in place of C_l",
              group="Spectra", label="Show D_ℓ",
              control=Control("switch", help="Shows ℓ (ℓ + 1) C_ℓ / 2π in place of C_ℓ.")),
)
# fmt: on
