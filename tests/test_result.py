import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import crviz
from crviz import Config, backtrack, draw_field, harmonics, load, sky, spectra
from crviz.gradient import gradient_tensor, gradient_vector
from crviz.means import standard_error
from crviz.result import Run, netcdf

GRADIENTS = ["parallel", "perpendicular", (0.7, 2.0)]


def contracted(result, gradient, name="cl"):
    return np.einsum("ij,rtijl->rtl", gradient_tensor(gradient), result.dataset[name].values)


def mean_squares(result, gradient):
    """<(r.g)^2> of every realisation at every time."""
    return np.einsum("ij,rtij->rt", gradient_tensor(gradient), result.dataset["rr"].values)


def test_a_result_is_frozen(small_run):
    with pytest.raises(dataclasses.FrozenInstanceError):
        small_run.dataset = None
    with pytest.raises(dataclasses.FrozenInstanceError):
        small_run.spectrum().cl = None


def test_a_result_knows_its_configuration(small_run):
    assert small_run.config == Config(nside=8, omega_t=small_run.omega_t)
    assert small_run.digest == small_run.config.digest
    assert small_run.n_realizations == 6


def test_the_nearest_recorded_time_is_taken(small_run):
    times = small_run.omega_t
    assert small_run.time_index() == 11
    assert small_run.time_index(1e9) == 11
    assert small_run.time_index(times[4] * 1.001) == 4
    assert small_run.spectrum(omega_t=times[4] * 1.001).omega_t == times[4]


@pytest.mark.parametrize("time", [np.nan, np.inf])
def test_a_time_must_be_finite(small_run, time):
    with pytest.raises(ValueError, match="omega_t"):
        small_run.spectrum(omega_t=time)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_the_plain_spectrum_is_the_mean_with_its_standard_error(small_run, gradient):
    cl = contracted(small_run, gradient)[:, -1]
    found = small_run.spectrum(gradient, estimator="none")
    np.testing.assert_allclose(found.cl, cl.mean(0), rtol=1e-12)  # rounding
    np.testing.assert_allclose(found.error, cl.std(0, ddof=1) / np.sqrt(6), rtol=1e-9)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_eq9_subtracts_the_noise_of_independent_pixels(small_run, gradient):
    noise = 4 * np.pi / 768 * mean_squares(small_run, gradient)[:, -1]
    found = small_run.spectrum(gradient, estimator="eq9")
    assert found.noise == pytest.approx(noise.mean(), rel=1e-12)  # rounding
    each = contracted(small_run, gradient)[:, -1] - noise[:, None]
    np.testing.assert_allclose(found.cl, each.mean(0), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.error, standard_error(each), rtol=1e-9)


def test_plateau_subtracts_the_mean_of_the_highest_multipoles(small_run):
    cl = contracted(small_run, "parallel")[:, -1].mean(0)
    high = np.arange(13, 17)  # above three quarters of 16
    noise = (2 * high + 1) @ cl[high] / (2 * high + 1).sum()
    found = small_run.spectrum("parallel", estimator="plateau")
    assert found.noise == pytest.approx(noise, rel=1e-12)  # rounding
    np.testing.assert_allclose(found.cl, cl - noise, rtol=1e-9)


def test_cross_takes_the_spectrum_of_two_grids_and_subtracts_nothing(cross_run):
    found = cross_run.spectrum("perpendicular", estimator="cross")
    each = contracted(cross_run, "perpendicular", "cl_cross")[:, -1]
    np.testing.assert_allclose(found.cl, each.mean(0), rtol=1e-12, atol=1e-13)  # rounding
    np.testing.assert_allclose(found.error, standard_error(each), rtol=1e-9)
    mean_square = mean_squares(cross_run, "perpendicular")[:, -1].mean()
    assert found.noise == pytest.approx(4 * np.pi / 768 * mean_square, rel=1e-12)


def test_cross_needs_two_grids(small_run):
    with pytest.raises(ValueError, match="grids = 'cross'"):
        small_run.spectrum(estimator="cross")


@pytest.mark.parametrize("estimator", ["eq9", "plateau", "none"])
def test_variances_follow_from_noise_and_spectrum(small_run, estimator):
    found = small_run.spectrum(estimator=estimator)
    weight = 2 / (2 * found.ell + 1)
    np.testing.assert_allclose(found.noise_variance, weight * found.noise**2, rtol=1e-14)
    np.testing.assert_allclose(found.cosmic_variance, weight * found.cl**2, rtol=1e-14)


