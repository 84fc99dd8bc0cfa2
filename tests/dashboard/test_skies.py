import threading
import time

import numpy as np
import pytest

from crviz import Config, backtrack, draw_field
from crviz.ensemble import tracing
from crviz.jobs import sharing, skies
from crviz.jobs.skies import Skies
from crviz.sky import pixel_directions

CONFIG = Config(nside=8, n_modes=20, omega_t=(0.5, 3.0, 10.0))
TINY = CONFIG.replace(nside=1)
PATIENCE = 30  # seconds after which a test gives up waiting


class Pool(sharing.Pool):
    """Threads that begin when a test lets them, and that count what they are given."""

    def __init__(self, is_open=True):
        super().__init__(2, "crviz-test")
        self.opened = threading.Event()
        self.submitted = 0
        self.given = threading.Event()
        if is_open:
            self.opened.set()

    def put(self, share, future, task):
        self.submitted += 1
        self.given.set()
        super().put(share, future, self._wait_and_do(task))

    def _wait_and_do(self, task):
        assert self.opened.wait(PATIENCE)
        return (yield from task)


class Ear:
    def __init__(self):
        self.event, self.heard = threading.Event(), 0

    def __call__(self):
        self.heard += 1
        self.event.set()

    def wait(self):
        assert self.event.wait(PATIENCE), "waited in vain"


@pytest.fixture
def pool():
    with Pool() as pool:
        yield pool


@pytest.fixture
def shut():
    """A pool in which nothing begins yet."""
    with Pool(is_open=False) as pool:
        yield pool
        pool.opened.set()


def made(skies, config, realization=0, key="somebody"):
    ear = Ear()
    ready = skies.request(config, realization, ear, key)
    if ready is None:
        ear.wait()
        ready = skies.get(config, realization)
    return ready


def let_it_end(skies):
    """Once nothing is made any more."""
    end = time.monotonic() + PATIENCE
    while skies._wanted:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("realization", [0, 3])
def test_a_sky_is_where_the_cosmic_rays_have_been_to_half_a_unit(pool, realization):
    sky = made(Skies(pool), CONFIG, realization)
    field = draw_field(CONFIG, realization)
    orbits = backtrack(field, pixel_directions(CONFIG.nside), CONFIG.omega_t, CONFIG.resolved_step)
    assert sky.components.shape == orbits.r.shape == (3, 3, 768)
    assert sky.components.dtype == np.int16
    restored = sky.components * sky.scale[:, None, None]
    # positions pass through single precision on their way, 6e-8 of them
    tolerance = 0.5 * sky.scale[:, None, None] + 1e-7 * np.abs(orbits.r).max()
    assert (np.abs(restored - orbits.r) <= tolerance).all()
    # the whole range of 16 bits is used
    np.testing.assert_array_equal(np.abs(sky.components.astype(int)).max((1, 2)), 32767)


def test_fields_have_skies_of_their_own(pool):
    skies = Skies(pool)
    one, other = made(skies, TINY, 0), made(skies, TINY, 1)
    assert one.id != other.id
    assert (one.components != other.components).any()
    assert skies.get(TINY, 0) is one
    assert skies.get(TINY, 1) is other
    assert skies.get(TINY, 2) is None


def test_two_who_ask_for_the_same_are_served_by_one_computation(shut):
    skies, ears = Skies(shut), (Ear(), Ear())
    for ear in ears:
        assert skies.request(TINY, 0, ear, ear) is None
    shut.opened.set()
    for ear in ears:
        ear.wait()
    let_it_end(skies)
    assert [ear.heard for ear in ears] == [1, 1]
    assert shut.submitted == 1  # one task takes all 12 pixels
    assert skies.request(TINY, 0, Ear(), "late").components.shape == (3, 3, 12)
    assert shut.submitted == 1


def test_what_nobody_wants_any_more_is_given_up(shut):
    skies, ear = Skies(shut), Ear()
    skies.request(CONFIG, 0, ear, "me")
    assert shut.given.wait(PATIENCE)
    skies.leave("me")
    shut.opened.set()
    let_it_end(skies)
    assert skies.get(CONFIG, 0) is None
    assert ear.heard == 0


def test_who_asks_for_another_field_wants_the_one_before_no_more(shut):
    skies, first, second = Skies(shut), Ear(), Ear()
    skies.request(CONFIG, 0, first, "me")
    skies.request(CONFIG, 1, second, "me")
    shut.opened.set()
    second.wait()
    let_it_end(skies)
    assert skies.get(CONFIG, 0) is None
    assert skies.get(CONFIG, 1) is not None
    assert (first.heard, second.heard) == (0, 1)


def test_who_leaves_does_not_take_the_sky_from_the_others(shut):
    skies, gone, stays = Skies(shut), Ear(), Ear()
    skies.request(TINY, 0, gone, "gone")
    skies.request(TINY, 0, stays, "stays")
    skies.leave("gone")
    shut.opened.set()
    stays.wait()
    assert skies.get(TINY, 0) is not None
    assert gone.heard == 0


def test_who_comes_back_before_it_is_given_up_gets_it(shut):
    skies, ear = Skies(shut), Ear()
    skies.request(TINY, 0, Ear(), "me")
    skies.leave("me")
    skies.request(TINY, 0, ear, "me")
    shut.opened.set()
    ear.wait()
    assert skies.get(TINY, 0) is not None


def test_only_the_newest_are_kept(pool, monkeypatch):
    monkeypatch.setattr(skies, "KEPT", 2)
    kept = Skies(pool)
    for realization in range(3):
        made(kept, TINY, realization)
    assert [kept.get(TINY, index) is not None for index in range(3)] == [False, True, True]


def test_one_that_is_asked_for_again_counts_as_new(pool, monkeypatch):
    monkeypatch.setattr(skies, "KEPT", 2)
    kept = Skies(pool)
    for realization in (0, 1, 0, 2):
        made(kept, TINY, realization)
    assert [kept.get(TINY, index) is not None for index in range(3)] == [True, False, True]


def test_one_that_is_looked_at_again_counts_as_new(pool, monkeypatch):
    """A page gets what is there without asking for it: else what most pages show would be forgotten."""
    monkeypatch.setattr(skies, "KEPT", 2)
    kept = Skies(pool)
    for realization in (0, 1):
        made(kept, TINY, realization)
    assert kept.get(TINY, 0) is not None
    made(kept, TINY, 2)
    assert [kept.get(TINY, index) is not None for index in range(3)] == [True, False, True]


def test_a_pool_that_closes_ends_the_computation_quietly():
    pool = Pool()
    pool.shutdown()
    skies, ear = Skies(pool), Ear()
    assert skies.request(TINY, 0, ear, "me") is None
    ear.wait()
    let_it_end(skies)
    assert skies.get(TINY, 0) is None


def test_after_an_orbit_that_failed_the_sky_can_be_asked_for_again(monkeypatch, pool):
    whole, ear = tracing.orbits.trace, Ear()

    def fails(*arguments):
        raise FloatingPointError("an orbit did not stay finite")

    kept = Skies(pool)
    monkeypatch.setattr(tracing.orbits, "trace", fails)
    kept.request(TINY, 0, ear, "me")
    let_it_end(kept)
    assert ear.heard == 0  # or whoever asks again when told would ask for ever
    monkeypatch.setattr(tracing.orbits, "trace", whole)
    assert made(kept, TINY) is not None
