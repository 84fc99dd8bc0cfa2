"""Quantiles of single observers, against skies of which the distribution is known."""

import dataclasses

import numpy as np
import pytest
import xarray as xr

from crviz import observations
from crviz.atlas import load
from crviz.atlas.assembly import save
from crviz.atlas.fields import windows
from crviz.atlas.quantiles import (
    FITTED,
    QUANTITIES,
    SHARES,
    Skies,
    _angles,
    _Fit,
    observed_by_one,
    without_noise,
)
from crviz.checks import ParameterError

ELL = np.arange(9)
TRUE = 10.0 / (ELL + 0.5) ** 3


def skies(rng, n, noise):
    """Cross spectra (n, 1, L) of Gaussian skies on two grids of white noise, and those without it."""
    found, true = np.empty((2, n, ELL.size))
    for ell in ELL:
        sky = rng.normal(size=(n, 2 * ell + 1)) * np.sqrt(TRUE[ell])
        one, other = (sky + rng.normal(size=sky.shape) * np.sqrt(noise) for _ in range(2))
        found[:, ell], true[:, ell] = (one * other).mean(1), (sky**2).mean(1)
    modes = 2.0 * ELL[None] + 1
    return tuple(
        Skies(ELL, cl[:, None], np.full((1, 9), level), modes) for cl, level in ((found, noise), (true, 0))
    )


# --- of fields


@pytest.fixture(scope="module")
def part(small_parts, small_grid):
    """Fields on fine grids of the point of the paper, as if without noise."""
    fine = small_grid.sampled(1.0, 0.1)[1].read(small_parts)
    return fine.assign({name: 0 * fine[name] for name in ("noise", "seen_noise")})


@pytest.fixture(scope="module")
def found(part, small_grid):
    return observed_by_one(part, small_grid.quantile_indices)


def test_along_the_field_they_are_those_of_zz(part, found):
    expected = np.quantile(part["cl"].values[:, 0], SHARES, axis=0)
    np.testing.assert_allclose(found["cl_quantiles"][:, 0], expected, rtol=1e-6)


def test_across_it_xx_and_yy_are_pooled(part, found):
    xx, yy = part["cl_across"].values.swapaxes(0, 1)
    expected = np.quantile(np.concatenate([xx, yy]), SHARES, axis=0)
    np.testing.assert_allclose(found["cl_quantiles"][:, 1], expected, rtol=1e-6)
    # their mean scatters less
    half = np.quantile((xx + yy) / 2, SHARES, axis=0)
    assert np.median((half[2] - half[0]) / (expected[2] - expected[0])) < 0.95


def test_shapes_are_over_the_dipole_of_the_same_sky(part, found):
    cl = part["cl"].values[:, 0]
    expected = np.quantile(cl / cl[..., 1:2], SHARES, axis=0)
    np.testing.assert_allclose(found["shape_quantiles"][:, 0], expected, rtol=1e-6)
    assert (found["shape_quantiles"][..., 1] == 1).all()


def test_what_is_seen_through_a_window_has_its_own(part, found):
    seen = part["seen_cl"].values
    np.testing.assert_allclose(
        found["seen_quantiles"][:, 0], np.quantile(seen[:, 2], SHARES, axis=0), rtol=1e-6
    )
    pooled = np.concatenate([seen[:, 0], seen[:, 1]])
    np.testing.assert_allclose(found["seen_quantiles"][:, 1], np.quantile(pooled, SHARES, axis=0), rtol=1e-6)


def test_the_factor_of_the_dipole_is_the_ratio_of_dipoles(part, found):
    cl, dipole = part["cl"].values[:, 0, :, 1].astype(float), FITTED.index("dipole")
    for index, one in enumerate(observations.spectra()):
        expected = np.quantile(one.cl[0] / cl, SHARES, axis=0)
        np.testing.assert_allclose(found["factor_quantiles"][:, index, 0, dipole, 0], expected, rtol=0.02)
    expected = np.quantile(cl / cl.mean(0), SHARES, axis=0)
    np.testing.assert_allclose(found["sky_factor_quantiles"][:, 0, 0, dipole, 0], expected, rtol=1e-6)


def test_a_factor_is_fitted_to_each_sky_as_compare_fits_it(part, found):
    # one sky in place of an observation, the mean of all in place of the simulation, nothing in between
    observed = windows()[0]
    cl = part["cl"].values[:, 0, -1].astype(float)
    ell = observations.common_multipoles(observed, 8)
    factors = [observations.common_factor(sky[ell], cl.mean(0)[ell], 2.0 * ell + 1)[0] for sky in cl]
    np.testing.assert_allclose(
        found["sky_factor_quantiles"][:, 0, 0, FITTED.index("1 on"), 0, -1],
        np.quantile(factors, SHARES),
        rtol=1e-6,
    )


