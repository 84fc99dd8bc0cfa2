import healpy as hp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from crviz import Config, harmonics, sky, spectra

ROTATION = Rotation.from_euler("ZYZ", [0.4, 1.1, -2.3])


def polynomial(n):
    """A map of multipoles 1 to 3 without any symmetry: n (3, ...) -> (...)."""
    x, y, z = n
    return x * y * z + 0.5 * x * x - 0.3 * y + 0.2 * z


def power(alm, lmax):
    real = harmonics.real(alm)[None]
    return spectra.cross_spectra(real, real)[0, 0, : lmax + 1]


def test_pixels_are_unit_vectors_spread_evenly():
    n = sky.pixel_directions(8)
    assert n.shape == (3, 768)
    np.testing.assert_allclose((n**2).sum(0), 1, atol=1e-14)  # rounding
    np.testing.assert_allclose(n.mean(1), 0, atol=1e-14)  # HEALPix comes in opposite pairs
    # equal areas: <n_i n_j> is isotropic but for the grid's 1e-3 at nside 8
    np.testing.assert_allclose(n @ n.T / 768, np.eye(3) / 3, atol=1e-3)


def test_pixels_are_shared_and_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        sky.pixel_directions(8)[0, 0] = 1


@pytest.mark.parametrize("nside", [1, 4, 16])
def test_the_plain_transform_is_that_of_healpy(nside):
    maps = np.random.default_rng(0).normal(size=(2, 3, 12 * nside**2))
    ours = harmonics.analysis(maps, nside)
    theirs = [[hp.map2alm(one, lmax=2 * nside, iter=0) for one in three] for three in maps]
    np.testing.assert_allclose(ours, theirs, atol=1e-12)  # rounding of coefficients of order 1


def test_synthesis_is_that_of_healpy_and_undoes_the_transform():
    rng = np.random.default_rng(7)
    alm = rng.normal(size=(2, 3, 45)) + 1j * rng.normal(size=(2, 3, 45))  # up to l = 8
    alm[..., :9] = alm[..., :9].real
    maps = harmonics.synthesis(alm, 16)
    theirs = [[hp.alm2map(one, 16) for one in three] for three in alm]
    np.testing.assert_allclose(maps, theirs, atol=1e-12)  # rounding
    # the grid's 2e-4 at nside 16, times the norms of Y_lm, (2l+1) at most, and 45 coefficients
    np.testing.assert_allclose(harmonics.analysis(maps, 16, 8), alm, atol=0.02)


def test_the_resolution_of_a_map_is_read_off_its_pixels():
    assert sky.nside_of(np.zeros((2, 3, 768))) == 8
    for wrong in (np.zeros(700), np.zeros(0), 1.0):
        with pytest.raises(ValueError, match=r"mask = .* must have 12 nside\^2 pixels"):
            sky.nside_of(wrong, "mask")


def test_a_dipole_along_the_polar_axis_has_one_real_positive_coefficient():
    z = sky.pixel_directions(8)[2]
    alm = harmonics.analysis(z, 8)
    # a_10 = sqrt(4 pi / 3), as well as the grid knows <z^2> = 1/3
    assert alm[1] == pytest.approx(np.sqrt(4 * np.pi / 3) * 3 * (z**2).mean(), rel=1e-13)
    # the polar axis is a fourfold axis of the grid, and the grid is even: m = 0, 4, ... and odd l alone
    ell, m = hp.Alm.getlm(16)
    np.testing.assert_allclose(alm[(m % 4 != 0) | (ell % 2 == 0)], 0, atol=1e-14)


def test_rotating_coefficients_rotates_the_dipole_vector():
    v = np.array([0.3, -0.5, 0.9])
    n = sky.pixel_directions(4)
    alm = hp.almxfl(harmonics.analysis(v @ n, 4), [0, 1])
    rotated = harmonics.rotate(alm, 8, ROTATION)
    before, after = (harmonics.real(a)[[3, 1, 2]] for a in (alm, rotated))
    np.testing.assert_allclose(after, ROTATION.apply(before), atol=1e-13)  # rounding


def test_values_on_a_rotated_grid_come_back_to_the_common_frame():
    n = sky.pixel_directions(16)
    plain = harmonics.analysis(polynomial(n), 16)
    seen_rotated = harmonics.analysis(polynomial(ROTATION.as_matrix() @ n), 16)
    back = harmonics.rotate(seen_rotated, 32, ROTATION)
    # the grid's 2e-4 at nside 16, times sqrt((2l+1)(2l'+1)) < 21 for the norms of Y_lm, l <= 3, l' <= 32
    assert np.abs(back - plain).max() < 4e-3
    assert np.abs(seen_rotated - plain).max() > 0.1


