import itertools
import math
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from crviz import Config, library, run, storing
from crviz.checks import ParameterError
from crviz.ensemble import tracing
from crviz.jobs import Limits, Manager, sharing, skies
from crviz.jobs import manager as jobs
from crviz.jobs.limits import ASSUMED_RATE
from crviz.library import Library

TINY = Config(nside=1, n_modes=10, omega_t=(0.5, 1.0))
FINE = TINY.replace(nside=16)  # above the resolution of the first look
PATIENCE = 30  # seconds after which a test gives up waiting


class Ear:
    """A listener that one can wait with."""

    def __init__(self):
        self.heard = 0
        self._changed = threading.Condition()

    def __call__(self):
        with self._changed:
            self.heard += 1
            self._changed.notify_all()

    def wait(self, fact):
        with self._changed:
            assert self._changed.wait_for(fact, PATIENCE), "waited in vain"


class Gate:
    """`ensemble.simulate` that hands on one realisation for every `open`, and remembers its calls."""

    def __init__(self):
        self.calls = []
        self.arrived = Ear()
        self._passes = threading.Semaphore(0)
        self._simulate = jobs.ensemble.simulate

    def simulate(self, config, realizations, executor=None, progress=None, *, resume=None, first=0):
        self.calls.append((realizations, resume.n_realizations if resume is not None else 0))
        self.arrived()
        for result in self._simulate(config, realizations, executor, progress, resume=resume):
            assert self._passes.acquire(timeout=PATIENCE), "nobody opened the gate"
            yield result

    def open(self, realizations):
        self._passes.release(realizations)


@pytest.fixture(scope="module")
def small_result(tmp_path_factory):
    path = tmp_path_factory.mktemp("shipped") / "reference.nc"
    run(TINY.replace(seed=99), 1).save(path)
    return path


@pytest.fixture(autouse=True)
def small_reference(small_result, monkeypatch):
    """A small result in the place of the shipped one, which takes long to read."""
    monkeypatch.setattr(library, "reference", lambda: small_result)


@pytest.fixture
def gate(monkeypatch):
    gate = Gate()
    monkeypatch.setattr(jobs.ensemble, "simulate", gate.simulate)
    yield gate
    gate.open(1000)


@pytest.fixture
def manager(tmp_path, small_reference):
    manager = Manager(Library(tmp_path / "library"), threads=2)
    yield manager
    manager.close()
    let_jobs_end()


def job_threads():
    return [thread for thread in threading.enumerate() if thread.name == "crviz-job"]


def let_jobs_end():
    for thread in job_threads():
        thread.join(PATIENCE)
        assert not thread.is_alive()


def until(fact):
    """Once something is so that nobody announces."""
    end = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def finished(manager, config, realizations, key=None):
    """The status of a job at its end."""
    ear = Ear()
    job = manager.request(config, realizations, ear, key)
    ear.wait(lambda: job.status.over)
    return job.status


# --- one job


def test_a_job_yields_what_a_run_does(manager, tmp_path, fixed_date):
    status = finished(manager, TINY, 3)
    assert (status.state, status.asked, status.done, status.error) == ("finished", 3, 3, "")
    status.result.save(tmp_path / "job.nc")
    run(TINY, 3).save(tmp_path / "run.nc")
    assert (tmp_path / "job.nc").read_bytes() == (tmp_path / "run.nc").read_bytes()


def test_a_result_is_there_after_every_realisation(manager, gate):
    ear = Ear()
    job = manager.request(TINY, 3, ear)
    for number in (1, 2):
        gate.open(1)
        ear.wait(lambda number=number: job.status.done == number)
        assert (job.status.state, job.status.result.n_realizations) == ("running", number)
    gate.open(1)
    ear.wait(lambda: job.status.state == "finished")


def test_a_status_that_was_taken_stays_as_it_was(manager, gate):
    ear = Ear()
    job = manager.request(TINY, 2, ear)
    gate.open(1)
    ear.wait(lambda: job.status.done == 1)
    taken = job.status
    gate.open(1)
    ear.wait(lambda: job.status.over)
    assert (taken.state, taken.done, taken.result.n_realizations) == ("running", 1, 1)