@pytest.mark.parametrize("choice", [{"estimator": "eq7"}, {"map": "momenta"}, {"gradient": "up"}])
def test_choices_that_do_not_exist_are_refused_by_name(small_run, choice):
    with pytest.raises(ValueError, match=next(iter(choice))):
        small_run.spectrum(**choice)


@pytest.mark.parametrize("estimator", ["eq9", "plateau", "cross", "none"])
@pytest.mark.parametrize("which", ["positions", "full"])
def test_the_evolution_is_the_spectrum_at_every_time(cross_run, estimator, which):
    evolution = cross_run.evolution("parallel", estimator=estimator, map=which)
    assert evolution.cl.shape == (12, 17)
    for index, time in enumerate(cross_run.omega_t):
        one = cross_run.spectrum("parallel", omega_t=time, estimator=estimator, map=which)
        np.testing.assert_allclose(evolution.cl[index], one.cl, rtol=1e-10, atol=1e-12)  # rounding
        assert evolution.noise[index] == pytest.approx(one.noise, rel=1e-10)


def test_perpendicular_is_the_mean_over_the_azimuth(small_run):
    azimuths = 2 * np.pi * np.arange(4) / 4
    mean = np.mean([small_run.spectrum((np.pi / 2, phi)).cl for phi in azimuths], axis=0)
    np.testing.assert_allclose(small_run.spectrum("perpendicular").cl, mean, rtol=1e-9, atol=1e-12)


def test_one_realisation_has_no_error(lone_run):
    for estimator in ("eq9", "plateau", "none"):
        assert np.isnan(lone_run.spectrum(estimator=estimator).error).all()
    assert np.isnan(lone_run.diffusion().k_error).all()
    assert np.isnan(lone_run.standard_dipole()).all()


def test_the_full_map_of_one_field_has_the_spectrum_of_eq_4(lone_run):
    n = sky.pixel_directions(4)
    orbits = backtrack(draw_field(lone_run.config, 0), n, (1.0, 10.0))
    r, p = orbits.r[1], orbits.p[1]
    k = -r @ p.T / 192
    g = gradient_vector((0.7, 2.0))
    alm = harmonics.real(harmonics.analysis(g @ r - 3 * (k @ g) @ p, 4))[None]
    expected = spectra.cross_spectra(alm, alm)[0, 0]
    found = lone_run.spectrum((0.7, 2.0), estimator="none", map="full")
    # spectra kept in float32, 2^-24, of which the terms cancel to a tenth or so
    np.testing.assert_allclose(found.cl, expected, rtol=5e-6)
    noise = 4 * np.pi / 192 * ((g @ r - 3 * (k @ g) @ p) ** 2).mean()
    assert found.noise == pytest.approx(noise, rel=1e-10)


def test_the_standard_dipole_is_that_of_the_l_1_coefficients(small_run):
    value, error = small_run.standard_dipole("parallel")
    expected, _ = spectra.standard_dipole(small_run.dataset["dipole"].values, "parallel")
    np.testing.assert_array_equal(value, expected)
    assert value.shape == error.shape == (12,)


def test_before_any_scattering_the_standard_dipole_is_the_whole_dipole(small_run):
    # at Omega T = 0.3 orbits are straight, r_z = -p_z T + (p x dB)_z T^2 / 2: the second term adds a
    # random T^2 sigma^2 / 6 = 1.5 % to C_1 in the mean, and three times that in a bad sample of six
    value, _ = small_run.standard_dipole("parallel")
    assert value[0] == pytest.approx(small_run.evolution("parallel").cl[0, 1], rel=0.045)
    assert value[0] == pytest.approx(4 * np.pi / 9 * 0.3**2, rel=0.045)


