"""Results that earlier versions have stored are found, shown, and extended as long as the numerics are the
same: tests/data holds a run that version 0.1.0 wrote, under the name that its libraries gave it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from crviz import Config, config, library, load, run
from crviz.cli import main
from crviz.dashboard.exploring import Exploring
from crviz.dashboard.runs import words
from crviz.dashboard.state import State
from crviz.library import Library, begun, grow
from crviz.result import schema

STORED = Path(__file__).parent / "data" / "run-of-version-0.1.0.nc"
WROTE = Config(nside=1, grids="cross", omega_t=(0.5, 2.0), n_modes=6, seed=5)
#: Other processors round wave vectors differently in the last bit; in Omega T = 2 nothing grows of it.
ROUNDING = 1e-6


@pytest.fixture
def shelf(tmp_path):
    """A library as version 0.1.0 left it: the file has the name that it called the configuration by."""
    folder = tmp_path / "results"
    folder.mkdir()
    shutil.copy(STORED, folder / f"{load(STORED).dataset.attrs['digest']}.nc")
    return Library(folder)


@pytest.fixture
def later_numerics(monkeypatch):
    """A version whose numbers are others."""
    for room in (config, schema):
        monkeypatch.setattr(room, "NUMERICS_VERSION", 2)
    library._read_entry.cache_clear()
    yield
    library._read_entry.cache_clear()


def test_its_configuration_is_the_one_it_was_written_with():
    stored = load(STORED)
    assert stored.config == WROTE
    assert stored.digest == WROTE.digest != stored.dataset.attrs["digest"]
    assert (stored.numerics, stored.can_grow) == (1, True)


def test_its_numbers_are_those_of_today():
    stored, again = load(STORED).dataset, run(WROTE, 2).dataset
    for name in ("cl", "cl_cross", "rr", "rp", "dipole", "cl_rp", "mean_r", "sample_r"):
        scale = np.abs(again[name].values).max()
        np.testing.assert_allclose(stored[name], again[name], rtol=ROUNDING, atol=ROUNDING * scale)


def test_it_is_found_by_its_configuration(shelf):
    assert shelf.get(WROTE).n_realizations == 2
    assert [entry.digest for entry in shelf.entries() if not entry.shipped] == [WROTE.digest]


def test_it_is_extended_in_its_place(shelf):
    (before,) = shelf
    (grown,) = grow(WROTE, 3, [shelf], resume=begun(WROTE, 3, [shelf]))
    assert list(shelf) == [before]
    assert load(before).dataset.attrs["digest"] == WROTE.digest
    np.testing.assert_array_equal(grown.dataset["rr"][:2], load(STORED).dataset["rr"])
    np.testing.assert_allclose(grown.dataset["rr"][2], run(WROTE, 3).dataset["rr"][2], rtol=ROUNDING)


def test_the_command_line_goes_on_with_it(tmp_path):
    out = tmp_path / "out.nc"
    shutil.copy(STORED, out)
    options = ["--nside", "1", "--grids", "cross", "--omega-t", "0.5,2", "--n-modes", "6", "--seed", "5"]
    assert main(["run", str(out), *options, "--realizations", "3"]) == 0
    assert load(out).n_realizations == 3


def test_it_is_deleted_by_its_digest(shelf):
    shelf.delete(WROTE.digest)
    assert list(shelf) == []


def test_the_page_shows_it(shelf):
    state = State(n_modes=6, seed=5)
    Exploring(state, shelf).look()
    assert state.shown.config == WROTE
    assert state.shown.origin == "stored, 2 fields"


# --- where the numerics are others


def test_with_other_numerics_it_is_shown_with_a_label(shelf, later_numerics):
    state = State(n_modes=6, seed=5)
    Exploring(state, shelf).look()
    assert state.shown.config == WROTE
    assert state.shown.origin == "stored, 2 fields, by earlier numerics (1)"
    entry = shelf.entries()[0]
    assert not entry.can_grow
    assert words(entry).endswith("MB · numerics 1")


def test_with_other_numerics_it_is_not_taken_for_the_same(shelf, later_numerics):
    now = WROTE.replace()  # its digest holds the version
    assert shelf.get(now) is None
    assert load(STORED).digest != now.digest
    with pytest.raises(ValueError, match="computed with numerics 1, not the present ones"):
        run(now, 3, resume=load(STORED))


def test_with_other_numerics_it_is_left_as_it_is(shelf, later_numerics):
    now = WROTE.replace()  # its digest holds the version
    (before,) = shelf
    content = before.read_bytes()
    (*_, _last) = grow(now, 1, [shelf], resume=begun(now, 1, [shelf]))
    assert before.read_bytes() == content
    assert len(list(shelf)) == 2


def test_with_other_numerics_a_file_is_not_overwritten_and_says_why(tmp_path, later_numerics, capsys):
    out = tmp_path / "out.nc"
    shutil.copy(STORED, out)
    options = ["--nside", "1", "--grids", "cross", "--omega-t", "0.5,2", "--n-modes", "6", "--seed", "5"]
    assert main(["run", str(out), *options, "--realizations", "3"]) == 2
    assert "made by another version" in capsys.readouterr().err
    assert out.read_bytes() == STORED.read_bytes()
