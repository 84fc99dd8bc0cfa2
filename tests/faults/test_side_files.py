"""Finished fields lie in a side file at once: what a killed run had finished is taken up by the next one."""

import errno
import os
import signal
import warnings

import numpy as np
import pytest

from crviz import Config, ensemble, load, paths, run, storing
from crviz.ensemble import side
from crviz.result import netcdf
from crviz.storing import File, grow

pytestmark = pytest.mark.skipif(not paths.LOCKS, reason="this system has no locks that end with a process")
TINY = Config(nside=1, omega_t=(0.5,), n_modes=4)
SMALL = Config(nside=4, omega_t=(0.5, 2.0), n_modes=10, grids="cross")
WORDS = ("--nside", 1, "--omega-t", "0.5", "--n-modes", 4)

#: Grows a run whose every field has a record of its own, and dies by SIGKILL after some of them.
_KILLED = """
import os, signal
from pathlib import Path
from crviz import Config, storing
from crviz.ensemble import side
side.RECORD_EVERY = 0.0
storing.STORE_EVERY, storing.STORE_SHARE = {every}, 1e9
config, out = {config}, storing.File(Path({path!r}))
resume = storing.begun(config, {end}, [out], first={first})
for result in storing.grow(config, {end}, [out], resume=resume, first={first}):
    if result.fields.stop == {dies}:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def a_record_a_field(monkeypatch):
    monkeypatch.setattr(side, "RECORD_EVERY", 0.0)


@pytest.fixture
def killed_after(python):
    """Makes a run that is killed when so many fields are finished."""

    def killed_after(path, dies, config=TINY, *, first=0, end=50, every=1e9):
        code = _KILLED.format(
            config=repr(config), path=str(path), first=first, dies=dies, end=end, every=every
        )
        assert python(code).returncode == -signal.SIGKILL

    return killed_after


def sides(folder):
    return sorted(folder.glob(".*.fields"))


def file_bytes(result, path):
    result.save(path)
    return path.read_bytes()


def stored(path, config=TINY):
    """What is in a file once what was left is taken up, and what was said about that."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        (result,) = File(path).stored(config)
    return result, [str(warning.message) for warning in said]


def test_fields_that_a_killed_run_had_finished_are_taken_up_bit_for_bit(
    tmp_path, killed_after, fixed_date, call
):
    """Killed between its records and its file, of which there was none yet; and again, going on from one."""
    out = tmp_path / "out.nc"
    killed_after(out, 11)
    assert not out.exists()
    assert len(sides(tmp_path)) == 1
    killed_after(out, 21)  # went on from 11: these are in the file, the next 10 beside it
    assert load(out).n_realizations == 11
    done = call("run", out, *WORDS, "--realizations", 23)
    assert done.status == 0
    assert done.err == (
        f"crviz: warning: {out} has 10 fields that a run before this one had finished when it was killed.\n"
    )
    assert out.read_bytes() == file_bytes(run(TINY, 23), tmp_path / "whole.nc")
    assert sorted(os.listdir(tmp_path)) == ["out.nc", "whole.nc"]


def test_a_run_that_was_killed_once_all_was_finished_needs_no_further_field(
    tmp_path, killed_after, call, monkeypatch
):
    out = tmp_path / "out.nc"
    killed_after(out, 5)
    monkeypatch.setattr(storing.ensemble, "simulate", None)
    assert "5 realisations already" in call("run", out, *WORDS, "--realizations", 5).out
    assert load(out).n_realizations == 5


@pytest.mark.parametrize("first", [0, 5])
def test_a_part_with_two_grids_is_taken_up_too(tmp_path, killed_after, fixed_date, first):
    out = tmp_path / "out.nc"
    killed_after(out, first + 6, SMALL, first=first)
    result, _ = stored(out, SMALL)
    assert result.fields == range(first, first + 6)
    assert out.read_bytes() == file_bytes(run(SMALL, first + 6, first=first), tmp_path / "whole.nc")


def test_what_is_in_the_file_already_is_not_taken_twice(tmp_path, killed_after, fixed_date):
    """A kill between the new file and the end of the side file that it was made of."""
    out = tmp_path / "out.nc"
    killed_after(out, 6)
    run(TINY, 4).save(out)
    assert stored(out)[0].n_realizations == 6
    assert out.read_bytes() == file_bytes(run(TINY, 6), tmp_path / "whole.nc")
    killed_after(out, 9)
    run(TINY, 12).save(out)
    assert (stored(out)[0].n_realizations, sides(tmp_path)) == (12, [])


