import math
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest

import crviz
from crviz import Config, dashboard, ensemble, library, load, paths, run
from crviz.dashboard.serving import server as serving

CONFIG = Config(nside=1, n_modes=10, omega_t=(0.5, 1.0))
TINY = ("--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1")
#: Some 50 realisations a second, so that one can step in between.
LONG_CONFIG = Config(nside=8, n_modes=50, omega_t=(10.0, 20.0))
LONG = ("--nside", 8, "--n-modes", 50, "--omega-t", "10,20")


@pytest.fixture(scope="module")
def small_result(tmp_path_factory):
    path = tmp_path_factory.mktemp("shipped") / "reference.nc"
    run(CONFIG.replace(seed=99), 1).save(path)
    return path


@pytest.fixture
def small_reference(small_result, monkeypatch):
    """A small result in the place of the shipped one, which takes long to read."""
    monkeypatch.setattr(library, "reference", lambda: small_result)


@pytest.fixture
def simulated(monkeypatch):
    """What was asked of `ensemble.simulate`: [(realisations, realisations to go on from)]."""
    calls, simulate = [], ensemble.simulate

    def recording(config, realizations, executor=None, progress=None, *, resume=None, **options):
        calls.append((realizations, resume.n_realizations if resume is not None else 0))
        return simulate(config, realizations, executor, progress, resume=resume, **options)

    monkeypatch.setattr(ensemble, "simulate", recording)
    return calls


def saved_bytes(result, path):
    result.save(path)
    return path.read_bytes()


