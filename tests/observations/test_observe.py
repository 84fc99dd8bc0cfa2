"""The spectrum of one's own map: that of `pseudo_spectrum`, whatever kind of file it is in, and its noise."""

import numpy as np
import pytest

from crviz import harmonics, observations, sky
from crviz.checks import ParameterError
from crviz.observations import (
    FieldOfView,
    ObservedMap,
    SkyMask,
    deconvolve_spectrum,
    observe,
    pseudo_noise,
    pseudo_spectrum,
    read_map,
    smooth_maps,
)
from crviz.observations.orientation import FRAMES

UNSEEN = -1.6375e30
NSIDE = 16
N_PIXELS = 12 * NSIDE**2
LMAX = 2 * NSIDE
BAND = (-70.0, 20.0)
DIRECTIONS = sky.pixel_directions(NSIDE)
SHOWN = FieldOfView(*BAND).sees(DIRECTIONS[2])
RNG = np.random.SeedSequence(14)


@pytest.fixture(scope="module")
def intensity(gaussian_skies):
    """A sky as steep as those that are observed, of 1e-3."""
    cl = np.r_[0, 1e-6 / np.arange(1, LMAX + 1) ** 2.5]
    return gaussian_skies(np.random.default_rng(RNG), cl, NSIDE, 1)[0, 0]


@pytest.fixture(scope="module")
def exposure():
    """Counts that an isotropic sky would give: more in the south, none north of declination 60."""
    z = DIRECTIONS[2]
    return np.where(z < np.sin(np.deg2rad(60)), 1e5 * (1.1 - z), 0.0)


def counted(rng, intensity, exposure, number=None):
    size = (len(intensity),) if number is None else (number, len(intensity))
    return rng.poisson(exposure * (1 + intensity), size=size).astype(float)


# --- one column of the relative intensity ---


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("number", [">f8", ">f4"])
def test_a_file_has_the_pseudo_spectrum_of_its_map(write, intensity, number, nested):
    found = observe(write({"T": intensity}, number=number, nested=nested))
    expected = pseudo_spectrum(intensity.astype(number), np.ones(N_PIXELS))
    np.testing.assert_array_equal(found.ell, np.arange(1, LMAX + 1))
    np.testing.assert_allclose(found.cl, expected[1:], rtol=1e-12)  # rounding
    assert np.isnan(found.noise).all()
    assert np.isnan(found.error).all()
    np.testing.assert_array_equal(found.signal, found.cl)


@pytest.mark.parametrize("remove_m0", [False, True])
def test_a_band_is_one_of_the_directions_of_arrival(write, intensity, remove_m0):
    found = observe(write({"T": intensity}), declination=BAND, remove_m0=remove_m0)
    without = FRAMES["celestial"] if remove_m0 else None
    expected = pseudo_spectrum(intensity, SHOWN, remove_m0=without)
    np.testing.assert_allclose(found.cl, expected[1:], rtol=1e-12)
    assert found.field_of_view == FieldOfView(*BAND)
    assert found.joined == 0
    assert found.weights.mean() == SHOWN.mean()


def test_a_part_of_the_sky_is_the_whole_of_which_as_much_is_seen(write, intensity):
    part = write({"T": intensity}, pixels=np.flatnonzero(SHOWN), nested=True)
    with pytest.warns(UserWarning, match=f"^{N_PIXELS - SHOWN.sum()} pixels inside the mask have no value"):
        found = observe(part)
    np.testing.assert_allclose(found.cl, pseudo_spectrum(intensity, SHOWN)[1:], rtol=1e-12)
    np.testing.assert_array_equal(found.weights, SHOWN)
    # what is listed is a band, and nothing has to join it
    assert observe(part, declination=BAND).joined == 0