def test_rotating_forth_and_back_changes_nothing():
    alm = harmonics.analysis(np.random.default_rng(1).normal(size=(2, 768)), 8)
    there = harmonics.rotate(alm, 16, ROTATION)
    np.testing.assert_allclose(harmonics.rotate(there, 16, ROTATION.inv()), alm, atol=1e-12)  # rounding


def test_rotation_preserves_the_power_of_every_multipole():
    alm = harmonics.analysis(np.random.default_rng(2).normal(size=768), 8)
    rotated = harmonics.rotate(alm, 16, ROTATION)
    np.testing.assert_allclose(power(rotated, 16), power(alm, 16), rtol=1e-12)  # rounding


def test_the_second_grid_is_a_pure_function_of_seed_and_index():
    first = sky.random_rotation(Config(), 3).as_matrix()
    np.testing.assert_array_equal(sky.random_rotation(Config(sigma2=0.1, nside=2), 3).as_matrix(), first)
    for other in (sky.random_rotation(Config(), 4), sky.random_rotation(Config(seed=1), 3)):
        assert np.abs(other.as_matrix() - first).max() > 0.01


def test_the_second_grids_are_rotated_uniformly():
    matrices = np.array([sky.random_rotation(Config(), index).as_matrix() for index in range(1000)])
    np.testing.assert_allclose(np.linalg.det(matrices), 1, atol=1e-12)  # no reflections
    # every element has mean 0, variance 1/3; its square has variance 4/45: 4 standard errors
    assert np.abs(matrices.mean(0)).max() < 4 * np.sqrt(1 / 3000)
    assert np.abs((matrices**2).mean(0) - 1 / 3).max() < 4 * np.sqrt(4 / 45 / 1000)


def test_a_map_written_as_fits_is_what_healpy_reads(tmp_path):
    values = np.linspace(-1, 1, 12 * 8**2, dtype=np.float32)
    sky.write_map(tmp_path / "map.fits", values, omega_t=100.0)
    np.testing.assert_array_equal(hp.read_map(tmp_path / "map.fits"), values)


def test_directions_lie_in_the_pixels_that_healpy_says():
    rng = np.random.default_rng(3)
    theta, phi = np.arccos(rng.uniform(-1, 1, 500)), rng.uniform(-7, 7, 500)
    np.testing.assert_array_equal(sky.pixels_at(16, theta, phi), hp.ang2pix(16, theta, phi))


@pytest.mark.parametrize("nside", [1, 4, 16])
def test_smoothing_is_the_mean_over_the_pixels_within_an_angle(nside):
    values, n = np.random.default_rng(nside).normal(size=12 * nside**2), sky.pixel_directions(nside)
    near = n.T @ n >= np.cos(np.radians(10))
    expected = near @ values / near.sum(1)
    np.testing.assert_allclose(sky.smoothed(values, np.radians(10)), expected, atol=1e-12)  # rounding


def test_smoothing_damps_a_dipole_as_a_top_hat_does():
    """By (1 + cos a) / 2, a tenth at 37 degrees."""
    radius = np.arccos(0.8)
    dipole = sky.pixel_directions(32)[2]
    # pixels of 1.8 degrees at the rim of the disc
    np.testing.assert_allclose(sky.smoothed(dipole, radius), 0.9 * dipole, atol=0.01)


def test_without_its_dipole_a_map_keeps_its_mean_and_its_quadrupole():
    n = sky.pixel_directions(32)
    rest = 4 + n[0] * n[1]
    # the mean of n_i n_j over the pixels misses 1/3 by 1e-5 at nside 32
    np.testing.assert_allclose(sky.without_dipole(rest + [0.3, -2, 0.7] @ n), rest, atol=2e-4)


def test_a_coarser_grid_has_the_means_of_the_pixels_in_its_own():
    maps = np.random.default_rng(0).normal(size=(2, 3, 12 * 8**2))
    wanted = [[hp.ud_grade(each, 2) for each in several] for several in maps]
    np.testing.assert_allclose(sky.coarser(maps, 2), wanted, rtol=1e-12, atol=1e-15)
    assert sky.coarser(maps, 8) is maps