def test_a_job_goes_into_the_library(manager):
    finished(manager, TINY, 2)
    assert manager.library.get(TINY).n_realizations == 2


def test_a_manager_without_a_library_computes_all_the_same():
    manager = Manager(None, threads=1)
    assert finished(manager, TINY, 2).result.n_realizations == 2
    manager.close()


def test_a_listener_is_not_needed(manager):
    job = manager.request(TINY, 1)
    assert job.ended.wait(PATIENCE)
    assert job.status.state == "finished"


@pytest.mark.parametrize("realizations", [0, -1, 2.5, None])
def test_a_bad_number_of_realisations_is_refused(manager, realizations):
    with pytest.raises(ParameterError) as refusal:
        manager.request(TINY, realizations)
    assert refusal.value.parameter == "realizations"


@pytest.mark.skipif(sys.platform != "linux", reason="priorities a thread are Linux's")
def test_threads_that_compute_yield_to_the_page(manager, monkeypatch):
    seen = {}

    def look(*arguments, **options):
        seen["job"] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        raise RuntimeError("seen enough.")
        yield

    monkeypatch.setattr(jobs.ensemble, "simulate", look)
    here = os.getpriority(os.PRIO_PROCESS, 0)
    finished(manager, TINY, 1)
    pool = manager.pool.submit(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert seen["job"] == pool.result(PATIENCE) == max(here, sharing.NICENESS)
    assert os.getpriority(os.PRIO_PROCESS, 0) == here


def test_a_job_runs_where_priorities_may_not_be_changed(manager, monkeypatch):
    """As under `nice -n 15`: an ordinary user cannot go back to 10."""

    def forbidden(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "setpriority", forbidden, raising=False)
    job = manager.request(TINY, 1)
    assert job.ended.wait(PATIENCE)
    assert job.status.state == "finished"


# --- a first look


def test_a_first_look_comes_before_a_fine_sky(manager, gate):
    ear = Ear()
    job = manager.request(FINE, 1, ear)
    gate.open(1)
    ear.wait(lambda: job.status.preview is not None)
    assert (job.status.state, job.status.result, job.status.done) == ("running", None, 0)
    assert job.status.preview.config == FINE.replace(nside=jobs.PREVIEW_NSIDE)
    assert job.status.preview.n_realizations == 1
    gate.open(1)
    ear.wait(lambda: job.status.over)
    assert job.status.preview is None
    assert job.status.result.config == FINE


def test_a_coarse_sky_needs_no_first_look(manager, gate):
    gate.open(2)
    finished(manager, TINY.replace(nside=jobs.PREVIEW_NSIDE), 2)
    assert gate.calls == [(2, 0)]


# --- one job for all who ask for the same


def test_two_who_ask_for_the_same_share_one_job_and_both_hear(manager, gate):
    first, second = Ear(), Ear()
    job = manager.request(TINY, 2, first, "first")
    assert manager.request(TINY, 2, second, "second") is job
    gate.open(2)
    for ear in (first, second):
        ear.wait(lambda: job.status.state == "finished")
    assert gate.calls == [(2, 0)]
    assert first.heard > 0
    assert second.heard > 0


def test_different_configurations_are_different_jobs(manager, gate):
    assert manager.request(TINY, 1) is not manager.request(TINY.replace(seed=1), 1)


def test_asking_for_more_raises_the_number_of_a_job_under_way(manager, gate, tmp_path, fixed_date):
    ear = Ear()
    job = manager.request(TINY, 2, ear, "first")
    gate.open(1)
    ear.wait(lambda: job.status.done == 1)
    assert manager.request(TINY, 4, ear, "second") is job
    assert job.status.asked == 4
    gate.open(3)
    ear.wait(lambda: job.status.over)
    assert job.status.done == 4
    job.status.result.save(tmp_path / "job.nc")
    gate.open(4)
    run(TINY, 4).save(tmp_path / "run.nc")
    assert (tmp_path / "job.nc").read_bytes() == (tmp_path / "run.nc").read_bytes()


def test_asking_for_fewer_takes_nothing_from_who_asked_for_more(manager, gate):
    ear = Ear()
    job = manager.request(TINY, 3, ear, "first")
    manager.request(TINY, 1, ear, "second")
    gate.open(3)
    ear.wait(lambda: job.status.over)
    assert job.status.done == 3


def test_more_asked_for_while_a_result_comes_in_is_not_forgotten(manager, monkeypatch):
    """The number is raised between the job's look at its status and the new status."""
    coming, raised = threading.Event(), threading.Event()
    replace = jobs.replace

    def slow(status, **changes):
        new = replace(status, **changes)
        if changes.get("done") == 1:
            coming.set()
            raised.wait(0.5)  # not for ever: whoever asks may rightly be kept waiting until this is over
        return new

    monkeypatch.setattr(jobs, "replace", slow)
    ear = Ear()
    job = manager.request(TINY, 2, ear, "first")
    assert coming.wait(PATIENCE)
    manager.request(TINY, 5, ear, "second")
    raised.set()
    ear.wait(lambda: job.status.over)
    assert job.status.asked == 5
    assert job.status.done == 5


# --- leaving


def test_a_job_goes_on_while_somebody_wants_it(manager, gate):
    ear = Ear()
    job = manager.request(TINY, 3, Ear(), "first")
    manager.request(TINY, 3, ear, "second")
    gate.open(1)
    ear.wait(lambda: job.status.done == 1)
    manager.leave(job, "first")
    gate.open(2)
    ear.wait(lambda: job.status.over)
    assert (job.status.state, job.status.done) == ("finished", 3)


def test_who_has_left_hears_no_more(manager, gate):
    gone, ear = Ear(), Ear()
    job = manager.request(TINY, 2, gone, "gone")
    manager.request(TINY, 2, ear, "second")
    gate.open(1)
    ear.wait(lambda: job.status.done == 1)
    manager.leave(job, "gone")
    heard = gone.heard
    gate.open(1)
    ear.wait(lambda: job.status.over)
    assert gone.heard == heard


def left_after_two(manager, gate):
    """A job for 500 fields whose only listener leaves when two are done; it has ended."""
    ear = Ear()
    job = manager.request(TINY, 500, ear, "only")
    gate.open(2)
    ear.wait(lambda: job.status.done == 2)
    manager.leave(job, "only")
    gate.open(500)
    assert job.ended.wait(PATIENCE)
    return job


def test_a_job_that_nobody_wants_is_cancelled_and_what_is_finished_is_kept(manager, gate):
    job = left_after_two(manager, gate)
    assert job.status.state == "cancelled"
    assert 2 <= job.status.done < 500
    assert manager.library.get(TINY).n_realizations == job.status.done


def test_leaving_twice_does_no_harm(manager, gate):
    job = manager.request(TINY, 1, None, "only")
    manager.leave(job, "only")
    manager.leave(job, "only")
    gate.open(1)
    assert job.ended.wait(PATIENCE)
    assert job.status.over


def test_what_was_cancelled_is_taken_up_again(manager, gate):
    job = left_after_two(manager, gate)
    status = finished(manager, TINY, job.status.done + 1)
    assert gate.calls == [(500, 0), (job.status.done + 1, job.status.done)]
    assert status.state == "finished"


def test_a_job_that_is_being_cancelled_is_not_joined(manager, gate):
    ear = Ear()
    old = manager.request(TINY, 2, ear, "first")
    ear.wait(lambda: old.status.state == "running")
    manager.leave(old, "first")
    new = manager.request(TINY, 2, ear, "second")
    assert new is not old
    gate.open(10)
    ear.wait(lambda: new.status.over)
    assert (new.status.state, new.status.done) == ("finished", 2)


def test_closing_cancels_jobs_and_keeps_what_is_finished(manager, gate):
    ear = Ear()
    job = manager.request(TINY, 500, ear)
    gate.open(2)
    ear.wait(lambda: job.status.done == 2)
    closing = threading.Thread(target=manager.close)
    closing.start()
    assert job.stop.wait(PATIENCE)
    gate.open(500)  # not before: `close` waits for the job, and the job at the gate
    closing.join(PATIENCE)
    assert job.status.state == "cancelled"  # when `close` is over
    assert manager.library.get(TINY).n_realizations == job.status.done


def test_while_nothing_is_followed_yet_there_is_no_speed(monkeypatch):
    """Who waits for orbits asks whether to go on before the first are there, and time goes on meanwhile."""
    job, clock = jobs.Job(TINY, 1, ()), itertools.count(100.0)
    monkeypatch.setattr(jobs.time, "monotonic", lambda: next(clock))
    job.begin(12)
    job.advance(0)
    assert job.status.orbits_per_second == 0.0
    job.advance(6)
    assert job.status.orbits_per_second == 3.0


def test_closing_ends_a_job_whose_orbits_have_not_begun(tmp_path, monkeypatch):
    """Futures that a pool cancels as it shuts down do not wake those who wait for them."""
    waited_for, waits, release = [], threading.Event(), threading.Event()
    expect = tracing.Arrivals.expect

    def watched(arrivals, future):
        waited_for.append(future)
        waits.set()
        expect(arrivals, future)

    monkeypatch.setattr(tracing.Arrivals, "expect", watched)
    manager = Manager(Library(tmp_path / "library"), threads=1)
    manager.pool.submit(release.wait, PATIENCE)  # keeps the only thread busy
    job = manager.request(TINY, 1)
    assert waits.wait(PATIENCE)
    manager.close(patience=1)
    release.set()
    for thread in job_threads():
        thread.join(5)
    ended = job.status.over
    for future in waited_for:  # wakes it in any case
        if future.cancelled() and not ended:
            future.set_running_or_notify_cancel()
    let_jobs_end()
    assert ended
    assert job.status.state == "cancelled"


CLOSING = """
import sys, time
from crviz import Config
from crviz.jobs import Manager
from crviz.ensemble import tracing
from crviz.jobs import manager as jobs
from crviz.library import Library

manager = Manager(Library(sys.argv[1]), threads=2)
job = manager.request(Config(nside=8, omega_t=(20.0,)), 5000)
while job.status.done < 5 and not job.status.over:
    time.sleep(0.01)
manager.close()
"""


def test_a_process_that_closes_its_manager_ends_and_keeps_what_is_finished(tmp_path):
    environment = os.environ | {"PYTHONPATH": str(Path(jobs.__file__).parents[2])}
    argv = [sys.executable, "-c", CLOSING, str(tmp_path / "library")]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=40)
    assert (done.returncode, done.stderr) == (0, "")
    assert Library(tmp_path / "library").get(Config(nside=8, omega_t=(20.0,))).n_realizations >= 5