@pytest.mark.parametrize("nothing", [np.nan, np.inf, UNSEEN, np.float32(UNSEEN)])
def test_pixels_without_a_value_join_the_mask_or_do_not_matter(write, intensity, nothing):
    outside = np.where(SHOWN, intensity, nothing)
    expected = pseudo_spectrum(intensity, SHOWN)[1:]
    np.testing.assert_allclose(observe(write({"T": outside}), declination=BAND).cl, expected, rtol=1e-12)
    inside = outside.copy()
    inside[np.flatnonzero(SHOWN)[[5, 300, 301]]] = nothing
    left = SHOWN & np.isfinite(inside) & (inside > -1e30)
    with pytest.warns(UserWarning, match=r"^3 pixels inside the mask have no value: they joined it\.$"):
        found = observe(write({"T": inside}), declination=BAND)
    assert found.joined == 3
    np.testing.assert_allclose(found.cl, pseudo_spectrum(intensity, left)[1:], rtol=1e-12)
    assert isinstance(found.field_of_view, SkyMask)  # no band any more


def test_a_mask_in_any_order_and_of_weights_is_taken(write, intensity):
    weights = np.clip(DIRECTIONS[0] + 0.5, 0, 1)
    path = write({"T": intensity})
    expected = pseudo_spectrum(intensity, weights)[1:]
    mask = write({"MASK": weights}, "mask.fits", nested=True)
    np.testing.assert_allclose(observe(path, mask=mask).cl, expected, rtol=1e-12)
    np.testing.assert_allclose(observe(path, mask=weights).cl, expected, rtol=1e-12)


def test_a_galactic_mask_of_a_celestial_map_is_looked_up(write, intensity):
    plane = np.abs(DIRECTIONS[2]) > np.sin(np.deg2rad(20))
    mask = write({"MASK": plane * 1.0}, "mask.fits", COORDSYS="G")
    found = observe(write({"T": intensity}), mask=mask)
    latitude = FRAMES["galactic"].rotation.as_matrix().T @ DIRECTIONS
    # the nearest pixel of the mask: to a pixel of 3.7 deg at both edges
    assert (found.weights != (np.abs(latitude[2]) > np.sin(np.deg2rad(20)))).mean() < 0.06
    assert (found.weights == plane).mean() < 0.8


@pytest.mark.parametrize(
    "kept", [{}, {"remove_m0": True}, {"declination": BAND}, {"declination": (-90, 69), "remove_m0": True}]
)
def test_a_galactic_map_has_the_spectrum_of_the_celestial_one(gaussian_skies, kept):
    """One sky, without any symmetry, sampled in both frames."""
    nside = 32
    cl = np.r_[0, 1e-6 / np.arange(1, 17) ** 2.5]
    alm = harmonics.analysis(gaussian_skies(np.random.default_rng(RNG), cl, nside, 1)[0, 0], nside, 16)
    celestial = harmonics.synthesis(alm, nside)
    galactic = harmonics.synthesis(harmonics.rotate(alm, 16, FRAMES["galactic"].rotation.inv()), nside)
    one = observe(ObservedMap(celestial), **kept)
    other = observe(ObservedMap(galactic, coordinates="galactic"), **kept)
    # without a mask the transform alone, 1e-3; the band's edges to a fraction of a pixel of 1.8 deg, which a
    # multipole feels in proportion to the whole power
    edges = 0.05 if "declination" in kept else 2e-3
    np.testing.assert_allclose(other.cl[:12], one.cl[:12], rtol=edges, atol=0.1 * edges * one.cl[:12].mean())
    if "remove_m0" in kept:  # and m = 0 of the galactic frame is another one
        wrong = observe(ObservedMap(galactic), **kept)
        assert (np.abs(wrong.cl / one.cl - 1)[:3] > 0.1).any()


# --- counts ---


COUNTS = [
    ("data map", "background map", "local map"),
    ("DATA_MAP", "BACKGROUND_MAP", "LOCAL_MAP"),
    ("Data", "Background", "Local"),
    ("counts", "bkg", "other"),
    ("on events", "expected events", "third"),
]


