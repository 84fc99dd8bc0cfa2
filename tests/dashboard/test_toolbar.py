"""The words above the plots: what is shown, how far a run is, and what went wrong."""

import pytest

from crviz import Config
from crviz.dashboard import presets
from crviz.dashboard.best_known import BestKnown, from_atlas
from crviz.dashboard.toolbar import SPEC, job_words, presses, said, shown_words
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
    assert shown_words(state.shown) == "σ² = 1, r_L = 0.1 L_c: made for the tests"
    shown = from_atlas(Config(sigma2=0.123456, rl_over_lc=0.4871))
    assert shown_words(shown).startswith("σ² = 0.123456, r_L = 0.4871 L_c: ")
    # not by those that are set: these are beyond the atlas
    shown = from_atlas(Config(sigma2=0.01, rl_over_lc=0.1))
    assert shown_words(shown).startswith("σ² = 0.05, r_L = 0.1 L_c: the nearest point of the atlas")


@pytest.fixture
def session(state, join, fake):
    return join(state, fake)


def test_words_follow_what_is_shown_the_run_and_the_notice(state, session):
    state.show(from_atlas(Config(sigma2=0.5)))
    texts = said(state, session)
    assert texts["what"] == "σ² = 0.5, r_L = 0.1 L_c: from the atlas"
    assert (texts["job"], texts["notice"], texts["progress"]) == ("", "", None)
    session.status = Status(CONFIG, "running", 20, done=5)
    assert said(state, session)["job"].startswith("running: 5 of 20")
    assert said(state, session)["progress"] == 0.25
    session.status = Status(CONFIG, "finished", 20, done=20)
    assert said(state, session)["progress"] is None
    session.notice = "seed = -1 must be 0 at least."
    assert said(state, session)["notice"] == "seed = -1 must be 0 at least."


def test_presets_are_chosen_by_name(state, session):
    BestKnown(state, None)
    presses(state, session)["preset:High rigidity"]()
    assert (state.sigma2, state.rl_over_lc) == (1.0, 2.0)
    assert said(state, session)["what"] == "σ² = 1, r_L = 2 L_c: from the atlas"


def test_all_presets_are_offered(state, session):
    (menu,) = [c for group in SPEC for c in group["controls"] if c["kind"] == "menu"]
    assert [words for words, _ in menu["options"]] == list(presets.PRESETS)
    assert {key for _, key in menu["options"]} <= set(presses(state, session))


def test_a_notice_that_is_put_away_can_come_again(state, session):
    session.notice = "seed = -1 must be 0 at least."
    presses(state, session)["notice"]()
    assert said(state, session)["notice"] == ""
    session.notice = "seed = -1 must be 0 at least."
    assert said(state, session)["notice"] == "seed = -1 must be 0 at least."
