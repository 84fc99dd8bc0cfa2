"""What stays on the disk is read a few fields at a time."""

import numpy as np
import pytest

from crviz import Config, run
from crviz.jobs.manager import Keeping
from crviz.library import Library
from crviz.result import load, netcdf, rows

CONFIG = Config(nside=2, n_modes=10, omega_t=(0.5, 1.0), grids="cross")
OPTIONS = ("--nside", 2, "--n-modes", 10, "--omega-t", "0.5,1", "--grids", "cross")
FIELDS = 12


@pytest.fixture(scope="module")
def whole():
    return run(CONFIG, FIELDS)


@pytest.fixture
def at_once(monkeypatch):
    """How many rows of spectra are read from a file at once; as few as may be are asked for."""
    found, read = [], netcdf._Stored.__getitem__

    def reading(self, some):
        values = read(self, some)
        if values.ndim == 5:  # fields, times, i, j, l
            found.append(len(values))
        return values

    monkeypatch.setattr(netcdf._Stored, "__getitem__", reading)
    for module in (rows, netcdf):
        monkeypatch.setattr(module, "_SLAB", 1)
    return found


@pytest.fixture
def lazily(whole, tmp_path):
    whole.save(tmp_path / "whole.nc")
    return load(tmp_path / "whole.nc", lazily=True)


def test_numbers_are_those_of_a_result_in_memory(whole, lazily, at_once):
    for times in (0, 1, slice(0, 1), slice(None)):
        for estimator in whole.estimators:
            one, other = (result.estimate(estimator, times) for result in (lazily, whole))
            for name in ("cl", "noise", "covariance"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    one, other = lazily.diffusion(), whole.diffusion()
    for name in ("k", "running", "relative", "relative_eq7_covariance"):
        # sums over l, which the machine may take in another order
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)
    assert max(at_once) == 1


def test_what_hdf5_remembers_of_a_file_does_not_grow_with_its_fields(lazily):
    """It has its own for all who have a file open in a process: that of whoever was first."""
    (stored,) = lazily.dataset["cl"].variable.data.pieces
    places = stored._file.id.get_mdc_config()
    assert max(places.max_size, places.initial_size) == netcdf._PLACES
    _, rows_remembered, _ = stored._variable.id.get_access_plist().get_chunk_cache()
    assert rows_remembered == netcdf._CACHE


@pytest.mark.parametrize("key", [(slice(None), 1), (slice(3, 7), 0, 2), (slice(5, 5), 1), (slice(9, 2), 0)])
def test_parts_of_rows_are_those_of_an_array(whole, lazily, key):
    there = lazily.dataset["cl"].variable.data
    assert isinstance(there, rows.Rows)
    expected = whole.dataset["cl"].values[key]
    np.testing.assert_array_equal(there[key], expected)
    assert there[key].shape == expected.shape


@pytest.mark.parametrize(
    "words",
    [
        ("info",),
        *(("plot", "--figure", figure, "-o", "out.png") for figure in ("2", "sky", "diffusion")),
    ],
    ids=" ".join,
)
def test_commands_that_need_means_hold_no_file_in_memory(whole, tmp_path, call, at_once, words, monkeypatch):
    """They read all of it."""
    monkeypatch.chdir(tmp_path)
    run(CONFIG.replace(omega_t=(1.0, 10.0, 100.0)), FIELDS).save("whole.nc")
    command, *others = words
    assert call(command, "whole.nc", *others).status == 0
    assert max(at_once, default=0) <= 1


def test_a_run_that_goes_on_from_a_library_holds_no_file_in_memory(whole, tmp_path, call, at_once):
    """It read all of what the library has."""
    stored = Library(tmp_path / "shelf")
    stored.put(whole)
    out = tmp_path / "out.nc"
    words = ("run", out, *OPTIONS, "--realizations", FIELDS + 2, "--library", stored.folder)
    assert call(*words).status == 0
    assert max(at_once) <= 1
    again = run(CONFIG, FIELDS + 2).dataset
    for path in (out, stored.path(CONFIG)):
        assert load(path).dataset.equals(again)


def test_what_a_page_goes_on_from_is_in_memory(whole, tmp_path):
    """It asks for all fields after each."""
    stored = Library(tmp_path)
    stored.put(whole)
    (result,) = Keeping(stored).stored(CONFIG)
    assert isinstance(result.dataset["cl"].variable.data, np.ndarray)