def test_all_that_is_promised_is_there(small_atlas, found):
    data = small_atlas.dataset
    for name, quantity in QUANTITIES.items():
        assert data[name].dims == ("sigma2", "rl_over_lc", *quantity.dims), name
        if name in found:
            assert found[name].shape == data[name].shape[2:], name


# --- noise of the estimator


def test_the_width_is_that_of_the_skies_and_not_of_the_noise():
    noisy, quiet = skies(np.random.default_rng(1), 20000, 0.02)
    found, true = noisy.of_cl, quiet.of_cl
    widths = [(each.values[2] - each.values[0])[0] for each in (found, true)]
    raw = np.quantile(noisy.cl, SHARES, axis=0)[:, 0]
    # at l = 8 noise makes half as much again of the squared width: C = 0.016, (2 C N + N^2) / 2 C^2 = 2.0
    assert found.last[0] == max(ell for ell in ELL if found.noise[0, ell] <= 0.5)
    known = ELL[1 : found.last[0] + 1]
    assert known.size >= 4
    np.testing.assert_allclose(widths[0][known], widths[1][known], rtol=0.04)
    assert ((raw[2] - raw[0])[known[-1]] / widths[1][known[-1]]) > 1.2
    assert np.isnan(found.values[:, 0, found.last[0] + 1 :]).all()


def test_the_share_of_noise_is_what_gaussian_skies_say():
    noisy, _ = skies(np.random.default_rng(2), 20000, 0.02)
    ell = 4
    signal, noise = 2 * TRUE[ell] ** 2, 2 * TRUE[ell] * 0.02 + 0.02**2
    # half widths of 16 to 84 % are one standard deviation, to 5 % for chi^2 of 9 degrees of freedom
    assert noisy.of_cl.noise[0, ell] == pytest.approx(noise / (signal + noise), rel=0.12)


def test_without_noise_quantiles_stay_and_without_scatter_there_are_none():
    quantiles = np.array([1.0, 2.0, 4.0])
    np.testing.assert_array_equal(without_noise(quantiles, np.array(0.0))[0], quantiles)
    # half width 1.5, squared 2.25: three quarters of it are left
    drawn, share = without_noise(quantiles, np.array(0.5625))
    assert share == pytest.approx(0.25)
    np.testing.assert_allclose(drawn, 2 + np.sqrt(0.75) * np.array([-1, 0, 2]))
    assert without_noise(np.ones(3), np.array(0.1))[1] == np.inf


def test_noise_is_taken_off_factors_too():
    rng = np.random.default_rng(3)
    brightness = np.exp(0.5 * rng.normal(size=20000))
    modes = 2.0 * ELL[None] + 1
    cl = brightness[:, None] * TRUE
    noise = np.full((1, 9), 0.05)
    variance = (2 * cl * noise + noise**2) / modes
    noisy = Skies(ELL, (cl + np.sqrt(variance) * rng.normal(size=cl.shape))[:, None], noise, modes)
    found, share = _Fit(noisy, "2 on").of_skies
    np.testing.assert_allclose(found[:, 0], np.quantile(brightness / brightness.mean(), SHARES), rtol=0.03)
    assert 0 < share[0] < 0.2


# --- angles


