"""Faults beside storing: full disks, two at once, kills, symbolic links."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from crviz import Config, cli, ensemble, library, load, machine, paths, run, storing
from crviz.library import Library
from crviz.result import netcdf
from crviz.storing import File

TINY = Config(nside=1, omega_t=(0.5,), n_modes=4)
WORDS = ("--nside", "1", "--omega-t", "0.5", "--n-modes", "4")


@pytest.fixture(autouse=True)
def small_shipped(tmp_path_factory, monkeypatch):
    """A small result in the place of the shipped one, which takes long to read."""
    path = tmp_path_factory.mktemp("shipped") / "reference.nc"
    run(TINY.replace(seed=9), 1).save(path)
    monkeypatch.setattr(library, "reference", lambda: path)


def call(capsys, *words):
    status = cli.main([str(word) for word in words])
    return status, capsys.readouterr()


# --- full disks


def test_a_full_disk_is_one_sentence_and_the_old_file_stays(small_disk, fill, capsys, monkeypatch):
    monkeypatch.setattr(storing.machine, "room", lambda file: None)  # it is not known before
    out = small_disk / "out.nc"
    run(TINY, 1).save(out)
    before = out.read_bytes()
    fill(small_disk)
    status, said = call(capsys, "run", out, *WORDS, "--realizations", 3)
    assert status == 2
    assert said.err == f"crviz run: {out} could not be written: No space left on device.\n"
    assert out.read_bytes() == before
    assert sorted(os.listdir(small_disk)) == ["filler", "out.nc"]


def test_a_library_on_a_full_disk_raises_what_the_page_says(small_disk, fill):
    shelf = Library(small_disk)
    fill(small_disk)
    with pytest.raises(OSError, match="No space left") as caught:
        shelf.put(run(TINY, 1))
    assert caught.value.errno == errno.ENOSPC
    assert list(shelf) == []


# --- two at once


def test_a_second_run_on_a_file_is_refused_before_it_computes(tmp_path, capsys, monkeypatch):
    out = tmp_path / "out.nc"
    monkeypatch.setattr(storing.ensemble, "simulate", None)
    with File(out).held():
        status, said = call(capsys, "run", out, *WORDS, "--realizations", 1)
    assert status == 2
    assert said.err.startswith(f"crviz run: another run is writing to {out}: ")
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="has no locks")
def test_a_lock_ends_with_its_process(tmp_path):
    place = tmp_path / "out.nc"
    code = (
        "import sys, time; from pathlib import Path; from crviz import paths\n"
        f"with paths.lock(Path({str(place)!r})): print('held', flush=True); time.sleep(600)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(paths.__file__).parents[1])}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment)
    try:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError), paths.lock(place):
            pass
    finally:
        process.kill()
        process.communicate()
    assert os.listdir(tmp_path) == [".out.nc.lock"]
    with paths.lock(place):
        pass
    assert os.listdir(tmp_path) == []


def test_of_many_who_put_at_once_the_largest_result_stays(tmp_path):
    results = [run(TINY, number) for number in (1, 2, 3, 4)]
    shelves = [Library(tmp_path) for _ in results]
    for order in ((0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)):
        threads = [threading.Thread(target=shelves[at].put, args=(results[at],)) for at in order]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Library(tmp_path).get(TINY).n_realizations == 4
        Library(tmp_path).path(TINY).unlink()


def test_what_somebody_else_has_put_there_is_not_lost(tmp_path):
    out = File(tmp_path / "out.nc")
    run(TINY.replace(seed=1), 1).save(out.path)
    with pytest.raises(ValueError, match=r"another configuration by now \(seed = 1 there, 0 here\)"):
        out.put(run(TINY, 2))
    run(TINY, 4, first=2).save(out.path)
    with pytest.raises(ValueError, match="holds fields 2 to 3 by now"):
        out.put(run(TINY, 3))
    out.put(run(TINY, 4))  # has these too
    assert load(out.path).fields == range(4)
    out.put(run(TINY, 3))
    assert load(out.path).fields == range(4)


def test_where_one_place_refuses_the_other_still_keeps_the_result(tmp_path):
    out, shelf = File(tmp_path / "out.nc"), Library(tmp_path / "shelf")
    growing = storing.grow(TINY, 2, [out, shelf])
    next(growing)
    run(TINY.replace(seed=1), 1).save(out.path)
    with pytest.raises(ValueError, match="another configuration by now"):
        growing.close()
    assert shelf.get(TINY).n_realizations == 1


# --- links and leftovers


def test_a_symbolic_link_stays_one_and_what_it_leads_to_is_replaced(tmp_path, capsys):
    there, link = tmp_path / "there", tmp_path / "out.nc"
    there.mkdir()
    link.symlink_to(there / "result.nc")
    for number in (1, 2):
        assert call(capsys, "run", link, *WORDS, "--realizations", number)[0] == 0
        assert link.is_symlink()
        assert load(there / "result.nc").n_realizations == number
    assert os.listdir(there) == ["result.nc"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no locks")
def test_what_a_killed_process_left_is_cleared_and_what_others_write_is_not(tmp_path):
    place = tmp_path / "out.nc"
    (tmp_path / ".out.nc.0123456789ab.part").write_bytes(b"half")
    (tmp_path / ".other.nc.0123456789ab.part").write_bytes(b"somebody else's")
    with paths.replacing(place) as mine:
        mine.write_bytes(b"slow")
        with paths.replacing(place) as theirs:
            theirs.write_bytes(b"quick")
        assert place.read_bytes() == b"quick"
    assert place.read_bytes() == b"slow"
    assert sorted(os.listdir(tmp_path)) == [".other.nc.0123456789ab.part", "out.nc"]


def test_a_write_that_fails_half_way_names_the_persons_path(tmp_path, monkeypatch):
    result, path = run(TINY, 1), tmp_path / "out.nc"
    result.save(path)
    before = path.read_bytes()

    def fail(*arguments):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(netcdf.paths.os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output error") as caught:
        run(TINY, 2).save(path)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["out.nc"]


# --- parts, on the command line


def test_parts_made_by_commands_merge_into_the_file_of_one_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1434499200")
    for first, end in ((8, 18), (0, 8)):
        words = ("--realizations-from", first, "--to", end)
        status, said = call(capsys, "run", tmp_path / f"{first}.nc", *WORDS, *words)
        assert status == 0
    assert call(capsys, "run", tmp_path / "whole.nc", *WORDS, "--realizations", 18)[0] == 0
    names = [tmp_path / "8.nc", tmp_path / "0.nc"]
    status, said = call(capsys, "merge", *names, "-o", tmp_path / "merged.nc")
    assert status == 0
    assert said.out == f"{tmp_path / 'merged.nc'}: 18 realisations, fields 0 to 17.\n"
    assert (tmp_path / "merged.nc").read_bytes() == (tmp_path / "whole.nc").read_bytes()
    assert "10 realisations, a part of a run: fields 8 to 17" in call(capsys, "info", names[0])[1].out
    status, said = call(capsys, "merge", names[0], names[0], "-o", tmp_path / "twice.nc")
    assert status == 2
    assert "both hold fields 8 to 17" in said.err
    assert not (tmp_path / "twice.nc").exists()


def test_a_part_continues_and_is_not_mistaken_for_another(tmp_path, capsys):
    out, words = tmp_path / "part.nc", (*WORDS, "--realizations-from", 3)
    assert call(capsys, "run", out, *words, "--to", 4)[0] == 0
    assert call(capsys, "run", out, *words, "--to", 6)[0] == 0
    assert load(out).fields == range(3, 6)
    np.testing.assert_array_equal(load(out).dataset["cl"], run(TINY, 6).dataset["cl"][3:])
    assert "nothing to compute" in call(capsys, "run", out, *words, "--to", 5)[1].out
    status, said = call(capsys, "run", out, *WORDS, "--realizations", 8)
    assert status == 2
    assert "holds fields 3 to 5" in said.err


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--realizations-from", 3), "--to"),
        (("--realizations-from", 3, "--to", 3), "--to"),
        (("--realizations-from", -1, "--to", 3), "--realizations-from"),
        (("--to", 3, "--realizations", 4), "--realizations"),
        (("--realizations-from", 3, "--to", 5, "--library", "shelf"), "--library"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused_by_its_option(tmp_path, capsys, words, option):
    status, said = call(capsys, "run", tmp_path / "out.nc", *WORDS, *words)
    assert status == 2
    assert said.err.startswith(f"crviz run: {option}: ")
    assert len(said.err.splitlines()) == 1
    assert os.listdir(tmp_path) == []


def test_a_library_that_cannot_be_written_to_is_told_before_anything_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(storing.ensemble, "simulate", None)
    (tmp_path / "file").write_text("mine")
    shelf = tmp_path / "file" / "shelf"
    status, said = call(capsys, "run", tmp_path / "out.nc", *WORDS, "--library", shelf)
    assert status == 2
    assert said.err.startswith(f"crviz run: {shelf} cannot be written to: ")
    assert os.listdir(tmp_path) == ["file"]


# --- what does not fit


def test_a_run_that_cannot_fit_into_memory_is_refused_before_it_begins(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(storing.machine, "memory", lambda: 500e6)
    monkeypatch.setattr(storing.machine, "room", lambda file: None)
    monkeypatch.setattr(storing.ensemble, "simulate", None)
    words = ("--nside", 64, "--realizations", 100_000)
    status, said = call(capsys, "run", tmp_path / "out.nc", *words)
    assert status == 2
    # positions and momenta of one field: 2 x 64 times x 3 x 49152 directions x 8 bytes = 151 MB, three times
    assert said.err.startswith(
        "crviz run: --realizations: realizations = 100000 at nside 64 and 64 times take"
    )
    assert "GB of memory, of which 500 MB are left: ask for fewer" in said.err
    assert len(said.err.splitlines()) == 1
    assert os.listdir(tmp_path) == []
    monkeypatch.setattr(storing.machine, "memory", lambda: 20e9)
    # spectra alone: 64 times x 9 components x 129 multipoles x 4 bytes x 100 000 = 29.7 GB
    with pytest.raises(ValueError, match="of memory"):  # as the page asks for it, which holds what it shows
        next(storing.grow(Config(nside=64), 100_000))


def test_a_run_on_the_disk_takes_no_more_memory_for_more_fields_and_its_file_is_foretold(monkeypatch):
    monkeypatch.setattr(storing.machine, "room", lambda file: 1e12)
    monkeypatch.setattr(storing.machine, "memory", lambda: 20e9)
    config = Config(nside=64)
    few, many = (ensemble.needs(config, fields, on_disk=True).memory for fields in (64, 100_000))
    assert many < few + 500e6  # the tree of sums has 11 nodes more, of 20 MB each, and may be there twice
    said = storing.check_fits(config, 100_000, [Path("out.nc")])
    assert "GB of memory to be read, of which 20 GB are left" in said


def test_a_file_that_cannot_fit_on_its_disk_is_refused_and_a_large_one_is_announced(
    tmp_path, capsys, monkeypatch
):
    out, words = tmp_path / "out.nc", (*WORDS, "--realizations", 2)
    needs = ensemble.needs(TINY, 2)
    monkeypatch.setattr(storing.machine, "room", lambda file: needs.least_disk * 0.9)
    status, said = call(capsys, "run", out, *words)
    assert status == 2
    assert said.err.startswith(f"crviz run: {out} will take ")
    monkeypatch.setattr(storing.machine, "room", lambda file: needs.disk * 1.5)
    status, said = call(capsys, "run", out, *words)
    assert status == 0
    assert said.err.startswith("crviz: warning: this run will take up to ")


@pytest.mark.parametrize("grids", ["single", "cross"])
def test_a_file_is_as_large_as_was_foretold(tmp_path, grids):
    """Between the least and the most; the names and attributes of a file, some 100 kB, are not counted."""
    config = TINY.replace(nside=8, omega_t=(1.0, 2.0, 4.0, 8.0), grids=grids)
    needs = ensemble.needs(config, 12)
    run(config, 12).save(tmp_path / "out.nc")
    assert needs.least_disk < (tmp_path / "out.nc").stat().st_size < needs.disk + 1e5


def test_memory_and_room_are_what_the_system_says(tmp_path):
    assert machine.memory() is None or 0 < machine.memory() < 1e15
    assert 0 < machine.room(tmp_path / "out.nc") < 1e18
    assert machine.room(tmp_path / "none" / "out.nc") is None