# --- leaving at once


#: One block of orbits takes an hour.
ENDLESS = Config(nside=1, n_modes=100_000, omega_t=(3000.0,))


def test_who_leaves_ends_a_block_of_orbits_that_would_take_an_hour(manager):
    job = manager.request(ENDLESS, 1, None, "only")
    until(lambda: job.blocks.under_way)
    manager.leave(job, "only")
    assert job.ended.wait(PATIENCE)
    assert job.status.state == "cancelled"
    together = threading.Barrier(manager.threads)  # passed only if all threads of the pool are free
    for future in [manager.pool.submit(together.wait) for _ in range(manager.threads)]:
        future.result(PATIENCE)


def test_a_sky_that_nobody_wants_ends_too(manager):
    manager.skies.request(ENDLESS, 0, Ear(), "only")
    until(lambda: any(share.under_way for share in manager.skies._blocks.values()))
    manager.skies.leave("only")
    until(lambda: not manager.skies._blocks)
    together = threading.Barrier(manager.threads)
    for future in [manager.pool.submit(together.wait) for _ in range(manager.threads)]:
        future.result(PATIENCE)


def test_closing_ends_what_would_take_an_hour(manager):
    job = manager.request(ENDLESS, 1)
    until(lambda: job.blocks.under_way)
    assert manager.close(patience=PATIENCE)
    assert job.status.state == "cancelled"


