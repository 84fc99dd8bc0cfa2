import numpy as np
import pytest

from crviz import sky
from crviz.observations import FULL_SKY, HAWC_ICECUBE, ICECUBE, FieldOfView, Orientation

POLE = Orientation(0, 90)
TILTED = Orientation(140, -20, 33)


@pytest.mark.parametrize("band", [ICECUBE, HAWC_ICECUBE, FieldOfView(-30, 50), FieldOfView(10, 12), FULL_SKY])
@pytest.mark.parametrize("orientation", [POLE, TILTED, None])
def test_the_mask_covers_the_area_of_the_band(band, orientation):
    south, north = np.deg2rad([band.dec_min, band.dec_max])
    assert band.f_sky == pytest.approx((np.sin(north) - np.sin(south)) / 2, rel=1e-14)
    nside = 64
    n_pixels = 12 * nside**2
    # pixels are in or out by their centres: at worst half of those on the two edges count wrongly
    edge = 2 * np.pi * (np.cos(south) + np.cos(north)) / np.sqrt(4 * np.pi / n_pixels)
    found = band.mask(nside, orientation).mean()
    assert found == pytest.approx(band.f_sky, abs=0.5 * edge / n_pixels)


def test_the_sky_of_icecube_and_of_hawc_with_icecube():
    assert ICECUBE.f_sky == pytest.approx(0.2887, abs=1e-4)
    assert HAWC_ICECUBE.f_sky == pytest.approx(0.967, abs=5e-4)  # as the header of its table has it


def test_with_b0_at_the_celestial_pole_the_mask_is_a_cut_in_the_angle_of_arrival():
    p_z = sky.pixel_directions(16)[2]
    arrival = np.arccos(-p_z)  # theta of n = -p
    np.testing.assert_array_equal(ICECUBE.mask(16, POLE), arrival >= np.deg2rad(90 + 25))
    # hence momenta that point north: a sign lost would show the other cap
    assert p_z[ICECUBE.mask(16, POLE)].min() > 0.42


def test_what_arrives_from_the_south_celestial_pole_is_seen_by_icecube():
    from_south = -TILTED.rotation.inv().apply([0, 0, -1])  # p = -n in the frame of B0
    theta, phi = np.arccos(from_south[2]), np.arctan2(from_south[1], from_south[0])
    pixel, opposite = sky.pixels_at(16, np.array([theta, np.pi - theta]), np.array([phi, phi + np.pi]))
    mask = ICECUBE.mask(16, TILTED)
    assert mask[pixel]
    assert not mask[opposite]


def test_a_field_pointing_at_the_south_pole_puts_icecube_on_the_other_side():
    np.testing.assert_array_equal(
        ICECUBE.mask(16, Orientation(0, -90)), FieldOfView(25, 90).mask(16, Orientation(0, 90))
    )


def test_neighbouring_bands_share_the_sky_out():
    masks = [FieldOfView(*band).mask(16, TILTED) for band in ((-90, -25), (-25, 69), (69, 90))]
    assert (np.sum(masks, 0) == 1).all()
    assert FULL_SKY.mask(16, TILTED).all()


def test_the_middle_of_the_mask_is_opposite_to_the_middle_of_the_cap():
    mean = sky.pixel_directions(32)[:, ICECUBE.mask(32, TILTED)].mean(1)
    north_pole = TILTED.rotation.inv().apply([0, 0, 1])
    # mean of the cosine over the cap, (1 + sin 25 deg) / 2; its edge is known to a pixel of 2 deg: 1e-2
    np.testing.assert_allclose(mean, north_pole * (1 + np.sin(np.deg2rad(25))) / 2, atol=1e-2)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ((-91, 0), "dec_min = -91"),
        ((0, 90.5), "dec_max = 90.5"),
        ((10, 10), "dec_min = 10 must be below dec_max = 10"),
        ((20, -20), "dec_min = 20 must be below"),
        ((np.nan, 20), "dec_min"),
        (("south", 20), "dec_min"),
    ],
)
def test_bands_that_are_none_are_refused(wrong, named):
    with pytest.raises(ValueError, match=named):
        FieldOfView(*wrong)


def test_a_mask_needs_a_resolution():
    with pytest.raises(ValueError, match="nside = 0"):
        ICECUBE.mask(0)
