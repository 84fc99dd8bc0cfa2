"""Settings worth a look, by name."""

from __future__ import annotations

from crviz.config import Config
from crviz.dashboard.state import State, physics_of

#: Name: values of the state's parameters; the rest of the physics is the paper's.
PRESETS = {
    "The paper": {"sigma2": 1.0, "rl_over_lc": 0.1},
    "Weak turbulence": {"sigma2": 0.1, "rl_over_lc": 0.1},
    "Strong turbulence": {"sigma2": 10.0, "rl_over_lc": 0.1},
    "High rigidity": {"sigma2": 1.0, "rl_over_lc": 2.0},
    "Low rigidity": {"sigma2": 1.0, "rl_over_lc": 0.02},
    "Nearly no turbulence: the bare dipole": {"sigma2": 0.01, "rl_over_lc": 0.1},
}


def apply(state: State, name: str) -> None:
    """Set a state to a preset; where it stands there already, what is shown is looked for anew."""
    settings = physics_of(Config()) | PRESETS[name]
    if all(getattr(state, key) == value for key, value in settings.items()):
        state.param.trigger(*PRESETS[name])
    else:
        state.param.update(**settings)
