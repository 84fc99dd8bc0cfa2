"""What a reduced result keeps of single fields, and of the first field's sky on a finer grid."""

import shutil

import h5py
import numpy as np
import pytest

from crviz import Config, backtracking_times, load, run
from crviz.result import NotKept, Summary, kept, kept_times

ESTIMATORS = ["eq9", "plateau", "cross", "none"]
ALONG_X, ALONG_Y = (np.pi / 2, 0.0), (np.pi / 2, np.pi / 2)
GRADIENTS = ["parallel", "perpendicular", (0.0, 0.0), ALONG_X, ALONG_Y]
#: 10 bits after the first: half a bit of them, relative.
ROUNDING = 2.0**-11


@pytest.fixture(scope="module")
def whole():
    """Twenty times, of which sixteen are kept, of seven fields."""
    return run(Config(nside=2, n_modes=8, omega_t=backtracking_times(20, 20), grids="cross"), 7)


@pytest.fixture(scope="module")
def stored(whole, tmp_path_factory):
    """Where its reduced result lies, with a finer sky of random numbers."""
    path = tmp_path_factory.mktemp("kept") / "small.nc"
    r = np.random.default_rng(3).normal(size=(20, 3, 192)).astype(np.float32)
    whole.reduced().with_sky(4, r).save(path)
    return path


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_spectra_of_single_fields_are_those_of_the_run(whole, stored, estimator, gradient):
    small = load(stored)
    for time in whole.omega_t[kept_times(whole.omega_t)[::5]]:
        found, true = (
            each.realization_spectra(gradient, omega_t=time, estimator=estimator) for each in (small, whole)
        )
        plain = whole.realization_spectra(gradient, omega_t=time, estimator="none")
        # a difference of rounded numbers, each of the size of the plain spectrum at most
        assert np.abs(found - true).max() <= 3 * ROUNDING * np.abs(plain).max()


@pytest.mark.parametrize(("estimator", "name"), [("none", "cl"), ("cross", "cl_cross")])
def test_nothing_but_rounding_happens_to_what_is_kept(whole, stored, estimator, name):
    at = kept_times(whole.omega_t)[3]
    found = load(stored).realization_spectra(ALONG_Y, omega_t=whole.omega_t[at], estimator=estimator)
    true = whole.dataset[name].values[:, at, 1, 1]
    np.testing.assert_allclose(found, true, rtol=ROUNDING, atol=1e-30)
    assert (found != true).any()


@pytest.mark.parametrize("time", [0.3, 20.0])
def test_observers_see_zz_along_the_field_and_xx_or_yy_across_it(whole, time):
    at = whole.time_index(time)
    cl = whole.dataset["cl_cross"].values[:, at]
    along = whole.observer_spectra("parallel", omega_t=time, estimator="cross")
    np.testing.assert_array_equal(along, cl[:, 2, 2])
    across = whole.observer_spectra("perpendicular", omega_t=time, estimator="cross")
    # cos(pi/2) is 6e-17, and what is multiplied with its square is of the size of cl
    np.testing.assert_allclose(across, np.concatenate([cl[:, 0, 0], cl[:, 1, 1]]), rtol=1e-12)


@pytest.mark.parametrize("gradient", ["parallel", "perpendicular"])
def test_quantiles_are_those_of_numpy_over_observers(whole, stored, gradient):
    at = kept_times(whole.omega_t)[9]
    cl = whole.dataset["cl_cross"].values[:, at].astype(float)
    seen = cl[:, 2, 2] if gradient == "parallel" else np.concatenate([cl[:, 0, 0], cl[:, 1, 1]])
    true = np.quantile(seen, [0.16, 0.5, 0.84], axis=0)
    for result, rounding in ((whole, 1e-12), (load(stored), ROUNDING)):
        found = result.quantiles(gradient, omega_t=whole.omega_t[at], estimator="cross")
        # between two observers it is a mean of both: cross spectra may differ in sign
        np.testing.assert_allclose(found, true, rtol=0, atol=rounding * np.abs(seen).max())


def test_other_quantiles_can_be_asked_for(whole):
    least, most = whole.quantiles(estimator="cross", at=[0, 1])
    seen = whole.observer_spectra(estimator="cross")
    np.testing.assert_array_equal(least, seen.min(0))
    np.testing.assert_array_equal(most, seen.max(0))


def test_spectra_of_single_fields_are_kept_along_the_axes_and_at_some_times(whole, stored):
    small = load(stored)
    with pytest.raises(NotKept, match=r"gradient = \(0.7, 2.0\) must lie along x, y or z"):
        small.realization_spectra((0.7, 2.0))
    other = np.setdiff1d(np.arange(20), kept_times(whole.omega_t))[1]
    with pytest.raises(NotKept, match="spectra of single realisations are kept, the nearest of them "):
        small.observer_spectra("perpendicular", omega_t=whole.omega_t[other])
    with pytest.raises(ValueError, match="estimator = 'eq7' must be"):
        small.quantiles(estimator="eq7")


def test_diffusion_and_dipoles_of_single_fields_are_those_of_the_run(whole, stored):
    small = load(stored)
    for question in ("realization_diffusion", "realization_dipoles"):
        found, true = (getattr(each, question)() for each in (small, whole))
        assert found.shape == (7, 20, 3, 3)
        np.testing.assert_array_equal(found, true)
    np.testing.assert_allclose(whole.realization_diffusion().mean(0), whole.diffusion().k, rtol=1e-12)


