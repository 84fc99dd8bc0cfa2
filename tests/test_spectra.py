import healpy as hp
import numpy as np
import pytest

from crviz import harmonics, sky, spectra
from crviz.gradient import gradient_tensor, gradient_vector

NSIDE, LMAX, N_PIXELS = 8, 16, 768
ELL = np.arange(LMAX + 1)


def coefficients(maps):
    return harmonics.real(harmonics.analysis(maps, NSIDE))


def power(maps):
    """C_l of every map: (n, pixels) -> (n, L)."""
    real = coefficients(maps)[:, None]
    return spectra.cross_spectra(real, real)[:, 0, 0]


@pytest.fixture(scope="module")
def noise_maps():
    return 1.7 * np.random.default_rng(0).normal(size=(200, N_PIXELS))


def random_tensor(rng, *lead):
    """Cross spectra of random coefficients, hence of a possible sky."""
    real = rng.normal(size=(*lead, 3, (LMAX + 1) ** 2))
    return spectra.cross_spectra(real, real)


def test_cross_spectra_are_those_of_healpy():
    maps = np.random.default_rng(1).normal(size=(3, N_PIXELS))
    alm = harmonics.analysis(maps, NSIDE)
    real = harmonics.real(alm)
    ours = spectra.cross_spectra(real, real)
    for i in range(3):
        for j in range(3):
            # rounding, of spectra of order 4 pi / 768
            np.testing.assert_allclose(ours[i, j], hp.alm2cl(alm[i], alm[j]), atol=1e-15, rtol=1e-12)


def test_real_coefficients_of_the_dipole_are_those_of_y_z_x():
    x, y, z = sky.pixel_directions(NSIDE)
    dipoles = coefficients(np.array([y, z, x]))[:, 1:4]
    # sqrt(4 pi / 3) on the diagonal, but for the grid's 1e-3
    np.testing.assert_allclose(dipoles, np.sqrt(4 * np.pi / 3) * np.eye(3), atol=4e-3)


def test_real_coefficients_keep_the_scalar_product_of_maps():
    one, other = np.random.default_rng(2).normal(size=(2, 25))
    alm = harmonics.analysis(np.random.default_rng(3).normal(size=N_PIXELS), NSIDE, 4)
    assert harmonics.real(alm).shape == one.shape == other.shape
    m = np.concatenate([np.full(5 - m, m) for m in range(5)])
    norm = (np.where(m > 0, 2, 1) * np.abs(alm) ** 2).sum()
    assert (harmonics.real(alm) ** 2).sum() == pytest.approx(norm, rel=1e-13)  # rounding


def test_the_monopole_is_the_square_of_the_mean():
    maps = np.random.default_rng(4).normal(0.3, 1, (5, N_PIXELS))
    np.testing.assert_allclose(power(maps)[:, 0] / (4 * np.pi), maps.mean(1) ** 2, rtol=1e-12)  # rounding


def test_a_pure_dipole_has_c_1_of_4_pi_over_9():
    z = sky.pixel_directions(NSIDE)[2]
    cl = power(2.5 * z[None])[0]
    grid = 3 * (z**2).mean()  # 1 but for the grid's 1e-3
    assert grid == pytest.approx(1, abs=1.5e-3)
    assert cl[1] == pytest.approx(4 * np.pi / 9 * 2.5**2 * grid**2, rel=1e-12)  # rounding
    # the grid's 1e-3, times sqrt(3 (2l+1)) for the norms of Y_10 and Y_l0, leaks into a_l0: 1e-5 of C_1
    assert np.delete(cl, 1).max() < 2e-5 * cl[1]


def test_white_noise_has_the_flat_spectrum_4_pi_over_n(noise_maps):
    cl = power(noise_maps).mean(0)
    expected = 4 * np.pi / N_PIXELS * 1.7**2
    # 200 skies: C_l scatters by sqrt(2 / (2l+1) / 200); 4 standard errors at most
    assert (np.abs(cl / expected - 1) < 4 * np.sqrt(2 / (2 * ELL + 1) / 200)).all()
    mean = (2 * ELL + 1) @ cl / (LMAX + 1) ** 2
    assert mean == pytest.approx(expected, rel=4 * np.sqrt(2 / (LMAX + 1) ** 2 / 200))


