"""A visitor's page, by what its session tells the browser."""

import types

import pytest
from panel.io.state import set_curdoc

from crviz import Config, library, run
from crviz.dashboard import wire
from crviz.dashboard.controls import group
from crviz.dashboard.page import Visit
from crviz.dashboard.state import State
from crviz.library import Library
from crviz.parameters import VIEW

STORED = Config(sigma2=0.5, nside=2, omega_t=(1.0, 10.0), seed=3)


@pytest.fixture
def opened(fake, document, tmp_path):
    """Opens pages by their links, {key: value}, each with one library."""
    fake.quick, fake.library = types.SimpleNamespace(submit=lambda *_: None), Library(tmp_path)
    visits = []

    def opened(**link):
        with set_curdoc(document):
            visits.append(Visit(fake, {key: [str(value).encode()] for key, value in link.items()}))
        return visits[-1]

    yield opened
    for visit in visits:
        visit.close()


def hear(visit, **message):
    """What the browser says."""
    visit.hub._handle_msg(message)


def press(visit, key):
    hear(visit, kind=wire.PRESS, key=key)


@pytest.mark.parametrize(
    "sigma2", [1.0, 0.5, 0.7]
)  # shipped, stored, and a place between points of the atlas
def test_what_was_pinned_can_be_pinned_again_in_another_session(opened, sigma2):
    before = opened(sigma2=sigma2, estimator="eq9")
    if sigma2 == STORED.sigma2:
        before.manager.library.put(run(STORED, 2))
        before.best_known.look()
    press(before, "pin")
    again = before.hub.pinned["again"]
    after = opened(sigma2=2.0)
    hear(after, kind=wire.PIN, **again)
    assert after.state.pinned[0].digest == before.state.pinned[0].digest == after.hub.pinned["digest"]
    assert after.state.pinned[1] == before.state.pinned[1]
    assert after.hub.pinned["again"] == again
    assert after.session.notice == ""


@pytest.mark.parametrize("sigma2", [0.5, -1.0])
def test_what_is_not_there_any_more_is_said(opened, sigma2):
    visit = opened(theta=200)  # which has a notice of its own
    before = visit.session.notice
    place = {"sigma2": sigma2, "rl_over_lc": 0.1}
    hear(visit, kind=wire.PIN, digest="0" * 32, estimator="cross", **place)
    what = f"The pinned result (σ² = {sigma2:g}, r_L = 0.1 L_c)"
    gone = f"{what} is not stored here, so it is no longer pinned."
    assert visit.session.notice == f"{before} {gone}"
    assert visit.state.pinned is None
    assert visit.hub.pinned == {}


def test_a_pin_is_taken_away_by_its_button(opened):
    visit = opened()
    press(visit, "pin")
    assert visit.state.pinned[0] is library.shipped()
    press(visit, "pin")
    assert visit.state.pinned is None
    assert visit.hub.pinned == {}


def test_who_asks_whether_anybody_is_there_is_answered(opened, monkeypatch):
    visit, sent = opened(), []
    monkeypatch.setattr(visit.hub, "_send_event", lambda kind, data: sent.append(data))
    hear(visit, kind=wire.BEAT)
    assert sent == [{"kind": wire.BEAT}]


#: Another value than the default of each parameter of the view that has an input.
OTHER = {"form": "self-consistent", "estimator": "eq9", "observed": "none", "normalization": "absolute"}
OTHER |= {
    "smooth": 5.0,
    "limit": 3.0,
    "drawn": "pixels",
    "beside": "field",
    "beside_time": 3.0,
    "beside_field": 2,
}
OTHER |= {"theta": 40.0, "phi": 50.0, "p": 0.3, "b0": 3.0, "lc": 10.0, "realization": 2}


@pytest.mark.parametrize("parameter", [each for each in VIEW if each.name != "omega_t"], ids=lambda p: p.name)
def test_inputs_that_the_server_must_answer_are_those_that_wait_for_a_connection(opened, parameter):
    """All others move what the browser draws by itself."""

    def told():
        """What the browser holds; arrays by which they are."""
        hub = visit.hub
        return [id(hub.tensors), hub.analytic, hub.sky.get("id"), hub.awaited, hub.texts["energy"]]

    visit = opened(beside="field" if parameter.name == "beside_field" else "nothing")
    before = told()
    hear(visit, kind=wire.SET, key=parameter.name, value=OTHER.get(parameter.name, True))
    (spec,) = [each for each in group(parameter.group) if each["key"] == parameter.name]
    assert spec.get("asks", False) == (told() != before)


def test_what_defines_a_run_waits_for_a_connection():
    for name in ("Physics", "Turbulence", "Run"):
        assert all(each["asks"] for each in group(name))


def test_a_run_under_way_is_not_said_to_go_on_where_nobody_knows(opened):
    visit = opened()
    assert "job" not in visit.hub.texts["lost"]
    press(visit, "run")
    assert visit.hub.texts["job"].startswith("waiting: ")
    assert visit.hub.texts["lost"]["job"].startswith("The progress of the run")
    assert visit.hub.texts["lost"]["progress"] is None


# --- limits, and runs under way


def test_a_page_that_opens_joins_the_run_of_its_link_and_starts_none(opened, fake):
    assert not opened(seed="3").session.busy
    config = State(seed=3).config
    fake.under_way = fake.request(config, 7)
    visit = opened(seed="3")
    assert visit.session.busy
    assert len(fake.requests) == 1
    assert "0 of 7 realisations" in visit.hub.texts["job"]


def test_what_a_server_does_not_compute_stands_beside_run_at_once(opened, fake):
    fake.limits = fake.limits.but(waves=300)
    visit = opened()
    visit.state.n_modes = 1_000_000
    said = visit.hub.texts["cost"]
    assert said.startswith(
        "n_modes = 1000000 is above 300, the limit of this server: run it yourself with `crviz run "
    )
    visit.session.run()
    assert visit.session.notice == said
    assert fake.requests == []


def test_orbits_that_would_take_long_are_not_followed_for_a_look(opened, fake):
    fake.limits = fake.limits.but(look=0)
    visit = opened()
    hear(visit, kind=wire.DIRECTION, theta=1.0, phi=2.0)
    assert visit.orbits.plot.message == "These orbits take too long to be followed for a look."