def test_the_dipole_of_free_flight_points_along_the_gradient():
    # r = -p T is -T (y, z, x) on the real harmonics; on the sky, at n = -p, it points where the gradient does
    free = -np.array([[0, 0, 1.0], [1, 0, 0], [0, 1, 0]])
    found = _angles(np.stack([free, 2 * free, 3 * free])[:, None])
    np.testing.assert_allclose(found["dipole_angle_quantiles"][:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(found["dipole_angle_quantiles"][:, 1], 90)
    np.testing.assert_allclose(found["gradient_angle_quantiles"], 0, atol=1e-6)
    # the other way for the other sign
    np.testing.assert_allclose(_angles(-free[None, None])["dipole_angle_quantiles"][:, 0], 180)


# --- as they are read


def test_they_are_read_at_a_point_as_they_were_stored(small_atlas):
    point = small_atlas.nearest(1.0, 0.1)
    stored = small_atlas.dataset.sel(sigma2=1.0, rl_over_lc=0.1)
    found = point.observer_quantiles("cl", gradient="perpendicular", omega_t=2.5)
    assert (found.omega_t, found.share) == (3.0, SHARES)
    expected = stored["cl_quantiles"].sel(gradient="perpendicular", omega_t_quantile=3.0)
    np.testing.assert_array_equal(found.values, expected)
    assert found.last == stored["cl_last"].sel(gradient="perpendicular", omega_t_quantile=3.0)
    angle = point.observer_quantiles("gradient_angle", omega_t=10.0)
    assert angle.ell is None
    np.testing.assert_array_equal(
        angle.values, stored["gradient_angle_quantiles"].sel(gradient="parallel", omega_t_quantile=10.0)
    )


def test_through_the_window_of_an_observation_there_are_its_multipoles(small_atlas):
    point = small_atlas.nearest(1.0, 0.1)
    icecube = observations.drawn()[1]
    for observed in (icecube, icecube.name, observations.spectra()[3]):  # another energy, the same window
        for which in ("cl", "shape"):
            found = point.observer_quantiles(which, observed=observed)
            assert found.ell.tolist() == [1, 2, 3, 4, 6]  # of 1, 2, 3, 4, 6, 11, 20 up to l = 8
            assert found.values.shape == (3, 5)
    dipole = point.observer_quantiles("shape", observed=icecube).values[:, 0]
    np.testing.assert_array_equal(dipole, 1)


def test_factors_are_those_of_the_observation(small_atlas):
    point = small_atlas.nearest(1.0, 0.1)
    stored = small_atlas.dataset.sel(sigma2=1.0, rl_over_lc=0.1, gradient="parallel", omega_t_quantile=10.0)
    one = observations.spectra()[2]
    found = point.factor_quantiles(one, fitted="dipole", through="whole sky")
    expected = stored["factor_quantiles"].sel(observation=one.name, fitted="dipole", through="whole sky")
    np.testing.assert_array_equal(found.values, expected)
    sky = point.factor_quantiles(one, of="sky", fitted="1 on")
    name = windows()[1].name
    expected = stored["sky_factor_quantiles"].sel(window=name, fitted="1 on", through="window")
    np.testing.assert_array_equal(sky.values, expected)


def test_between_points_they_lie_between_theirs(small_atlas):
    place = small_atlas.interpolate(0.7, 0.14)
    corners = [small_atlas.nearest(sigma2, rl) for sigma2 in (0.5, 1.0) for rl in (0.1, 0.2)]
    for which in ("cl", "shape"):
        for omega_t in (1.0, 10.0):
            found = place.observer_quantiles(which, omega_t=omega_t)
            around = np.array(
                [corner.observer_quantiles(which, omega_t=omega_t).values for corner in corners]
            )
            known = ~np.isnan(around).any(0)
            np.testing.assert_array_equal(np.isnan(found.values), ~known)
            # all see the same fields, and are a factor of 2 apart
            assert (found.values > 0.7 * around.min(0))[known].all()
            assert (found.values < 1.4 * around.max(0))[known].all()
            assert found.last == min(
                corner.observer_quantiles(which, omega_t=omega_t).last for corner in corners
            )
    assert "k_fields" not in place.observers
    beside = small_atlas.interpolate(1.0 + 1e-6, 0.1).observer_quantiles("dipole_angle")
    np.testing.assert_allclose(
        beside.values, small_atlas.nearest(1.0, 0.1).observer_quantiles("dipole_angle").values, rtol=1e-4
    )


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda point: point.observer_quantiles("power"), "which = 'power'"),
        (
            lambda point: point.observer_quantiles(gradient=(0.3, 0.0)),
            "quantiles of other gradients are not known",
        ),
        (lambda point: point.observer_quantiles(omega_t=np.nan), "omega_t"),
        (lambda point: point.observer_quantiles(observed="mine"), "name = 'mine'"),
        (lambda point: point.factor_quantiles(observations.WIDEST, fitted="3 on"), "fitted = '3 on'"),
        (lambda point: point.factor_quantiles(observations.WIDEST, through="glass"), "through = 'glass'"),
    ],
)
def test_what_is_not_known_is_refused(small_atlas, ask, said):
    with pytest.raises(ValueError, match=said):
        ask(small_atlas.nearest(1.0, 0.1))


def test_another_window_is_refused(small_atlas):
    other = dataclasses.replace(observations.drawn()[1], smoothing=3.0)
    with pytest.raises(ParameterError, match="has a window that the atlas was not made for"):
        small_atlas.nearest(1.0, 0.1).observer_quantiles(observed=other)


def test_an_earlier_atlas_opens_and_says_that_it_has_none(small_atlas, tmp_path):
    kept = [name for name in small_atlas.dataset if name not in QUANTITIES]
    earlier = small_atlas.dataset[kept].drop_dims(
        ["quantile", "omega_t_quantile", "window", "observation", "through", "fitted", "seen"],
        errors="ignore",
    )
    save(earlier.assign_attrs(schema=1), tmp_path / "earlier.nc")
    atlas = load(tmp_path / "earlier.nc")
    for point in (atlas.nearest(1.0, 0.1), atlas.interpolate(0.7, 0.14)):
        assert np.isfinite(point.spectrum("parallel").cl[1])
        with pytest.raises(ValueError, match="before quantiles were kept"):
            point.observer_quantiles()


def test_names_of_files_are_plain(small_atlas, tmp_path):
    path = tmp_path / "atlas.nc"
    save(small_atlas.dataset, path)
    with xr.open_dataset(path, engine="h5netcdf") as data:
        assert data.attrs["schema"] == 2
    with xr.open_dataset(path, engine="h5netcdf", group="observers") as data:
        assert {"cl_quantiles", "seen_quantiles", "factor_quantiles", "k_fields"} <= set(data)
