"""A library of a size: what goes first, and what stays."""

import contextlib
import os
import threading
import time

import pytest

from crviz import Config, housekeeping, library, paths, run
from crviz.library import Library
from crviz.storing import grow

TINY = Config(nside=1, omega_t=(0.5,), n_modes=4)
SEEDS = range(5)


@pytest.fixture(scope="module")
def results():
    return [run(TINY.replace(seed=seed), 1) for seed in SEEDS]


@pytest.fixture
def shelf(tmp_path, results):
    """A library in which five results lie, the first for longest."""
    shelf = Library(tmp_path)
    for age, result in enumerate(reversed(results)):
        shelf.put(result)
        os.utime(shelf.path(result.config), (1e9 - age, 1e9 - age))
    return shelf


@pytest.fixture
def size(shelf, results):
    """That of one result; a few bytes more or less of compressed numbers do not matter."""
    return max(path.stat().st_size for path in shelf)


def seeds(shelf):
    return sorted(seed for seed in SEEDS if shelf.path(TINY.replace(seed=seed)).exists())


def others(shelf):
    return sorted(path.name for path in shelf.folder.iterdir() if path not in set(shelf))


def test_without_a_size_all_stays(shelf):
    shelf.keep_house()
    assert seeds(shelf) == [*SEEDS]


def test_what_was_not_used_for_longest_goes_first(shelf, size):
    shelf.size = 3.5 * size
    shelf.keep_house()
    assert seeds(shelf) == [2, 3, 4]


def test_what_is_opened_is_used_and_stays_as_it_is(shelf, size):
    path = shelf.path(TINY.replace(seed=0))
    before = path.read_bytes(), path.stat().st_mtime_ns
    shelf.size = 3.5 * size
    shelf.load(path)
    shelf.keep_house()
    assert seeds(shelf) == [0, 3, 4]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_what_is_stored_makes_room_for_itself(shelf, size):
    shelf.size = 5.5 * size
    shelf.put(run(TINY.replace(seed=7), 1))
    assert seeds(shelf) == [1, 2, 3, 4]
    assert len(list(shelf)) == 5


def test_what_is_in_use_stays_though_it_is_old_and_counts_as_used_then(shelf, size, results):
    shelf.size = 2.5 * size
    shelf.in_use = lambda: {results[0].digest}
    shelf.keep_house()
    assert seeds(shelf) == [0, 4]
    shelf.in_use, shelf.size = tuple, 1.5 * size
    shelf.keep_house()
    assert seeds(shelf) == [0]


def test_damaged_and_deleted_files_go_before_all_results(shelf, size):
    name = f"{'0' * 32}.nc"
    (shelf.folder / f"{name}.damaged").write_bytes(bytes(2 * size))
    (shelf.folder / f"{name}.damaged3").write_bytes(bytes(2 * size))
    entry = next(entry for entry in shelf.entries() if entry.config and entry.config.seed == 4)
    shelf.discard(entry)
    shelf.size = 4.5 * size
    shelf.keep_house()
    assert seeds(shelf) == [0, 1, 2, 3]
    assert others(shelf) == []


def test_what_the_library_has_not_named_itself_is_not_removed_but_said(shelf, size, caplog):
    mine = shelf.folder / "mine.nc"
    mine.write_bytes(bytes(3 * size))
    os.utime(mine, (0, 0))
    shelf.size = 1.0
    for _ in range(2):
        shelf.keep_house()
    assert [path.name for path in shelf] == ["mine.nc"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{shelf.folder} takes {3 * size / 1e6:.3g} MB more than it may: what is used now and what the "
        "library has not named itself stays."
    ]


def test_what_another_one_is_writing_stays(shelf, holding):
    with holding(shelf.path(TINY.replace(seed=0))):
        shelf.size = 1.0
        shelf.keep_house()
        assert seeds(shelf) == [0]
    shelf.keep_house()
    assert seeds(shelf) == []


@pytest.fixture
def holding():
    """Another one, here a thread, that writes to a place; locks are of open files, not of processes."""

    @contextlib.contextmanager
    def holding(path):
        begun, over = threading.Event(), threading.Event()

        def write():
            with paths.lock(path):
                begun.set()
                over.wait(60)

        thread = threading.Thread(target=write)
        thread.start()
        begun.wait(60)
        yield
        over.set()
        thread.join()

    return holding


def test_a_run_under_way_whose_file_was_removed_by_another_server_is_stored_whole(shelf):
    config = TINY.replace(seed=0)
    growing = grow(config, 4, [shelf], resume=shelf.get(config))
    next(growing)
    Library(shelf.folder, size=1.0).keep_house()
    assert seeds(shelf) == []
    for _ in growing:
        pass
    assert shelf.get(config).n_realizations == 4


def test_markers_of_use_go_with_their_files(shelf, size):
    shelf.size = 10 * size
    shelf.load(shelf.path(TINY))
    assert others(shelf) == [f".{TINY.digest}.nc.used"]
    shelf.delete(TINY.digest)
    shelf.keep_house()
    assert others(shelf) == []


def test_a_library_that_is_not_there_needs_no_looking_after(tmp_path):
    Library(tmp_path / "none", size=1.0).keep_house()
    assert not (tmp_path / "none").exists()


def test_the_shipped_result_does_not_count(tmp_path):
    before = library.reference().stat()
    Library(tmp_path, size=1.0).keep_house()
    assert library.reference().stat() == before


def test_a_deleted_file_of_an_hour_ago_goes_also_without_a_size(shelf, monkeypatch):
    shelf.discard(shelf.entries()[0])
    now = time.time()
    monkeypatch.setattr(housekeeping.time, "time", lambda: now + housekeeping.RECALL + 1)
    Library(shelf.folder).keep_house()
    assert others(shelf) == []