@pytest.mark.parametrize("names", COUNTS)
def test_counts_are_known_by_the_names_of_their_columns(write, intensity, exposure, names):
    rng = np.random.default_rng(RNG)
    data = counted(rng, intensity, exposure)
    found = read_map(write(dict(zip(names, (data, exposure, rng.random(N_PIXELS)), strict=True))))
    assert found.quantity == f"{names[0]} / {names[1]} - 1"
    seen = exposure > 0
    np.testing.assert_array_equal(found.known, seen)
    np.testing.assert_allclose(
        found.intensity[seen], (data / np.where(seen, exposure, 1) - 1)[seen], rtol=1e-14
    )
    np.testing.assert_allclose(
        found.variance[seen], (data / np.where(seen, exposure, 1) ** 2)[seen], rtol=1e-14
    )


def test_the_order_of_the_columns_does_not_matter(write, intensity, exposure):
    data = counted(np.random.default_rng(RNG), intensity, exposure)
    one = read_map(write({"data map": data, "background map": exposure}))
    other = read_map(write({"background map": exposure, "data map": data}))
    np.testing.assert_array_equal(one.intensity, other.intensity)


@pytest.mark.parametrize(
    ("data", "background"),
    [(10.0, 0.0), (10.0, -1.0), (-1.0, 10.0), (np.nan, 10.0), (UNSEEN, 10.0), (10.0, UNSEEN)],
)
def test_pixels_without_background_or_data_join_the_mask(write, intensity, exposure, data, background):
    exposure = np.maximum(exposure, 1e4)
    counts = counted(np.random.default_rng(RNG), intensity, exposure)
    columns = {"data map": counts, "background map": exposure.copy()}
    expected = observe(write(columns), mask=np.arange(N_PIXELS) != 77)
    columns["data map"][77], columns["background map"][77] = data, background
    with pytest.warns(UserWarning, match=r"^1 pixels inside the mask"):
        found = observe(write(columns))
    np.testing.assert_allclose(found.cl, expected.cl, rtol=1e-12)
    np.testing.assert_allclose(found.noise, expected.noise, rtol=1e-12)


@pytest.mark.parametrize("remove_m0", [False, True])
@pytest.mark.parametrize("coordinates", FRAMES)
def test_the_noise_is_that_of_skies_of_counts_alone(intensity, exposure, coordinates, remove_m0):
    number = 1500
    skies = counted(np.random.default_rng(RNG), 0 * intensity, exposure, number)
    everything = SkyMask(np.ones(N_PIXELS), coordinates)
    mask = FieldOfView(*BAND).sees(everything.sin_dec) & (exposure > 0)
    without = FRAMES[coordinates] if remove_m0 else None
    per_count = np.where(exposure > 0, 1 / np.where(exposure > 0, exposure, 1), 0)
    seen = pseudo_spectrum(skies * per_count - 1, mask, remove_m0=without)[:, 1:]
    one = ObservedMap(skies[0] * per_count - 1, skies[0] * per_count**2, coordinates)
    found = observe(one, mask=mask, remove_m0=remove_m0)
    # the mean is exact: 4 standard errors of 32 multipoles, and the counts of the one sky to 2e-4
    error = seen.std(0) / np.sqrt(number)
    assert (np.abs(seen.mean(0) - found.noise) < 4 * error + 1e-3 * found.noise).all()
    # and scatters as is said of a sky that has no power of its own, to 2 % of so many skies; the shift and
    # m = 0 are not in the formula, and count at the lowest multipoles
    variance = skies[0] * per_count**2
    scatter = observations.noise.scatter(np.zeros(LMAX + 1), mask, variance, m0=not remove_m0)[0][1:]
    np.testing.assert_allclose(scatter[3:], seen.std(0)[3:], rtol=0.09)
    np.testing.assert_allclose(scatter[:3], seen.std(0)[:3], rtol=0.3)


