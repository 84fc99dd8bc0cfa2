"""Locks that others hold, or that a file system lacks, keep nobody from a result; true reasons are given."""

import errno
import os

import pytest
import xarray as xr

from crviz import Config, load, run
from crviz.result import load as read_here

fcntl = pytest.importorskip("fcntl", reason="this system has no such locks")
CONFIG = Config(nside=1, n_modes=10, omega_t=(0.5, 1.0))
TINY = ("--nside", 1, "--n-modes", 10, "--omega-t", "0.5,1")


@pytest.fixture
def locked():
    """Locks a file as another program's HDF5 would."""
    held = []

    def locked(path):
        held.append(os.open(path, os.O_RDWR))
        fcntl.flock(held[-1], fcntl.LOCK_EX)
        return path

    yield locked
    for number in held:
        os.close(number)


def test_a_locked_run_is_read_and_goes_on(call, tmp_path, locked):
    out = tmp_path / "out.nc"
    run(CONFIG, 2).save(out)
    locked(out)
    assert load(out).can_grow
    done = call("run", out, *TINY, "--realizations", 3)
    assert (done.status, done.err) == (0, "")
    assert load(out).n_realizations == 3


def test_a_locked_summary_is_read_with_all_that_lies_beside_it(tmp_path, locked):
    path = tmp_path / "small.nc"
    run(CONFIG, 2).reduced().save(path)
    names = list(load(path).groups)
    locked(path)
    result = load(path)
    assert names
    assert list(result.groups) == names
    assert all(result.groups[name].sizes for name in names)


def test_a_folder_is_said_to_be_one(call, tmp_path):
    done = call("info", tmp_path)
    assert (done.status, done.err) == (2, f"crviz info: {tmp_path} cannot be read: Is a directory.\n")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENOLCK])
def test_what_the_system_has_against_reading_is_said(tmp_path, monkeypatch, number):
    path = tmp_path / "out.nc"
    path.touch()

    def refuse(*_, **__):
        raise OSError(number, f"Unable to open file (errno = {number})")

    monkeypatch.setattr(xr, "load_dataset", refuse)
    with pytest.raises(ValueError, match=os.strerror(number)) as caught:
        read_here(path)  # as the process does that reads first, whose words these are
    assert str(caught.value) == f"{path} cannot be read: {os.strerror(number)}."
