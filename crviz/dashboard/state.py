"""What a person can set, and what is shown: one param.Parameterized that knows no layout."""

from __future__ import annotations

import math

import numpy as np
import param

from crviz import theory
from crviz.config import Config, backtracking_times
from crviz.result import ESTIMATORS, Result

NSIDES = (4, 8, 16, 32, 64)


def _log_values(low, high, per_decade):
    """Log-spaced values of two digits."""
    number = round(math.log10(high / low) * per_decade) + 1
    return sorted({float(f"{value:.2g}") for value in np.geomspace(low, high, number)})


SIGMA2_VALUES = _log_values(0.01, 10, 20)
RL_VALUES = _log_values(0.001, 10, 20)


class State(param.Parameterized):
    """Parameters of the next run, the view of the result at hand, and that result."""

    sigma2 = param.Selector(default=1.0, objects=SIGMA2_VALUES, label="σ² = δB² / B₀²")
    rl_over_lc = param.Selector(default=0.1, objects=RL_VALUES, label="Rigidity r_L / L_c")

    theta = param.Number(0.0, bounds=(0, 90), step=1, label="Angle to B₀ [°]")
    phi = param.Number(0.0, bounds=(0, 360), step=1, label="Azimuth [°]")

    p = param.Number(0.5, bounds=(0.02, 0.98), step=0.01, label="p, in ν_r ∝ (1 − x)^p")
    form = param.Selector(default="printed", objects=list(theory.FORMS), label="Form of Eq. 16")
    estimator = param.Selector(default="eq9", objects=list(ESTIMATORS), label="Noise")
    observed = param.Boolean(True, label="Observed spectra")
    normalized = param.Boolean(True, label="Normalised to the dipole")

    # without bounds: what is out of range gets its sentence beside Run, from the configuration itself
    realizations = param.Integer(20, allow_None=True, label="Realisations")
    nside = param.Selector(default=16, objects=list(NSIDES), label="nside")
    omega_t_max = param.Number(100.0, allow_None=True, label="Largest Ω T")
    seed = param.Integer(0, allow_None=True, label="Seed")

    omega_t = param.Number(100.0, bounds=(0.001, None), label="Backtracking time Ω T")

    result = param.ClassSelector(class_=Result, allow_refs=False, doc="What the plots show.")
    origin = param.String("", doc="Where it comes from, in words.")
    dark = param.Boolean(False)

    @property
    def config(self):
        """The Config that Run would start. Raises ParameterError."""
        return Config(
            sigma2=self.sigma2,
            rl_over_lc=self.rl_over_lc,
            nside=self.nside,
            omega_t=backtracking_times(self.omega_t_max),
            seed=self.seed,
        )

    @property
    def usable_estimator(self):
        """The estimator that is set, or "eq9" where the result at hand has no second grid."""
        missing = self.estimator == "cross" and "cl_cross" not in self.result.dataset
        return "eq9" if missing else self.estimator

    @property
    def gradient(self):
        """Direction of the gradient (theta, phi) [rad]."""
        return math.radians(self.theta), math.radians(self.phi)

    def show(self, result, origin):
        """Put a result on the page; the time stays where it is as far as the result reaches."""
        changes = {"result": result, "origin": origin}
        if self.omega_t > result.omega_t[-1]:
            changes["omega_t"] = float(result.omega_t[-1])
        self.param.update(**changes)