# --- going on for who has gone


@pytest.fixture
def forgetful(tmp_path, small_reference):
    """A manager that keeps no run for who has gone, and one that does for an hour."""
    managers = [Manager(None, 1, Limits.home(keep_running=seconds)) for seconds in (0.0, 3600.0)]
    yield managers
    for manager in managers:
        manager.close()


def test_a_run_goes_on_for_so_long_when_its_visitor_has_gone(forgetful, gate):
    jobs = [manager.request(TINY, 3, None, "gone", "here") for manager in forgetful]
    for manager, job in zip(forgetful, jobs, strict=True):
        assert not manager.leave(job, "gone", keep=True)
    assert jobs[0].stop.wait(PATIENCE)
    gate.open(100)
    for job in jobs:
        assert job.ended.wait(PATIENCE)
    assert [job.status.state for job in jobs] == ["cancelled", "finished"]


def test_an_hours_block_ends_when_nobody_has_come_back(forgetful):
    job = forgetful[0].request(ENDLESS, 1, None, "gone", "here")
    until(lambda: job.blocks.under_way)
    forgetful[0].leave(job, "gone", keep=True)
    assert job.ended.wait(PATIENCE)


def test_who_comes_back_joins_the_run_and_can_cancel_it(forgetful, gate):
    manager, ear = forgetful[1], Ear()
    assert manager.join(TINY, ear, "early", "here") is None
    job = manager.request(TINY, 500, None, "gone", "here")
    manager.leave(job, "gone", keep=True)
    assert manager.join(TINY, ear, "back", "here") is job
    gate.open(1)
    ear.wait(lambda: job.status.done == 1)
    assert manager.leave(job, "back", for_good=True)
    gate.open(500)
    assert job.ended.wait(PATIENCE)
    assert job.status.state == "cancelled"


