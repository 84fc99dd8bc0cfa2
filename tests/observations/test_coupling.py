import ducc0
import numpy as np
import pytest

from crviz import harmonics, spectra
from crviz.observations import (
    FULL_SKY,
    HAWC_ICECUBE,
    ICECUBE,
    FieldOfView,
    Orientation,
    coupling_matrix,
    mode_coupling,
    pseudo_covariance,
    pseudo_spectrum,
)

TILTED = Orientation(140, -20, 33)
BANDS = [ICECUBE, HAWC_ICECUBE, FieldOfView(-30, 50)]


def by_wigner_symbols(power, lmax):
    """M_ll' summed over the squares of 3j symbols, one by one."""
    matrix = np.zeros((lmax + 1, lmax + 1))
    for row in range(lmax + 1):
        for column in range(lmax + 1):
            first, symbols = ducc0.misc.wigner3j_int(row, column, 0, 0)
            degrees = first + np.arange(len(symbols))
            total = ((2 * degrees + 1) * power[degrees] * symbols**2).sum()
            matrix[row, column] = (2 * column + 1) / (4 * np.pi) * total
    return matrix


def harmonic_maps(nside, ell):
    """The 2l+1 real spherical harmonics of one degree: (2l+1, 12 nside^2)."""
    n_lm = (ell + 1) * (ell + 2) // 2
    alm = np.zeros((2 * ell + 1, n_lm), complex)
    starts = np.cumsum(np.arange(ell + 1, 0, -1)) - 1  # where (l, m) stands, for m = 0..l
    alm[0, starts[0]] = 1
    for m in range(1, ell + 1):
        alm[2 * m - 1, starts[m]] = np.sqrt(0.5)
        alm[2 * m, starts[m]] = 1j * np.sqrt(0.5)
    return harmonics.synthesis(alm, nside)


def gaussian_skies(rng, cl, nside, number):
    """Isotropic Gaussian skies of a spectrum: (number, 12 nside^2)."""
    lmax = len(cl) - 1
    ell, m = np.array([(ell, m) for m in range(lmax + 1) for ell in range(m, lmax + 1)]).T
    real, imaginary = rng.normal(size=(2, number, ell.size))
    alm = np.where(m == 0, real, (real + 1j * imaginary) / np.sqrt(2)) * np.sqrt(cl[ell])
    return harmonics.synthesis(alm, nside)


@pytest.mark.parametrize("lmax", [0, 1, 7])
def test_the_quadrature_is_the_sum_over_wigner_symbols(lmax):
    power = np.random.default_rng(0).uniform(size=2 * lmax + 1)
    # rounding of elements of order 1
    np.testing.assert_allclose(mode_coupling(power, lmax), by_wigner_symbols(power, lmax), atol=1e-12)


def test_odd_degrees_of_the_mask_join_even_and_odd_multipoles_only():
    power = np.zeros(17)
    power[1::2] = 1.0
    matrix = mode_coupling(power, 8)
    same_parity = (np.arange(9)[:, None] + np.arange(9)) % 2 == 0
    assert np.abs(matrix[same_parity]).max() < 1e-13
    assert matrix[0, 1] > 0.1


def test_the_whole_sky_couples_nothing():
    np.testing.assert_allclose(coupling_matrix(FULL_SKY, 20, zero_mean=False), np.eye(21), atol=1e-12)
    shifted = np.eye(21)
    shifted[0, 0] = 0
    np.testing.assert_allclose(coupling_matrix(FULL_SKY, 20), shifted, atol=1e-12)  # rounding


def test_without_m0_the_whole_sky_loses_one_of_its_2l_plus_1_modes():
    ell = np.arange(21)
    expected = np.diag(2 * ell / (2 * ell + 1))
    np.testing.assert_allclose(coupling_matrix(FULL_SKY, 20, m0=False), expected, atol=1e-12)


@pytest.mark.parametrize("band", BANDS)
def test_the_shift_takes_the_monopole_away_and_lowers_power(band):
    plain, shifted, without = (
        coupling_matrix(band, 12, zero_mean=z, m0=m) for z, m in ((False, True), (True, True), (True, False))
    )
    np.testing.assert_allclose(shifted[0], 0, atol=1e-12)  # C_0 of a map without mean
    np.testing.assert_allclose(shifted[:, 0], 0, atol=1e-12)  # a monopole leaves nothing
    assert (shifted.diagonal() <= plain.diagonal() + 1e-12).all()
    assert (without <= shifted + 1e-12).all()
    assert plain[0, 0] == pytest.approx(band.f_sky**2, rel=1e-12)


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("orientation", [Orientation(0, 90), TILTED])
@pytest.mark.parametrize("m0", [True, False])
def test_every_column_is_the_pseudo_spectrum_of_the_harmonics_of_one_degree(band, orientation, m0):
    """Independent coefficients of unit variance: powers add up over m."""
    nside, lmax = 64, 8
    mask = band.mask(nside, orientation)
    matrix = coupling_matrix(band, lmax, m0=m0)
    for ell in (1, 2, 5):
        seen = pseudo_spectrum(
            harmonic_maps(nside, ell), mask, lmax=lmax, remove_m0=None if m0 else orientation
        )
        # the edges of the mask to half a pixel of 0.9 deg: some 2 % of the strongest entry
        np.testing.assert_allclose(seen.sum(0), matrix[:, ell], atol=0.02 * matrix[:, ell].max())


