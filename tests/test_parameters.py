"""The table of parameters: what is in it, what it refuses, and that nothing which is added to it moves what
is stored already."""

import dataclasses
import inspect
import math

import numpy as np
import pytest

import crviz
from crviz import Config, config, parameters
from crviz.checks import ParameterError, check_times
from crviz.cli import main
from crviz.dashboard import address
from crviz.dashboard.state import State
from crviz.parameters import CONFIGURATION, REQUEST, VIEW, Parameter

EVERYTHING = (*Config().parameters, *REQUEST, *VIEW)
NUMBERS = [each for each in (*Config().parameters, *REQUEST) if each.kind is float]

#: A default may change only together with the version of the numerics: then a line is added here.
FIRST = {
    **{"sigma2": 1.0, "rl_over_lc": 0.1, "turbulence": "isotropic", "gamma": 11 / 3},
    **{"lambda_min": 0.01, "lambda_max": 100.0, "n_modes": 200, "nside": 32, "grids": "single"},
    **{"step": None, "seed": 0, "omega_t": crviz.backtracking_times(100.0, 64)},
}
DEFAULTS = {1: FIRST, 2: FIRST}


def ids(parameter):
    return parameter.name if isinstance(parameter, Parameter) else str(parameter)


@pytest.mark.parametrize("parameter", EVERYTHING, ids=ids)
def test_every_parameter_says_what_it_is(parameter):
    assert parameter.help
    assert not parameter.help.endswith(".")
    if parameter.control is not None:
        assert parameter.label
        assert parameter.group
        assert parameter.link  # a link restores everything


@pytest.mark.parametrize("table", [Config().parameters, REQUEST, VIEW])
def test_names_and_keys_are_each_there_once(table):
    names = [parameter.name for parameter in table]
    assert len(set(names)) == len(names)


def test_no_two_parameters_share_a_key_in_a_link():
    keys = [parameter.link for parameter in EVERYTHING if parameter.link]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("parameter", EVERYTHING, ids=ids)
def test_a_default_is_a_value(parameter):
    assert parameter.check(parameter.default) == parameter.default


def test_defaults_change_only_with_the_numerics():
    now = {parameter.name: parameter.default for parameter in Config().parameters}
    assert now == DEFAULTS[config.NUMERICS_VERSION]


def test_help_shows_what_a_configuration_takes():
    taken = inspect.signature(Config).parameters
    assert {name: parameter.default for name, parameter in taken.items()} == DEFAULTS[config.NUMERICS_VERSION]
    assert all(name in Config.__doc__ for name in taken)


# --- a parameter that comes later


@pytest.fixture
def later(monkeypatch):
    """A parameter that today's results were computed without, with a default that leaves them as they are."""
    helicity = Parameter("helicity", 0.0, help="of the waves", at_least=-1, at_most=1)
    monkeypatch.setattr(config, "CONFIGURATION", (*CONFIGURATION, helicity))
    return helicity


def test_a_parameter_that_comes_later_leaves_every_digest_as_it_is(monkeypatch):
    settings = [{}, {"sigma2": 0.3}, {"grids": "cross", "omega_t": (1.0, 2.0)}, {"step": 0.01}]
    before = [Config(**each).digest for each in settings]
    helicity = Parameter("helicity", 0.0, help="of the waves", at_least=-1, at_most=1)
    monkeypatch.setattr(config, "CONFIGURATION", (*CONFIGURATION, helicity))
    assert [Config(**each).digest for each in settings] == before
    assert Config(helicity=0.0).digest == Config().digest
    assert Config(helicity=0.5).digest != Config().digest


def test_a_result_of_before_has_its_default(later):
    written = Config(sigma2=0.3).to_dict()
    assert written.pop("helicity") == 0.0
    assert Config.from_dict(written).helicity == 0.0
    with pytest.raises(ParameterError, match="helicity = 2 must be"):
        Config(helicity=2)


def test_it_is_an_option_of_the_command_line_and_in_what_is_told(later, tmp_path, capsys):
    out = str(tmp_path / "out.nc")
    tiny = ["--nside", "1", "--omega-t", "0.5", "--n-modes", "4", "--realizations", "1"]
    assert main(["run", out, *tiny, "--helicity", "0.5"]) == 0
    assert main(["info", out]) == 0
    assert "helicity     0.5" in capsys.readouterr().out
    assert main(["run", out, *tiny, "--helicity", "3"]) == 2
    assert "--helicity: helicity = 3 must be" in capsys.readouterr().err


# --- values that break arithmetic


