"""`crviz reduce`: what it keeps, and the first field's sky that it follows anew."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import h5py
import numpy as np
import pytest

from crviz import Config, load, run
from crviz.cli import reduce

CONFIG = Config(nside=2, n_modes=20, omega_t=np.linspace(0.5, 10, 20), grids="cross", seed=4)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run.nc"
    run(CONFIG, 2).save(path)
    return path


@pytest.fixture
def call(call):
    """Runs `crviz reduce` with these words."""
    return partial(call, "reduce")


def test_the_fine_sky_is_that_of_a_run_on_that_grid(stored, call, tmp_path):
    status, said, _ = call(stored, tmp_path / "small.nc", "--sky-nside", 4)
    assert status == 0
    assert "means over 2 realisations, the sky of realisation 0 at nside 4, 0." in said
    small, fine = load(tmp_path / "small.nc"), run(CONFIG.replace(nside=4, grids="single"), 1).dataset
    sky = small.groups["sky"]
    for index, time in enumerate(fine["omega_t_map"].values):
        found = small.sky(time)
        assert (found.nside, found.realization, found.omega_t) == (4, 0, time)
        scale = sky["scale"].values[small.time_index(time), :, None]
        assert (np.abs(found.r - fine["sample_r"].values[index]) <= 0.501 * scale).all()


def test_the_smallest_copy_has_three_digits_and_the_maps_of_its_last_time(stored, call, tmp_path):
    call(stored, tmp_path / "small.nc")
    assert call(stored, tmp_path / "smallest.nc", "--smallest")[0] == 0
    small, smallest = load(tmp_path / "small.nc"), load(tmp_path / "smallest.nc")
    assert smallest.dataset["omega_t_map"].values == [CONFIG.omega_t[-1]]
    np.testing.assert_array_equal(smallest.dataset["sample_r"][0], small.dataset["sample_r"][-1])
    step = 2.0**-11  # 10 bits after the first, rounded to the nearest
    whole, fewer = (
        each.spectrum("parallel", omega_t=CONFIG.omega_t[-1], estimator="cross") for each in (small, smallest)
    )
    np.testing.assert_allclose(fewer.cl, whole.cl, rtol=step)
    np.testing.assert_allclose(fewer.error, whole.error, rtol=step)
    assert (fewer.cl != whole.cl).any()
    # what is kept of every field is untouched
    np.testing.assert_array_equal(smallest.diffusion().k, small.diffusion().k)


def test_before_it_is_rounded_it_has_the_same_bits():
    fine = run(CONFIG.replace(nside=4, grids="single"), 1).dataset
    at = np.searchsorted(CONFIG.omega_t, fine["omega_t_map"].values)
    coarse = run(CONFIG, 1)
    for threads in (1, 3):
        with ThreadPoolExecutor(threads) as pool:
            found = reduce._positions(coarse, 4, pool)
        np.testing.assert_array_equal(found[at], fine["sample_r"].values)


def test_the_same_command_writes_the_same_bytes(stored, call, tmp_path):
    for name in ("one.nc", "other.nc"):
        assert call(stored, tmp_path / name, "--sky-nside", 4, "--threads", 2)[0] == 0
    assert (tmp_path / "one.nc").read_bytes() == (tmp_path / "other.nc").read_bytes()


def test_a_small_copy_takes_a_finer_sky_later(stored, call, tmp_path):
    call(stored, tmp_path / "small.nc")
    assert list(load(tmp_path / "small.nc").kept_skies()) == [2]
    assert call(tmp_path / "small.nc", tmp_path / "with-sky.nc", "--sky-nside", 4)[0] == 0
    call(stored, tmp_path / "at-once.nc", "--sky-nside", 4)
    later, at_once = (load(tmp_path / name) for name in ("with-sky.nc", "at-once.nc"))
    for name in ("fields", "sky"):
        assert later.groups[name].identical(at_once.groups[name])


@pytest.mark.parametrize("nside", [-4, 0, 2, 3, 512])
def test_a_sky_that_is_not_finer_or_far_too_fine_is_refused(stored, call, tmp_path, nside):
    status, _, complaint = call(stored, tmp_path / "small.nc", "--sky-nside", nside)
    assert status == 2
    rule = "must be a power of 2 above 2, the run's own, and 256 at most"
    assert f"--sky-nside: sky_nside = {nside} {rule}." in complaint
    assert not (tmp_path / "small.nc").exists()


def test_the_field_of_other_numerics_is_not_followed(stored, call, tmp_path):
    other = tmp_path / "other.nc"
    other.write_bytes(stored.read_bytes())
    with h5py.File(other, "a") as file:
        file.attrs["numerics"] = 99
    status, _, complaint = call(other, tmp_path / "small.nc", "--sky-nside", 4)
    assert status == 2
    assert "numerics 99, not the present ones: its first field cannot be followed again" in complaint
    assert call(other, tmp_path / "small.nc")[0] == 0  # all else is there
