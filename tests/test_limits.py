import contextlib
import dataclasses
import math
import re
import shlex

import pytest

from crviz import Config, backtracking_times, ensemble
from crviz.checks import ParameterError
from crviz.cli.obeying import _parser
from crviz.cli.run import _config
from crviz.dashboard import Service
from crviz.jobs import Limits, Manager
from crviz.jobs.limits import ASSUMED_RATE, memory_of

TINY = Config(nside=1, n_modes=10, omega_t=(0.5, 1.0))
NONE = Limits(**{each.name: math.inf for each in dataclasses.fields(Limits)})

#: A configuration for each limit of one run, and the limit that it is just beyond.
BEYOND = {
    "nside": (TINY.replace(nside=2), {"nside": 1}),
    "n_modes": (TINY, {"waves": 9}),
    "omega_t": (TINY, {"omega_t": 0.99}),
    "realizations": (TINY, {"realizations": 2}),
    "work": (TINY, {"minutes": 2.9 * ensemble.work(TINY) / (60 * ASSUMED_RATE)}),
    "memory": (TINY, {"memory": 0.99 * memory_of(TINY, 3)}),
}


def read_back(command):
    """The configuration and the realisations that the command line understands."""
    program, *words = shlex.split(command)
    assert program == "crviz"
    options, further = _parser().parse_known_args(words)
    if further:
        options.further(further, options)
    return _config(options), options.realizations


@pytest.mark.parametrize("case", BEYOND)
def test_a_run_beyond_a_limit_is_refused_in_a_sentence_with_the_command_that_makes_it(case):
    config, changes = BEYOND[case]
    with pytest.raises(ParameterError) as refusal:
        NONE.but(**changes).check(config, 3)
    name = {"work": "realizations", "memory": "realizations"}.get(case, case)
    assert refusal.value.parameter == name
    assert re.fullmatch(
        rf"{name} = \S+ .*, the limit of this server: .*run it yourself with `.*`\.", str(refusal.value)
    )
    assert read_back(str(refusal.value).split("`")[1]) == (config, 3)
    NONE.but(**{key: 1.02 * value if value > 10 else value + 1 for key, value in changes.items()}).check(
        config, 3
    )


@pytest.mark.parametrize(
    "config",
    [
        Config(),
        Config(sigma2=0.3, rl_over_lc=1e-12, grids="cross", seed=7, step=0.013),
        Config(omega_t=backtracking_times(250.0)),
        Config(omega_t=backtracking_times(1.0, 5)),
        Config(omega_t=(0.1, 1 / 3, 7.0)),
        Config(gamma=3.1, n_modes=12, lambda_min=0.5),
    ],
    ids=repr,
)
def test_the_command_of_a_configuration_makes_its_very_numbers(config):
    read, realizations = read_back(config.command(5))
    assert read.digest == config.digest
    assert realizations == 5


def test_what_is_at_its_default_is_not_in_the_command():
    assert Config().command(20) == "crviz run run.nc --realizations 20"


def test_values_that_alone_are_too_much_are_refused_before_a_configuration_is_made():
    with pytest.raises(ParameterError, match=r"^n_modes = 1000000 is above 2000, .* --n-modes 1000000 "):
        Limits.public().check_settings({"n_modes": 1_000_000, "realizations": 3})
    with pytest.raises(ParameterError, match=r"^omega_t_max = 10000 is above 1000, "):
        Limits.public().check_settings({"omega_t_max": 1e4})
    Limits.public().check_settings({"n_modes": None, "omega_t_max": None})


def test_the_request_that_stopped_a_server_is_refused_to_strangers_and_at_home():
    """A million waves to Omega T = 1e4, on the page's grid and in its number of fields."""
    values = {"n_modes": 1_000_000, "omega_t": (1e4,), "nside": 16, "grids": "cross"}
    config = Config(**values)
    for limits in (Limits.public(), Limits.home()):
        with pytest.raises(ParameterError, match="run it yourself"):
            limits.check(config, 20)


def test_what_the_page_begins_with_is_allowed_to_strangers():
    Limits.public().check(Config(nside=16, grids="cross"), 20)


