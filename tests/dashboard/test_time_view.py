import param
import pytest

from crviz import Config, run
from crviz.dashboard.time_view import TimeView


@pytest.fixture
def slider(state):
    return TimeView(state).__panel__()


def release(slider, value):
    """Let the slider go, as a visitor does."""
    with param.edit_constant(slider):
        slider.param.update(value=value, value_throttled=value)


def test_the_slider_runs_over_the_times_of_the_result(slider, result):
    assert (slider.start, slider.end, slider.value) == (0, 11, 11)
    assert slider.label == "Backtracking time Ω T = 20"


def test_the_slider_sets_the_time(slider, state, result):
    release(slider, 4)
    assert state.omega_t == result.omega_t[4]
    assert slider.label == f"Backtracking time Ω T = {result.omega_t[4]:.3g}"


def test_the_slider_follows_the_time(slider, state, result):
    state.omega_t = result.omega_t[7] * 1.01
    assert slider.value == 7
    assert slider.label == f"Backtracking time Ω T = {result.omega_t[7]:.3g}"


def test_the_slider_follows_a_result_with_other_times(slider, state):
    state.show(run(Config(nside=1, n_modes=10, omega_t=(0.5, 1.0, 2.0)), 1), "shorter")
    assert (slider.end, slider.value) == (2, 2)
    assert slider.label == "Backtracking time Ω T = 2"


def test_a_result_with_more_times_lets_the_slider_go_further(slider, state):
    release(slider, 3)
    before = state.omega_t
    longer = run(Config(nside=1, n_modes=10, omega_t=(*state.result.omega_t, 25.0, 30.0)), 1)
    state.show(longer, "longer")
    assert slider.end == 13
    assert state.omega_t == before
    assert slider.value == 3