EXTREMES = [5e-324, -5e-324, 1e-300, 1e308, -1e308, math.inf, -math.inf, math.nan, 10**400, True, None, "x"]


@pytest.mark.filterwarnings("error")  # numpy warns where arithmetic breaks
@pytest.mark.parametrize("value", EXTREMES, ids=lambda value: f"{str(value)[:8]}")
@pytest.mark.parametrize("parameter", Config().parameters, ids=ids)
def test_an_extreme_value_is_taken_or_refused_in_a_sentence(parameter, value):
    settings = {parameter.name: (value,) if parameter.kind is tuple else value}
    try:
        taken = Config(**settings)
    except ParameterError:
        with pytest.raises(ParameterError, match=rf"^({parameter.name}|lambda_min|omega_t) = "):
            Config(**settings)
    else:
        assert math.isfinite(taken.resolved_step)
        assert len(taken.digest) == 32


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", ["5e-324", "1e308", "-1", "0", "nan", "inf", "1e-300", "", "x", "9" * 400])
@pytest.mark.parametrize("key", [each.link for each in EVERYTHING if each.link])
def test_a_link_with_an_extreme_value_leads_to_something_that_can_be_shown(key, text):
    state = State()
    address.restore(state, {key: [text.encode()]})
    assert math.isfinite(state.config.resolved_step)


@pytest.mark.parametrize("text", ["5e-324", "1e308", "1e-300", "0", "-1"])
@pytest.mark.parametrize("parameter", NUMBERS, ids=ids)
def test_an_option_with_an_extreme_value_is_refused_by_its_name_and_nothing_else_is_said(
    parameter, text, tmp_path, capsys, recwarn
):
    """At worst it is taken: a field of sigma2 = 5e-324 is none."""
    tiny = ["--nside", "1", "--omega-t", "0.5", "--n-modes", "4", "--realizations", "1", "--threads", "1"]
    options = [word for word in tiny if parameter.name != "omega_t_max" or word not in ("--omega-t", "0.5")]
    status = main(["run", str(tmp_path / "out.nc"), *options, parameter.option, text])
    said = capsys.readouterr().err
    assert not [warning for warning in recwarn if issubclass(warning.category, RuntimeWarning)]
    if status:
        assert status == 2
        assert said.count("\n") == 1
        assert parameter.option in said or "--lambda-min" in said or "--omega-t" in said


def test_a_number_with_a_point_is_no_whole_number_and_shown_with_it():
    with pytest.raises(ParameterError, match=r"^nside = 16\.0 must be a whole number of at least 1\.$"):
        Config(nside=16.0)
    with pytest.raises(ParameterError, match=r"^n_modes = 200\.0 must be a whole number"):
        Config(n_modes=200.0)


@pytest.mark.parametrize("times", [np.array(3.0), 3.0, None, object(), np.array([[1.0, 2.0]]), "12", b"1"])
def test_what_is_no_sequence_of_times_is_refused(times):
    with pytest.raises(ParameterError, match=r"^omega_t = "):
        Config(omega_t=times)


def test_times_may_come_from_anything_that_yields_numbers():
    assert check_times("omega_t", (time for time in (1, 2.5))) == (1.0, 2.5)
    assert Config(omega_t=np.array([1.0, 2.0])).omega_t == (1.0, 2.0)


# --- a configuration


def test_a_configuration_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError, match="replace"):
        Config().sigma2 = 2.0


def test_a_configuration_is_equal_to_its_like_and_can_be_a_key():
    one, other = Config(sigma2=0.5, omega_t=[1, 2]), Config(sigma2=0.5, omega_t=(1.0, 2.0))
    assert one == other
    assert len({one, other, Config()}) == 2
    assert one != Config(sigma2=0.5)
    assert one != "Config(sigma2=0.5)"


def test_what_is_shown_of_a_configuration_makes_it_again():
    one = Config(sigma2=0.5, nside=8, grids="cross", omega_t=(1.0, 2.0), step=0.01)
    assert eval(repr(one), {"Config": Config}) == one
    assert repr(Config()) == "Config()"


def test_an_unknown_parameter_is_named():
    with pytest.raises(ParameterError, match=r"^sigma3 = 1 is no parameter of a configuration"):
        Config(sigma3=1, zeta=2)


def test_the_page_sets_what_the_table_says():
    state = State()
    for parameter in (*REQUEST, *VIEW):
        if parameter.link and parameter.control:
            shown = parameter.control.default
            assert getattr(state, parameter.name) == (parameter.default if shown is None else shown)
    assert parameters.SIGMA2.control.values[-1] == 10.0
