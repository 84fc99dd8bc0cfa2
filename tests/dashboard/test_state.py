import math

import numpy as np
import pytest

from crviz import Config, library, load
from crviz.checks import ParameterError
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State
from crviz.jobs import Limits
from crviz.parameters import RL_OVER_LC, SIGMA2, backtracking_times


def test_the_defaults_are_the_papers_turbulence_seen_by_two_coarser_grids():
    assert State().config == Config(nside=16, grids="cross")


def test_the_defaults_describe_the_turbulence_that_is_shipped():
    ours, shipped = State().config, load(library.reference()).config
    for name in ("sigma2", "rl_over_lc", "gamma", "lambda_min", "lambda_max", "n_modes", "seed"):
        assert getattr(ours, name) == getattr(shipped, name)


def test_what_is_set_is_what_would_run():
    settings = {
        **{"sigma2": 0.1, "rl_over_lc": 1.0, "gamma": 3.0, "lambda_min": 0.1, "lambda_max": 10.0},
        **{"n_modes": 50, "nside": 8, "grids": "single", "seed": 5},
    }
    state = State(**settings, omega_t_max=30.0)
    assert {*settings, "turbulence", "omega_t_max", "realizations"} == set(state.of_a_run)
    assert state.config == Config(**settings, omega_t=backtracking_times(30.0))


def test_what_is_a_view_only_never_asks_for_another_run():
    state = State()
    before = state.config
    state.param.update(theta=40, phi=10, p=0.3, form="self-consistent", estimator="plateau", omega_t=3.0)
    state.param.update(observed="none", normalization="absolute", d_ell=True, dark=True)
    state.param.update(realizations=7, realization=2)
    state.param.update(smooth=True, without_dipole=True, analytic=True)
    assert state.config == before


def test_the_controls_stand_where_a_stored_run_was_made():
    state = State()
    state.take(Config(sigma2=0.037, rl_over_lc=0.4871))
    assert (state.sigma2, state.rl_over_lc) == (0.037, 0.4871)


def test_the_direction_of_the_gradient_is_given_in_radians():
    assert State(theta=90, phi=180).gradient == pytest.approx((math.pi / 2, math.pi))


def test_sliders_run_over_decades_and_hold_the_defaults():
    for values, low, high, default in (
        (SIGMA2.control.values, 0.01, 10, 1.0),
        (RL_OVER_LC.control.values, 0.001, 10, 0.1),
    ):
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
    "value", [{"seed": -1}, {"seed": None}, {"omega_t_max": -5.0}, {"omega_t_max": None}, {"n_modes": 0}]
)
def test_what_is_typed_out_of_range_is_refused_by_the_configuration(value):
    with pytest.raises(ParameterError, match=f"{next(iter(value))} = .* must be"):
        _ = State(**value).config


# --- values that come from outside


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("theta", 33, 33.0),
        ("theta", 91, 90.0),
        ("theta", -1, 0.0),
        ("phi", 1e9, 360.0),
        ("p", 1, 0.98),
        ("p", 0, 0.02),
        ("omega_t", -3.0, 0.001),
        ("realization", 2.0, 2),
        ("realization", -4, 0),
        ("realization", None, None),
        ("n_modes", 150.0, 150),
        ("smooth", 1, True),
        ("nside", 32, 32),
        ("form", "self-consistent", "self-consistent"),
        ("gamma", 1e6, 1e6),  # refused with a sentence by the configuration
        ("seed", None, None),
    ],
)
def test_a_value_from_outside_is_taken_as_far_as_it_is_allowed(key, value, taken):
    state = State()
    state.set(key, value)
    assert getattr(state, key) == taken


@pytest.mark.parametrize(
    ("key", "value"), [("form", "of my own"), ("estimator", "guess"), ("grids", "three"), ("form", None)]
)
def test_a_word_that_is_none_of_the_choices_changes_nothing(key, value):
    state = State()
    before = getattr(state, key)
    state.set(key, value)
    assert getattr(state, key) == before


@pytest.mark.parametrize(
    ("value", "taken"), [(0.1234, 0.1234), (1e9, 10.0), (1e-9, 0.01), (0, 0.01), (-3.0, 0.01), (1, 1.0)]
)
def test_a_number_between_the_sliders_values_stays_and_one_beyond_them_goes_to_the_end(value, taken):
    state = State()
    state.set("sigma2", value)
    assert state.sigma2 == taken


@pytest.mark.parametrize(("key", "value"), [("theta", "north"), ("seed", []), ("p", {}), ("b0", True)])
def test_what_is_no_value_at_all_changes_nothing(key, value):
    state = State()
    before = state.param.values()
    state.set(key, value)
    assert state.param.values() == before


def test_there_is_nothing_else_to_set():
    with pytest.raises(KeyError):
        State().set("nothing", 1)


# --- showing


def test_the_page_opens_at_the_papers_time_or_the_last_one_before_it(result):
    state, shown = State(), LabelledSource(result, "here")
    assert state.omega_t == 100
    state.show(shown)
    assert state.omega_t == result.omega_t[-1] < 100
    assert state.shown is shown
    assert (shown.config, shown.source) == (result.config, result)


def test_showing_another_result_stays_at_the_time(result):
    state = State()
    state.show(LabelledSource(result, "first"))
    state.omega_t = result.omega_t[5]
    state.show(LabelledSource(result, "second"))
    assert state.omega_t == result.omega_t[5]


def test_where_another_result_has_other_times_its_nearest_is_what_all_speak_of(result):
    state = State(omega_t=3.0)
    assert 3.0 not in result.omega_t
    state.show(LabelledSource(result, "here"))
    assert state.omega_t == result.spectrum("parallel", omega_t=3.0).omega_t


def test_showing_a_shorter_result_goes_to_its_last_time(result):
    state = State()
    state.show(LabelledSource(result, "first"))
    state.omega_t = 80.0
    state.show(LabelledSource(result, "second"))
    assert state.omega_t == result.omega_t[-1]


def test_result_and_time_change_at_once(result):
    state, seen = State(), []
    state.param.watch(lambda *events: seen.append({e.name for e in events}), ["shown", "omega_t"])
    state.show(LabelledSource(result, "here"))
    assert seen == [{"shown", "omega_t"}]


def test_what_is_beyond_the_limits_makes_no_configuration(monkeypatch):
    """One of a million waves takes a fifth of a second, at every move of a slider."""
    state = State(n_modes=1_000_000)
    assert state.config.n_modes == 1_000_000
    state.limits = Limits.public()
    monkeypatch.setattr("crviz.dashboard.state.Config", None)
    with pytest.raises(ParameterError, match=r"^n_modes = 1000000 is above 2000, the limit of this server: "):
        _ = state.config
