"""A visitor's page, by what its session tells the browser."""

import types

import pytest
from panel.io.state import set_curdoc

from crviz import Config, library, run
from crviz.dashboard import wire
from crviz.dashboard.best_known import SHIPPED
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
def test_what_is_pinned_is_in_the_link(opened, sigma2):
    before = opened(sigma2=sigma2, estimator="eq9")
    if sigma2 == STORED.sigma2:
        before.manager.library.put(run(STORED, 2))
        before.best_known.look()
    press(before, "pin")
    link = before.hub.pinned["link"]
    after = opened(sigma2=2.0, pin=link)
    assert after.state.pinned[0].digest == before.state.pinned[0].digest == after.hub.pinned["digest"]
    assert after.state.pinned[1] == before.state.pinned[1]
    assert after.hub.pinned["link"] == link
    assert after.hub.texts["pinned_words"] == before.hub.texts["pinned_words"]
    assert after.session.notice == ""


@pytest.mark.parametrize(
    "pin", ["", "0", "a,b,c", "a,1,nan", "a,1,0.1,best", "a,1,0.1,cross,more", "a,-1,0.1"]
)
def test_a_pin_that_is_none_is_said(opened, pin):
    visit = opened(pin=pin)
    said = f"The link has pin = {pin!r}, which is not a valid value; it is ignored."
    assert (visit.session.notice, visit.state.pinned) == (said, None)


def test_a_pin_without_an_estimator_has_that_of_the_link(opened):
    pin = opened().state.shown.source.digest + ",1,0.1"
    assert opened(pin=pin, estimator="eq9").state.pinned == (library.shipped(), "eq9")


def test_a_pinned_result_is_waited_for_while_stored_files_are_looked_at(opened, document, monkeypatch):
    before = opened(sigma2=STORED.sigma2)
    before.manager.library.put(run(STORED, 2))
    before.best_known.look()
    press(before, "pin")
    known, waiting = Library.known, []
    monkeypatch.setattr(Library, "known", lambda self: ([], 1))
    monkeypatch.setattr(document, "add_timeout_callback", lambda call, _: waiting.append(call))
    visit = opened(sigma2=2.0, pin=before.hub.pinned["link"])
    assert (visit.state.pinned, visit.session.notice) == (None, "")
    monkeypatch.setattr(Library, "known", known)
    for call in waiting:
        call()
    assert visit.state.pinned[0].digest == before.state.pinned[0].digest


@pytest.mark.parametrize("sigma2", [0.5])
def test_what_is_not_there_any_more_is_said(opened, sigma2):
    before = opened(theta=200).session.notice  # one of its own
    visit = opened(theta=200, pin=f"{'0' * 32},{sigma2},0.1")
    what = f"The pinned result (σ² = {sigma2:g}, r_L = 0.1 L_c)"
    gone = f"{what} is not stored here, so it is no longer pinned."
    assert visit.session.notice == f"{before} {gone}"
    assert visit.state.pinned is None
    assert visit.hub.pinned == {}


def test_a_pin_is_said_and_taken_away_by_its_button_whatever_is_shown(opened):
    visit = opened()
    assert (visit.hub.texts["pin"], visit.hub.texts["swap"]) == (True, False)
    press(visit, "pin")
    assert visit.state.pinned[0] is library.shipped()
    assert (visit.hub.texts["pin"], visit.hub.texts["swap"]) == ({"label": "Unpin"}, True)
    assert visit.hub.texts["pinned_words"] == f"pinned: {visit.hub.texts['what']}"
    visit.state.sigma2 = 0.4
    press(visit, "pin")
    assert visit.state.pinned is None
    assert visit.hub.pinned == {}
    assert (visit.hub.texts["pin"], visit.hub.texts["pinned_words"]) == (True, "")


def test_pinned_and_shown_are_exchanged_and_so_is_what_is_set(opened):
    visit = opened(sigma2=0.4)
    state, atlas = visit.state, visit.state.shown
    press(visit, "pin")
    state.sigma2 = 1.0
    press(visit, "swap")
    assert state.shown is atlas
    assert (state.sigma2, state.pinned[0]) == (0.4, library.shipped())
    press(visit, "swap")
    assert (state.shown.source, state.shown.origin) == (library.shipped(), SHIPPED)
    assert (state.sigma2, state.nside, state.pinned[0]) == (1.0, 32, atlas.source)


@pytest.mark.parametrize("link", [{}, {"theme": "dark"}])
def test_a_page_without_a_link_opens_on_the_story(opened, link):
    state = opened(**link).state
    assert (state.theta, state.nside) == (90.0, 32)
    assert state.omega_t == pytest.approx(24, rel=0.05)  # the nearest recorded time
    assert state.shown.source is library.shipped()


@pytest.mark.parametrize("link", [{"T": 100}, {"p": 0.3}, {"normalized": "true"}, {"pin": "0"}])
def test_a_link_that_says_anything_has_the_papers_view_beside_it(opened, link):
    state = opened(**link).state
    assert (state.theta, state.nside) == (0.0, 16)
    assert state.omega_t == pytest.approx(100, rel=0.01)


def test_a_time_set_by_python_says_which_moves_it_knew_of(opened):
    """Else a time on its way to the browser takes the place of one that a hand has moved to meanwhile."""
    visit = opened(T=100)
    first, second = library.shipped().omega_t[[3, 30]].tolist()
    told = visit.hub.time
    hear(visit, kind=wire.TIME, omega_t=first, move=1)
    assert visit.state.omega_t == first
    assert visit.hub.time is told  # what a hand has set is no news to it
    visit.state.omega_t = second
    assert visit.hub.time == {"omega_t": second, "after": 1}
    hear(visit, kind=wire.TIME, omega_t=first, move=2)
    visit.state.omega_t = second
    assert visit.hub.time == {"omega_t": second, "after": 2}


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
