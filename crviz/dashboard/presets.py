"""Settings worth a look, by name."""

from __future__ import annotations

from crviz.config import Config
from crviz.dashboard import wire
from crviz.dashboard.state import State, physics_of

#: What a page without a link opens on.
OPENING = "A dipole torn into spots"
_PAPER = {"sigma2": 1.0, "rl_over_lc": 0.1, "nside": 32, "phi": 0.0}
#: Name: values of the state's parameters, of some the view's too; the rest of the physics is the paper's.
PRESETS = {
    OPENING: _PAPER | {"theta": 90.0, "omega_t": wire.STORY["rest"]},
    "The paper": _PAPER | {"theta": 0.0, "omega_t": 100.0},
    "Weak turbulence": {"sigma2": 0.1, "rl_over_lc": 0.1},
    "Strong turbulence": {"sigma2": 10.0, "rl_over_lc": 0.1},
    "High rigidity": {"sigma2": 1.0, "rl_over_lc": 2.0},
    "Low rigidity": {"sigma2": 1.0, "rl_over_lc": 0.02},
    "Nearly no turbulence: the bare dipole": {"sigma2": 0.01, "rl_over_lc": 0.1},
}


def apply(state: State, name: str) -> None:
    """Set a state to a preset; where it stands there already, what is shown is looked for anew."""
    settings = physics_of(Config()) | PRESETS[name]
    physics = [key for key in state.physics if key in PRESETS[name]]
    if all(getattr(state, key) == settings[key] for key in state.physics if key in settings):
        state.param.update(**settings)
        state.param.trigger(*physics)
    else:
        state.param.update(**settings)
    state.param.update(omega_t=state.shown.recorded_time(state.omega_t))  # of what is shown by now
