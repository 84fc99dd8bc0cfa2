"""The buttons above the plots."""

import pytest

from crviz import Config
from crviz.dashboard import presets
from crviz.dashboard.best_known import SHIPPED, BestKnown, from_atlas
from crviz.dashboard.toolbar import SPEC, presses


@pytest.fixture
def session(state, join, fake):
    return join(state, fake)


def test_presets_are_chosen_by_name(state, session):
    BestKnown(state, None)
    presses(state, session)["preset:High rigidity"]()
    assert (state.sigma2, state.rl_over_lc) == (1.0, 2.0)
    assert (state.shown.config.sigma2, state.shown.config.rl_over_lc) == (1.0, 2.0)


def test_all_presets_are_offered(state, session):
    (menu,) = [c for group in SPEC for c in group["controls"] if c["kind"] == "menu"]
    assert [words for words, _ in menu["options"]] == list(presets.PRESETS)
    assert {key for _, key in menu["options"]} <= set(presses(state, session))


def test_a_notice_that_is_put_away_can_come_again(state, session):
    session.notice = "seed = -1 must be 0 at least."
    presses(state, session)["notice"]()
    assert session.notice == ""
    session.notice = "seed = -1 must be 0 at least."
    assert session.notice == "seed = -1 must be 0 at least."


def test_what_is_shown_can_be_set(state, session):
    state.show(from_atlas(Config(sigma2=0.5)))
    state.param.update(nside=64, omega_t_max=900.0)
    presses(state, session)["back"]()
    assert (state.sigma2, state.nside, state.omega_t_max) == (0.5, 16, 300.0)


def test_where_something_better_is_known_of_what_is_shown_that_is_shown_and_set(state, session):
    BestKnown(state, None)
    state.n_modes = 30  # which the atlas does not know
    assert "nearest point" in state.shown.origin
    presses(state, session)["back"]()
    assert (state.shown.origin, state.n_modes, state.nside) == (SHIPPED, 200, 32)
