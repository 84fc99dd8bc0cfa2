import dataclasses

import numpy as np
import pytest
from panel.io.state import set_curdoc

from crviz import library
from crviz.dashboard import sky_feed
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.sky_feed import SkyFeed
from crviz.jobs import fine_skies
from crviz.jobs.limits import ASSUMED_RATE
from crviz.jobs.skies import Sky, rounded


class FakeHub:
    """What the browser would be told."""

    def __init__(self):
        self.sky, self.second, self.awaited, self.sent, self.handlers = {}, {}, {}, [], {}

    def on(self, kind, handler):
        self.handlers[kind] = handler

    def send(self, message):
        self.sent.append(message)

    def ask(self, index, name=None):
        """As the browser does; what it gets, or None."""
        self.sent.clear()
        self.handlers["sky"]({"kind": "sky", "id": name or self.sky["id"], "index": index})
        return self.sent[0] if self.sent else None


@pytest.fixture
def hub():
    return FakeHub()


@pytest.fixture
def feed(state, hub, fake, document):
    with set_curdoc(document):
        feed = SkyFeed(state, hub, fake)
    state.param.trigger("shown")
    return feed


def sky_of(config, realization, fill):
    """A sky in which every component has one value."""
    shape = (len(config.omega_t), 3, 12 * config.nside**2)
    return Sky(config, realization, *rounded(np.full(shape, fill, np.float32)))


def finish(fake, document, sky):
    """A sky that was asked for is there, and the visitor's turn."""
    fake.skies.ready[sky.config.digest, sky.realization] = sky
    fake.skies.requests[-1].tell()
    document.turn()


def computing(field, nside):
    """What is said of a sky that is on its way, and where there is no connection."""
    what = f"the sky of field {field} at nside {nside}"
    return {"words": f"computing {what} …", "lost": f"{what} will be shown when the connection is back"}


def restored(message):
    return message["components"].reshape(3, -1) * message["scale"]


def test_what_the_result_keeps_is_there_at_once(feed, hub, state, result, fake):
    times = result.dataset["omega_t_map"].values
    assert hub.sky["times"] == times.tolist()
    assert hub.sky["nside"] == result.config.nside
    assert (hub.sky["field"], hub.sky["nside"]) == (0, 4)
    assert hub.sky["physics"] == "σ² = 1, r_L = 0.1 L_c"
    assert "fine" not in hub.sky  # which is shipped of one result only
    first = hub.sky["first"]
    assert times[first["index"]] == state.omega_t == result.omega_t[-1]  # the one that the page shows
    sample = result.dataset["sample_r"].values[first["index"]]
    np.testing.assert_allclose(restored(first), sample, atol=0.51 * first["scale"])
    # and meanwhile all times are asked for
    (asked,) = fake.skies.requests
    assert (asked.config, asked.realization) == (result.config, 0)


def test_then_all_times_of_the_same_field(feed, hub, result, fake, document):
    before = hub.sky["id"]
    sky = sky_of(result.config, 0, 2.5)
    finish(fake, document, sky)
    assert hub.sky["id"] == sky.id != before
    assert hub.sky["times"] == list(result.config.omega_t)
    for index in range(len(result.config.omega_t)):
        message = hub.ask(index)
        assert (message["id"], message["index"], message["nside"]) == (sky.id, index, 4)
        assert message["components"].dtype == np.int16
        np.testing.assert_allclose(restored(message), 2.5, rtol=1 / 32767)


def test_another_field_is_asked_for_and_shown(feed, hub, state, result, fake, document):
    before = dict(hub.sky)
    state.realization = 2
    assert (fake.skies.requests[-1].config, fake.skies.requests[-1].realization) == (result.config, 2)
    assert hub.sky == before  # until it is there, and said to be old
    assert hub.awaited == {**computing(2, 4), "old": True}
    finish(fake, document, sky_of(result.config, 2, 7.0))
    assert (hub.sky["field"], hub.sky["nside"]) == (2, 4)
    assert hub.awaited == {}
    np.testing.assert_allclose(restored(hub.sky["first"]), 7.0, rtol=1 / 32767)


def test_no_number_of_a_field_means_the_first(feed, state, fake):
    state.realization = 2
    state.realization = None
    assert fake.skies.requests[-1].realization == 0


def test_another_result_brings_its_own_sky(feed, hub, state, fake, lone_run):
    state.show(LabelledSource(lone_run, "another"))
    assert hub.sky["id"].startswith(lone_run.digest)
    assert fake.skies.requests[-1].config == lone_run.config
    assert hub.sky["times"] == lone_run.dataset["omega_t_map"].values.tolist()


def test_the_sky_at_the_time_shown_comes_first(feed, hub, state, result, fake, document):
    state.omega_t = 3.0
    finish(fake, document, sky_of(result.config, 0, 1.0))
    nearest = np.abs(np.array(result.config.omega_t) - 3.0).argmin()
    assert hub.sky["first"]["index"] == nearest


def test_skies_of_a_series_that_is_gone_and_times_that_are_not_there_are_not_handed_out(feed, hub):
    assert hub.ask(0, name="another-0") is None
    assert hub.ask(len(hub.sky["times"])) is None
    assert hub.ask(-1) is None
    assert hub.ask(0) is not None


