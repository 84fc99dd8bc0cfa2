import itertools

import numpy as np
import pytest

from crviz import Config, library, load, run
from crviz.atlas import Atlas, AtlasPoint, nearest
from crviz.atlas import load as load_atlas
from crviz.checks import ParameterError
from crviz.library import Library

#: Rounding to 15 and 9 binary digits, and what is left of it where points are added up.
VALUES, ERRORS = 2.0**-13, 2.0**-7
BETWEEN = [(0.17, 0.07), (1.0, 0.3), (5.0, 1.9), (0.1, 0.06), (9.9, 0.051)]


# --- at the points


def test_every_point_is_given_as_it_was_simulated(small_atlas):
    for a, b in itertools.product(range(3), range(2)):
        place = small_atlas.sigma2[a], small_atlas.rl_over_lc[b]
        for point in (small_atlas.interpolate(*place), small_atlas.nearest(*place)):
            assert not point.is_interpolated
            assert (point.sigma2, point.rl_over_lc) == place
            for name in point.dataset.data_vars:
                np.testing.assert_array_equal(
                    point.dataset[name], small_atlas.dataset[name][a, b], err_msg=name
                )


def test_interpolation_goes_through_the_points(small_atlas):
    at, beside = small_atlas.interpolate(1.0, 0.1), small_atlas.interpolate(1.0 + 1e-6, 0.1)
    assert beside.is_interpolated
    # ten millionths of the way to the next point; K is read off two rounded numbers
    for name in ("cl", "k", "running", "standard_dipole", "k_antisymmetric", "cl_error", "cl_correlation"):
        np.testing.assert_allclose(
            beside.dataset[name], at.dataset[name], rtol=3 * VALUES, atol=1e-7, err_msg=name
        )


def test_a_point_has_no_error_of_interpolation(small_atlas, power_laws):
    assert (small_atlas.interpolate(1.0, 0.1).interpolation_error() == 0).all()
    between = power_laws.interpolate(0.5, 0.2)
    for which in ("cl", "k", "running", "standard_dipole"):
        added = between.interpolation_error(which=which, gradient="perpendicular")
        assert (added < VALUES * between.dataset[which].sel(gradient="perpendicular").values).all()


# --- between them


@pytest.mark.parametrize("place", BETWEEN)
def test_power_laws_are_met_in_between(power_laws, law, place):
    point, true = power_laws.interpolate(*place), law(*place)
    assert point.is_interpolated
    for name in ("cl", "k", "running", "standard_dipole", "exponent", "k_antisymmetric"):
        np.testing.assert_allclose(point.dataset[name], true[name], rtol=VALUES, err_msg=name)
        np.testing.assert_allclose(point.dataset[f"{name}_error"], true[f"{name}_error"], rtol=ERRORS)


def test_between_points_c_1_lies_between_theirs(small_atlas):
    # all four see the same fields, and sigma2 and r_L/L_c are a factor of 2 apart
    corners = [
        small_atlas.nearest(*place).evolution().cl[:, 1] for place in itertools.product((0.5, 1), (0.1, 0.2))
    ]
    cl = small_atlas.interpolate(0.7, 0.14).evolution().cl[:, 1]
    assert (cl > 0.8 * np.min(corners, 0)).all()
    assert (cl < 1.25 * np.max(corners, 0)).all()


def test_where_noise_leaves_no_power_nothing_is_said_around(power_law_points, tabulated, law):
    points = {place: dict(values) for place, values in power_law_points.items()}
    cl = points[1.0, 0.1]["cl"].copy()
    cl[0, 1, 7] = -0.01
    points[1.0, 0.1]["cl"] = cl
    atlas = tabulated(points)
    assert atlas.interpolate(1.0, 0.1).spectrum("parallel", omega_t=10.0).cl[7] == pytest.approx(
        -0.01, rel=VALUES
    )
    beside = atlas.interpolate(1.5, 0.2)
    assert np.isnan(beside.spectrum("parallel", omega_t=10.0).cl).tolist() == [ell == 7 for ell in range(9)]
    assert np.isfinite(beside.spectrum("perpendicular", omega_t=10.0).cl).all()
    assert np.isfinite(beside.spectrum("parallel", omega_t=1.0).cl).all()
    # farther off the point is as if it were not there
    far = atlas.interpolate(0.2, 1.0).spectrum("parallel", omega_t=10.0)
    np.testing.assert_allclose(far.cl, law(0.2, 1.0)["cl"][0, 1], rtol=VALUES)