def test_dipoles_without_turbulence_are_those_of_the_helix():
    """r(-T) = -(p_x sin T - p_y (1 - cos T), p_y sin T + p_x (1 - cos T), p_z T)."""
    t = 2.5
    dipole = run(Config(sigma2=0.0, nside=8, omega_t=(t,), step=0.01), 1).realization_dipoles()[0, 0]
    helix = [[-np.sin(t), 1 - np.cos(t), 0], [np.cos(t) - 1, -np.sin(t), 0], [0, 0, -t]]
    # the quadrature of the plain transform errs by 1e-3 at this nside
    np.testing.assert_allclose(dipole, helix, atol=2.5e-3 * t)


def test_c_1_is_the_square_of_the_dipole(whole):
    d = whole.realization_dipoles()[:, -1, 2]
    c_1 = whole.realization_spectra("parallel", estimator="none")[:, 1]
    np.testing.assert_allclose(4 * np.pi / 9 * (d**2).sum(-1), c_1, rtol=1e-6)  # spectra are float32


def test_a_finer_sky_is_kept_to_half_of_its_steps():
    rng = np.random.default_rng(2)
    rough = rng.normal(size=192)
    smooth = np.linspace(-5, 5, 192)  # neighbours differ by 1/191 of the range: 127 steps are finer
    jumps = np.where(np.arange(192) % 2, 3.0, -3.0)  # from -127 to 127 and back, beyond 8 bits
    r = np.stack([rough, smooth, jumps])[None]
    sky = kept.compact(np.array([1.0]), 4, r)
    found, scale = kept.positions(sky, 0), sky["scale"].values[0]
    between = np.sqrt(np.mean(np.diff(r[0]) ** 2, axis=-1)) / 12
    np.testing.assert_allclose(scale, [between[0], 5 / 127, between[2]])
    assert (np.abs(found - r[0]).max(-1) <= 0.5001 * scale).all()


def test_skies_are_asked_for_by_grid_and_time(whole, stored):
    small = load(stored)
    skies = small.kept_skies()
    assert list(skies) == [2, 4]
    np.testing.assert_array_equal(skies[4], whole.omega_t)
    np.testing.assert_array_equal(skies[2], whole.dataset["omega_t_map"])
    fine, coarse = small.sky(5.0), small.sky(5.0, nside=2)
    assert (fine.nside, fine.r.shape) == (4, (3, 192))
    assert fine.omega_t == whole.omega_t[whole.time_index(5.0)]
    assert coarse.omega_t in whole.dataset["omega_t_map"]
    np.testing.assert_array_equal(whole.sky(nside=2).r, whole.dataset["sample_r"].values[-1])
    assert whole.sky().nside == 2
    for result, words in ((small, "2 or 4"), (whole, "2")):
        with pytest.raises(NotKept, match=f"nside = 8 must be {words}: the sky of realisation 0"):
            result.sky(nside=8)


def test_what_lies_beside_the_dataset_survives_its_file(stored, tmp_path):
    small = load(stored)
    small.save(tmp_path / "again.nc")
    again = load(tmp_path / "again.nc")
    assert set(again.groups) == {"fields", "sky"}
    assert again.dataset.identical(small.dataset)
    for name, values in again.groups.items():
        assert values.identical(small.groups[name])


def test_a_file_is_opened_without_what_lies_beside(stored, tmp_path):
    """What nobody asks for is not read: the file may even be gone by then, which is said."""
    copy = shutil.copy(stored, tmp_path / "copy.nc")
    small = load(copy)
    copy.unlink()
    assert small.spectrum().cl.shape == (5,)
    with pytest.raises(ValueError, match=r"copy\.nc has been replaced or removed since it was opened"):
        small.sky()


def test_another_file_in_its_place_is_not_taken_for_it(whole, stored, tmp_path):
    copy = shutil.copy(stored, tmp_path / "copy.nc")
    small = load(copy)
    small.sky()
    whole.reduced().save(copy)
    assert small.sky().nside == 4  # what has been read stays
    with pytest.raises(ValueError, match="has been replaced or removed"):
        small.realization_spectra()


def test_a_reduced_result_of_an_early_version_lacks_single_fields(whole, tmp_path):
    Summary(whole.reduced().dataset).save(tmp_path / "early.nc")
    early = load(tmp_path / "early.nc")
    for question in (early.realization_spectra, early.observer_spectra, early.quantiles):
        with pytest.raises(NotKept, match="single realisations are not kept here: this summary was made"):
            question()
    assert list(early.kept_skies()) == [2]
    assert early.realization_diffusion().shape == (7, 20, 3, 3)


def test_the_layout_of_the_file(stored):
    with h5py.File(stored) as file:
        shapes = {name: (file[name].shape, file[name].dtype) for name in ("fields/cl", "fields/cl_cross")}
        assert set(shapes.values()) == {((7, 16, 3, 5), np.dtype("float32"))}
        assert file["sky/steps"].shape == (20, 3, 192)
        assert file["sky/steps"].dtype == np.int8
        assert file["sky"].attrs["nside"] == 4
        assert file["fields/cl"].attrs["units"] == "r_L^2"
        assert "cl_cross_covariance" in file
