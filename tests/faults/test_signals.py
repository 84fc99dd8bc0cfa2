"""Signals and time limits: what is done is stored, one line says so, and the exit status says why."""

import signal
import time

import h5netcdf
import pytest

from crviz import Config, load
from crviz.result import Run

#: Some 50 realisations a second where nothing else runs.
LONG = ("--nside", 8, "--n-modes", 50, "--omega-t", "10,20")
TINY = ("--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1")
#: What a server is in the middle of: a job whose first field takes long, behind threads that hear nothing.
BUSY = """
import time
from crviz import Config
from crviz.dashboard.serving import server as serving
configure = serving.configure
def busy(*arguments):
    manager = configure(*arguments)
    for _ in range(manager.threads):
        manager.pool.submit(time.sleep, 600)
    manager.request(Config(nside=32), 5)
    return manager
serving.configure = busy
"""
#: And of a run with fields of a second, beside blocks of orbits that would take an hour.
ENDLESS = """
import threading, time
from crviz import Config
from crviz.dashboard.serving import server as serving
configure = serving.configure
fields = Config(nside=1, n_modes=100_000, omega_t=(5.0,))
def busy(*arguments):
    manager = configure(*arguments)
    job = manager.request(fields, 1000, key="one")
    for seed in range(2):
        manager.request(fields.replace(omega_t=(3000.0,), seed=seed), 1, key=seed)
    def tell():
        while not job.status.done:
            time.sleep(0.01)
        print("one is done", flush=True)
    threading.Thread(target=tell, daemon=True).start()
    return manager
serving.configure = busy
"""


@pytest.mark.parametrize(
    ("numbers", "status", "sentence"),
    [
        ([signal.SIGTERM], 143, "Stopped by SIGTERM."),
        ([signal.SIGHUP], 129, "Stopped by SIGHUP."),
        ([signal.SIGINT, signal.SIGINT, signal.SIGTERM], 130, "Stopped."),
    ],
)
def test_a_signal_stores_what_is_done_and_says_so(tmp_path, start, read_until, numbers, status, sentence):
    out = tmp_path / "out.nc"
    process = start("run", out, *LONG, "--realizations", 100000)
    read_until(process, rb"[1-9]\d* of \d+ realisations")
    for number in numbers:
        process.send_signal(number)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == status
    assert errors == b""
    done = load(out).n_realizations
    assert f"{sentence} {out} holds {done} of 100000 realisations" in said.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["out.nc"]


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (("run", "out.nc"), "numpy"),
        (("plot", "none.nc", "--figure", "1", "-o", "figure.png"), "matplotlib"),
        (("bench", "--quick"), "crviz.bench"),
    ],
)
def test_ctrl_c_among_the_imports_is_one_line(command, tmp_path, words, module):
    done = command(*words, at_import=(module, signal.SIGINT), cwd=tmp_path)
    assert (done.status, done.out, done.err) == (130, "", "crviz: Stopped.\n")
    assert list(tmp_path.iterdir()) == []


def test_what_nohup_ignores_stays_ignored(command, tmp_path):
    words = ("run", tmp_path / "out.nc", *TINY, "--realizations", 1)
    ignored = "signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    done = command(*words, prelude=ignored, at_import=("numba", signal.SIGHUP))
    assert (done.status, done.err) == (0, "")


def test_a_signal_while_a_result_is_stored_waits_until_it_is(call, tmp_path, monkeypatch):
    """The last store of a run: no further field will look whether the run shall end."""
    out, stored = tmp_path / "out.nc", []
    save = Run.save

    def interrupted(result, path):
        signal.raise_signal(signal.SIGTERM)
        save(result, path)
        signal.raise_signal(signal.SIGINT)
        stored.append(result.n_realizations)

    monkeypatch.setattr(Run, "save", interrupted)
    done = call("run", out, *TINY, "--realizations", 2)
    assert done.status == 143
    assert f"Stopped by SIGTERM. {out} holds 2 of 2 realisations" in done.out
    assert stored == [2]
    assert load(out).n_realizations == 2


def test_handlers_are_those_of_before_when_a_command_is_over(call):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]
    call("--version")
    assert before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)]


# --- time limits


def test_a_time_limit_stops_a_run_with_what_is_done_and_the_same_command_goes_on(call, tmp_path):
    out = tmp_path / "out.nc"
    call("run", out, *LONG, "--realizations", 1)
    done = call("run", out, *LONG, "--realizations", 100000, "--time-limit", "0.05m")
    assert done.status == 75
    number = load(out).n_realizations
    assert f"The time limit is reached. {out} holds {number} of 100000 realisations" in done.out
    assert load(out).config == Config(nside=8, n_modes=50, omega_t=(10, 20))


def test_a_run_that_is_done_before_its_time_is_up_is_like_any_other(call, tmp_path):
    done = call("run", tmp_path / "out.nc", *TINY, "--realizations", 2, "--time-limit", "1h")
    assert (done.status, done.err) == (0, "")
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.mark.parametrize("text", ["50", "0s", "-1m", "1e3s", "soon", "1w", "999999d"])
def test_a_time_limit_needs_a_number_and_a_unit(call, tmp_path, text):
    done = call("run", tmp_path / "out.nc", f"--time-limit={text}")
    assert done.status == 2
    assert done.err.startswith("crviz run: argument --time-limit: ")
    assert "50m" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_time_limit_stops_an_atlas_with_whole_files(call, tmp_path):
    done = call("atlas", "make", "--parts", tmp_path / "parts", "--time-limit", "2s")
    assert done.status == 75
    assert "The time limit is reached." in done.out
    for path in (tmp_path / "parts").glob("*"):
        with h5netcdf.File(path, "r") as file:
            assert file.dimensions["field"].size > 0


# --- serve


def test_a_server_is_gone_soon_after_a_signal_whatever_it_is_doing(tmp_path, start, read_until):
    process = start("serve", "--port", 0, "--no-show", "--library", tmp_path, prelude=BUSY)
    read_until(process, rb"The dashboard is at")
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 143
    assert time.monotonic() - begun < 30  # 5 s where the machine is free
    assert b"Traceback" not in errors


def test_a_server_stores_what_is_finished_whatever_it_is_in_the_middle_of(tmp_path, start, read_until):
    process = start("serve", "--port", 0, "--no-show", "--library", tmp_path, prelude=ENDLESS)
    read_until(process, rb"one is done")
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"The dashboard is closed; what was finished is stored." in said
    assert b"Traceback" not in errors
    (stored,) = tmp_path.glob("*.nc")
    assert load(stored).n_realizations >= 1