def test_somebody_elsewhere_cannot_cancel_it(forgetful, gate):
    manager = forgetful[1]
    job = manager.request(TINY, 2, None, "gone", "here")
    manager.leave(job, "gone", keep=True)
    manager.join(TINY, Ear(), "stranger", "elsewhere")
    assert not manager.leave(job, "stranger", for_good=True)
    gate.open(2)
    assert job.ended.wait(PATIENCE)
    assert job.status.state == "finished"


def test_what_was_cancelled_is_not_kept(forgetful, gate):
    manager = forgetful[1]
    job = manager.request(TINY, 500, None, "only", "here")
    assert manager.leave(job, "only")
    manager.leave(job, "only", keep=True)
    gate.open(500)
    assert job.ended.wait(PATIENCE)
    assert job.status.state == "cancelled"


# --- fair turns


def test_a_short_run_does_not_wait_for_the_long_ones_of_somebody_else(manager):
    some = Config(nside=8, n_modes=50, omega_t=(20.0,))  # 20 ms a field
    long = [manager.request(some.replace(seed=seed), 1000, None, "long") for seed in range(3)]
    until(lambda: all(job.status.done for job in long))
    ear = Ear()
    short = manager.request(some.replace(seed=9), 5, ear, "short")
    ear.wait(lambda: short.status.state != "waiting")  # it has looked for what is stored, which is no turn
    before = [job.status.done for job in long]
    ear.wait(lambda: short.status.done == 5)
    more = [job.status.done - done for job, done in zip(long, before, strict=True)]
    # each in turn with the other visitor would be 5 in all; processor times of such fields scatter
    assert max(more) <= 20


def test_a_short_run_does_not_wait_for_the_fields_of_long_ones(manager):
    some = Config(nside=64, n_modes=2000, omega_t=(100.0,))  # minutes a field
    long = [manager.request(some.replace(seed=seed), 1, None, "long") for seed in range(3)]
    until(lambda: all(job.blocks.under_way or job.blocks.tasks for job in long))
    assert finished(manager, TINY, 5, "short").state == "finished"
    assert [job.status.done for job in long] == [0, 0, 0]


def test_blocks_that_take_an_hour_hold_nobody_up(manager):
    """They are followed in pieces, and go on where they were."""
    long = [manager.request(ENDLESS.replace(seed=seed), 1, None, "long") for seed in range(3)]
    until(lambda: sum(len(job.blocks.under_way) for job in long) == manager.threads)
    assert finished(manager, TINY, 5, "short").state == "finished"
    assert not any(job.status.over for job in long)