def test_noise_of_two_grids_leaves_nothing_in_their_cross_spectrum(noise_maps):
    a, b = coefficients(noise_maps[:100])[:, None], coefficients(noise_maps[100:])[:, None]
    cross = spectra.cross_spectra(a, b)[:, 0, 0]
    noise = 4 * np.pi / N_PIXELS * 1.7**2
    # variance N^2 / (2l+1) a sky, 100 skies, 4 standard errors
    assert (np.abs(cross.mean(0)) < 4 * noise / np.sqrt(100 * (2 * ELL + 1))).all()


def test_noise_has_the_variance_that_is_quoted(noise_maps):
    cl = power(noise_maps)
    noise = spectra.pixel_noise(1.7**2, N_PIXELS)
    assert noise == pytest.approx(4 * np.pi / N_PIXELS * 2.89, rel=1e-14)
    quoted = spectra.noise_variance(noise, ELL)
    # (2l+1) C_l is a chi^2 of 2l+1 degrees: 2 C_l^2 / (2l+1). A variance of 200 draws is good to 10 %, and
    # to 40 % where the chi^2 has one degree only; the mean over 17 multipoles, to some 5 %
    assert (cl.var(0, ddof=1) / quoted).mean() == pytest.approx(1, abs=0.2)
    np.testing.assert_allclose(spectra.cosmic_variance(np.full(LMAX + 1, noise), ELL), quoted, rtol=1e-14)


def test_contraction_is_the_spectrum_of_the_contracted_map():
    maps = np.random.default_rng(5).normal(size=(3, N_PIXELS))
    real = coefficients(maps)
    tensor = spectra.cross_spectra(real, real)
    for theta, phi in ((0.0, 0.0), (0.7, 2.0), (np.pi / 2, -1.0), (3.0, 0.1)):
        g = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
        direct = hp.alm2cl(hp.map2alm(g @ maps, lmax=LMAX, iter=0))
        np.testing.assert_allclose(spectra.contract(tensor, (theta, phi)), direct, rtol=1e-12)


def test_parallel_is_zz_and_perpendicular_the_mean_of_xx_and_yy():
    tensor = random_tensor(np.random.default_rng(6), 2)
    np.testing.assert_array_equal(spectra.contract(tensor, "parallel"), tensor[:, 2, 2])
    mean = (tensor[:, 0, 0] + tensor[:, 1, 1]) / 2
    np.testing.assert_allclose(spectra.contract(tensor, "perpendicular"), mean, rtol=1e-14)


def test_perpendicular_is_the_mean_over_the_azimuth():
    azimuths = 2 * np.pi * np.arange(8) / 8  # exact for g_i g_j, which hold e^(2 i phi) at most
    mean = np.mean([gradient_tensor((np.pi / 2, phi)) for phi in azimuths], axis=0)
    np.testing.assert_allclose(mean, gradient_tensor("perpendicular"), atol=1e-15)


def test_opposite_gradients_have_the_same_spectrum():
    tensor = random_tensor(np.random.default_rng(7))
    one, opposite = (spectra.contract(tensor, g) for g in ((0.7, 2.0), (np.pi - 0.7, 2.0 + np.pi)))
    np.testing.assert_allclose(one, opposite, rtol=1e-12)  # rounding


@pytest.mark.parametrize("gradient", ["sideways", 1.0, (1.0,), (1, 2, 3), (np.nan, 0), ("a", "b"), None])
def test_gradients_that_are_no_direction_are_refused(gradient):
    with pytest.raises(ValueError, match="gradient"):
        gradient_tensor(gradient)


def test_the_full_map_is_contracted_like_the_map_itself():
    rng = np.random.default_rng(8)
    r, p = rng.normal(size=(2, 3, N_PIXELS))
    k = rng.normal(size=(3, 3))
    g = gradient_vector((1.2, 0.4))
    a_r, a_p = coefficients(r), coefficients(p)
    tensors = [spectra.cross_spectra(*pair) for pair in ((a_r, a_r), (a_r, a_p), (a_p, a_p))]
    direct = power((g @ r - 3 * (k @ g) @ p)[None])[0]
    # the three terms cancel in part; rounding of their sum
    np.testing.assert_allclose(spectra.full_map_spectra(*tensors, k, (1.2, 0.4)), direct, rtol=1e-10)


def test_the_plateau_of_a_flat_spectrum_is_its_level():
    assert spectra.plateau_noise(np.full((2, 65), 0.3)) == pytest.approx([0.3, 0.3], rel=1e-14)


