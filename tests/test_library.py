import os

import h5py
import numpy as np
import pytest

from crviz import Config, library, load, run, storing
from crviz.checks import ParameterError
from crviz.library import Library
from crviz.storing import File, begun, grow

TINY = Config(nside=1, omega_t=(0.5,), n_modes=4)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A library of its own, with a small result in the place of the shipped one."""
    shipped = tmp_path / "shipped.nc"
    run(TINY.replace(seed=9), 3).save(shipped)
    monkeypatch.setattr(library, "references", lambda: (shipped,))
    monkeypatch.setattr(library, "reference", lambda: shipped)
    return Library(tmp_path / "shelf")


def test_a_library_begins_empty(shelf):
    assert shelf.get(TINY) is None
    assert list(shelf) == []


def test_what_is_put_is_got_by_its_configuration(shelf):
    shelf.put(run(TINY, 2))
    assert shelf.path(TINY).name == f"{TINY.digest}.nc"
    assert shelf.get(TINY).n_realizations == 2
    assert shelf.get(TINY).config == TINY
    assert shelf.get(TINY.replace(seed=1)) is None


def test_the_larger_of_two_results_is_kept(shelf):
    for number, kept in ((2, 2), (1, 2), (3, 3), (2, 3)):
        shelf.put(run(TINY, number))
        assert shelf.get(TINY).n_realizations == kept


def test_the_shipped_result_is_found_and_not_stored_again(shelf):
    shipped = TINY.replace(seed=9)
    assert shelf.get(shipped).n_realizations == 3
    shelf.put(run(shipped, 2))
    assert list(shelf) == []


def test_a_result_larger_than_the_shipped_one_is_stored_and_preferred(shelf):
    shipped = TINY.replace(seed=9)
    shelf.put(run(shipped, 4))
    assert shelf.get(shipped).n_realizations == 4


def test_results_are_listed_newest_first(shelf):
    for age, seed in enumerate((1, 2, 3)):
        config = TINY.replace(seed=seed)
        shelf.put(run(config, 1))
        os.utime(shelf.path(config), (1e9 - age, 1e9 - age))
    assert [load(path).config.seed for path in shelf] == [1, 2, 3]


def test_a_spoilt_file_is_told(shelf):
    shelf.put(run(TINY, 1))
    shelf.path(TINY).write_bytes(b"spoilt")
    with pytest.raises(ValueError, match="not a crviz result"):
        shelf.get(TINY)


def test_the_users_folder_is_the_default_and_is_not_made_by_looking(monkeypatch, tmp_path):
    monkeypatch.setattr(library.paths, "library", lambda: tmp_path / "results")
    assert list(Library()) == []
    assert Library().folder == tmp_path / "results"
    assert not (tmp_path / "results").exists()


def test_the_shipped_reference_is_the_turbulence_of_the_paper():
    shipped, paper = load(library.reference()).config, Config()
    for name in ("sigma2", "rl_over_lc", "gamma", "lambda_min", "lambda_max", "n_modes"):
        assert getattr(shipped, name) == getattr(paper, name)
    assert shipped.omega_t[-1] >= 100


@pytest.mark.parametrize("path", library.references(), ids=lambda path: path.stem)
def test_shipped_results_are_found_by_their_configurations(tmp_path, path):
    shipped, own = load(path), Library(tmp_path)
    assert own.get(shipped.config).digest == shipped.digest
    assert own.nearest(shipped.config).digest == shipped.digest
    assert path in [entry.path for entry in own.entries() if entry.shipped]
    own.put(shipped)
    assert list(own) == []  # it is there already


def test_with_nearly_no_turbulence_the_shipped_sky_is_a_bare_dipole():
    bare = library.shipped(library.references()[1])
    paper = Config(sigma2=0.01, nside=16, grids="cross")
    assert bare.config == paper.replace(omega_t=library.shipped().config.omega_t)
    assert library.references()[1].stat().st_size < 1e6
    spectrum = bare.spectrum("parallel", omega_t=100, estimator="cross")
    # orbits follow B0 for the whole time: r.g is that of a free flight of half the pitch, all dipole
    assert spectrum.cl[1] / (4 * np.pi) == pytest.approx(100**2 / 9, rel=0.2)
    assert spectrum.cl[2] / spectrum.cl[1] < 0.01


# --- what is stored, without reading it


def test_entries_say_what_is_stored_newest_first_and_the_shipped_one_last(shelf):
    for age, seed in enumerate((1, 2)):
        config = TINY.replace(seed=seed)
        shelf.put(run(config, seed))
        os.utime(shelf.path(config), (1e9 - age, 1e9 - age))
    entries = shelf.entries()
    assert [entry.config.seed for entry in entries] == [1, 2, 9]
    assert [entry.n_realizations for entry in entries] == [1, 2, 3]
    assert [entry.shipped for entry in entries] == [False, False, True]
    assert [entry.digest for entry in entries] == [entry.config.digest for entry in entries]
    assert entries[0].path == shelf.path(TINY.replace(seed=1))
    assert entries[0].size == entries[0].path.stat().st_size
    assert entries[0].created.isoformat() == shelf.get(TINY.replace(seed=1)).dataset.attrs["created"]
    assert not any(entry.problem for entry in entries)


def test_entries_read_no_arrays(shelf, monkeypatch):
    shelf.put(run(TINY, 1))
    monkeypatch.setattr(library, "load", None)
    assert len(shelf.entries()) == 2


def test_an_entry_follows_its_file(shelf):
    shelf.put(run(TINY, 1))
    assert shelf.entries()[0].n_realizations == 1
    shelf.put(run(TINY, 2))
    assert shelf.entries()[0].n_realizations == 2


@pytest.mark.parametrize("content", [b"", b"spoilt"])
def test_a_spoilt_file_is_an_entry_with_its_problem(shelf, content):
    shelf.put(run(TINY, 1))
    other = shelf.folder / "other.nc"
    other.write_bytes(content)
    spoilt = next(entry for entry in shelf.entries() if entry.path == other)
    assert spoilt.config is None
    assert spoilt.problem.startswith("other.nc is not a crviz result")
    assert spoilt.digest == "other"
    assert [entry.config for entry in shelf.entries() if not entry.problem] == [TINY, TINY.replace(seed=9)]


def test_the_hdf5_file_of_another_program_is_an_entry_with_its_problem(shelf):
    shelf.folder.mkdir()
    with h5py.File(shelf.folder / "other.nc", "w") as file:
        file["x"] = [1, 2, 3]
    assert "not a crviz result" in shelf.entries()[0].problem


def test_a_result_is_deleted_by_its_digest(shelf):
    shelf.put(run(TINY, 1))
    shelf.delete(TINY.digest)
    assert shelf.get(TINY) is None
    assert [entry.shipped for entry in shelf.entries()] == [True]


def test_a_spoilt_file_can_be_deleted(shelf):
    shelf.folder.mkdir()
    (shelf.folder / "other.nc").write_bytes(b"spoilt")
    shelf.delete("other")
    assert list(shelf) == []


def test_the_shipped_result_is_not_deleted(shelf):
    with pytest.raises(ParameterError, match="shipped"):
        shelf.delete(TINY.replace(seed=9).digest)
    assert library.reference().exists()


@pytest.mark.parametrize("digest", ["0" * 32, "../shipped", ""])
def test_what_is_not_stored_is_not_deleted(shelf, digest):
    shelf.put(run(TINY, 1))
    with pytest.raises(ParameterError, match="not a stored result"):
        shelf.delete(digest)
    assert library.reference().exists()
    assert shelf.get(TINY) is not None


# --- the nearest


def test_the_nearest_result_is_so_in_logarithms(shelf):
    shelf.put(run(TINY.replace(sigma2=0.1), 1))  # the shipped one has sigma2 = 1
    assert shelf.nearest(TINY.replace(sigma2=0.33)).config.sigma2 == 1.0  # 0.33 is nearer to 0.1 linearly
    assert shelf.nearest(TINY.replace(sigma2=0.31)).config.sigma2 == 0.1
    shelf.put(run(TINY.replace(rl_over_lc=0.3), 1))
    assert shelf.nearest(TINY.replace(rl_over_lc=0.2)).config.rl_over_lc == 0.3
    assert shelf.nearest(TINY.replace(sigma2=0.0)).config.sigma2 == 0.1


def test_of_equals_the_nearest_is_the_one_with_most_fields(shelf):
    shelf.put(run(TINY, 2))
    assert shelf.nearest(TINY).n_realizations == 3  # the shipped one
    shelf.put(run(TINY.replace(seed=3), 4))
    assert shelf.nearest(TINY).n_realizations == 4


def test_the_nearest_of_an_empty_folder_is_the_shipped_one_and_spoilt_files_are_passed_over(shelf):
    assert shelf.nearest(TINY.replace(sigma2=7.0)).config.seed == 9
    shelf.folder.mkdir()
    (shelf.folder / "other.nc").write_bytes(b"spoilt")
    assert shelf.nearest(TINY).config.seed == 9


# --- runs and summaries of one configuration


@pytest.fixture
def summarized(tmp_path, monkeypatch):
    """A library of its own, with the summary of three fields in the place of the shipped one."""
    shipped = tmp_path / "shipped.nc"
    run(TINY, 3).reduced().save(shipped)
    monkeypatch.setattr(library, "references", lambda: (shipped,))
    monkeypatch.setattr(library, "reference", lambda: shipped)
    return Library(tmp_path / "shelf")


def test_a_run_of_fewer_fields_than_the_shipped_summary_is_kept(summarized):
    """From the summary no run can go on: what was computed would be lost."""
    summarized.put(run(TINY, 2))
    assert [entry.n_realizations for entry in summarized.entries()] == [2, 3]
    assert summarized.get(TINY).n_realizations == 3
    assert begun(TINY, 5, [summarized]).n_realizations == 2


def test_a_summary_does_where_it_has_enough_and_a_run_goes_on_from_runs(summarized):
    assert not begun(TINY, 3, [summarized]).can_grow
    assert begun(TINY, 4, [summarized]) is None
    assert begun(TINY, 3, [summarized], summaries=False) is None
    summarized.put(run(TINY, 1))
    assert begun(TINY, 4, [summarized]).n_realizations == 1


def test_a_run_and_a_summary_lie_beside_each_other(shelf):
    shelf.put(run(TINY, 3).reduced())
    shelf.put(run(TINY, 2))
    assert {(entry.n_realizations, entry.can_grow) for entry in shelf.entries() if not entry.shipped} == {
        (3, False),
        (2, True),
    }
    assert shelf.get(TINY).n_realizations == 3
    shelf.put(run(TINY, 2).reduced())  # says no more than what is there
    assert len(shelf.entries()) == 3


def test_a_summary_that_lies_where_the_run_belongs_is_kept_too(shelf):
    shelf.folder.mkdir()
    run(TINY, 3).reduced().save(shelf.path(TINY))
    shelf.put(run(TINY, 2))
    assert sorted(result.n_realizations for result in shelf.stored(TINY)) == [2, 3]


# --- growing


def test_what_grows_is_kept_in_the_end_however_it_ends(shelf, monkeypatch):
    growing = grow(TINY, 5, [shelf])
    next(growing), next(growing)
    growing.close()
    assert shelf.get(TINY).n_realizations == 2
    growing = grow(TINY, 5, [shelf], resume=begun(TINY, 5, [shelf]))
    next(growing)
    with pytest.raises(KeyboardInterrupt):
        growing.throw(KeyboardInterrupt)
    assert shelf.get(TINY).n_realizations == 3
    assert [result.n_realizations for result in grow(TINY, 5, [shelf], resume=shelf.get(TINY))] == [4, 5]
    np.testing.assert_array_equal(shelf.get(TINY).dataset["cl"], run(TINY, 5).dataset["cl"])


def test_what_grows_is_kept_on_the_way_in_the_first_place_and_in_the_end_in_all(shelf, tmp_path, monkeypatch):
    monkeypatch.setattr(storing, "STORE_EVERY", 0.0)
    monkeypatch.setattr(storing, "STORE_SHARE", 1e9)
    out = File(tmp_path / "out.nc")
    growing = grow(TINY, 3, [out, shelf])
    next(growing), next(growing)  # the first has been stored before the second is handed on
    assert load(out.path).n_realizations == 1
    assert shelf.get(TINY) is None
    assert next(growing).n_realizations == 3
    with pytest.raises(StopIteration):
        next(growing)
    assert load(out.path).n_realizations == shelf.get(TINY).n_realizations == 3


def test_what_has_enough_is_handed_on_and_computed_by_nobody(shelf, tmp_path, monkeypatch):
    shelf.put(run(TINY, 4))
    monkeypatch.setattr(storing.ensemble, "simulate", None)
    out = File(tmp_path / "out.nc")
    (result,) = grow(TINY, 3, [out, shelf], resume=begun(TINY, 3, [out, shelf]))
    assert result.n_realizations == load(out.path).n_realizations == 4
