"""Presets are settings that the controls have, and lead where their names say."""

import pytest

from crviz.dashboard import presets
from crviz.dashboard.best_known import SHIPPED, BestKnown
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State
from crviz.parameters import RL_OVER_LC, SIGMA2


@pytest.fixture
def visitor():
    """A state with something on the page, far from every preset."""
    state = State(sigma2=0.28, rl_over_lc=0.5, gamma=3.0, lambda_min=0.05, n_modes=50, theta=40, seed=3)
    BestKnown(state, None).look()
    return state


@pytest.mark.parametrize("name", presets.PRESETS)
def test_a_preset_sets_the_physics_and_what_it_says_of_the_view(visitor, name):
    presets.apply(visitor, name)
    values = {"theta": 40, "phi": 0, "nside": 16, "omega_t": 100.0} | presets.PRESETS[name]
    for key, value in values.items():
        assert getattr(visitor, key) == pytest.approx(value, rel=0.05)  # the nearest recorded time
    config = visitor.config
    assert (config.gamma, config.lambda_min, config.lambda_max, config.n_modes) == (11 / 3, 0.01, 100, 200)
    assert visitor.seed == 3
    assert visitor.omega_t in visitor.shown.source.omega_t


@pytest.mark.parametrize("values", presets.PRESETS.values(), ids=presets.PRESETS)
def test_sliders_have_the_values_of_all_presets(values):
    assert values["sigma2"] in SIGMA2.control.values
    assert values["rl_over_lc"] in RL_OVER_LC.control.values


def test_the_papers_run_and_the_bare_dipole_are_shipped_and_the_others_come_from_the_atlas(visitor):
    for name in presets.PRESETS:
        presets.apply(visitor, name)
        assert visitor.shown.config.sigma2 == visitor.sigma2  # what is shown is what is set
        if name in ("The paper", presets.OPENING):
            assert visitor.shown.origin == SHIPPED
        elif "bare dipole" in name:
            assert visitor.shown.origin == "shipped, 8 fields"
        else:
            assert "atlas" in visitor.shown.origin


def test_weak_turbulence_lets_particles_go_further_than_strong(visitor):
    k = {}
    for name in ("Weak turbulence", "The paper", "Strong turbulence"):
        presets.apply(visitor, name)
        k[name] = visitor.shown.source.diffusion().along("parallel")[0][-1]
    assert k["Weak turbulence"] > k["The paper"] > k["Strong turbulence"]


def test_a_preset_stands_at_a_recorded_time(visitor):
    for name in ("High rigidity", presets.OPENING):  # times of the atlas are others than those of a run
        presets.apply(visitor, name)
        assert visitor.omega_t in visitor.shown.source.omega_t


def test_a_preset_looks_once(visitor):
    seen = []
    visitor.param.watch(lambda event: seen.append(event.new), "shown")
    presets.apply(visitor, "High rigidity")
    assert len(seen) == 1


def test_a_preset_that_is_set_already_shows_its_result_again(visitor, result):
    presets.apply(visitor, "The paper")
    visitor.show(LabelledSource(result, "first look"))
    presets.apply(visitor, "The paper")
    assert visitor.shown.origin == SHIPPED
