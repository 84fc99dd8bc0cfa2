import numpy as np
import pytest

from crviz.observations import Orientation


def on_sky(vector):
    """Right ascension and declination [deg] of an equatorial vector."""
    x, y, z = vector
    return np.rad2deg(np.arctan2(y, x)) % 360, np.rad2deg(np.arcsin(z))


def ecliptic_to_equatorial(longitude, latitude):
    lon, lat, tilt = np.deg2rad([longitude, latitude, 23.4393])  # obliquity of J2000
    x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
    return x, np.cos(tilt) * y - np.sin(tilt) * z, np.sin(tilt) * y + np.cos(tilt) * z


def test_the_polar_axis_points_where_b0_was_said_to_point():
    for ra, dec in ((234.43, 16.31), (10.0, -60.0), (359.0, 0.0)):
        axis = Orientation(ra, dec, 77.0).rotation.apply([0, 0, 1])
        assert on_sky(axis) == pytest.approx((ra, dec), abs=1e-10)  # rounding


def test_the_default_is_the_centre_of_the_ibex_ribbon():
    ra, dec = on_sky(ecliptic_to_equatorial(227.28, 34.62))
    # rounded to the hundredth of a degree; the direction itself is known to half a degree
    assert (Orientation().right_ascension, Orientation().declination) == pytest.approx((ra, dec), abs=0.006)


def test_the_position_angle_runs_from_north_through_east():
    ra, dec = 200.0, 30.0
    for angle, (d_ra, d_dec) in {0: (0, 1), 90: (1, 0), 180: (0, -1), 270: (-1, 0)}.items():
        rotation = Orientation(ra, dec, angle).rotation
        step = 1e-4
        near = rotation.apply([np.sin(step), 0, np.cos(step)])  # from B0 towards x
        at_ra, at_dec = on_sky(near)
        moved = np.deg2rad([(at_ra - ra) * np.cos(np.deg2rad(dec)), at_dec - dec]) / step
        np.testing.assert_allclose(moved, (d_ra, d_dec), atol=1e-3)  # curvature over the step, and rounding


def test_no_reflection():
    assert np.linalg.det(Orientation(12, 34, 56).rotation.as_matrix()) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"declination": 91}, "declination = 91"),
        ({"declination": "north"}, "declination"),
        ({"right_ascension": np.nan}, "right_ascension = nan"),
        ({"position_angle": None}, "position_angle"),
    ],
)
def test_what_is_no_direction_is_refused(wrong, named):
    with pytest.raises(ValueError, match=named):
        Orientation(**wrong)
