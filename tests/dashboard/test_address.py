"""What an address sets, value by value, and what becomes of values that cannot be."""

import math

import numpy as np
import pytest

from crviz import Config
from crviz.dashboard import address, description
from crviz.dashboard.controls import Controls
from crviz.dashboard.state import State, on_page
from crviz.jobs import Limits
from crviz.parameters import CONFIGURATION, REQUEST, VIEW


def restored(**values):
    """A state from an address, and the notice."""
    state = State()
    notice = address.restore(state, {key: [str(value).encode()] for key, value in values.items()})
    return state, notice


#: Every key of an address with a value that is none of the defaults, as the browser writes it.
ALL = {
    "sigma2": ("0.1", 0.1),
    "rl_over_lc": ("2", 2.0),
    "gamma": ("3.5", 3.5),
    "lambda_min": ("0.02", 0.02),
    "lambda_max": ("50", 50.0),
    "n_modes": ("150", 150),
    "nside": ("32", 32),
    "grids": ("single", "single"),
    "seed": ("7", 7),
    "theta": ("33.5", 33.5),
    "phi": ("211", 211.0),
    "p": ("0.62", 0.62),
    "b0": ("5.5", 5.5),
    "lc": ("30", 30.0),
    "T": ("12.5", 12.5),
    "form": ("self-consistent", "self-consistent"),
    "analytic": ("true", True),
    "estimator": ("plateau", "plateau"),
    "realizations": ("5", 5),
    "omega_t_max": ("30", 30.0),
    "realization": ("3", 3),
    "without_dipole": ("true", True),
    "smooth": ("7.5", 7.5),
    "limit": ("12.5", 12.5),
    "drawn": ("pixels", "pixels"),
    "beside": ("across", "across"),
    "beside_time": ("30", 30.0),
    "beside_field": ("4", 4),
    "observed": ("hawc-icecube-10,icecube-13", "hawc-icecube-10,icecube-13"),
    "normalization": ("dipole", "dipole"),
    "d_ell": ("true", True),
}


def named(key):
    return {"T": "omega_t"}.get(key, key)


def test_every_key_is_restored_to_its_value_and_type():
    state, notice = restored(**{key: text for key, (text, _) in ALL.items()})
    assert notice == ""
    for key, (_, value) in ALL.items():
        taken = getattr(state, named(key))
        assert taken == value, key
        assert type(taken) is type(value), key


def test_links_of_before_spectra_had_windows_show_what_they_showed():
    for query, observed, normalization in (
        ({"observed": "true", "normalized": "true"}, "hawc-icecube-10,icecube-13", "dipole"),
        ({"observed": "false", "normalized": "false"}, "none", "absolute"),
    ):
        state, notice = restored(**query)
        assert notice == ""
        assert (state.observed, state.normalization) == (observed, normalization)


def test_links_of_before_smoothing_had_a_radius_mean_ten_degrees():
    assert [restored(smooth=word)[0].smooth for word in ("true", "false")] == [10, 0]
    assert restored(smooth="true")[1] == restored(smooth="1")[1] == ""
    assert restored(smooth="1")[0].smooth == 1


#: Every number of an address that is chosen freely, between the marks of its slider where it has one.
AWKWARD = {
    "sigma2": 0.037,
    "rl_over_lc": 0.4871,
    "gamma": 11 / 3.1,
    "lambda_min": 0.012345678901234567,
    "lambda_max": 87.65,
    "n_modes": 137,
    "seed": 987654321,
    "realizations": 13,
    "omega_t_max": 33.3333,
    "theta": 12.5,
    "phi": 211.37,
    "b0": 4.871,
    "lc": 33.33,
    "p": 0.4871,
    "T": 20.123,
    "realization": 17,
    "smooth": 12.3,
    "limit": 0.0123456789,
    "beside_time": 17.77,
    "beside_field": 23,
}
IN_LINKS = [each for each in (*CONFIGURATION, *Config().parameters, *REQUEST, *VIEW) if each.link]
NUMBERS = {each.link: each for each in IN_LINKS if each.kind in (int, float) and each.name != "nside"}


def test_every_number_of_the_table_is_restored_as_it_is_written():
    assert AWKWARD.keys() == NUMBERS.keys()


@pytest.mark.parametrize("key", NUMBERS)
def test_a_number_is_taken_to_its_last_digit_and_without_a_word(key):
    state, notice = restored(**{key: AWKWARD[key]})
    assert notice == ""
    assert getattr(state, named(key)) == AWKWARD[key]
    # what the browser is given, and writes into a link again
    specs = [group for groups in description.controls().values() for group in groups]
    assert {**Controls(state, specs).values, "T": state.omega_t}[key] == AWKWARD[key]


def test_a_link_knows_all_that_can_be_set_by_hand():
    # what is shown and the theme are no settings; a single kind of turbulence is no choice
    assert {named(key) for key in ALL} == {each.name for each in on_page()} - {"turbulence"}


def test_an_address_without_keys_sets_nothing():
    state, notice = restored()
    assert notice == ""
    assert state.param.values().items() >= {(n, State.param[n].default) for n in ("sigma2", "seed", "p")}


def test_foreign_keys_are_nobodys_business():
    state, notice = restored(utm_source="mail", sigma="3", dark="true", shown="1")
    assert notice == ""
    assert (state.sigma2, state.dark, state.shown) == (1.0, False, None)


def test_the_last_of_equal_keys_counts():
    state = State()
    address.restore(state, {"theta": [b"10", b"20"]})
    assert state.theta == 20


