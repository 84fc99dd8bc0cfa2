"""Other processes as workers: the same bits, whoever is lost, and one sentence where it cannot go on."""

import os
import signal
from argparse import Namespace
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import crviz
from crviz import Config, run, simulate
from crviz.atlas import making
from crviz.atlas.grid import Grid, Sampling
from crviz.cli import workers
from crviz.ensemble import Lost, elsewhere, following

distributed = pytest.importorskip("distributed")

TINY = Config(nside=2, omega_t=(0.5, 2.0), n_modes=10, grids="cross")
WORDS = ("--nside", 2, "--omega-t", "0.5,2", "--n-modes", 10, "--grids", "cross", "--realizations", 12)
#: A field in some 30 ms.
SLOW = TINY.replace(omega_t=(10.0, 100.0), n_modes=400)


def file_bytes(result, path):
    result.save(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def client():
    """Of a cluster of two processes."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", silence_logs=50
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def executor(client):
    return client.get_executor()


def test_whole_realisations_are_tasks_and_bring_the_same_bits(executor, tmp_path, fixed_date, monkeypatch):
    with monkeypatch.context() as here:
        here.setattr(following, "draw_field", None)  # fields are drawn there
        found = file_bytes(run(TINY, 12, executor=executor), tmp_path / "there.nc")
    assert found == file_bytes(run(TINY, 12), tmp_path / "here.nc")


def test_blocks_of_a_large_realisation_are_tasks(executor, tmp_path, fixed_date, monkeypatch):
    asked = []
    submit = elsewhere.submit
    monkeypatch.setattr(elsewhere, "submit", lambda *task: asked.append(task[-1]) or submit(*task))
    monkeypatch.setattr(elsewhere, "LARGE", 2)
    monkeypatch.setattr(elsewhere, "BLOCK_BYTES", 6e3)  # 64 orbits of two times
    found = file_bytes(run(TINY, 2, executor=executor), tmp_path / "there.nc")
    assert asked == [slice(0, 64), slice(64, 96)] * 2
    assert found == file_bytes(run(TINY, 2), tmp_path / "here.nc")


def test_a_worker_that_is_killed_in_the_middle_changes_no_bit(client, executor, tmp_path, fixed_date):
    before = client.run(os.getpid)
    growing = simulate(SLOW, 20, executor=executor)
    next(growing)
    os.kill(min(before.values()), signal.SIGKILL)
    *_, last = growing
    assert file_bytes(last, tmp_path / "there.nc") == file_bytes(run(SLOW, 20), tmp_path / "here.nc")
    client.wait_for_workers(2)
    assert min(before.values()) not in client.run(os.getpid).values()


def test_any_executor_of_processes_serves(tmp_path, fixed_date):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        found = file_bytes(run(TINY, 2, executor=pool), tmp_path / "there.nc")
    assert found == file_bytes(run(TINY, 2), tmp_path / "here.nc")


def test_another_version_there_is_refused_by_name_before_anything_is_computed(executor, client, monkeypatch):
    name = min(client.scheduler_info()["workers"])
    monkeypatch.setattr(elsewhere, "_HERE", ("0.0", 1))
    with pytest.raises(
        ValueError, match=rf"^the worker {name} has crviz .*here is 0\.0 with numerics 1: inst"
    ):
        run(TINY, 1, executor=executor)
    # one that has come later
    with pytest.raises(ValueError, match=r"^the worker on .*, process \d+, has crviz .*, and here is 0\.0"):
        elsewhere.outcome(elsewhere.submit(executor, os.getpid))


def test_a_worker_without_crviz_is_refused_by_name():
    hidden = "import sys; sys.modules['crviz'] = None"
    with (
        distributed.LocalCluster(
            n_workers=1, host="127.0.0.1", dashboard_address=":0", silence_logs=50, preload=[hidden]
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
        pytest.raises(ValueError, match=r"^the worker tcp://127\S+ has no crviz: install"),
    ):
        run(TINY, 1, executor=client.get_executor())


def test_what_was_finished_before_a_task_failed_is_not_lost(executor):
    """Field 1 of seed 0 fails; that of field 0 is yielded, whichever was done first."""
    fields = crviz.ensemble.followed(TINY, range(3), _fails_in_field_1, executor)
    assert next(fields) == (0, "well")
    with pytest.raises(FloatingPointError, match="an orbit"):
        next(fields)


def _fails_in_field_1(config, index, r, p, check):
    if index == 1:
        raise FloatingPointError("an orbit")
    return "well"


def test_who_is_gone_is_one_sentence():
    killed = type("KilledWorker", (Exception,), {})
    for error in (CancelledError(), killed(), ModuleNotFoundError("No module")):
        future = Future()
        future.set_exception(error)
        with pytest.raises(Lost, match=r"\.$"):
            elsewhere.outcome(future)


def test_commands_compute_on_the_workers_of_a_scheduler(client, call, tmp_path, fixed_date, monkeypatch):
    address = client.scheduler.address
    done = call("run", tmp_path / "there.nc", *WORDS, "--scheduler", address)
    assert done.status == 0, done.err
    assert done.out.startswith(f"{address}: 2 workers, 2 threads; a task takes up to ")
    call("run", tmp_path / "here.nc", *WORDS)
    assert (tmp_path / "there.nc").read_bytes() == (tmp_path / "here.nc").read_bytes()
    further = ("--scheduler", address, "--time-limit", "1s")
    ended = call("run", tmp_path / "there.nc", *WORDS[:-1], 100_000, *further)
    assert ended.status == 75
    assert "The time limit is reached." in ended.out + ended.err  # wherever it has come by then


def test_an_atlas_is_made_on_workers(client, call, tmp_path, fixed_date, monkeypatch):
    samplings = Sampling(1, 3), Sampling(2, 2)
    grid = Grid((1.0,), (0.1,), (1.0, 10.0), (samplings,), n_modes=5)
    monkeypatch.setattr(making, "Grid", lambda: grid)
    there, here = tmp_path / "there", tmp_path / "here"
    made = call("atlas", "make", "--parts", there, "--scheduler", client.scheduler.address)
    assert made.status == 0, made.err
    call("atlas", "make", "--parts", here)
    names = sorted(path.name for path in here.iterdir())
    assert names
    for name in names:
        assert (there / name).read_bytes() == (here / name).read_bytes()


def test_a_worker_with_too_little_memory_is_refused_by_name(client, call, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_PROCESS", 1e15)
    done = call("run", tmp_path / "out.nc", *WORDS, "--scheduler", client.scheduler.address)
    assert done.status == 2
    assert done.err.startswith("crviz run: the worker tcp://127.0.0.1:")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--scheduler", "tcp://127.0.0.1:9"),
            "'tcp://127.0.0.1:9' does not answer within 0.5 s",
        ),
        (("--scheduler", "nowhere"), "scheduler = 'nowhere' does not answer"),
        (("--local-cluster", "0"), "local_cluster = 0 must be a whole number of at least 1"),
        (("--local-cluster", "2", "--threads", "1"), "not allowed with argument --local-cluster"),
    ],
)
def test_who_cannot_compute_is_refused_in_a_sentence(call, tmp_path, monkeypatch, words, sentence):
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    done = call("run", tmp_path / "out.nc", *WORDS, *words)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert sentence in done.err


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="this system masks no signals")
def test_the_processes_of_a_local_cluster_do_not_hear_ctrl_c():
    """A terminal sends it to all of them, and each would print where it was."""
    options = Namespace(scheduler=None, local_cluster=1, threads=None)
    with workers.Workers(options, 1e6) as pool:
        assert signal.SIGINT in pool.executor.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result()
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_without_dask_its_extra_is_named(call, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "find_spec", lambda name: None)
    done = call("run", tmp_path / "out.nc", *WORDS, "--local-cluster", 2)
    assert done.status == 2
    assert done.err.endswith("needs dask: pip install 'crviz[cluster]'.\n")