def test_quantities_of_both_signs_are_interpolated_too(power_law_points, tabulated):
    points = {place: dict(values) for place, values in power_law_points.items()}
    for (sigma2, _), values in points.items():
        values["k"] = np.full((2, 2), 0.5 - 0.3 * np.log(sigma2))
        values["k_error"] = np.full((2, 2), 1e-3)
        values["exponent"] = values["k"] / values["running"]
    point = tabulated(points).interpolate(5.0, 0.3)
    k, error = point.diffusion().along("parallel")
    # the points are 0.29 and -0.19, and bend on the scale of what is typical, 0.5
    np.testing.assert_allclose(k, 0.5 - 0.3 * np.log(5.0), atol=0.05)
    assert (np.abs(k - (0.5 - 0.3 * np.log(5.0))) < 3 * error).all()
    np.testing.assert_allclose(error, np.hypot(1e-3, point.interpolation_error(which="k")), rtol=ERRORS)
    running, _ = point.diffusion().along("parallel", "running")
    np.testing.assert_allclose(point.dataset["exponent"][0], k / running, rtol=VALUES)


def test_errors_between_points_hold_that_of_interpolation(power_law_points, tabulated):
    """One point off by 60 %, with errors of 10 %: around it that is more than noise, and less far from it."""
    points = {place: dict(values) for place, values in power_law_points.items()}
    for name in ("k", "exponent"):
        points[1.0, 0.1][name] = 1.6 * points[1.0, 0.1][name]
    table = tabulated(points)
    near, far = table.interpolate(1.4, 0.2), table.interpolate(7.0, 1.5)
    for gradient in ("parallel", "perpendicular", (0.7, 0.3)):
        (k, error), (far_k, far_error) = (point.diffusion().along(gradient) for point in (near, far))
        assert (error > 0.18 * k).all(), gradient
        assert (far_error < 0.11 * far_k).all(), gradient
    # of the noise of the two gradients a share of 0.25 is common, of the error of interpolation nothing
    assert (near.dataset["k_correlation"] < 0.15).all()


# --- as a result is read


def test_a_gradient_at_an_angle_mixes_both_with_their_correlation(power_laws):
    point = power_laws.interpolate(1.0, 0.1)
    one, other = (point.spectrum(gradient, omega_t=10.0) for gradient in ("parallel", "perpendicular"))
    oblique = point.spectrum((0.5, 2.0), omega_t=10.0)
    c, s = np.cos(0.5) ** 2, np.sin(0.5) ** 2
    np.testing.assert_allclose(oblique.cl, c * one.cl + s * other.cl, rtol=1e-6)
    variance = (c * one.error) ** 2 + (s * other.error) ** 2 + 2 * 0.25 * c * s * one.error * other.error
    np.testing.assert_allclose(oblique.error**2, variance, rtol=1e-5)


def test_noise_is_that_of_eq_9_for_the_pixels_asked_for(power_laws, law):
    spectrum = power_laws.interpolate(1.0, 0.1).seen_by(16).spectrum("parallel", omega_t=10.0)
    mean_square = 2 * 10.0 * law(1.0, 0.1)["running"][0, 1]
    assert spectrum.noise == pytest.approx(4 * np.pi / 3072 * mean_square, rel=VALUES)
    np.testing.assert_allclose(spectrum.noise_variance, 2 * spectrum.noise**2 / (2 * spectrum.ell + 1))
    np.testing.assert_allclose(spectrum.cosmic_variance, 2 * spectrum.cl**2 / (2 * spectrum.ell + 1))


def test_the_evolution_is_the_spectrum_at_all_times(power_laws):
    point = power_laws.interpolate(0.4, 0.3)
    evolution = point.evolution("perpendicular")
    for index, omega_t in enumerate(point.omega_t):
        spectrum = point.spectrum("perpendicular", omega_t=omega_t)
        assert spectrum.omega_t == omega_t
        for name in ("cl", "error", "noise", "noise_variance", "cosmic_variance"):
            np.testing.assert_array_equal(getattr(evolution, name)[index], getattr(spectrum, name))


def test_the_nearest_time_is_taken_and_none_is_the_last(power_laws):
    point = power_laws.interpolate(0.4, 0.3)
    assert point.spectrum(omega_t=3.0).omega_t == 1.0
    assert point.spectrum().omega_t == 10.0
    with pytest.raises(ParameterError, match="omega_t"):
        point.spectrum(omega_t=np.nan)


def test_the_regime_is_named(power_laws):
    regime = power_laws.interpolate(0.4, 0.3).regime()
    assert regime.name.tolist() == ["superdiffusive"] * 2  # 1.5 +- 0.15
    oblique = power_laws.interpolate(0.4, 0.3).regime((0.3, 0.0))
    np.testing.assert_allclose(oblique.exponent, 1.5, rtol=VALUES)


def test_the_configuration_of_a_place_is_what_a_run_would_have(power_laws):
    point = power_laws.interpolate(0.4, 0.3)
    assert point.config == Config(sigma2=0.4, rl_over_lc=0.3, omega_t=(1.0, 10.0), grids="cross")
    assert point.caveats == point.config.caveats
    assert point.n_realizations == 10