@pytest.mark.parametrize(
    ("key", "text", "taken"),
    [
        ("theta", "91", 90.0),
        ("theta", "-0.5", 0.0),
        ("phi", "1e9", 360.0),
        ("p", "1", 0.98),
        ("p", "0", 0.02),
        ("T", "-3", 0.001),
        ("realization", "-4", 0),
        ("sigma2", "11", 10.0),
        ("sigma2", "0", 0.01),
        ("sigma2", "-1", 0.01),
        ("rl_over_lc", "0.00095", 0.001),
        ("nside", "1024", 64),
    ],
)
def test_what_is_out_of_range_goes_to_its_end_and_the_notice_says_so(key, text, taken):
    state, notice = restored(**{key: text})
    assert getattr(state, named(key)) == taken
    assert notice == f"The link has {key} = {float(text):g}, which is out of range; {taken:g} is used."


@pytest.mark.parametrize(("asked", "taken"), [(500.0, 300.0), (0.01, 0.3)])
def test_a_time_beyond_what_is_shown_goes_to_its_end_and_the_notice_says_so(asked, taken):
    state = State(omega_t=asked)
    notice = address.reach(state, asked, np.array([0.3, 20.0, 300.0]))
    assert state.omega_t == taken
    assert notice == f"The link asks for T = {asked:g}, which was not recorded; {taken:g} is shown."


@pytest.mark.parametrize(("asked", "said", "taken"), [(20, "20", 21.59057), (0.31234, "0.31234", 0.3)])
def test_between_two_recorded_times_the_nearest_is_taken_and_the_notice_says_so(asked, said, taken):
    state = State(omega_t=asked)
    notice = address.reach(state, asked, np.array([0.3, 21.59057, 300.0]))
    assert state.omega_t == taken
    assert notice == f"The link asks for T = {said}; the nearest recorded time, {taken:.5g}, is shown."


@pytest.mark.parametrize(("asked", "taken"), [(0.3, 0.3), (21.591, 21.59057), (300.001, 300.0)])
def test_a_recorded_time_of_five_digits_or_all_is_taken_without_a_word(asked, taken):
    state = State(omega_t=asked)
    assert address.reach(state, asked, np.array([0.3, 21.59057, 300.0])) == ""
    assert state.omega_t == taken


@pytest.mark.parametrize(("key", "text", "taken"), [("nside", "20", 16), ("n_modes", "150.7", 150)])
def test_what_lies_between_two_values_goes_to_one_of_them_and_the_notice_says_so(key, text, taken):
    state, notice = restored(**{key: text})
    assert getattr(state, key) == taken
    assert notice == f"The link has {key} = {text}, which lies between two allowed values; {taken} is used."


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("theta", "north"),
        ("theta", "nan"),
        ("sigma2", "inf"),
        ("seed", ""),
        ("form", "of my own"),
        ("estimator", "1"),
        ("grids", "two, one of them rotated"),
        ("smooth", "True"),
        ("without_dipole", "1"),
    ],
)
def test_what_is_no_value_is_left_out_with_a_notice(key, text):
    state, notice = restored(**{key: text})
    assert getattr(state, key) == State.param[key].default
    assert notice == f"The link has {key} = {text!r}, which is not a valid value; it is ignored."


def test_bytes_that_are_no_text_are_left_out():
    state = State()
    notice = address.restore(state, {"theta": [b"\xff\xfe"], "phi": [b"20"]})
    assert (state.theta, state.phi) == (0, 20)
    assert notice.startswith("The link has theta = ")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("gamma", "-3"),
        ("lambda_min", "200"),  # above the longest wave
        ("lambda_max", "0.001"),
        ("n_modes", "0"),
        ("n_modes", "1e12"),  # more than there is memory for
        ("seed", "-1"),
        ("omega_t_max", "-5"),
        ("omega_t_max", "1e15"),  # more steps than are ever done
        ("realizations", "0"),
        ("realizations", "1e9"),
    ],
)
def test_what_no_run_could_have_is_left_out_so_that_something_can_be_shown(key, text):
    state, notice = restored(**{key: text}, theta=30)
    assert getattr(state, key) == State.param[key].default
    assert state.config == State().config
    assert state.theta == 30
    assert notice.endswith(f"The link's value of {key} is ignored.")
    assert "must" in notice or "more than" in notice or "at most" in notice


def test_one_impossible_value_of_the_turbulence_voids_no_other():
    state, notice = restored(lambda_min=-1, lambda_max=50, gamma=3.5, sigma2=0.1)
    assert (state.lambda_min, state.lambda_max, state.gamma, state.sigma2) == (0.01, 50, 3.5, 0.1)
    assert notice.count("ignored") == 1


def test_many_bad_keys_void_no_good_one():
    bad = {"sigma2": "-1", "gamma": "-3", "theta": "north", "p": "7", "seed": "-2", "nside": "5", "T": "nan"}
    good = {"rl_over_lc": "2", "phi": "40", "estimator": "none", "smooth": "true"}
    state, notice = restored(**bad, **good)
    assert (state.rl_over_lc, state.phi, state.estimator, state.smooth) == (2.0, 40.0, "none", 10)
    for key in bad:
        assert f"{key} = " in notice
    assert not math.isnan(state.omega_t)
    assert state.config.rl_over_lc == 2.0


@pytest.mark.parametrize(("key", "value"), [("n_modes", "1000000"), ("omega_t_max", "10000")])
def test_what_a_server_does_not_compute_is_left_out_of_a_link(key, value):
    state = State()
    state.limits = Limits.public()
    notice = address.restore(state, {key: [value.encode()]})
    assert f"{key} = {value} is above " in notice
    assert notice.endswith(f"The link's value of {key} is ignored.")
    assert getattr(state, key) == State.param[key].default
