import numpy as np
import pytest
from scipy.special import legendre_p_all

from crviz import harmonics, sky, spectra
from crviz.gradient import gradient_vector
from crviz.observations import (
    FULL_SKY,
    HAWC_ICECUBE,
    ICECUBE,
    FieldOfView,
    Orientation,
    masked,
    pseudo_cross_spectra,
    pseudo_spectrum,
    smooth_maps,
)

NSIDE = 16
N_PIXELS = 12 * NSIDE**2
POLE = Orientation(0, 90)
TILTED = Orientation(140, -20, 33)


def power(maps):
    real = harmonics.real(harmonics.analysis(maps, NSIDE))[:, None]
    return spectra.cross_spectra(real, real)[:, 0, 0]


def arrival(nside, orientation):
    """Equatorial directions of arrival n at the pixels of results, (3, 12 nside^2)."""
    return orientation.rotation.as_matrix() @ -sky.pixel_directions(nside)


@pytest.fixture(scope="module")
def maps():
    return np.random.default_rng(0).normal(size=(4, 3, N_PIXELS))


def test_the_whole_sky_gives_the_ordinary_spectrum_without_its_monopole(maps):
    seen = pseudo_spectrum(maps[0], FULL_SKY.mask(NSIDE))
    plain = power(maps[0] - maps[0].mean(-1, keepdims=True))
    np.testing.assert_allclose(seen, plain, rtol=1e-10, atol=1e-18)  # rounding
    np.testing.assert_allclose(seen[:, 0], 0, atol=1e-25)


def test_a_dipole_along_the_axis_of_the_band():
    nside = 64
    low, high = ICECUBE.sin_dec
    seen = pseudo_spectrum(arrival(nside, POLE)[2], ICECUBE.mask(nside, POLE), lmax=4)
    # a_l0 = sqrt(pi (2l+1)) integral over the band of (x - middle) P_l(x): for l = 0 nothing, for l = 1
    # (high - low)^3 / 12
    assert seen[0] == pytest.approx(0, abs=1e-20)
    # the edge falls between rings 1 deg apart: half of that of the band's 65 deg in every power of its width
    assert seen[1] == pytest.approx(np.pi * ((high - low) ** 3 / 12) ** 2, rel=0.06)
    x = np.linspace(low, high, 20001)
    legendre = legendre_p_all(4, x)[0]
    expected = np.pi * ((x - (low + high) / 2) * legendre).mean(-1) ** 2 * (high - low) ** 2
    np.testing.assert_allclose(seen[2:], expected[2:], rtol=0.06)


def test_a_horizontal_dipole_is_not_divided_by_the_fraction_of_the_sky():
    nside = 64
    seen = pseudo_spectrum(arrival(nside, POLE)[0], ICECUBE.mask(nside, POLE), lmax=4)
    low, high = ICECUBE.sin_dec
    # overlap of Y_11 with itself over the band, 3/4 integral (1 - x^2), of the dipole's 4 pi / 9
    overlap = 3 / 4 * ((high - high**3 / 3) - (low - low**3 / 3))
    # 3 %: the edge to half a ring
    assert seen[1] == pytest.approx(4 * np.pi / 9 * overlap**2, rel=0.03)
    assert seen[1] / (4 * np.pi / 9) < 0.2 * ICECUBE.f_sky


def test_a_constant_is_not_seen(maps):
    mask = ICECUBE.mask(NSIDE, TILTED)
    # rounding; C_0 is 0 in both
    np.testing.assert_allclose(
        pseudo_spectrum(maps + 5.0, mask), pseudo_spectrum(maps, mask), rtol=1e-9, atol=1e-25
    )


def test_masked_maps_have_no_mean_inside_and_nothing_outside(maps):
    mask = HAWC_ICECUBE.mask(NSIDE, TILTED)
    seen = masked(maps, mask)
    np.testing.assert_allclose(seen.sum(-1), 0, atol=1e-11)
    assert (seen[..., ~mask] == 0).all()
    np.testing.assert_allclose(np.ptp(seen[..., mask], -1), np.ptp(maps[..., mask], -1), rtol=1e-12)