@pytest.mark.parametrize("longer", [1, 100])
def test_the_error_is_the_scatter_of_one_sky_that_is_counted_again_and_again(intensity, exposure, longer):
    """Noise is all at most multipoles, or 100 times less."""
    number = 1200
    mask = SHOWN & (exposure > 0)
    skies = counted(np.random.default_rng(RNG), intensity, longer * exposure, number)
    per_count = np.where(mask, 1 / np.where(mask, longer * exposure, 1), 0)
    seen = pseudo_spectrum(skies * per_count - 1, mask)[:, 1:]
    found = [observe(ObservedMap(one * per_count - 1, one * per_count**2), mask=mask) for one in skies[:40]]
    error = np.sqrt(np.mean([one.error**2 for one in found], 0))
    # the power of the sky is taken as even over the mask: to a quarter; 1200 skies to 2 %
    np.testing.assert_allclose(error, seen.std(0), rtol=0.35)
    # with the noise taken off the sky is left: 4 standard errors, and the noise as counted, to 1e-3
    left = (seen - found[0].noise).mean(0) - pseudo_spectrum(intensity, mask)[1:]
    assert (np.abs(left) < 4 * seen.std(0) / np.sqrt(number) + 3e-3 * found[0].noise).all()


def test_on_the_whole_sky_errors_are_those_of_the_text_books(intensity):
    exposure = np.full(N_PIXELS, 1e6)
    found = observe(ObservedMap(intensity, 1 / exposure))
    ell, noise = found.ell, 4 * np.pi / N_PIXELS * 1e-6
    degree = 2 * ell + 1
    np.testing.assert_allclose(found.noise, noise, rtol=1e-6)  # the transform of a constant
    signal = np.maximum(found.signal, 0)
    np.testing.assert_allclose(found.error, np.sqrt(2 / degree * (noise**2 + 2 * noise * signal)), rtol=1e-3)
    np.testing.assert_allclose(found.cosmic_variance, 2 / degree * signal**2, rtol=1e-3)


# --- smoothing ---


def test_smoothing_is_divided_out_again(intensity):
    found = observe(ObservedMap(intensity), smooth=10.0)
    # b_l of 10 deg falls below 0.1 at l = 20
    np.testing.assert_array_equal(found.ell, np.arange(1, 20))
    smoothed = pseudo_spectrum(smooth_maps(intensity, 10.0), np.ones(N_PIXELS), lmax=19)
    expected = deconvolve_spectrum(np.arange(20), smoothed, 10.0)[1:]
    np.testing.assert_allclose(found.cl, expected, rtol=1e-4)  # the smoothed mask is 1 to 3e-5
    # which on the whole sky is the spectrum without; where 1 % is left, to 5 % by the transform of nside 16
    np.testing.assert_allclose(found.cl, observe(ObservedMap(intensity)).cl[:19], rtol=0.06)


def test_smoothing_takes_pixels_that_are_seen_and_no_others(intensity):
    clean = observe(ObservedMap(intensity), declination=BAND, smooth=6.0)
    for outside in (np.nan, UNSEEN, 7.0):
        found = observe(ObservedMap(np.where(SHOWN, intensity, outside)), declination=BAND, smooth=6.0)
        np.testing.assert_allclose(found.cl, clean.cl, rtol=1e-12)
    # a constant is the mean of any pixels; the ringing of the smoothed mask cancels
    flat = observe(ObservedMap(np.where(SHOWN, 0.3, np.nan)), declination=BAND, smooth=6.0)
    assert flat.cl.max() < 1e-25


@pytest.mark.parametrize("band", [(-90, 90), (-90, 69), (-90, -25)])
def test_noise_that_was_smoothed_is_known(band):
    nside = 32
    rng = np.random.default_rng(RNG)
    variance = 1e-6 * (1.2 + sky.pixel_directions(nside)[2])
    maps = rng.normal(size=(60, variance.size)) * np.sqrt(variance)
    found = [observe(ObservedMap(one, variance), declination=band, smooth=5.0) for one in maps]
    seen = np.array([one.cl for one in found])
    error = seen.std(0) / np.sqrt(len(seen))
    # where disks are cut by the edge pixels are smoothed less: some 6 %
    assert (np.abs(seen.mean(0) - found[0].noise) < 4 * error + 0.08 * found[0].noise).all()


