"""What a person can set, and what is shown: one param.Parameterized that knows no layout."""

from __future__ import annotations

import math

import numpy as np
import param

from crviz import theory
from crviz.config import Config, backtracking_times
from crviz.dashboard.shown import Shown, ShownPoint
from crviz.result import ESTIMATORS

NSIDES = (4, 8, 16, 32, 64)
GRIDS = {"two, rotated": "cross", "one": "single"}

#: Parameters of a configuration that are set as they are.
CONFIG_NAMES = (
    *("sigma2", "rl_over_lc", "gamma", "lambda_min", "lambda_max", "n_modes"),
    *("nside", "grids", "seed"),
)


def _log_values(low, high, per_decade):
    """Log-spaced values of two digits."""
    number = round(math.log10(high / low) * per_decade) + 1
    return sorted({float(f"{value:.2g}") for value in np.geomspace(low, high, number)})


SIGMA2_VALUES = _log_values(0.01, 10, 20)
RL_VALUES = _log_values(0.001, 10, 20)


def _distance(allowed, value):
    """How far apart two values are, in the logarithm where there is one."""
    return abs(math.log(allowed / value)) if value > 0 else allowed - value


class State(param.Parameterized):
    """Parameters of the next run, the view of what is shown, and that itself."""

    sigma2 = param.Selector(default=1.0, objects=SIGMA2_VALUES, label="σ² = δB² / B₀²")
    rl_over_lc = param.Selector(default=0.1, objects=RL_VALUES, label="Rigidity r_L / L_c")
    # without bounds: what is out of range gets its sentence beside Run, from the configuration itself
    gamma = param.Number(11 / 3, allow_None=True, label="γ")
    lambda_min = param.Number(0.01, allow_None=True, label="λ_min [L_c]")
    lambda_max = param.Number(100.0, allow_None=True, label="λ_max [L_c]")
    n_modes = param.Integer(200, allow_None=True, label="Waves N")

    theta = param.Number(0.0, bounds=(0, 90), step=1, label="Angle to B₀ [°]")
    phi = param.Number(0.0, bounds=(0, 360), step=1, label="Azimuth [°]")

    p = param.Number(0.5, bounds=(0.02, 0.98), step=0.01, label="p, in ν_r ∝ (1 − x)^p")
    form = param.Selector(default="printed", objects=list(theory.FORMS), label="Form of Eq. 16")
    analytic = param.Boolean(False, label="Analytic evolution")

    realizations = param.Integer(20, allow_None=True, label="Realisations")
    nside = param.Selector(default=16, objects=list(NSIDES), label="nside")
    grids = param.Selector(default="cross", objects=GRIDS, label="Grids")
    omega_t_max = param.Number(100.0, allow_None=True, label="Largest Ω T")
    seed = param.Integer(0, allow_None=True, label="Seed")
    estimator = param.Selector(default="cross", objects=list(ESTIMATORS), label="Noise estimator")

    omega_t = param.Number(100.0, bounds=(0.001, None), label="Backtracking time Ω T")
    realization = param.Integer(0, bounds=(0, None), allow_None=True, label="Field")
    without_dipole = param.Boolean(False, label="Dipole removed")
    smooth = param.Boolean(False, label="Smoothed 10°")
    observed = param.Boolean(True, label="Observed spectra")
    normalized = param.Boolean(True, label="Normalised to the dipole")

    shown = param.ClassSelector(class_=(Shown, ShownPoint), allow_refs=False, doc="What the plots show.")
    dark = param.Boolean(False)

    @property
    def config(self):
        """The Config that Run would start. Raises ParameterError."""
        settings = {name: getattr(self, name) for name in CONFIG_NAMES}
        return Config(omega_t=backtracking_times(self.omega_t_max), **settings)

    def set(self, key, value):
        """Take a value that came from outside as far as the parameter allows it: within bounds, the
        nearest of the values that there are, a whole number where one is meant."""
        parameter = self.param[key]
        if isinstance(parameter, param.Selector):
            if value not in parameter.objects:
                if not isinstance(value, int | float):
                    return
                value = min(parameter.objects, key=lambda allowed: _distance(allowed, value))
        elif isinstance(parameter, param.Boolean):
            value = bool(value)
        elif value is not None:
            value = int(value) if isinstance(parameter, param.Integer) else float(value)
            low, high = parameter.bounds or (None, None)
            value = max(value, low) if low is not None else value
            value = min(value, high) if high is not None else value
        self.param.update(**{key: value})

    def take(self, config):
        """Set the controls to a configuration, as far as they have its values."""
        with param.parameterized.batch_call_watchers(self):
            for name in CONFIG_NAMES:
                self.set(name, getattr(config, name))
            self.omega_t_max = config.omega_t[-1]

    @property
    def gradient(self):
        """Direction of the gradient (theta, phi) [rad]."""
        return math.radians(self.theta), math.radians(self.phi)

    def show(self, shown):
        """Put something on the page; the time stays where it is as far as it reaches."""
        changes = {"shown": shown}
        if self.omega_t > shown.last_time:
            changes["omega_t"] = shown.last_time
        self.param.update(**changes)
