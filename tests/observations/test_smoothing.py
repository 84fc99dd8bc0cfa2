import csv

import numpy as np
import pytest

from crviz import paths, sky
from crviz.observations import deconvolve_spectrum, smooth_maps, smooth_spectrum, top_hat

NSIDE = 32


def mean_over_disks(values, radius, pixels):
    """The mean over all pixels whose centres lie within a radius [deg] of some of them."""
    n = sky.pixel_directions(NSIDE)
    near = n.T @ n[:, pixels] >= np.cos(np.deg2rad(radius))
    return values @ near / near.sum(0)


def test_the_beam_is_the_published_one_at_5_degrees():
    text = (paths.assets() / "observations" / "hawc-icecube-2019-10TeV.csv").read_text(encoding="utf8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    ell = [int(row["ell"]) for row in rows]
    beam = [float(row["b_ell"]) for row in rows]
    assert len(ell) == 25
    np.testing.assert_allclose(top_hat(ell, 5.0), beam, atol=5.1e-5)  # four digits are given


@pytest.mark.parametrize("radius", [0.1, 5, 40, 120])
def test_low_multipoles_have_simple_factors(radius):
    c = np.cos(np.deg2rad(radius))
    # the means of cos and of P_2 over the disk; 1e-9: differences of nearly equal numbers at 0.1 deg
    np.testing.assert_allclose(top_hat([0, 1, 2], radius), [1, (1 + c) / 2, c * (1 + c) / 2], rtol=1e-9)


def test_nothing_but_the_mean_is_left_of_a_mean_over_the_whole_sky():
    np.testing.assert_allclose(top_hat(np.arange(9), 180), [1] + 8 * [0], atol=1e-14)


def test_small_disks_leave_everything_and_no_disk_exactly():
    np.testing.assert_array_equal(top_hat(np.arange(100), 0), 1)
    # 1 - l(l+1) R^2 / 8 to the next order, (l(l+1) R^2)^2 / 192
    ell = np.arange(1, 20)
    reach = ell * (ell + 1) * np.deg2rad(1) ** 2
    np.testing.assert_allclose(top_hat(ell, 1.0), 1 - reach / 8, atol=reach.max() ** 2 / 150)


@pytest.mark.parametrize("radius", [10.0, 20.0, 45.0])
def test_smoothing_a_map_is_averaging_over_disks(radius):
    x, y, z = sky.pixel_directions(NSIDE)
    values = x * y * z + 0.5 * x * x - 0.3 * y + 0.2 * z + 1.5
    pixels = np.arange(0, values.size, 37)
    smooth = smooth_maps(values, radius)[pixels]
    # a disk made of pixels 1.8 deg across has an uneven edge: its centre is off by some 0.1 deg at 10 deg,
    # and the map changes by 1 a radian
    direct = mean_over_disks(values, radius, pixels)
    assert np.abs(smooth - direct).max() < 0.006
    # which tells it from the map itself at the larger radii
    assert np.abs(values[pixels] - direct).max() > (0.012 if radius == 10 else 0.04)


def test_noise_is_averaged_over_disks_as_well():
    values = np.random.default_rng(0).normal(size=(2, 12 * NSIDE**2))
    pixels = np.arange(0, values.shape[1], 37)
    smooth, direct = smooth_maps(values, 20.0)[:, pixels], mean_over_disks(values, 20.0, pixels)
    # an edge cut at l = 64 (2.8 deg) holds a seventh of the disk's pixels: 20 % of the rms of 1/sqrt(372)
    assert (smooth - direct).std() < 0.25 * direct.std()
    assert direct.std() == pytest.approx(1 / np.sqrt(372), rel=0.2)


@pytest.mark.parametrize("radius", [5.0, 30.0])
def test_a_constant_stays_and_a_dipole_shrinks(radius):
    z = sky.pixel_directions(NSIDE)[2]
    shrunk = (1 + np.cos(np.deg2rad(radius))) / 2
    # the transform, iterated three times, knows both to 3e-5
    np.testing.assert_allclose(smooth_maps(2 + 0 * z, radius), 2, atol=1e-4)
    np.testing.assert_allclose(smooth_maps(z, radius), shrunk * z, atol=1e-4)


def test_leading_axes_are_kept_and_no_smoothing_changes_nothing():
    values = np.random.default_rng(1).normal(size=(2, 3, 768))
    each = [[smooth_maps(one, 10) for one in three] for three in values]
    np.testing.assert_allclose(smooth_maps(values, 10), each, atol=1e-13)
    np.testing.assert_array_equal(smooth_maps(values, 0), values)


def test_a_spectrum_loses_the_square_and_gets_it_back():
    ell = np.arange(26)
    cl = 1.0 / (1 + ell) ** 3
    smooth = smooth_spectrum(ell, cl, 5.0)
    np.testing.assert_allclose(smooth, cl * top_hat(ell, 5.0) ** 2, rtol=1e-14)
    np.testing.assert_allclose(deconvolve_spectrum(ell, smooth, 5.0), cl, rtol=1e-12)


def test_what_smoothing_erased_is_not_brought_back():
    # 2 J_1(x) / x falls below a tenth at x = (l + 1/2) R = 3.44: at 5 deg from l = 39 on
    with pytest.raises(ValueError, match="multipole 39"):
        deconvolve_spectrum(np.arange(60), np.ones(60), 5.0)


@pytest.mark.parametrize(
    ("ell", "radius", "named"), [(1, -1, "radius"), (1, 181, "radius"), ([-1], 5, "ell")]
)
def test_what_is_no_disk_or_no_multipole_is_refused(ell, radius, named):
    with pytest.raises(ValueError, match=named):
        top_hat(ell, radius)
    with pytest.raises(ValueError, match="12 nside"):
        smooth_maps(np.zeros(100), 5)
