"""A mask of any shape does to spectra what a band does, where it is one."""

from dataclasses import replace

import numpy as np
import pytest

from crviz import sky
from crviz.checks import ParameterError
from crviz.observations import (
    ICECUBE,
    FieldOfView,
    Orientation,
    SkyMask,
    coupling_matrix,
    observing_coefficients,
    pseudo_covariance,
    pseudo_spectrum,
    spectrum,
)
from crviz.observations.orientation import FRAMES

LMAX = 24
STEEP = np.r_[0, 60.0 / np.arange(1, LMAX + 1) ** 2.5]
TILTED = Orientation(140, -20, 33)


def banded(band, nside=64, coordinates="celestial"):
    everything = SkyMask(np.ones(12 * nside**2), coordinates)
    return SkyMask(band.sees(everything.sin_dec), coordinates)


def blob(nside=32):
    """A mask without any symmetry, whose weights fall off at its edge."""
    x, y, z = sky.pixel_directions(nside)
    return SkyMask(np.clip(2 * (x + 0.3 * y * z - 0.2 * z + 0.4), 0, 1))


@pytest.mark.parametrize("coordinates", FRAMES)
@pytest.mark.parametrize("window", [{}, {"m0": False}, {"zero_mean": False}])
@pytest.mark.parametrize("band", [ICECUBE, FieldOfView(-20, 60)], ids=["icecube", "middle"])
def test_a_band_as_a_mask_couples_as_the_band_does(band, window, coordinates):
    expected = coupling_matrix(band, LMAX, **window) @ STEEP
    found = coupling_matrix(banded(band, coordinates=coordinates), LMAX, **window) @ STEEP
    # edges to a fraction of a pixel of 0.9 deg in a band of 65 or 80; C_0 of a map of zero mean is nothing
    np.testing.assert_allclose(found[1:], expected[1:], rtol=0.03)
    assert found[0] == pytest.approx(expected[0], rel=0.02, abs=1e-9)


@pytest.mark.parametrize("m0", [True, False])
def test_skies_seen_through_any_mask_have_the_mean_and_the_scatter_that_are_said(gaussian_skies, m0):
    mask = blob()
    rng = np.random.default_rng(np.random.SeedSequence(4))
    maps = gaussian_skies(rng, STEEP, 32, 400).reshape(1200, -1)
    seen = pseudo_spectrum(maps, mask.weights, lmax=LMAX, remove_m0=None if m0 else FRAMES["celestial"])
    expected = coupling_matrix(mask, LMAX, m0=m0) @ STEEP
    error = seen.std(0) / np.sqrt(len(seen))
    # 4 standard errors of 24 multipoles, and the transform itself to 1e-3
    assert (np.abs(seen.mean(0) - expected) < 4 * error + 1e-3 * expected)[1:].all()
    variance = np.diag(pseudo_covariance(mask, STEEP, m0=m0))
    # of 1000 drawn skies, beside 1200: each is good to 5 to 15 %, the more the fewer modes
    np.testing.assert_allclose(variance[1:], seen.var(0)[1:], rtol=0.4)


def test_the_mask_of_results_is_at_where_particles_come_from():
    found = banded(ICECUBE).mask(16, TILTED)
    expected = ICECUBE.mask(16, TILTED)
    # but for pixels at the edge, of which 3072 have some 150
    assert (found != expected).mean() < 0.03
    everywhere = banded(ICECUBE, 32, "galactic")
    assert (everywhere.mask(16, TILTED) != expected).mean() < 0.03


def test_galactic_coordinates_have_their_pole_and_centre_where_they_are():
    to_equatorial = FRAMES["galactic"].rotation
    for galactic, (right_ascension, declination) in {
        (0, 0, 1): (192.8595, 27.1283),  # the pole, J2000
        (1, 0, 0): (266.4050, -28.9362),  # the galactic centre
    }.items():
        ra, dec = np.deg2rad([right_ascension, declination])
        expected = [np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)]
        # to the digits of the angles, 1e-4 deg
        np.testing.assert_allclose(to_equatorial.apply(galactic), expected, atol=3e-6)
    np.testing.assert_allclose(FRAMES["celestial"].rotation.as_matrix(), np.eye(3), atol=1e-15)


@pytest.mark.parametrize("mask", [banded(ICECUBE), blob(), banded(FieldOfView(-10, 30), 32, "galactic")])
def test_a_mask_comes_back_from_its_text(mask):
    again = SkyMask.from_text(mask.to_text())
    assert again.coordinates == mask.coordinates
    np.testing.assert_allclose(again.weights, mask.weights, atol=0.6 / 65535)  # rounding


def test_a_fine_mask_is_written_coarsely_with_its_mean_weights():
    fine = banded(ICECUBE, 256)
    again = SkyMask.from_text(fine.to_text())
    assert again.nside == 128
    assert again.f_sky == pytest.approx(fine.f_sky, abs=1e-5)
    np.testing.assert_allclose(again.sin_dec[again.weights == 1].max(), ICECUBE.sin_dec[1], atol=0.01)


@pytest.mark.parametrize(
    "text", ["", "celestial 64", "celestial 16 AAAA", "ecliptic 16 eJw=", "celestial x eJw="]
)
def test_what_is_no_text_of_a_mask_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        SkyMask.from_text(text)


@pytest.mark.parametrize(
    ("weights", "coordinates", "named"),
    [
        (np.zeros(12), "celestial", "mask"),
        (np.full(12, 2.0), "celestial", "mask"),
        (np.full(12, np.nan), "celestial", "mask"),
        (np.ones(13), "celestial", "mask"),
        (np.ones(12), "ecliptic", "coordinates"),
    ],
)
def test_what_is_no_mask_is_refused(weights, coordinates, named):
    with pytest.raises(ParameterError, match=f"^{named} = "):
        SkyMask(weights, coordinates)


def test_what_only_bands_have_is_refused_in_a_sentence():
    observed = replace(spectrum("HAWC + IceCube 2019, 10 TeV"), field_of_view=blob())
    with pytest.raises(ParameterError, match=r"^field_of_view = 'a mask' must be a band in declination"):
        observing_coefficients(observed, 8, TILTED)