def test_hundreds_of_configurations_make_no_more_threads():
    before = set(threading.enumerate())
    manager = Manager(None, 2, Limits.home(in_all=math.inf))
    asked = [manager.request(TINY.replace(seed=seed), 1, None, seed) for seed in range(200)]
    for seed in range(20):
        manager.skies.request(TINY.replace(seed=seed), 0, Ear(), seed)
    for job in asked:
        assert job.ended.wait(PATIENCE)
    new = [thread for thread in threading.enumerate() if thread not in before]
    assert len(new) <= jobs.RUNNING_AT_ONCE + manager.threads + skies.MADE_AT_ONCE
    manager.close()


# --- what is stored


def test_what_is_stored_is_not_computed_again(manager, gate):
    manager.library.put(stored := jobs.ensemble.run(*opened(gate, 3)))
    gate.calls.clear()
    status = finished(manager, TINY, 3)
    assert gate.calls == []
    assert status.result.dataset.identical(stored.dataset)


def opened(gate, realizations):
    """Arguments of a run for which the gate stands open."""
    gate.open(realizations)
    return TINY, realizations


def test_only_what_is_missing_is_computed(manager, gate, tmp_path, fixed_date):
    manager.library.put(jobs.ensemble.run(*opened(gate, 2)))
    gate.calls.clear()
    gate.open(1)
    status = finished(manager, TINY, 3)
    assert gate.calls == [(3, 2)]
    status.result.save(tmp_path / "job.nc")
    jobs.ensemble.run(*opened(gate, 3)).save(tmp_path / "run.nc")
    assert (tmp_path / "job.nc").read_bytes() == (tmp_path / "run.nc").read_bytes()


def test_what_is_stored_is_shown_before_anything_is_computed(manager, gate):
    manager.library.put(jobs.ensemble.run(*opened(gate, 2)))
    ear = Ear()
    job = manager.request(TINY, 3, ear)
    ear.wait(lambda: job.status.state == "running")
    assert (job.status.done, job.status.result.n_realizations) == (2, 2)


def test_more_than_asked_for_is_given_where_it_is_stored(manager):
    manager.library.put(run(TINY, 3))
    status = finished(manager, TINY, 1)
    assert (status.asked, status.done, status.result.n_realizations) == (3, 3, 3)


def test_a_long_run_is_stored_on_the_way(manager, gate, monkeypatch):
    monkeypatch.setattr(storing, "STORE_EVERY", 0.0)
    ear = Ear()
    job = manager.request(TINY, 3, ear)
    gate.open(2)
    gate.arrived.wait(lambda: gate.calls)
    ear.wait(lambda: job.status.done == 2)  # the first was stored before the second began
    assert manager.library.get(TINY).n_realizations >= 1


# --- what goes wrong


def test_a_failure_is_told_in_a_sentence(manager, monkeypatch):
    def broken(*arguments, **options):
        raise FloatingPointError("an orbit did not stay finite.")

    monkeypatch.setattr(jobs.ensemble, "simulate", broken)
    status = finished(manager, TINY, 1)
    assert status.state == "failed"
    assert status.error == "The simulation failed: an orbit did not stay finite."


def test_after_a_failure_the_same_can_be_asked_for_again(manager, monkeypatch):
    def broken(*arguments, **options):
        raise FloatingPointError("an orbit did not stay finite.")

    with monkeypatch.context() as patch:
        patch.setattr(jobs.ensemble, "simulate", broken)
        finished(manager, TINY, 1)
    assert finished(manager, TINY, 1).state == "finished"


def test_a_listener_that_fails_does_not_spoil_the_job_for_others(manager, gate):
    """A page may close at the very moment at which it is told something."""

    def broken():
        raise RuntimeError("this page is gone.")

    ear = Ear()
    job = manager.request(TINY, 2, ear, "other")
    manager.request(TINY, 2, broken, "gone")
    gate.open(2)
    assert job.ended.wait(PATIENCE)
    assert (job.status.state, job.status.done) == ("finished", 2)