def test_diffusion_is_read_off_positions_and_momenta(small_run):
    found, data = small_run.diffusion(), small_run.dataset
    np.testing.assert_allclose(found.k, -data["rp"].values.mean(0), rtol=1e-12)  # rounding
    half_rate = data["rr"].values.mean(0) / (2 * small_run.omega_t[:, None, None])
    np.testing.assert_allclose(found.running, half_rate, rtol=1e-12)
    monopole = data["cl"].values[..., 0].mean(0, dtype=float) / (4 * np.pi)
    relative = (data["rr"].values.mean(0) - monopole) / (2 * small_run.omega_t[:, None, None])
    np.testing.assert_allclose(found.relative, relative, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(found.k_error, standard_error(-data["rp"].values), rtol=1e-12)


def test_a_sky_map_is_the_position_along_the_gradient(small_run):
    orbits = backtrack(draw_field(small_run.config, 0), sky.pixel_directions(8), small_run.omega_t)
    for theta, phi in ((0.0, 0.0), (1.0, 2.0)):
        g = gradient_vector((theta, phi))
        values, time = small_run.sky_map((theta, phi))
        assert time == small_run.omega_t[-1]
        np.testing.assert_allclose(values, g @ orbits.r[-1], rtol=1e-5, atol=1e-5)  # float32 in the file


def test_a_gradient_along_the_field_shows_where_particles_came_from(small_run):
    values, _ = small_run.sky_map((0.0, 0.0), omega_t=0.3)
    z = sky.pixel_directions(8)[2]
    # r_z(-T) = -p_z T: the excess lies at p_z < 0, drawn at n = -p, towards the gradient
    assert np.corrcoef(values, -z)[0, 1] > 0.99


def test_the_mean_map_holds_the_dipole_of_the_ensemble(small_run):
    values, _ = small_run.sky_map((0.0, 0.0), which="mean")
    vector = values @ sky.pixel_directions(8).T / 768
    dipole = small_run.dataset["dipole"].values[:, -1, 2].mean(0)[[2, 0, 1]] / np.sqrt(12 * np.pi)
    np.testing.assert_allclose(vector, dipole, atol=1e-5)  # float32 maps


def test_maps_that_do_not_exist_are_refused(small_run):
    with pytest.raises(ValueError, match="which"):
        small_run.sky_map(which="median")


def test_the_standard_error_is_scatter_over_the_root_of_the_number():
    values = np.array([[1.0, 0.0], [3.0, 0.0]])
    np.testing.assert_allclose(standard_error(values), [1.0, 0.0], rtol=1e-15)  # sqrt(2) / sqrt(2)
    assert np.isnan(standard_error(values[:1])).all()


def test_a_file_gives_back_what_was_saved(cross_run, tmp_path):
    cross_run.save(tmp_path / "run.nc")
    back = load(tmp_path / "run.nc")
    xr.testing.assert_identical(back.dataset, cross_run.dataset)
    xr.testing.assert_identical(back.sums, cross_run.sums)
    assert back.config == cross_run.config


def test_a_result_of_means_alone_keeps_no_sums(small_run, tmp_path):
    Run(small_run.dataset).save(tmp_path / "means.nc")
    assert load(tmp_path / "means.nc").sums is None


def test_the_file_says_what_it_holds(small_run, tmp_path):
    small_run.save(tmp_path / "run.nc")
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as data:
        assert json.loads(data.attrs["config"])["nside"] == 8
        assert {"schema", "digest", "crviz_version", "created"} <= set(data.attrs)
        assert data["cl"].attrs["units"] == "r_L^2"
        assert data["omega_t"].attrs["units"] == "1/Omega"


@pytest.fixture
def broken_writer(monkeypatch):
    """A writer that dies when half of the file is written."""

    writes, put = [], netcdf._put

    def die(file, at, content):
        writes.append(at)
        if len(writes) > 20:
            raise KeyboardInterrupt
        put(file, at, content)

    monkeypatch.setattr(netcdf, "_put", die)


def test_an_interrupted_save_leaves_the_old_file(small_run, lone_run, tmp_path, request):
    path = tmp_path / "run.nc"
    lone_run.save(path)
    before = path.read_bytes()
    request.getfixturevalue("broken_writer")
    with pytest.raises(KeyboardInterrupt):
        small_run.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["run.nc"]
    assert path.read_bytes() == before
    assert load(path).n_realizations == 1


def test_a_save_interrupted_between_means_and_sums_leaves_the_old_file(
    small_run, lone_run, tmp_path, monkeypatch
):
    path, write = tmp_path / "run.nc", netcdf._write
    lone_run.save(path)

    def die_at_the_sums(dataset, *further):
        if "realization" not in dataset.dims:
            raise MemoryError("no room")
        write(dataset, *further)

    monkeypatch.setattr(netcdf, "_write", die_at_the_sums)
    with pytest.raises(MemoryError, match="no room"):
        small_run.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["run.nc"]
    assert load(path).n_realizations == 1


def test_who_has_the_old_file_open_goes_on_reading_it(small_run, lone_run, tmp_path):
    path = tmp_path / "run.nc"
    lone_run.save(path)
    before = path.read_bytes()
    with path.open("rb") as reader:
        small_run.save(path)
        assert reader.read() == before
    assert load(path).n_realizations == 6


def test_a_kill_in_the_middle_of_a_save_leaves_the_old_file(lone_run, tmp_path):
    path = tmp_path / "run.nc"
    lone_run.save(path)
    before = path.read_bytes()
    command = f"""
import os, signal, crviz
from crviz.result import netcdf
result = crviz.load({str(path)!r})

put, writes = netcdf._put, []

def killed(file, at, content):
    writes.append(at)
    if len(writes) > 20:
        os.kill(os.getpid(), signal.SIGKILL)
    put(file, at, content)

netcdf._put = killed
result.save({str(path)!r})
"""
    root = Path(crviz.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", command], cwd=root).returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2
    lone_run.save(path)  # what the kill left behind is in nobody's way, and cleared
    assert load(path).n_realizations == 1
    assert [file.name for file in tmp_path.iterdir()] == ["run.nc"]


def test_saving_into_a_folder_that_is_not_there_says_so(lone_run, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        lone_run.save(tmp_path / "nowhere" / "run.nc")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.nc does not exist"):
        load(tmp_path / "none.nc")


def test_a_file_of_another_kind_is_no_result(tmp_path):
    (tmp_path / "text.nc").write_text("C_l are fine")
    xr.Dataset({"a": 1.0}).to_netcdf(tmp_path / "other.nc", engine="h5netcdf")
    for name in ("text.nc", "other.nc"):
        with pytest.raises(ValueError, match="not a crviz result"):
            load(tmp_path / name)


def test_a_file_of_another_layout_is_refused(lone_run, tmp_path):
    Run(lone_run.dataset.assign_attrs(schema=99)).save(tmp_path / "later.nc")
    with pytest.raises(ValueError, match="layout 99"):
        load(tmp_path / "later.nc")


@pytest.mark.parametrize("gradient", ["parallel", "perpendicular", (0.7, 2.0)])
@pytest.mark.parametrize("estimator", ["eq9", "plateau", "cross", "none"])
def test_a_reduced_result_has_the_same_spectra(cross_run, gradient, estimator):
    """Means are means; float32 keeps 6e-8 of the largest component."""
    small, whole = (r.evolution(gradient, estimator=estimator) for r in (cross_run.reduced(), cross_run))
    np.testing.assert_allclose(small.cl, whole.cl, rtol=1e-5, atol=1e-6 * np.abs(whole.cl).max())
    np.testing.assert_allclose(small.noise, whole.noise, rtol=1e-5)


@pytest.mark.parametrize("gradient", ["parallel", "perpendicular", (0.7, 2.0)])
@pytest.mark.parametrize("estimator", ["cross", "none"])
def test_the_covariance_of_a_reduced_result_gives_the_error_of_any_gradient(cross_run, gradient, estimator):
    small, whole = (r.spectrum(gradient, estimator=estimator) for r in (cross_run.reduced(), cross_run))
    # differences of nearly equal float32 products: a thousandth of the larger errors
    np.testing.assert_allclose(small.error, whole.error, rtol=1e-3, atol=1e-4 * whole.error.max())


def test_a_reduced_result_survives_its_file(cross_run, tmp_path):
    small = cross_run.reduced()
    small.save(tmp_path / "small.nc")
    cross_run.save(tmp_path / "whole.nc")
    read = load(tmp_path / "small.nc")
    assert (tmp_path / "small.nc").stat().st_size < (tmp_path / "whole.nc").stat().st_size
    assert read.n_realizations == cross_run.n_realizations
    assert read.sums is None
    np.testing.assert_array_equal(read.spectrum().cl, small.spectrum().cl)
    before, after = (r.dataset["sample_r"].values for r in (small, read))
    assert np.abs(before - after).max() <= np.abs(before).max() / 32767  # 16 bits
    for which in ("k", "running", "relative"):
        np.testing.assert_array_equal(getattr(read.diffusion(), which), getattr(small.diffusion(), which))


def test_no_run_goes_on_from_a_reduced_result(cross_run):
    with pytest.raises(ValueError, match="means only"):
        crviz.run(cross_run.config, cross_run.n_realizations + 1, resume=cross_run.reduced())