def test_weights_between_0_and_1_are_taken(maps):
    weights = np.clip(sky.pixel_directions(NSIDE)[2] + 0.5, 0, 1)
    seen = masked(maps, weights)
    np.testing.assert_allclose(seen.sum(-1), 0, atol=1e-11)
    # shifted by the weighted mean
    mean = np.average(maps, axis=-1, weights=weights)
    np.testing.assert_allclose(seen, (maps - mean[..., None]) * weights, atol=1e-13)


@pytest.mark.parametrize("remove_m0", [None, TILTED])
@pytest.mark.parametrize("gradient", [(0.0, 0.0), (0.7, 2.0), (3.0, -1.0)])
def test_any_gradient_is_a_contraction(maps, gradient, remove_m0):
    mask = ICECUBE.mask(NSIDE, TILTED)
    tensor = pseudo_cross_spectra(maps, mask, remove_m0=remove_m0)
    assert tensor.shape == (4, 3, 3, 2 * NSIDE + 1)
    direct = pseudo_spectrum(gradient_vector(gradient) @ maps, mask, remove_m0=remove_m0)
    np.testing.assert_allclose(spectra.contract(tensor, gradient), direct, rtol=1e-9, atol=1e-16)  # rounding


def test_the_same_sky_has_the_same_spectrum_whichever_way_b0_points():
    """A sky given in equatorial coordinates, without any symmetry, sampled in differently turned frames."""
    spectra_seen = []
    for orientation in (POLE, TILTED, Orientation(300, 60, -100)):
        x, y, z = arrival(64, orientation)
        values = x * y * z + 0.5 * x * x - 0.3 * y + 0.7 * z**3
        mask = FieldOfView(-50, 10).mask(64, orientation)
        spectra_seen.append(pseudo_spectrum(values, mask, lmax=12))
    # the two edges of 360 deg in all, to a fraction of a pixel of 0.9 deg in a band 60 deg wide; multipoles
    # weaker than the dipole have the same error of the edge in the units of the strongest
    scale = spectra_seen[0].max()
    for seen in spectra_seen[1:]:
        np.testing.assert_allclose(seen, spectra_seen[0], rtol=0.05, atol=1e-3 * scale)


def test_the_mask_acts_on_where_particles_come_from():
    # structure in the southern sky alone: IceCube sees all of it, and the northern sky nothing
    n = arrival(NSIDE, TILTED)
    spot = np.exp(-((np.arccos(np.clip(-n[2], -1, 1)) / 0.3) ** 2)) * (1 + n[0])
    south, north = (FieldOfView(*band).mask(NSIDE, TILTED) for band in ((-90, -25), (25, 90)))
    # the spot's tail at 65 deg, exp(-14), squared
    assert pseudo_spectrum(spot, north).max() < 1e-10 * pseudo_spectrum(spot, south).max()


def test_what_depends_on_declination_alone_leaves_no_power_without_m0():
    values = arrival(64, TILTED)[2] + arrival(64, TILTED)[2] ** 3
    mask = ICECUBE.mask(64, TILTED)
    kept = pseudo_spectrum(values, mask, lmax=24)
    left = pseudo_spectrum(values, mask, lmax=24, remove_m0=TILTED)
    # the pixelised edge is no circle of equal declination: some 1 % of a pixel's amplitude, squared
    assert left.sum() < 1e-3 * kept.sum()


def test_a_horizontal_dipole_loses_nothing_without_m0():
    values = arrival(NSIDE, TILTED)[1]
    mask = HAWC_ICECUBE.mask(NSIDE, TILTED)
    kept, left = (pseudo_spectrum(values, mask, lmax=1, remove_m0=remove)[1] for remove in (None, TILTED))
    # m = 0 takes no part in it but by the pixels of the edge
    assert left == pytest.approx(kept, rel=1e-4)