def test_a_band_is_one_case_of_any_mask():
    nside, lmax = 64, 10
    values = HAWC_ICECUBE.mask(nside, TILTED).astype(float)[None]
    real = harmonics.real(harmonics.analysis(values, nside, 2 * lmax))
    from_pixels = mode_coupling(spectra.cross_spectra(real, real)[0, 0], lmax)
    exact = coupling_matrix(HAWC_ICECUBE, lmax, zero_mean=False)
    # the edge at 69 deg encircles little of the sky: half a pixel of it is 2e-3 of the sky
    np.testing.assert_allclose(from_pixels, exact, atol=4e-3)


@pytest.mark.parametrize("m0", [True, False])
def test_the_mean_over_isotropic_gaussian_skies_is_the_coupled_spectrum(m0):
    nside, number = 32, 600
    ell = np.arange(33)
    cl = np.where(ell > 0, 1 / np.maximum(ell, 1) ** 2.5, 3.0)  # with a monopole, which must not be seen
    skies = gaussian_skies(np.random.default_rng(1), cl, nside, number)
    seen = pseudo_spectrum(skies, ICECUBE.mask(nside, TILTED), lmax=24, remove_m0=None if m0 else TILTED)
    expected = (coupling_matrix(ICECUBE, 32, m0=m0) @ cl)[:25]
    error = seen.std(0, ddof=1) / np.sqrt(number)
    # 4 standard errors, and the edge to half a pixel of 1.8 deg around a cap of 65 deg: 3 % at most
    deviation = np.abs(seen.mean(0) - expected)[1:]
    assert (deviation < 4 * error[1:] + 0.03 * expected[1:]).all()
    assert (4 * error < 0.35 * expected)[1:].all()  # so that the test can tell
    uncoupled = cl[1:25] * ICECUBE.f_sky
    assert (np.abs(seen.mean(0)[1:] - uncoupled) > 4 * error[1:] + 0.03 * uncoupled).sum() > 8


def test_a_spectrum_of_the_mask_that_ends_too_early_is_refused():
    with pytest.raises(ValueError, match="mask_power"):
        mode_coupling(np.ones(10), 5)
    with pytest.raises(ValueError, match="lmax"):
        coupling_matrix(ICECUBE, -1)


def test_pseudo_spectra_of_the_whole_sky_scatter_by_its_cosmic_variance():
    ell = np.arange(21)
    cl = 1.0 / (1 + ell) ** 2
    covariance = pseudo_covariance(FULL_SKY, cl, zero_mean=False)
    np.testing.assert_allclose(covariance, np.diag(2 * cl**2 / (2 * ell + 1)), rtol=1e-10, atol=1e-16)
    without = pseudo_covariance(FULL_SKY, cl, m0=False)  # 2 l modes, over 2 l + 1
    np.testing.assert_allclose(np.diag(without), 4 * ell * cl**2 / (2 * ell + 1) ** 2, rtol=1e-10, atol=1e-16)


@pytest.mark.parametrize("m0", [True, False])
def test_pseudo_spectra_of_gaussian_skies_scatter_as_their_covariance_says(gaussian_skies, m0):
    cl = np.r_[0.0, np.arange(1.0, 25) ** -3]
    maps = gaussian_skies(np.random.default_rng(2), cl, 16, 400)[:, 0]
    orientation = Orientation()
    remove = None if m0 else orientation
    mask = ICECUBE.mask(16, orientation)
    seen = pseudo_spectrum(maps, mask, lmax=12, remove_m0=remove)[:, 1:]
    expected = pseudo_covariance(ICECUBE, cl, m0=m0)[1:13, 1:13]
    # 400 skies: variances of so skewed numbers are good to some 15 %, correlations to 0.05
    np.testing.assert_allclose(np.diag(np.cov(seen.T)), np.diag(expected), rtol=0.5)
    np.testing.assert_allclose(np.cov(seen.T).diagonal().sum(), np.trace(expected), rtol=0.3)
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(np.corrcoef(seen.T), expected / np.outer(scale, scale), atol=0.2)
