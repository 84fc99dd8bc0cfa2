import math

import numpy as np
import pytest

from crviz import Config, library, load
from crviz.config import ParameterError, backtracking_times
from crviz.dashboard.state import RL_VALUES, SIGMA2_VALUES, State


def test_the_defaults_are_the_configuration_of_the_paper_on_a_coarser_sky():
    assert State().config == Config(nside=16)


def test_the_defaults_describe_the_turbulence_that_is_shipped():
    ours, shipped = State().config, load(library.reference()).config
    for name in ("sigma2", "rl_over_lc", "gamma", "lambda_min", "lambda_max", "n_modes", "seed"):
        assert getattr(ours, name) == getattr(shipped, name)


def test_what_is_set_is_what_would_run():
    state = State(sigma2=0.1, rl_over_lc=1.0, nside=8, omega_t_max=30.0, seed=5)
    expected = Config(sigma2=0.1, rl_over_lc=1.0, nside=8, omega_t=backtracking_times(30.0), seed=5)
    assert state.config == expected


def test_what_is_a_view_only_never_asks_for_another_run():
    state = State()
    before = state.config
    state.param.update(theta=40, phi=10, p=0.3, form="self-consistent", estimator="plateau", omega_t=3.0)
    state.param.update(observed=False, normalized=False, dark=True, realizations=7)
    assert state.config == before


def test_the_direction_of_the_gradient_is_given_in_radians():
    assert State(theta=90, phi=180).gradient == pytest.approx((math.pi / 2, math.pi))


def test_sliders_run_over_decades_and_hold_the_defaults():
    for values, low, high, default in ((SIGMA2_VALUES, 0.01, 10, 1.0), (RL_VALUES, 0.001, 10, 0.1)):
        assert values[0] == low
        assert values[-1] == high
        assert default in values
        # 20 a decade, rounded to two digits: steps of 12 %, give or take 5 %
        np.testing.assert_allclose(np.diff(np.log10(values)), 0.05, atol=0.025)


@pytest.mark.parametrize("value", [{"theta": 91}, {"p": 1.0}, {"p": 0.0}, {"nside": 5}])
def test_what_makes_no_sense_cannot_be_set(value):
    with pytest.raises(ValueError, match=next(iter(value))):
        State(**value)


@pytest.mark.parametrize(
    "value", [{"seed": -1}, {"seed": None}, {"omega_t_max": -5.0}, {"omega_t_max": None}]
)
def test_what_is_typed_out_of_range_is_refused_by_the_configuration(value):
    with pytest.raises(ParameterError, match=f"{next(iter(value))} = .* must be"):
        _ = State(**value).config


def test_the_page_opens_at_the_papers_time_or_the_last_one_before_it(result):
    state = State()
    assert state.omega_t == 100
    state.show(result, "here")
    assert state.omega_t == result.omega_t[-1] < 100
    assert state.result is result
    assert state.origin == "here"


def test_showing_another_result_stays_at_the_time(result):
    state = State()
    state.show(result, "first")
    state.omega_t = 3.0
    state.show(result, "second")
    assert state.omega_t == 3.0


def test_showing_a_shorter_result_goes_to_its_last_time(result):
    state = State()
    state.show(result, "first")
    state.omega_t = 80.0
    state.show(result, "second")
    assert state.omega_t == result.omega_t[-1]


def test_result_origin_and_time_change_at_once(result):
    state, seen = State(), []
    state.param.watch(lambda *events: seen.append({e.name for e in events}), ["result", "origin", "omega_t"])
    state.show(result, "here")
    assert seen == [{"result", "origin", "omega_t"}]