def test_a_result_that_cannot_be_stored_is_given_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    manager = Manager(Library(tmp_path / "file"), threads=1)
    status = finished(manager, TINY, 1)
    manager.close()
    assert (status.state, status.result.n_realizations) == ("finished", 1)
    assert status.error.startswith("The result could not be stored: ")


def test_a_stored_file_that_is_spoilt_is_told(manager):
    manager.library.put(run(TINY, 1))
    manager.library.path(TINY).write_bytes(b"spoilt")
    status = finished(manager, TINY, 1)
    assert status.state == "failed"
    assert str(manager.library.path(TINY)) in status.error


# --- limits


def test_so_many_jobs_compute_at_a_time_and_others_wait_for_their_turn(manager, gate, monkeypatch):
    number = jobs.RUNNING_AT_ONCE + 1
    ears = [Ear() for _ in range(number)]
    started = [manager.request(TINY.replace(seed=seed), 1, ear) for seed, ear in enumerate(ears)]
    gate.arrived.wait(lambda: len(gate.calls) == jobs.RUNNING_AT_ONCE)
    assert sorted(job.status.state for job in started) == ["running"] * (number - 1) + ["waiting"]
    gate.open(number)
    for job, ear in zip(started, ears, strict=True):
        ear.wait(lambda job=job: job.status.state == "finished")


def test_more_work_than_is_allowed_is_refused_with_what_would_do():
    minutes = 2.5 * jobs.ensemble.work(TINY) / (60 * ASSUMED_RATE)
    manager = Manager(None, threads=1, limits=Limits.home(minutes=minutes))
    with pytest.raises(ParameterError, match=r"realizations = 3 .* at most 2") as refusal:
        manager.request(TINY, 3)
    assert refusal.value.parameter == "realizations"
    assert finished(manager, TINY, 2).state == "finished"
    manager.close()


def test_a_request_that_is_refused_starts_nothing(gate):
    manager = Manager(None, threads=1, limits=Limits.home(minutes=0))
    with pytest.raises(ParameterError):
        manager.request(TINY, 1)
    assert gate.calls == []
    manager.close()


def test_the_time_a_run_takes_is_in_proportion_to_its_work(manager):
    one = manager.seconds(TINY, 1)
    assert one > 0
    # 12 nside^2 directions; the same times and steps, so that rounding alone is left
    assert manager.seconds(TINY, 10) == pytest.approx(10 * one, rel=1e-12)
    assert manager.seconds(TINY.replace(nside=4), 1) == pytest.approx(16 * one, rel=1e-12)


def test_the_rate_is_that_of_the_realisations_seen(manager):
    assumed = manager.rate
    finished(manager, TINY, 2)
    assert 0 < manager.rate != assumed


def test_warming_up_measures_the_rate(manager):
    assumed = manager.rate
    manager.warm_up()
    for thread in threading.enumerate():
        if thread.name == "crviz-warm-up":
            thread.join(PATIENCE)
    assert 0 < manager.rate != assumed


def test_a_server_that_ends_while_it_warms_up_ends_quietly(manager, monkeypatch):
    failed, begun = [], threading.Event()
    run = jobs.ensemble.run
    monkeypatch.setattr(threading, "excepthook", failed.append)
    monkeypatch.setattr(jobs.ensemble, "run", lambda *_: begun.set() or run(ENDLESS, 1, manager.pool))
    manager.warm_up()
    assert begun.wait(PATIENCE)
    manager.close(patience=PATIENCE)
    assert not manager._measuring.is_alive()
    assert failed == []


def test_orbits_and_time_left_are_told_while_a_run_goes_on(manager):
    slow = Config(nside=8, n_modes=50, omega_t=(20.0,))
    ear = Ear()
    job = manager.request(slow, 2000, ear, "only")
    ear.wait(lambda: job.status.orbits_per_second > 0)
    status = job.status
    assert 0 < status.seconds_left * status.orbits_per_second < 2000 * slow.n_orbits
    manager.leave(job, "only")
