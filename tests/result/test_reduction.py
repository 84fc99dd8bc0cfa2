import numpy as np
import pytest

from crviz import Config, backtracking_times, library, load, run
from crviz.result import Summary, kept_times

ESTIMATORS = ["eq9", "plateau", "cross", "none"]
GRADIENTS = ["parallel", "perpendicular"]


@pytest.fixture(scope="module")
def long_run():
    """Forty times, of which sixteen are kept."""
    return run(Config(nside=2, n_modes=8, omega_t=backtracking_times(20, 40), grids="cross"), 5)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("gradient", [*GRADIENTS, (0.7, 2.0)])
def test_the_covariance_is_that_of_the_mean_over_fields(cross_run, estimator, gradient):
    fields = cross_run.realization_spectra(gradient, omega_t=10.0, estimator=estimator)
    spectrum = cross_run.spectrum(gradient, omega_t=10.0, estimator=estimator)
    np.testing.assert_allclose(fields.mean(0), spectrum.cl, rtol=1e-9, atol=1e-12)  # rounding
    found = cross_run.covariance(gradient, omega_t=10.0, estimator=estimator)
    np.testing.assert_allclose(found, np.cov(fields.T) / 4, rtol=1e-9, atol=1e-12 * found.max())
    np.testing.assert_allclose(np.sqrt(np.diag(found)), spectrum.error, rtol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("gradient", [*GRADIENTS, (0.0, 0.0)])
@pytest.mark.parametrize("which", [0, 20, 39])
def test_a_reduced_result_has_the_same_covariance(long_run, estimator, gradient, which):
    time = long_run.reduced().dataset["omega_t_covariance"].values[which * 15 // 39]
    small, whole = (
        r.covariance(gradient, omega_t=time, estimator=estimator) for r in (long_run.reduced(), long_run)
    )
    # float32 keeps 6e-8 of every entry; taking a plateau off adds entries up
    np.testing.assert_allclose(small, whole, rtol=1e-6, atol=1e-6 * np.abs(whole).max())


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("phi", [0.0, np.pi / 2])
def test_along_x_and_y_the_covariance_follows_from_the_fields_that_are_kept(long_run, estimator, phi):
    time = long_run.reduced().dataset["omega_t_covariance"].values[7]
    small, whole = (
        r.covariance((np.pi / 2, phi), omega_t=time, estimator=estimator)
        for r in (long_run.reduced(), long_run)
    )
    # every field is rounded to 10 bits after the first, 5e-4 of it
    np.testing.assert_allclose(small, whole, atol=2e-3 * np.abs(whole).max())


def test_the_covariance_survives_the_file(long_run, tmp_path):
    small = long_run.reduced()
    small.save(tmp_path / "small.nc")
    found = load(tmp_path / "small.nc").covariance("perpendicular", estimator="cross")
    np.testing.assert_array_equal(found, small.covariance("perpendicular", estimator="cross"))
    np.testing.assert_array_equal(found, found.T)


def test_another_direction_was_not_kept(long_run):
    with pytest.raises(ValueError, match=r"gradient = \(0.7, 2.0\) must be 'parallel' or 'perpendicular'"):
        long_run.reduced().covariance((0.7, 2.0))


def test_another_time_was_not_kept(long_run):
    kept = kept_times(long_run.omega_t)
    other = long_run.omega_t[np.setdiff1d(np.arange(40), kept)[5]]
    with pytest.raises(ValueError, match=f"omega_t = {other:.4g} must be one of the 16 times "):
        long_run.reduced().covariance("parallel", omega_t=other)


def test_a_wrong_estimator_is_named_by_whole_and_reduced_results(long_run, small_run):
    for result in (long_run, long_run.reduced()):
        for call in (result.covariance, result.spectrum):
            with pytest.raises(ValueError, match="estimator = 'eq7' must be"):
                call(estimator="eq7")
    for result in (small_run, small_run.reduced()):
        with pytest.raises(ValueError, match="grids = 'cross'"):
            result.covariance(estimator="cross")


def test_one_realisation_has_no_covariance(lone_run):
    assert np.isnan(lone_run.covariance()).all()
    assert np.isnan(lone_run.reduced().covariance()).all()


def test_reducing_twice_changes_nothing(long_run):
    once = long_run.reduced()
    assert once.reduced().dataset.identical(once.dataset)
    assert long_run.can_grow
    assert not once.can_grow


def test_a_reduced_result_of_an_early_version_says_what_it_lacks(long_run):
    early = Summary(
        long_run.reduced().dataset.drop_dims("omega_t_covariance").drop_vars(["monopole", "power"])
    )
    with pytest.raises(ValueError, match="without covariances between multipoles"):
        early.covariance()
    for estimator in ESTIMATORS:
        early.spectrum(estimator=estimator)


def test_the_shipped_result_can_be_read():
    shipped = library.shipped()
    for estimator in ESTIMATORS:
        assert np.isfinite(shipped.spectrum("perpendicular", omega_t=100.0, estimator=estimator).error).all()


@pytest.mark.parametrize("n_times", [1, 2, 16, 17, 64])
def test_kept_times_include_the_last_and_are_sixteen_at_most(n_times):
    kept = kept_times(backtracking_times(30, n_times))
    assert kept[-1] == n_times - 1
    assert len(kept) == min(16, n_times)
    assert (np.diff(kept) > 0).all()


@pytest.mark.parametrize("last", [101, 130.0, 300.0, 1000.0])
def test_the_time_of_figure_2_is_kept_where_it_is_recorded(last):
    times = np.sort(np.append(backtracking_times(last, 60), 100.0))
    kept = kept_times(times)
    assert 100.0 in times[kept]
    assert kept[-1] == 60
    assert len(kept) == 16
    assert (np.diff(kept) > 0).all()


def test_a_hundredth_beside_it_is_near_enough_and_a_tenth_is_not():
    papers = np.array(backtracking_times(300, 64))
    assert 100.2145 in papers[kept_times(papers)].round(4)
    evenly = np.unique(np.linspace(63, 0, 16).round().astype(int))
    others = 1.05 * papers  # the nearest to 100 are 94 and 105
    np.testing.assert_array_equal(kept_times(others), evenly)