def environment():
    """That of a process which finds this crviz, and whose progress bar takes its pipe for a terminal."""
    folders = [str(Path(crviz.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(folders),
        "FORCE_COLOR": "1",
        "TTY_COMPATIBLE": "1",
        "TERM": "xterm",
    }


def command(*words, **options):
    """`python -m crviz` to its end."""
    argv = [sys.executable, "-m", "crviz", *map(str, words)]
    return subprocess.run(argv, env=environment(), capture_output=True, text=True, timeout=120, **options)


@pytest.fixture
def start():
    """Starts `python -m crviz`, to be ended by the test; it is killed after a minute in any case.

    Its clock for what is stored now and then goes `clock` times as fast as ours.
    """
    started = []

    def start(*words, clock=1):
        # the shell behind the tests may have told its children to ignore Ctrl-C
        code = (
            "import runpy, signal, time, types; from importlib import import_module; "
            "signal.signal(signal.SIGINT, signal.default_int_handler); "
            f"fast = types.SimpleNamespace(monotonic=lambda: {clock} * time.monotonic()); "
            "import_module('crviz.library').time = fast; "
            "runpy.run_module('crviz', run_name='__main__')"
        )
        argv = [sys.executable, "-c", code, *map(str, words)]
        process = subprocess.Popen(
            argv, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        timer = threading.Timer(60, process.kill)
        timer.start()
        started.append((process, timer))
        return process

    yield start
    for process, timer in started:
        timer.cancel()
        process.kill()
        process.communicate()


def wait_for_realizations(process, number):
    """Read the progress bar until so many realisations are in."""
    seen = b""
    while chunk := process.stdout.read(4096):  # ends with the process, which the timer kills
        seen += chunk
        if any(int(done) >= number for done in re.findall(rb"(\d+) of \d+ realisations", seen)):
            return
    pytest.fail(f"the process ended before {number} realisations: {seen!r} {process.stderr.read()!r}")


# --- what goes well


def test_the_version_is_that_of_the_package(call):
    assert call("--version") == (0, f"crviz {crviz.__version__}\n", "")


def test_a_run_writes_what_the_library_computes(call, tmp_path, fixed_date):
    out = tmp_path / "out.nc"
    outcome = call("run", out, *TINY, "--realizations", 2)
    assert outcome.status == 0
    assert f"{out}: 2 realisations." in outcome.out
    assert out.read_bytes() == saved_bytes(run(CONFIG, 2), tmp_path / "expected.nc")


def test_the_number_of_threads_does_not_change_the_file(call, tmp_path, fixed_date):
    for threads in (1, 3):
        call("run", tmp_path / f"{threads}.nc", *TINY, "--realizations", 2, "--threads", threads)
    assert (tmp_path / "1.nc").read_bytes() == (tmp_path / "3.nc").read_bytes()


def test_every_parameter_reaches_the_configuration(call, tmp_path):
    asked = Config(
        sigma2=0.25,
        rl_over_lc=0.3,
        gamma=4.0,
        lambda_min=0.1,
        lambda_max=10.0,
        n_modes=7,
        nside=2,
        omega_t=(0.1, 0.4),
        step=0.05,
        seed=11,
        grids="cross",
    )
    words = [f"--{name.replace('_', '-')}={value}" for name, value in asked.to_dict().items()]
    words = [word for word in words if not word.startswith("--omega-t")]
    outcome = call("run", tmp_path / "out.nc", *words, "--omega-t=0.1,0.4", "--realizations", 1)
    assert outcome.status == 0
    assert load(tmp_path / "out.nc").config == asked


def test_times_are_log_spaced_up_to_the_largest(call, tmp_path):
    words = ("--nside", 1, "--n-modes", 10, "--omega-t-max", 2, "--n-times", 5, "--realizations", 1)
    call("run", tmp_path / "out.nc", *words)
    assert load(tmp_path / "out.nc").config.omega_t == crviz.backtracking_times(2.0, 5)


def test_the_same_run_again_computes_nothing(call, tmp_path, simulated):
    out = tmp_path / "out.nc"
    call("run", out, *TINY, "--realizations", 2)
    before = out.read_bytes()
    outcome = call("run", out, *TINY, "--realizations", 2)
    assert outcome.status == 0
    assert "nothing to compute" in outcome.out
    assert simulated == [(2, 0)]
    assert out.read_bytes() == before


def test_fewer_realisations_than_there_are_are_not_taken_away(call, tmp_path):
    out = tmp_path / "out.nc"
    call("run", out, *TINY, "--realizations", 3)
    assert "has 3 realisations already" in call("run", out, *TINY, "--realizations", 1).out
    assert load(out).n_realizations == 3


def test_more_realisations_are_added_to_those_there_are(call, tmp_path, simulated, fixed_date):
    out = tmp_path / "out.nc"
    call("run", out, *TINY, "--realizations", 2)
    outcome = call("run", out, *TINY, "--realizations", 4)
    assert f"{out}: 4 realisations." in outcome.out
    assert simulated == [(2, 0), (4, 2)]
    assert out.read_bytes() == saved_bytes(run(CONFIG, 4), tmp_path / "whole.nc")


def test_nothing_but_the_result_is_left_in_the_folder(call, tmp_path):
    call("run", tmp_path / "out.nc", *TINY, "--realizations", 2)
    assert os.listdir(tmp_path) == ["out.nc"]


def test_what_is_not_resolved_is_told_on_stderr(call, tmp_path):
    outcome = call("run", tmp_path / "out.nc", *TINY, "--rl-over-lc", 0.001, "--realizations", 1)
    assert outcome.status == 0
    assert "crviz: warning: 2 pi r_L = 0.00628 L_c" in outcome.err
    assert "no resonant waves" in outcome.err


def test_it_runs_as_a_module(tmp_path):
    done = command("run", tmp_path / "out.nc", *TINY, "--realizations", 2)
    assert done.returncode == 0, done.stderr
    assert load(tmp_path / "out.nc").n_realizations == 2


# --- bad input

BAD_PARAMETERS = [
    ("--sigma2=-1", "-1"),
    ("--sigma2=nan", "nan"),
    ("--sigma2=much", "much"),
    ("--rl-over-lc=0", "0"),
    ("--rl-over-lc=-0.1", "-0.1"),
    ("--gamma=inf", "inf"),
    ("--nside=3", "3"),
    ("--nside=0", "0"),
    ("--nside=4.5", "4.5"),
    ("--n-modes=0", "0"),
    ("--seed=-1", "-1"),
    ("--grids=triple", "triple"),
    ("--omega-t=2,1", "1 follows 2"),
    ("--omega-t=1,1", "1 follows 1"),
    ("--omega-t=0,1", "0"),
    ("--omega-t=1,inf", "inf"),
    ("--omega-t=nan", "nan"),
    ("--omega-t=1,b", "1,b"),
    ("--omega-t=", "''"),
    ("--omega-t-max=0", "0"),
    ("--omega-t-max=-3", "-3"),
    ("--n-times=0", "0"),
    ("--realizations=0", "0"),
    ("--realizations=-2", "-2"),
    ("--threads=0", "0"),
    ("--step=0", "0"),
    ("--step=-0.1", "-0.1"),
]


@pytest.mark.parametrize(("word", "value"), BAD_PARAMETERS)
def test_a_bad_parameter_is_refused_in_one_line_with_its_option_and_value(call, tmp_path, word, value):
    outcome = call("run", tmp_path / "out.nc", word)
    option = word.split("=")[0]
    assert outcome.status == 2
    assert outcome.out == ""
    assert re.search(rf"{option}\b(?!-)", outcome.err)
    assert value in outcome.err.replace(option, "")
    assert os.listdir(tmp_path) == []
    assert outcome.err.startswith("crviz run: ")
    assert len(outcome.err.splitlines()) == 1


def test_waves_the_wrong_way_round_are_refused(call, tmp_path):
    outcome = call("run", tmp_path / "out.nc", "--lambda-min", 2, "--lambda-max", 2)
    assert outcome.status == 2
    assert outcome.err == "crviz run: --lambda-min: lambda_min = 2 must be below lambda_max = 2.\n"
    assert os.listdir(tmp_path) == []


def test_a_step_that_is_too_long_is_refused_with_one_that_would_do(call, tmp_path):
    outcome = call("run", tmp_path / "out.nc", "--step", 0.3)
    assert outcome.status == 2
    assert "--step: step = 0.3 is too large" in outcome.err
    assert "at most 0.25" in outcome.err  # 0.5 / (1 + sigma)
    assert f"{Config().default_step:g} would be chosen" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("words", [(), ("fly",), ("run",), ("run", "out.nc", "--no-such-option")])
def test_a_command_that_is_not_understood_ends_with_status_2(call, words):
    assert call(*words).status == 2


def refused(outcome, *words):
    assert outcome.status == 2
    assert len(outcome.err.splitlines()) == 1
    for word in words:
        assert str(word) in outcome.err


def test_a_folder_that_is_missing_is_told_before_anything_runs(call, tmp_path, simulated):
    folder = tmp_path / "none"
    refused(call("run", folder / "out.nc", *TINY), folder, "does not exist")
    assert simulated == []
    assert not folder.exists()


def test_a_folder_is_no_file_to_write_to(call, tmp_path, simulated):
    refused(call("run", tmp_path, *TINY), tmp_path, "folder")
    assert simulated == []


def test_a_file_is_no_folder_to_write_in(call, tmp_path):
    (tmp_path / "file").write_text("mine")
    refused(call("run", tmp_path / "file" / "out.nc", *TINY), tmp_path / "file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_must_not_be_written_to_is_told_before_anything_runs(call, tmp_path, simulated):
    tmp_path.chmod(0o500)
    refused(call("run", tmp_path / "out.nc", *TINY), tmp_path / "out.nc", "cannot be written")
    assert simulated == []


def test_a_file_of_somebody_else_is_left_as_it_is(call, tmp_path, simulated):
    out = tmp_path / "thesis.txt"
    out.write_text("three years of work")
    refused(call("run", out, *TINY), out, "not a crviz result")
    assert out.read_text() == "three years of work"
    assert os.listdir(tmp_path) == ["thesis.txt"]
    assert simulated == []


def test_a_result_of_another_configuration_is_left_as_it_is(call, tmp_path):
    out = tmp_path / "out.nc"
    call("run", out, *TINY, "--realizations", 1)
    before = out.read_bytes()
    outcome = call("run", out, *TINY, "--sigma2", 0.5, "--seed", 3, "--realizations", 5)
    refused(outcome, out, "sigma2 = 1.0 there, 0.5 here", "seed = 0 there, 3 here")
    assert out.read_bytes() == before


def test_a_result_at_other_times_is_left_as_it_is(call, tmp_path):
    out = tmp_path / "out.nc"
    call("run", out, *TINY, "--realizations", 1)
    before = out.read_bytes()
    refused(call("run", out, "--nside", 1, "--n-modes", 10, "--omega-t", "1"), out, "other times")
    assert out.read_bytes() == before


def test_a_real_process_shows_no_traceback_for_bad_input(tmp_path):
    done = command("run", tmp_path / "out.nc", "--sigma2=-1")
    assert done.returncode == 2
    assert done.stderr.startswith("crviz run: --sigma2: sigma2 = -1 must be ")
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(tmp_path) == []


# --- the library


def test_without_being_told_a_run_neither_reads_nor_writes_the_library(
    call, tmp_path, monkeypatch, small_reference, simulated
):
    folder = tmp_path / "results"
    monkeypatch.setattr(paths, "library", lambda: folder)
    call("run", tmp_path / "a.nc", *TINY, "--realizations", 1)
    assert not folder.exists()
    library.Library().put(run(CONFIG, 3))
    simulated.clear()
    call("run", tmp_path / "b.nc", *TINY, "--realizations", 1)
    assert simulated == [(1, 0)]


def test_a_run_is_stored_in_the_library_and_taken_from_there(call, tmp_path, small_reference, simulated):
    folder = tmp_path / "results"
    call("run", tmp_path / "a.nc", *TINY, "--realizations", 2, "--library", folder)
    assert [path.name for path in library.Library(folder)] == [f"{CONFIG.digest}.nc"]
    outcome = call("run", tmp_path / "b.nc", *TINY, "--realizations", 2, "--library", folder)
    assert outcome.status == 0
    assert simulated == [(2, 0)]
    assert load(tmp_path / "b.nc").dataset.identical(load(tmp_path / "a.nc").dataset)


def test_a_run_goes_on_from_the_library(call, tmp_path, small_reference, simulated, fixed_date):
    folder = tmp_path / "results"
    call("run", tmp_path / "a.nc", *TINY, "--realizations", 2, "--library", folder)
    call("run", tmp_path / "b.nc", *TINY, "--realizations", 3, "--library", folder)
    assert simulated == [(2, 0), (3, 2)]
    assert library.Library(folder).get(CONFIG).n_realizations == 3
    assert (tmp_path / "b.nc").read_bytes() == saved_bytes(run(CONFIG, 3), tmp_path / "whole.nc")


@pytest.fixture
def summarized(tmp_path_factory, monkeypatch):
    """The summary of two fields in the place of the shipped one."""
    path = tmp_path_factory.mktemp("shipped") / "reference.nc"
    run(CONFIG, 2).reduced().save(path)
    monkeypatch.setattr(library, "reference", lambda: path)


def test_more_fields_than_the_shipped_summary_has_are_simulated(call, tmp_path, summarized, simulated):
    out, folder = tmp_path / "out.nc", tmp_path / "results"
    assert call("run", out, *TINY, "--realizations", 4, "--library", folder).status == 0
    assert simulated == [(4, 0)]
    assert load(out).n_realizations == library.Library(folder).get(CONFIG).n_realizations == 4


def test_a_file_that_is_written_can_always_grow(call, tmp_path, summarized):
    """Also where the library has a summary with enough fields, from which no run can go on."""
    out, folder = tmp_path / "out.nc", tmp_path / "results"
    call("run", out, *TINY, "--realizations", 1, "--library", folder)
    assert load(out).can_grow
    assert call("run", out, *TINY, "--realizations", 3, "--library", folder).status == 0
    assert load(out).n_realizations == 3


def test_a_file_of_means_is_not_overwritten(call, tmp_path, simulated):
    out = tmp_path / "means.nc"
    run(CONFIG, 2).reduced().save(out)
    before = out.read_bytes()
    refused(call("run", out, *TINY, "--realizations", 4), out, "holds means only", "not overwritten")
    assert out.read_bytes() == before
    assert simulated == []
    assert "nothing to compute" in call("run", out, *TINY, "--realizations", 2).out


def test_warnings_are_shown_as_before_once_a_command_is_over(call, tmp_path):
    before = warnings.showwarning
    call("info", tmp_path / "nothing.nc")
    call("run", tmp_path / "out.nc", *TINY, "--rl-over-lc", 0.001, "--realizations", 1)
    assert warnings.showwarning is before


def test_a_library_that_is_a_file_is_refused_before_anything_runs(call, tmp_path, small_reference, simulated):
    (tmp_path / "file").write_text("mine")
    outcome = call("run", tmp_path / "out.nc", *TINY, "--realizations", 1, "--library", tmp_path / "file")
    refused(outcome, tmp_path / "file", "--library")
    assert simulated == []
    assert (tmp_path / "file").read_text() == "mine"


# --- info


def test_info_says_what_a_file_holds(call, tmp_path):
    out = tmp_path / "out.nc"
    run(CONFIG, 3).save(out)
    outcome = call("info", out)
    assert outcome.status == 0
    assert f"{out}: 3 realisations, made by crviz {crviz.__version__}" in outcome.out
    assert re.search(r"sigma2 +1\.0\n", outcome.out)
    assert re.search(r"nside +1\n", outcome.out)
    assert "2 times from 0.5 to 1 /Omega" in outcome.out
    assert f"{CONFIG.default_step:g} /Omega (chosen)" in outcome.out


def test_info_gives_the_diffusion_and_the_dipole_of_the_result(call, tmp_path):
    result = run(CONFIG, 3)
    result.save(tmp_path / "out.nc")
    shown = call("info", tmp_path / "out.nc").out
    tensors = result.diffusion()
    for name, k in (
        ("parallel", tensors.k[-1, 2, 2]),
        ("perpendicular", (tensors.k[-1, 0, 0] + tensors.k[-1, 1, 1]) / 2),
    ):
        c1 = result.spectrum(name, estimator="plateau").cl[1] / 12.566370614
        line = next(line for line in shown.splitlines() if line.strip().startswith(name))
        numbers = [float(number) for number in re.findall(r"= (\S+)", line)]
        assert numbers[0] == pytest.approx(k, rel=5e-3)  # three digits are shown
        assert numbers[2] == pytest.approx(c1, rel=5e-3)
        half = tensors.interval(name)[1][-1]
        assert half > 1.1 * tensors.along(name)[1][-1]  # of three fields
        assert float(re.search(r"\+- (\S+)", line)[1]) == pytest.approx(half, rel=0.06)  # two digits


def test_info_says_where_k_is_no_diffusion_coefficient_yet(call):
    shown = call("info", library.reference()).out.splitlines()
    along, across, words = shown[-3:]
    assert along.split()[0] == "parallel"
    assert across.split()[0] == "perpendicular"
    assert words.strip().startswith("not yet diffusive: K(T)/K(T/2) = 0.8")


def test_info_notes_what_a_configuration_does_not_resolve(call, tmp_path):
    with pytest.warns(UserWarning, match="resonant"):
        run(CONFIG.replace(rl_over_lc=0.001), 1).save(tmp_path / "out.nc")
    assert "note: 2 pi r_L" in call("info", tmp_path / "out.nc").out


def test_info_on_a_file_that_is_missing(call, tmp_path):
    refused(call("info", tmp_path / "none.nc"), tmp_path / "none.nc", "does not exist")


def test_info_on_a_text_file_or_a_folder(call, tmp_path):
    (tmp_path / "text.nc").write_text("not a result")
    (tmp_path / "folder.nc").mkdir()
    for name, why in [("text.nc", "not a crviz result"), ("folder.nc", "cannot be read: Is a directory")]:
        refused(call("info", tmp_path / name), tmp_path / name, why)


def test_info_on_the_hdf5_file_of_another_program(call, tmp_path):
    with h5py.File(tmp_path / "other.nc", "w") as file:
        file["x"] = [1, 2, 3]
    refused(call("info", tmp_path / "other.nc"), tmp_path / "other.nc", "not a crviz result")


# --- stopped half-way


def test_stopping_before_anything_is_finished_leaves_no_file(call, tmp_path, monkeypatch):
    def stopped(*arguments, **options):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(ensemble, "simulate", stopped)
    outcome = call("run", tmp_path / "out.nc", *TINY)
    assert outcome.status == 130
    assert "Nothing was finished" in outcome.out
    assert os.listdir(tmp_path) == []


def test_stopping_leaves_what_was_there_before_as_it_was(call, tmp_path, monkeypatch):
    out = tmp_path / "out.nc"
    call("run", out, *TINY, "--realizations", 2)
    before = out.read_bytes()

    def stopped(*arguments, **options):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(ensemble, "simulate", stopped)
    assert call("run", out, *TINY, "--realizations", 4).status == 130
    assert out.read_bytes() == before


def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(call, tmp_path, start, fixed_date):
    out = tmp_path / "out.nc"
    process = start("run", out, *LONG, "--realizations", 5000)
    wait_for_realizations(process, 3)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors
    done = load(out).n_realizations
    assert 3 <= done < 5000
    assert f"holds {done} of 5000 realisations".encode() in said
    assert call("run", out, *LONG, "--realizations", done + 1).status == 0
    assert out.read_bytes() == saved_bytes(run(LONG_CONFIG, done + 1), tmp_path / "whole.nc")


def test_a_kill_leaves_a_file_that_can_be_read_and_continued(call, tmp_path, start):
    out = tmp_path / "out.nc"
    process = start("run", out, *LONG, "--realizations", 5000, "--threads", 1, clock=10)
    deadline = time.monotonic() + 50
    while not out.exists() and time.monotonic() < deadline:  # it is stored every 5 s of its clock
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=60)
    done = load(out).n_realizations
    assert 0 < done < 5000
    assert call("run", out, *LONG, "--realizations", done + 1).status == 0
    assert load(out).n_realizations == done + 1


# --- serve


@pytest.fixture
def nothing_compiles(monkeypatch):
    """No background work behind a server that does not come up."""

    class Idle:
        def close(self):
            pass

    monkeypatch.setattr(serving, "configure", lambda *_: Idle())


def test_serve_hands_its_options_on(call, monkeypatch, tmp_path):
    given = []
    monkeypatch.setattr(dashboard, "serve", lambda *all_of_it: given.append(all_of_it))
    words = ("--port", 0, "--address", "127.0.0.1", "--no-show", "--threads", 3, "--library", tmp_path)
    assert call("serve", *words, "--allow-websocket-origin", "a.example:80").status == 0
    ((service, _, hear, beside),) = given
    assert [address for address, _ in beside] == ["/learn"]
    assert service.library.folder == tmp_path
    assert callable(hear)  # of signals
    assert (service.port, service.address, service.show, service.threads) == (0, "127.0.0.1", False, 3)
    assert service.websocket_origin == ("a.example:80",)
    assert service.library.size is None
    for said, size in (("500MB", 5e8), ("1.5GB", 1.5e9), ("none", math.inf)):
        call("serve", "--no-show", "--library-size", said)
        assert given[-1][0].library.size == size


@pytest.mark.parametrize("size", ["2", "GB", "0GB", "-1GB", "2gb"])
def test_serve_refuses_what_is_no_size(call, size):
    refused(call("serve", "--no-show", f"--library-size={size}"), "--library-size", size, "500MB or 2GB")


def test_who_can_be_reached_by_strangers_is_careful():
    assert not dashboard.Service().is_public
    assert dashboard.Service(address="0.0.0.0").is_public
    assert dashboard.Service(websocket_origin=("crviz.example.org",)).is_public
    assert not dashboard.Service(address="0.0.0.0", public=False).is_public
    assert dashboard.Service(public=True).is_public


def test_serve_refuses_a_bad_number_of_threads(call):
    refused(call("serve", "--threads", 0, "--no-show"), "--threads", "0")


def test_serve_names_a_port_that_is_taken(call, nothing_compiles):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused(call("serve", "--port", port, "--no-show"), "--port", port)


def test_serve_refuses_what_is_no_port(call, nothing_compiles):
    refused(call("serve", "--port", 99999, "--no-show"), "--port", 99999)


def test_reduce_writes_a_small_copy_and_overwrites_nothing(call, tmp_path):
    call("run", tmp_path / "whole.nc", *TINY, "--realizations", 3)
    outcome = call("reduce", tmp_path / "whole.nc", tmp_path / "small.nc")
    assert outcome.status == 0
    small, whole = (load(tmp_path / name) for name in ("small.nc", "whole.nc"))
    assert small.n_realizations == whole.n_realizations
    np.testing.assert_allclose(small.spectrum().cl, whole.spectrum().cl, rtol=1e-5, atol=1e-6)
    refused(
        call("reduce", tmp_path / "whole.nc", tmp_path / "small.nc"), tmp_path / "small.nc", "overwritten"
    )