@pytest.mark.parametrize("cut", [1, 20, 400])
def test_a_torn_tail_is_cut_off(tmp_path, killed_after, fixed_date, cut):
    out = tmp_path / "out.nc"
    killed_after(out, 5)
    (left,) = sides(tmp_path)
    left.write_bytes(left.read_bytes()[:-cut])
    assert stored(out)[0].n_realizations == 4
    assert out.read_bytes() == file_bytes(run(TINY, 4), tmp_path / "whole.nc")


def test_a_bit_that_has_flipped_ends_what_is_taken_up(tmp_path, killed_after, fixed_date):
    out = tmp_path / "out.nc"
    killed_after(out, 5)
    (left,) = sides(tmp_path)
    content = bytearray(left.read_bytes())
    content[len(content) // 2] ^= 1
    left.write_bytes(content)
    result, _ = stored(out)
    assert 1 <= result.n_realizations < 5
    assert out.read_bytes() == file_bytes(run(TINY, result.n_realizations), tmp_path / "whole.nc")


@pytest.mark.parametrize("content", [b"", b"spoilt", b"crvz" + bytes(12)])
def test_a_side_file_that_cannot_be_read_is_removed_with_a_word(tmp_path, content):
    (tmp_path / ".out.nc.0123456789ab.fields").write_bytes(content)
    run(TINY, 2).save(tmp_path / "out.nc")
    result, (said,) = stored(tmp_path / "out.nc")
    assert (result.n_realizations, sides(tmp_path)) == (2, [])
    assert said.endswith("is removed: it is torn, or of another version of crviz.")


def test_a_side_file_of_another_configuration_is_removed_with_a_word(tmp_path, killed_after, call):
    out = tmp_path / "out.nc"
    killed_after(out, 3, TINY.replace(seed=7))
    done = call("run", out, *WORDS, "--realizations", 2)
    assert done.status == 0
    assert "is removed: it is of another configuration (seed = 7 there, 0 here)." in done.err
    assert load(out).config.seed == 0
    assert os.listdir(tmp_path) == ["out.nc"]


def test_the_side_file_of_a_living_run_is_left_alone(tmp_path):
    out = File(tmp_path / "out.nc")
    growing = grow(TINY, 3, [out])
    next(growing), next(growing)
    assert len(sides(tmp_path)) == 1
    assert out.stored(TINY) == []
    assert len(sides(tmp_path)) == 1
    growing.close()
    assert (load(out.path).n_realizations, sides(tmp_path)) == (2, [])


def test_where_the_file_cannot_be_written_the_side_file_stays(tmp_path, monkeypatch, fixed_date):
    out = File(tmp_path / "out.nc")
    growing = grow(TINY, 5, [out])
    for _ in range(3):
        next(growing)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(netcdf, "_put", full)
        with pytest.raises(OSError, match="No space left"):
            growing.close()
    assert not out.path.exists()
    assert stored(out.path)[0].n_realizations == 3
    assert out.path.read_bytes() == file_bytes(run(TINY, 3), tmp_path / "whole.nc")


def test_what_a_growing_run_hands_on_stays_as_it_was_wherever_it_lies(tmp_path, monkeypatch):
    """In records, in the file that they went into, and in files that have been replaced since."""
    monkeypatch.setattr(storing, "STORE_EVERY", 0.0)
    monkeypatch.setattr(storing, "STORE_SHARE", 1e9)
    results = list(grow(SMALL, 10, [File(tmp_path / "out.nc")]))
    whole = run(SMALL, 10)
    for number, result in enumerate(results, 1):
        assert result.fields == range(number)
        for name in ("cl", "cl_cross", "rr", "rp", "pp", "dipole"):
            np.testing.assert_array_equal(result.dataset[name].values, whole.dataset[name].values[:number])
    np.testing.assert_array_equal(results[-1].spectrum().cl, whole.spectrum().cl)
    assert os.listdir(tmp_path) == ["out.nc"]


def test_a_side_file_that_is_full_goes_into_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(side, "_LEAST_LIMIT", 1.0)
    growing = grow(SMALL, 40, [File(tmp_path / "out.nc")])
    while not (tmp_path / "out.nc").exists():
        next(growing)
    growing.close()


def test_every_field_of_a_run_is_written_once_to_its_side_file(tmp_path, monkeypatch):
    """Fields that are quick share a record, which holds few sums."""
    monkeypatch.setattr(side, "RECORD_EVERY", 1e9)
    out = File(tmp_path / "out.nc")
    *_, last = grow(TINY, 20, [out])
    assert last.n_realizations == load(out.path).n_realizations == 20
    disk = ensemble.Side(tmp_path / "other.nc", TINY, 0, None, 1e9)
    *_, last = ensemble.simulate(TINY, 20, disk=disk)
    assert disk.number == 1  # the first; the others would have waited for their second
    np.testing.assert_array_equal(last.dataset["cl"].values, run(TINY, 20).dataset["cl"].values)