def test_home_is_no_stricter_than_public():
    home, public = Limits.home(memory=math.inf, memory_in_all=math.inf), Limits.public()
    for each in dataclasses.fields(Limits):
        assert getattr(home, each.name) >= getattr(public, each.name)


def test_who_may_come_decides_which_limits_there_are():
    assert Service(public=True).most == Limits.public()
    assert Service(address="0.0.0.0").most == Limits.public()
    assert Service().most.nside == Limits.home().nside
    assert Service(public=True, limits={"nside": 128}).most == Limits.public(nside=128)


@pytest.mark.parametrize("value", [-1.0, math.nan, -math.inf])
def test_a_limit_that_is_none_is_refused_by_the_name_of_its_option(value):
    with pytest.raises(ParameterError, match=r"^most_nside = "):
        Limits.home(nside=value)


def test_the_command_line_sets_limits_by_their_names(call):
    done = call("serve", "--no-show", "--most-of-address", "-2")
    assert (done.status, done.err) == (
        2,
        "crviz serve: --most-of-address: most_of_address = -2 must be a finite number at least 0.\n",
    )


# --- of those who ask


@pytest.fixture
def held(monkeypatch):
    """Makes managers whose jobs do not begin."""
    monkeypatch.setattr(Manager, "_step", lambda manager, job: job.ended.set())
    with contextlib.ExitStack() as stack:

        def held(**limits):
            manager = Manager(None, 1, NONE.but(**limits))
            stack.callback(manager.close)
            return manager

        yield held


def full(manager, **who):
    """What the next one who asks is told."""
    with pytest.raises(ParameterError) as refusal:
        manager.request(TINY.replace(seed=99), 1, **who)
    assert f"run it yourself with `{TINY.replace(seed=99).command(1)}`." in str(refusal.value)
    return str(refusal.value)


def test_a_visitor_an_address_and_a_server_have_so_many_runs(held):
    manager = held(of_visitor=2, of_address=3, in_all=4)
    jobs = [manager.request(TINY.replace(seed=seed), 1, None, "a", "here") for seed in range(2)]
    assert full(manager, key="a", address="here").startswith(
        "runs = 2 of one visitor are under way, the limit"
    )
    manager.request(TINY.replace(seed=2), 1, None, "b", "here")
    assert full(manager, key="c", address="here").startswith(
        "runs = 3 of one address are under way, the limit"
    )
    manager.request(TINY.replace(seed=3), 1, None, "c", "there")
    assert full(manager, key="d", address="elsewhere").startswith("runs = 4 in all are under way, the limit")
    assert (
        manager.request(TINY, 1, None, "d", "elsewhere") is jobs[0]
    )  # to look at what there is costs nothing
    manager.leave(jobs[1], "a")
    manager.request(TINY.replace(seed=5), 1, None, "d", "elsewhere")


def test_a_run_that_is_kept_counts_for_its_address(held):
    manager = held(of_address=1, keep_running=300)
    job = manager.request(TINY, 1, None, "gone", "here")
    manager.leave(job, "gone", keep=True)
    assert full(manager, key="back", address="here").startswith("runs = 1 of one address")


def test_all_runs_share_the_memory(held):
    one = memory_of(TINY, 1)
    manager = held(memory_in_all=2.5 * one)
    for seed in range(2):
        manager.request(TINY.replace(seed=seed), 1)
    left = f"the other runs under way (2) leave, {one / 2:.3g} GB"
    assert full(manager).startswith(f"realizations = 1 would take more memory than {left}")


def test_what_is_added_to_a_run_needs_memory_too(held):
    manager = held(memory_in_all=1.01 * (memory_of(TINY, 1) + memory_of(TINY, 1000)))
    manager.request(TINY.replace(seed=1), 1)
    job = manager.request(TINY, 1)
    manager.request(TINY, 1000)
    assert job.status.asked == 1000
    with pytest.raises(
        ParameterError, match=r"^realizations = 2000 would take more memory than the other runs"
    ):
        manager.request(TINY, 2000)
    assert manager.request(TINY, 5) is job
