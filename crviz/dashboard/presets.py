"""Settings worth a look, by name."""

from __future__ import annotations

#: Name: values of the state's parameters.
PRESETS = {
    "The paper": {"sigma2": 1.0, "rl_over_lc": 0.1},
    "Weak turbulence": {"sigma2": 0.1, "rl_over_lc": 0.1},
    "Strong turbulence": {"sigma2": 10.0, "rl_over_lc": 0.1},
    "High rigidity": {"sigma2": 1.0, "rl_over_lc": 2.0},
    "Low rigidity": {"sigma2": 1.0, "rl_over_lc": 0.02},
    "Nearly no field: the bare dipole": {"sigma2": 0.01, "rl_over_lc": 0.1},
}

#: What every preset shares.
_COMMON = {"gamma": 11 / 3, "lambda_min": 0.01, "lambda_max": 100.0, "n_modes": 200}


def apply(state, name):
    """Set a state to a preset; where it stands there already, what is shown is looked for anew."""
    settings = _COMMON | PRESETS[name]
    if all(getattr(state, key) == value for key, value in settings.items()):
        state.param.trigger(*PRESETS[name])
    else:
        state.param.update(**settings)
