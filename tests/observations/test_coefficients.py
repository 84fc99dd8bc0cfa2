"""The linear way through a window against maps, and against the mean of isotropic skies."""

import numpy as np
import pytest

from crviz import harmonics, observations
from crviz.observations import Orientation
from crviz.sky import pixel_directions

LMAX = 32
ELL = np.repeat(np.arange(LMAX + 1), 2 * np.arange(LMAX + 1) + 1)
OBSERVED = [observations.spectrum(observations.WIDEST), observations.drawn()[1]]


@pytest.fixture(scope="module")
def sky():
    """Maps (3, pixels) of nside 128 of a steep spectrum, and their real coefficients."""
    rng = np.random.default_rng(3)
    ell, m = np.array([(ell, m) for m in range(LMAX + 1) for ell in range(m, LMAX + 1)]).T
    real, imaginary = rng.normal(size=(2, 3, ell.size))
    alm = np.where(m == 0, real, (real + 1j * imaginary) / np.sqrt(2)) * (ell + 0.5) ** -1.25
    return harmonics.synthesis(alm, 128), harmonics.real(alm)


@pytest.mark.parametrize("observed", OBSERVED, ids=lambda one: one.short)
@pytest.mark.parametrize("orientation", [Orientation(), Orientation(100, -40, 33), Orientation(0, 90, 20)])
def test_a_sky_is_seen_as_its_maps_are(sky, observed, orientation):
    maps, real = sky
    seen = observations.seen_coefficients(observed, real, orientation)
    found = observations.seen_spectra(observed, seen, seen, LMAX)
    there = observations.sky_as_observed(observed, maps, orientation)
    there = np.einsum("iil->il", there)[:, : found.shape[1]]
    # pixels of half a degree make a ragged edge of the mask: up to 0.011 at nside 64, 0.004 here, 0.001 at
    # nside 256; about a pole whole rings are in or out
    edge = 0.02 if orientation.declination == 90 else 0.006
    np.testing.assert_allclose(found, there, rtol=edge)


@pytest.mark.parametrize("observed", OBSERVED, ids=lambda one: one.short)
def test_isotropic_skies_are_seen_as_their_mean_is_coupled(observed):
    cl = (np.arange(LMAX + 1) + 0.5) ** -2.5
    matrix = observations.observing_coefficients(observed, LMAX, Orientation())
    ell = observations.common_multipoles(observed, LMAX)
    power = matrix**2 @ cl[ELL]
    ends = np.cumsum(2 * ell + 1)
    mean = np.array([power[end - 2 * one - 1 : end].mean() for one, end in zip(ell, ends, strict=True)])
    np.testing.assert_allclose(mean, observations.observing_matrix(observed, LMAX) @ cl, rtol=1e-8)


@pytest.mark.parametrize("observed", OBSERVED, ids=lambda one: one.short)
def test_power_beyond_l_32_leaks_in_by_less_than_a_hundredth(observed):
    # of a spectrum as shallow as they come, l^-2.2; of steeper ones less leaks
    ell = np.arange(201)
    cl = (ell + 0.5) ** -2.2
    coupled = observations.coupling_matrix(observed.field_of_view, 200, m0=observed.measures_m0)
    coupled = observations.smooth_spectrum(ell, coupled, observed.smoothing)[observed.ell]
    whole, low = coupled @ cl, coupled[:, :33] @ cl[:33]
    assert (1 - low / whole < 0.01).all()


def test_of_two_grids_the_noise_has_no_mean(sky):
    _, real = sky
    observed, rng = OBSERVED[0], np.random.default_rng(4)
    noise = rng.normal(size=(2, 400, ELL.size)) * 0.05
    one, other = (observations.seen_coefficients(observed, real[0] + grid) for grid in noise)
    found = observations.seen_spectra(observed, one, other, LMAX)
    seen = observations.seen_coefficients(observed, real[0])
    true = observations.seen_spectra(observed, seen, seen, LMAX)
    assert (np.abs(found.mean(0) - true) < 4 * found.std(0) / np.sqrt(400)).all()
    # that of one grid has: 400 times as much as it scatters about the other
    assert observations.seen_spectra(observed, one, one, LMAX).mean(0)[-1] > 1.1 * true[-1]


def test_in_a_quiet_band_the_rest_of_the_sky_does_not_count(sky):
    # IceCube sees n below declination -25: a sky that is there where p points north and nowhere else
    observed = OBSERVED[1]
    down, up = (_cap(sign) for sign in (-1, 1))
    at_pole = Orientation(0, 90, 0)
    power = [
        observations.seen_spectra(
            observed, *[observations.seen_coefficients(observed, cap, at_pole)] * 2, LMAX
        )[1]
        for cap in (down, up)
    ]
    assert power[1] > 1e3 * power[0]


def _cap(sign):
    """Coefficients of x exp(20 (sign p_z - 1)), which has m = 1 alone: a spot at one pole of p."""
    vectors = pixel_directions(32)
    maps = vectors[0] * np.exp(20 * (sign * vectors[2] - 1))
    return harmonics.real(harmonics.analysis(maps, 32, LMAX))