def test_removing_m0_is_taking_off_the_mean_of_every_declination():
    rng = np.random.default_rng(1)
    z = sky.pixel_directions(NSIDE)[2]
    values = rng.normal(size=N_PIXELS)
    ring = np.unique(z.round(12), return_inverse=True)[1]
    flat = values - (np.bincount(ring, values) / np.bincount(ring))[ring]
    mask = ICECUBE.mask(NSIDE, POLE)
    without, flattened = pseudo_spectrum(values, mask, remove_m0=POLE), pseudo_spectrum(flat, mask)
    # with B0 at the celestial pole the rings of pixels are circles of equal declination: exact to rounding
    np.testing.assert_allclose(without[:4], flattened[:4], rtol=1e-9, atol=1e-25)
    # the ring next to the pole has four pixels, which take a mean for m = 4 as well; there are but few such
    np.testing.assert_allclose(without[4:], flattened[4:], rtol=1e-3)


def test_white_noise_has_the_seen_fraction_of_its_power():
    noise = np.random.default_rng(2).normal(size=(300, N_PIXELS))
    mask = ICECUBE.mask(NSIDE, TILTED)
    seen = pseudo_spectrum(noise, mask)[:, 5:].mean(0)
    ell = np.arange(5, 2 * NSIDE + 1)
    # 4 pi / N_pix f_sky; scatter sqrt(2 / ((2l+1) f_sky)) a sky; 28 multipoles: 4.5 standard errors
    expected = 4 * np.pi / N_PIXELS * mask.mean()
    assert (np.abs(seen / expected - 1) < 4.5 * np.sqrt(2 / ((2 * ell + 1) * mask.mean() * 300))).all()


@pytest.mark.parametrize("nothing", [np.nan, np.inf, -1.6375e30, np.float32(-1.6375e30)])
def test_what_the_mask_hides_need_not_have_a_value(maps, nothing):
    mask = ICECUBE.mask(NSIDE, TILTED)
    expected = pseudo_spectrum(maps, mask, remove_m0=TILTED)
    np.testing.assert_array_equal(
        pseudo_spectrum(np.where(mask, maps, nothing), mask, remove_m0=TILTED), expected
    )
    weights = np.where(mask, 0.5, 0.0)
    seen = masked(np.where(mask, maps, nothing), weights)
    np.testing.assert_array_equal(seen, masked(maps, weights))


@pytest.mark.parametrize("nothing", [np.nan, -1.6375e30])
def test_pixels_without_a_value_that_the_mask_shows_are_counted_and_refused(maps, nothing):
    mask = ICECUBE.mask(NSIDE, TILTED)
    holes = maps.copy()
    first = np.flatnonzero(mask)
    holes[0, 0, first[:2]] = holes[1, 2, first[1:3]] = nothing
    with pytest.raises(ValueError, match=r"^maps = 3 pixels without a value .* must be filled, or hidden by"):
        pseudo_spectrum(holes, mask)
    with pytest.raises(ValueError, match=r"^maps = 3 pixels without a value"):
        smooth_maps(holes, 5.0)


@pytest.mark.parametrize(
    ("shape", "mask", "lmax", "named"),
    [
        (768, np.ones(3072), None, "maps"),
        (768, np.ones(700), None, "mask"),
        (768, np.ones((2, 768)), None, "maps"),
        (768, np.zeros(768), None, "mask"),
        (768, np.full(768, -1.0), None, "mask"),
        (768, np.full(768, np.nan), None, "mask"),
        (768, np.ones(768), 24, "lmax = 24"),
        (768, np.ones(768), 0, "lmax = 0"),
    ],
)
def test_what_does_not_fit_is_refused(shape, mask, lmax, named):
    with pytest.raises(ValueError, match=named):
        pseudo_spectrum(np.zeros(shape), mask, lmax=lmax)
