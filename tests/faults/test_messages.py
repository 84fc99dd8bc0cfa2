"""What is wrong with a file or a port is said with its name, and not as an option that nobody gave."""

import errno
import os
import socket

import h5netcdf
import h5py
import pytest

from crviz import Config, run
from crviz.dashboard.serving import server as serving
from crviz.result import Run

CONFIG = Config(nside=1, n_modes=10, omega_t=(0.5, 1.0))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The bytes of a sound file."""
    path = tmp_path_factory.mktemp("sound") / "run.nc"
    run(CONFIG, 2).save(path)
    return path.read_bytes()


@pytest.fixture
def out(tmp_path, sound):
    path = tmp_path / "out.nc"
    path.write_bytes(sound)
    return path


def of_a_newer_version(path):
    with h5netcdf.File(path, "a") as file:
        file.attrs["config"] = '{"sigma2": 1.0, "helicity": 0.5}'
    return "helicity"


def without_its_configuration(path):
    with h5netcdf.File(path, "a") as file:
        file.attrs["config"] = '{"sigma2": 1.0,'
    return "configuration"


def without_a_variable(path):
    with h5py.File(path, "a") as file:
        del file["rp"]
    return "rp"


INFO = ("info", "{out}")
PLOT = ("plot", "{out}", "--figure", "diffusion", "-o", "{figure}")
REDUCE = ("reduce", "{out}", "{small}")


@pytest.mark.parametrize(
    ("words", "spoil"),
    [
        *((words, of_a_newer_version) for words in (INFO, PLOT, REDUCE)),
        *((words, without_its_configuration) for words in (INFO, PLOT, REDUCE)),
        *((words, without_a_variable) for words in (INFO, PLOT)),  # a small copy has what there is
    ],
)
def test_a_file_that_is_not_understood_is_named_in_one_line(call, out, tmp_path, words, spoil):
    what = spoil(out)
    names = {"out": out, "figure": tmp_path / "figure.png", "small": tmp_path / "small.nc"}
    done = call(*(word.format(**names) for word in words))
    assert done.status == 2
    assert done.err.startswith(f"crviz {words[0]}: {out} is damaged")
    assert what in done.err
    assert "--" not in done.err
    assert len(done.err.splitlines()) == 1
    assert os.listdir(tmp_path) == ["out.nc"]


def test_a_run_does_not_go_on_from_a_file_of_a_newer_version(call, out):
    of_a_newer_version(out)
    before = out.read_bytes()
    done = call("run", out, "--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1")
    assert (done.status, len(done.err.splitlines())) == (2, 1)
    assert done.err.startswith(f"crviz run: {out} is damaged, or made by another version of crviz")
    assert out.read_bytes() == before


def test_a_file_that_cannot_be_written_is_named(call, out, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # HDF5 does not say of which file

    small = tmp_path / "small.nc"
    monkeypatch.setattr(type(run(CONFIG, 1).reduced()), "save", full)
    done = call("reduce", out, small)
    sentence = f"crviz reduce: {small} could not be written: No space left on device.\n"
    assert (done.status, done.err) == (2, sentence)


def test_a_result_that_cannot_be_stored_names_the_file(call, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / "out.nc"
    monkeypatch.setattr(Run, "save", full)
    done = call("run", out, "--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1")
    assert (done.status, done.err) == (
        2,
        f"crviz run: {out} could not be written: No space left on device.\n",
    )


def test_a_port_that_is_the_system_s_is_said_to_be(call, monkeypatch):
    class Idle:
        def close(self):
            return True

    def refuse(self, address):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(serving, "configure", lambda *_: Idle())
    monkeypatch.setattr(socket.socket, "bind", refuse)
    done = call("serve", "--port", 80, "--no-show")
    assert done.status == 2
    assert done.err.startswith("crviz serve: --port: port = 80 ")
    assert "1024" in done.err
    assert len(done.err.splitlines()) == 1
