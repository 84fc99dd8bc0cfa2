"""Results that earlier versions have stored: found, shown, and extended where the numerics are the same, and
shown with a label where they are not. tests/data holds a run that version 0.1.0 wrote, under the name that
its libraries gave it, and one of the second numerics."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from crviz import Config, load, run
from crviz.cli import main
from crviz.dashboard.best_known import BestKnown
from crviz.dashboard.drawer.runs import words
from crviz.dashboard.state import State
from crviz.library import Library
from crviz.storing import begun, grow

DATA = Path(__file__).parent / "data"
FIRST, SECOND = DATA / "run-of-version-0.1.0.nc", DATA / "run-of-numerics-2.nc"
WROTE = Config(nside=1, grids="cross", omega_t=(0.5, 2.0), n_modes=6, seed=5)
COMMAND = ["--nside", "1", "--grids", "cross", "--omega-t", "0.5,2", "--n-modes", "6", "--seed", "5"]


def shelved(folder, stored):
    """A library as the version that wrote a file left it: named by what it called the configuration."""
    folder.mkdir()
    shutil.copy(stored, folder / f"{load(stored).dataset.attrs['digest']}.nc")
    return Library(folder)


@pytest.fixture
def first(tmp_path):
    return shelved(tmp_path / "first", FIRST)


@pytest.fixture
def second(tmp_path):
    return shelved(tmp_path / "second", SECOND)


@pytest.mark.parametrize(("stored", "numerics"), [(FIRST, 1), (SECOND, 2)])
def test_their_configuration_is_the_one_they_were_written_with(stored, numerics):
    result = load(stored)
    assert result.config == WROTE
    assert result.numerics == numerics
    assert result.can_grow == (result.digest == WROTE.digest) == (numerics == 2)


# the first numerics drew waves to 53 bits, these to 24: 6e-8 of phases of some 2 pi 10
@pytest.mark.parametrize(("stored", "tolerance"), [(FIRST, 1e-5), (SECOND, 1e-12)])
def test_their_numbers_are_those_of_today(stored, tolerance):
    before, again = load(stored).dataset, run(WROTE, 2).dataset
    for name in ("cl", "cl_cross", "rr", "rp", "dipole", "cl_rp", "mean_r", "sample_r"):
        scale = np.abs(again[name].values).max()
        rounding = tolerance if again[name].dtype == float else max(tolerance, 1e-6)
        np.testing.assert_allclose(before[name], again[name], rtol=rounding, atol=rounding * scale)


# --- where the numerics are the same


def test_it_is_found_by_its_configuration(second):
    assert second.get(WROTE).n_realizations == 2
    assert [entry.digest for entry in second.entries() if not entry.shipped] == [WROTE.digest]


def test_it_is_extended_in_its_place_bit_for_bit(second):
    (before,) = second
    (grown,) = grow(WROTE, 3, [second], resume=begun(WROTE, 3, [second]))
    assert list(second) == [before]
    assert load(before).dataset.attrs["digest"] == WROTE.digest
    np.testing.assert_array_equal(grown.dataset["rr"], run(WROTE, 3).dataset["rr"])


def test_the_command_line_goes_on_with_it(tmp_path):
    out = tmp_path / "out.nc"
    shutil.copy(SECOND, out)
    assert main(["run", str(out), *COMMAND, "--realizations", "3"]) == 0
    assert load(out).n_realizations == 3


@pytest.mark.parametrize("stored", [FIRST, SECOND])
def test_it_is_deleted_by_its_digest(tmp_path, stored):
    shelf = shelved(tmp_path / "shelf", stored)
    shelf.delete(load(stored).digest)
    assert list(shelf) == []


def test_the_page_shows_it(second):
    state = State(n_modes=6, seed=5)
    second.entries()  # the page waits for nothing that is not known
    BestKnown(state, second).look()
    assert state.shown.config == WROTE
    assert state.shown.origin == "stored, 2 fields"


# --- where the numerics are others


def test_with_other_numerics_it_is_shown_with_a_label(first):
    state = State(n_modes=6, seed=5)
    (entry, *_) = first.entries()  # the page waits for nothing that is not known
    BestKnown(state, first).look()
    assert state.shown.config == WROTE
    assert state.shown.origin == "stored, 2 fields, computed by an earlier version (1)"
    assert not entry.can_grow
    assert words(entry).endswith("MB · numerics 1")


def test_with_other_numerics_it_is_not_taken_for_the_same(first):
    assert first.get(WROTE) is None
    assert load(FIRST).digest != WROTE.digest
    with pytest.raises(ValueError, match="computed with numerics 1, not the present ones"):
        run(WROTE, 3, resume=load(FIRST))


def test_with_other_numerics_it_is_left_as_it_is(first):
    (before,) = first
    content = before.read_bytes()
    (*_, _last) = grow(WROTE, 1, [first], resume=begun(WROTE, 1, [first]))
    assert before.read_bytes() == content
    assert len(list(first)) == 2


def test_with_other_numerics_a_file_is_not_overwritten_and_says_why(tmp_path, capsys):
    out = tmp_path / "out.nc"
    shutil.copy(FIRST, out)
    assert main(["run", str(out), *COMMAND, "--realizations", "3"]) == 2
    assert "made by another version" in capsys.readouterr().err
    assert out.read_bytes() == FIRST.read_bytes()