# --- what is refused ---


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"declination": (20, -20)},
            r"^declination = \(20, -20\) must be two numbers from -90 to 90, the lower",
        ),
        ({"declination": (-91, 0)}, "^declination = "),
        ({"declination": (-1, np.nan)}, "^declination = "),
        ({"declination": (1,)}, "^declination = .* must be two numbers"),
        ({"smooth": -1}, "^smooth = -1 must be a finite number"),
        ({"smooth": 91}, "^smooth = 91 must be"),
        (
            {"mask": np.ones(12 * 8**2)},
            "^mask = 'given as an array' must have nside = 16, that of the map, and has 8",
        ),
        ({"mask": np.ones(100)}, r"^mask = \[100\] must have 12 nside\^2 pixels"),
        ({"mask": np.zeros(N_PIXELS)}, "^mask = .* must be weights from 0 to 1, not all 0"),
        (
            {"mask": np.ones(N_PIXELS), "declination": BAND},
            "^mask = .* cannot be given together with declination",
        ),
    ],
)
def test_wrong_choices_are_refused(intensity, given, message):
    with pytest.raises(ParameterError, match=message):
        observe(ObservedMap(intensity), **given)


def test_masks_that_do_not_fit_are_named(write, intensity):
    path = write({"T": intensity})
    mask = write({"MASK": np.ones(12 * 8**2)}, "mask.fits")
    with pytest.raises(
        ParameterError, match=f"^mask = '{mask}' must have nside = 16, that of the map, and has 8"
    ):
        observe(path, mask=mask)
    nothing = write({"T": np.where(SHOWN, UNSEEN, intensity)}, "north.fits")
    with pytest.raises(
        ValueError, match=rf"^{nothing} has no value in any pixel that is seen \(mask: declination"
    ):
        observe(nothing, declination=BAND)


def test_columns_that_could_be_anything_are_named(write, intensity):
    path = write({"first": intensity, "second": 2 * intensity})
    with pytest.raises(ValueError, match=f"^{path} holds 'first', 'second': say which"):
        read_map(path)
    np.testing.assert_array_equal(read_map(path, column="second").intensity, 2 * intensity)
    with pytest.raises(ParameterError, match=r"^column = 'third' must be one of 'first', 'second' of "):
        read_map(path, column="third")
    named = write({"significance": 1e3 * intensity, "Relative Intensity": intensity})
    np.testing.assert_array_equal(read_map(named).intensity, intensity)


def test_coordinates_are_said_once_or_assumed_aloud(write, intensity):
    silent = write({"T": intensity}, COORDSYS=None)
    with pytest.warns(UserWarning, match="has no COORDSYS in its header: celestial coordinates are assumed"):
        assert read_map(silent).coordinates == "celestial"
    assert read_map(silent, coordinates="galactic").coordinates == "galactic"
    with pytest.raises(ParameterError, match=r"^coordinates = 'galactic' must be what .* says: celestial"):
        read_map(write({"T": intensity}), coordinates="galactic")


def test_what_is_no_relative_intensity_is_doubted(write, intensity):
    with pytest.warns(
        UserWarning, match=r"goes from .* to .*: a relative intensity of cosmic rays is far below 1"
    ):
        observe(write({"T": 1e4 * intensity}))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"intensity": np.zeros(100)}, "intensity"),
        ({"intensity": np.zeros((2, 12))}, "intensity"),
        ({"intensity": np.zeros(12 * 3**2)}, "intensity"),
        ({"intensity": np.zeros(12), "variance": np.zeros(48)}, "variance"),
        ({"intensity": np.zeros(12), "coordinates": "local"}, "coordinates"),
    ],
)
def test_maps_that_cannot_be_are_refused(given, named):
    with pytest.raises(ParameterError, match=f"^{named} = "):
        ObservedMap(**given)


def test_noise_of_a_map_is_refused_as_the_map_is():
    with pytest.raises(ParameterError, match=r"^variance = .* must have 12 nside"):
        pseudo_noise(np.ones(10), np.ones(10))
    with pytest.raises(ParameterError, match="pixels without a value"):
        pseudo_noise(np.full(12, np.nan), np.ones(12))