def test_the_plateau_is_read_off_the_highest_quarter_alone():
    cl = np.where(np.arange(65) > 48, 2.0, 1e6)  # l > 3/4 of 64
    assert spectra.plateau_noise(cl) == pytest.approx(2.0, rel=1e-14)


@pytest.fixture(scope="module")
def dipole_experiments():
    """4000 experiments of 12 realisations: the mean dipole of r_z is (0.1, 0.8, -0.3), its scatter 1."""
    scatter = np.random.default_rng(9).normal(size=(12, 4000, 3, 3))
    mean = np.zeros((3, 3))
    mean[2] = 0.1, 0.8, -0.3
    return mean + scatter, (mean[2] ** 2).sum() / 3


def test_the_standard_dipole_is_unbiased_where_the_plain_estimate_is_not(dipole_experiments):
    dipoles, truth = dipole_experiments
    values, _ = spectra.standard_dipole(dipoles, "parallel")
    plain = (dipoles.mean(0)[:, 2] ** 2).sum(-1) / 3
    error = values.std() / np.sqrt(values.size)
    assert values.mean() == pytest.approx(truth, abs=4 * error)
    # the variance of the mean, 1/12 for each of three components, over 2l+1 = 3
    assert plain.mean() == pytest.approx(truth + 1 / 12, abs=4 * error)
    assert 10 * error < 1 / 12


def test_the_standard_dipole_averages_over_pairs_of_different_realisations(dipole_experiments):
    few = dipole_experiments[0][:5, 0]
    pairs = [few[a, 2] @ few[b, 2] / 3 for a in range(5) for b in range(5) if a != b]
    value, _ = spectra.standard_dipole(few, "parallel")
    assert value == pytest.approx(np.mean(pairs), rel=1e-12)  # rounding


def test_the_jackknife_error_leaves_out_one_realisation_at_a_time(dipole_experiments):
    few = dipole_experiments[0][:6, :4]
    left_out = np.array([spectra.standard_dipole(np.delete(few, r, 0), (1.0, 2.0))[0] for r in range(6)])
    expected = np.sqrt(5 / 6 * ((left_out - left_out.mean(0)) ** 2).sum(0))
    np.testing.assert_allclose(spectra.standard_dipole(few, (1.0, 2.0))[1], expected, rtol=1e-10)  # rounding


def test_the_jackknife_error_is_the_scatter_between_experiments():
    rng = np.random.default_rng(10)
    dipoles = np.array([0.1, 0.8, -0.3]) + rng.normal(size=(60, 1500, 3, 3))
    values, errors = spectra.standard_dipole(dipoles, "parallel")
    # the scatter of 1500 values is good to 1/sqrt(3000) = 2 %; a jackknife over 60 is biased by some 1/60
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(), rel=0.08)


def test_the_standard_dipole_needs_two_realisations_and_its_error_three(dipole_experiments):
    dipoles = dipole_experiments[0]
    assert np.isnan(spectra.standard_dipole(dipoles[:1], "parallel")).all()
    value, error = spectra.standard_dipole(dipoles[:2], "parallel")
    assert np.isfinite(value).all()
    assert np.isnan(error).all()


def test_every_gradients_standard_dipole_is_a_contraction_of_the_tensor(dipole_experiments):
    few = dipole_experiments[0][:7, :3]
    tensor, covariance = spectra.standard_dipole_tensor(few)
    assert tensor.shape == (3, 3, 3)
    assert covariance.shape == (3, 6, 6)
    np.testing.assert_allclose(tensor, tensor.swapaxes(1, 2), rtol=1e-14)
    for gradient in ("parallel", "perpendicular", (1.0, 2.0)):
        g = gradient_tensor(gradient)
        weight = np.array([g[0, 0], g[1, 1], g[2, 2], 2 * g[0, 1], 2 * g[0, 2], 2 * g[1, 2]])
        # by hand: pairs of different realisations, and the jackknife of that very number
        along = np.einsum("ij,rkim,skjm->rsk", g, few, few) / 3
        different = along[~np.eye(7, dtype=bool)].mean(0)
        keep = [np.delete(np.delete(along, r, 0), r, 1)[~np.eye(6, dtype=bool)].mean(0) for r in range(7)]
        error = np.sqrt(6 / 7 * ((np.array(keep) - np.mean(keep, axis=0)) ** 2).sum(0))
        np.testing.assert_allclose(np.einsum("ij,kij->k", g, tensor), different, rtol=1e-11)  # rounding
        np.testing.assert_allclose(np.sqrt(weight @ covariance @ weight), error, rtol=1e-9)
