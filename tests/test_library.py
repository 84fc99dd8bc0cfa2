import os

import pytest

from crviz import Config, library, load, run
from crviz.library import Library

TINY = Config(nside=1, omega_t=(0.5,), n_modes=4)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A library of its own, with a small result in the place of the shipped one."""
    shipped = tmp_path / "shipped.nc"
    run(TINY.replace(seed=9), 3).save(shipped)
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
    with pytest.raises(ValueError, match="no crviz result"):
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


def test_the_shipped_reference_is_found_by_its_configuration(tmp_path):
    shipped = load(library.reference())
    assert Library(tmp_path).get(shipped.config).digest == shipped.digest