# --- refusals


@pytest.mark.parametrize(
    ("place", "name", "allowed"),
    [
        ((0.05, 0.1), "sigma2", "between 0.1 and 10"),
        ((11.0, 0.1), "sigma2", "between 0.1 and 10"),
        ((1.0, 0.01), "rl_over_lc", "between 0.05 and 2"),
        ((1.0, 2.5), "rl_over_lc", "between 0.05 and 2"),
        ((np.nan, 0.1), "sigma2", "finite"),
        (("1", 0.1), "sigma2", "finite"),
    ],
)
def test_outside_its_range_the_atlas_says_nothing(power_laws, place, name, allowed):
    with pytest.raises(ParameterError, match=f"^{name} = .* {allowed}"):
        power_laws.interpolate(*place)


def test_the_nearest_point_is_found_from_anywhere_in_logarithms(power_laws):
    point = power_laws.nearest(100.0, 0.001)
    assert (point.sigma2, point.rl_over_lc) == (10.0, 0.05)
    assert power_laws.nearest(0.5, 0.1).sigma2 == 0.3  # linearly 0.3; ln 0.5 is between those of 0.3 and 1
    assert power_laws.nearest(0.56, 0.1).sigma2 == 1.0  # linearly 0.3
    with pytest.raises(ParameterError, match="sigma2 = 0"):
        power_laws.nearest(0.0, 0.1)


def test_it_covers_its_turbulence_in_its_range(power_laws):
    assert power_laws.covers(Config())
    assert power_laws.covers(Config(sigma2=10.0, rl_over_lc=2.0, nside=8, seed=5, omega_t=(1.0,)))
    for name, value in (
        ("sigma2", 0.05),
        ("rl_over_lc", 3.0),
        ("gamma", 4.0),
        ("lambda_min", 0.02),
        ("lambda_max", 50.0),
        ("n_modes", 100),
    ):
        assert not power_laws.covers(Config(**{name: value})), name


def test_a_file_that_is_no_atlas_is_refused(tmp_path):
    (tmp_path / "text.nc").write_text("not an atlas")
    with pytest.raises(ValueError, match=r"text\.nc is not a crviz atlas"):
        load_atlas(tmp_path / "text.nc")
    with pytest.raises(FileNotFoundError, match=r"none\.nc"):
        load_atlas(tmp_path / "none.nc")
    with pytest.raises(ValueError, match="not a crviz atlas"):
        load_atlas(library.reference())


def test_another_layout_is_refused(power_laws, tmp_path):
    power_laws.dataset.assign_attrs(schema=99).to_netcdf(tmp_path / "atlas.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match="layout 99"):
        load_atlas(tmp_path / "atlas.nc")


# --- the nearest stored thing

TINY = Config(nside=1, omega_t=(0.5,), n_modes=4)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A library with a small result in the place of the shipped one."""
    run(TINY.replace(seed=9), 3).save(tmp_path / "shipped.nc")
    monkeypatch.setattr(library, "reference", lambda: tmp_path / "shipped.nc")
    return Library(tmp_path / "shelf")


def test_the_stored_result_itself_comes_first(shelf, power_laws):
    config = TINY.replace(n_modes=200)
    shelf.put(run(config, 1))
    assert nearest(config, library=shelf, atlas=power_laws).config == config


def test_then_the_atlas_at_the_place(shelf, power_laws):
    found = nearest(Config(sigma2=0.5, rl_over_lc=0.3), library=shelf, atlas=power_laws)
    assert isinstance(found, AtlasPoint)
    assert (found.sigma2, found.rl_over_lc) == (0.5, 0.3)
    assert not nearest(Config(), library=shelf, atlas=power_laws).is_interpolated


def test_then_the_nearest_result(shelf, power_laws):
    shelf.put(run(TINY.replace(sigma2=50.0), 1))
    assert nearest(Config(sigma2=40.0), library=shelf, atlas=power_laws).config.sigma2 == 50.0
    assert nearest(Config(gamma=4.0), library=shelf, atlas=power_laws).config.seed == 9


def test_atlases_are_frozen(power_laws):
    with pytest.raises(AttributeError):
        power_laws.dataset = None
    with pytest.raises(AttributeError):
        power_laws.interpolate(1.0, 0.1).config = None
    assert isinstance(power_laws, Atlas)


def test_a_result_is_no_atlas_and_an_atlas_no_result(power_laws, tmp_path):
    power_laws.dataset.to_netcdf(tmp_path / "atlas.nc", engine="h5netcdf")
    with pytest.raises(ValueError, match="not a crviz result"):
        load(tmp_path / "atlas.nc")