def test_what_would_take_long_is_not_computed(state, hub, fake, document, result):
    fake.limits = fake.limits.but(look=sky_feed.ensemble.work(result.config) / 2 / ASSUMED_RATE)
    with set_curdoc(document):
        SkyFeed(state, hub, fake)
    state.param.trigger("shown")
    assert fake.skies.requests == []
    assert hub.sky["field"] == 0  # what the result keeps is shown all the same
    assert hub.awaited == {}
    state.realization = 500
    assert hub.awaited == {
        "words": "the sky of field 500 at nside 4 would take too long to compute on demand",
        "old": True,
    }


def test_what_takes_a_while_is_seen_on_a_coarse_grid_first(state, hub, fake, document, result, monkeypatch):
    """The same field at nside 8; a result that keeps its own sky needs none."""
    monkeypatch.setattr(sky_feed, "SOON", 0)
    large = from_atlas(state.config.replace(sigma2=0.5))
    with set_curdoc(document):
        SkyFeed(state, hub, fake)
    state.show(large)
    whole, coarse = fake.skies.requests
    assert (whole.config.nside, coarse.config.nside) == (16, 8)
    assert coarse.config.replace(nside=16) == whole.config == large.sky_config
    assert hub.awaited == {**computing(0, 16), "old": True}
    finish(fake, document, sky_of(coarse.config, 0, 3.0))
    assert (hub.sky["field"], hub.sky["nside"]) == (0, 8)
    assert hub.awaited == {**computing(0, 16), "old": False}
    finish(fake, document, sky_of(whole.config, 0, 3.0))
    assert (hub.sky["field"], hub.sky["nside"]) == (0, 16)
    assert hub.awaited == {}


def test_the_same_series_is_not_sent_twice(feed, hub, state, result, fake, document):
    finish(fake, document, sky_of(result.config, 0, 1.0))
    before = hub.sky
    state.show(LabelledSource(result, "the same, with more fields in it"))
    assert hub.sky is before


def test_who_is_gone_wants_no_sky_and_is_not_bothered(feed, fake, document):
    feed.close()
    places = [(place, which) for place in ("sky", "second") for which in ("whole", "coarse")]
    assert set(fake.skies.left) == {(*each, id(feed)) for each in places}
    fake.skies.requests[0].tell()
    assert document.ticks.empty()


def test_another_field_stands_beside_the_first(feed, hub, state, result, fake, document):
    finish(fake, document, sky_of(result.config, 0, 1.0))
    before = hub.sky
    state.param.update(beside="field", beside_field=2)
    assert hub.awaited == {"second": "computing the sky of field 2 at nside 4 …"}
    finish(fake, document, sky_of(result.config, 2, 7.0))
    assert hub.awaited == {}
    assert hub.sky is before
    assert (hub.second["field"], hub.second["id"]) == (2, f"{result.digest}-2")
    for name, value in ((hub.sky["id"], 1.0), (hub.second["id"], 7.0)):  # both can be asked for
        np.testing.assert_allclose(restored(hub.ask(3, name)), value, rtol=1 / 32767)
    gone = hub.second["id"]
    state.beside = "across"  # which the browser has already
    assert hub.second == {}
    assert hub.ask(3, gone) is None


def test_the_pinned_result_stands_beside_what_is_shown(feed, hub, state, lone_run):
    state.beside = "pinned"
    assert hub.second == {}  # nothing is pinned
    state.pinned = (lone_run, "none")
    assert hub.second["id"].startswith(lone_run.digest)
    assert hub.second["times"] == lone_run.dataset["omega_t_map"].values.tolist()
    state.pinned = None
    assert hub.second == {}


def test_of_the_shipped_field_it_is_said_which_files_are_finer(feed, hub, state):
    shipped = library.shipped()
    state.show(LabelledSource(shipped, "shipped"))
    told = hub.sky["fine"]
    assert told["nside"] == 64
    for time, file in zip(hub.sky["times"], told["files"], strict=True):
        assert file == (-1 if time < 2 else list(shipped.omega_t).index(time))
    kept = shipped.maps[0].tolist()
    early = [time for time in kept if time < 2]
    assert hub.sky["times"] == early + shipped.omega_t[len(shipped.omega_t) - 46 :].tolist()
    index = next(i for i, time in enumerate(hub.sky["times"]) if time > 2 and time not in kept)
    found = restored(hub.ask(index))  # on the result's own grid, before anything is followed
    assert np.abs(found - fine_skies.coarser(told["files"][index], 32)).max() < 1e-4 * np.abs(found).max()
    state.realization = 1
    fine = [hub.sky] if hub.sky["field"] == 1 else []
    assert not any("fine" in each for each in fine)


def test_a_growing_result_keeps_the_sky_that_is_shown(feed, hub, state, result, fake, document):
    """Realisation 0 stays what it is, however many come after it."""
    finish(fake, document, sky_of(result.config, 0, 1.0))
    before = hub.sky["id"]
    state.show(dataclasses.replace(state.shown, origin="simulated, 4 fields"))
    assert hub.sky["id"] == before
