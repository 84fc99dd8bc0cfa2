"""The chip: what is shown, what agrees with it, and how far a run is."""

import pytest

from crviz import Config
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.chip import job_words, said, shown_words
from crviz.jobs import Status

CONFIG = Config()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "waiting"}, "waiting: 0 of 20 realisations"),
        ({"state": "running", "done": 3}, "running: 3 of 20 realisations"),
        (
            {"state": "running", "done": 3, "orbits_per_second": 12345.6, "seconds_left": 600.0},
            "running: 3 of 20 realisations · 12,346 orbits/s · 10 min left",
        ),
        (
            {"state": "finished", "done": 20, "orbits_per_second": 12345.6},
            "finished: 20 of 20 realisations",
        ),
        ({"state": "cancelled", "done": 7}, "cancelled: 7 of 20 realisations"),
    ],
)
def test_how_far_a_run_is(changes, words):
    status = Status(CONFIG, changes.pop("state"), 20, **changes)
    assert job_words(status) == words


def test_without_a_run_there_are_no_words():
    assert job_words(None) == ""


def test_what_is_shown_is_named_by_its_own_parameters(state):
    assert shown_words(state.shown) == "σ² = 1, r_L = 0.1 L_c: made for the tests, 3 fields, nside 4"
    shown = from_atlas(Config(sigma2=0.123456, rl_over_lc=0.4871))
    assert shown_words(shown).startswith("σ² = 0.123456, r_L = 0.4871 L_c: ")
    # not by those that are set: these are beyond the atlas
    shown = from_atlas(Config(sigma2=0.01, rl_over_lc=0.1))
    assert shown_words(shown).startswith("σ² = 0.05, r_L = 0.1 L_c: the nearest point of the atlas")


@pytest.fixture
def session(state, join, fake):
    return join(state, fake)


def test_words_follow_what_is_shown_and_the_run(state, session):
    state.show(from_atlas(Config(sigma2=0.5)))
    texts = said(state, session)
    assert texts["what"] == "σ² = 0.5, r_L = 0.1 L_c: from the atlas, 480 fields, nside 16"
    assert (texts["job"], texts["progress"]) == ("", None)
    session.status = Status(CONFIG, "running", 20, done=5)
    assert said(state, session)["job"].startswith("running: 5 of 20")
    assert said(state, session)["progress"] == 0.25
    session.status = Status(CONFIG, "finished", 20, done=20)
    assert said(state, session)["progress"] is None


def agreeing(state, session):
    """Values that agree with what is shown, by their keys."""
    return {key: values for key, _, values in said(state, session)["shown"]}


def test_of_a_run_its_own_physics_and_resolution_agree_and_no_others(state, session):
    found = agreeing(state, session)
    assert (found["sigma2"], found["gamma"], found["nside"], found["grids"]) == (
        [1.0],
        [11 / 3],
        [4],
        ["single"],
    )
    assert "seed" not in found
    assert "realizations" not in found


def test_what_the_server_knows_to_be_set_is_said_whatever_is_shown(state, session):
    state.sigma2, state.rl_over_lc = 0.01, 0.3
    assert said(state, session)["set"] == [0.01, 0.3]
    assert agreeing(state, session)["sigma2"] == [1.0]


def test_a_run_that_reaches_further_than_asked_for_agrees_and_one_that_ends_before_does_not(state, session):
    assert agreeing(state, session)["omega_t_max"] == [1.0]  # which is set, and 20 is shown
    state.omega_t_max = 30.0
    assert agreeing(state, session)["omega_t_max"] == [20.0]


def test_a_place_of_the_atlas_stands_for_runs_of_its_own_resolution_and_the_papers(state, session):
    state.show(from_atlas(Config(sigma2=0.5)))
    found = agreeing(state, session)
    assert (found["sigma2"], found["nside"], found["grids"]) == ([0.5], [16, 32], ["cross", "single"])


def test_the_nearest_point_of_the_atlas_is_not_what_is_set(state, session):
    state.sigma2 = 0.01  # which the atlas does not reach
    state.show(from_atlas(state.config))
    assert agreeing(state, session)["sigma2"] == [0.05]
