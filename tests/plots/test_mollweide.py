import healpy as hp
import numpy as np
import pytest

from crviz.plots import mollweide


@pytest.fixture(scope="module")
def sky():
    """2000 isotropic directions: theta, phi in [0, 2 pi)."""
    random = np.random.default_rng(5)
    return np.arccos(random.uniform(-1, 1, 2000)), random.uniform(0, 2 * np.pi, 2000)


def image_points(width):
    """x, y of the points of an image, rows from the bottom to the top."""
    x = (np.arange(width) + 0.5) / width * 4 - 2
    y = (np.arange(width // 2) + 0.5) / (width // 2) * 2 - 1
    return np.meshgrid(x, y)


def test_the_middle_of_the_sky_is_the_middle_of_the_picture():
    assert mollweide.project(np.pi / 2, 0.0) == pytest.approx((0, 0), abs=1e-15)


def test_the_regular_field_points_up():
    # Newton's method converges slowly there; a pixel of a picture is some 1e-2 wide
    assert mollweide.project(0.0, 0.7) == pytest.approx((0, 1), abs=1e-5)
    assert mollweide.project(np.pi, 0.7) == pytest.approx((0, -1), abs=1e-5)


def test_azimuth_grows_to_the_left():
    assert mollweide.project(np.pi / 2, np.pi / 2) == pytest.approx((-1, 0), abs=1e-12)
    assert mollweide.project(np.pi / 2, 3 * np.pi / 2) == pytest.approx((1, 0), abs=1e-12)


def test_unproject_undoes_project(sky):
    theta, phi = mollweide.unproject(*mollweide.project(*sky))
    # near the poles y = sin a hardly changes with a: an error of 1e-16 there grows to its root
    np.testing.assert_allclose(theta, sky[0], atol=1e-7)
    np.testing.assert_allclose(
        np.sin(theta) * np.exp(1j * phi), np.sin(sky[0]) * np.exp(1j * sky[1]), atol=1e-7
    )


def test_project_undoes_unproject():
    x, y = image_points(60)
    inside = x**2 / 4 + y**2 < 1
    theta, phi = mollweide.unproject(x[inside], y[inside])
    back = mollweide.project(theta, phi)
    np.testing.assert_allclose(back, (x[inside], y[inside]), atol=1e-9)


def test_outside_the_ellipse_there_is_no_direction():
    theta, phi = mollweide.unproject([1.9, 0.0, -3.0], [0.9, 1.01, 0.0])
    assert np.isnan(theta).all()
    assert np.isnan(phi).all()


def test_a_point_shows_the_pixel_opposite_to_the_direction_one_looks_at():
    """Particles that come from n move towards -n, and a pixel is a direction of momentum."""
    nside, width = 16, 120
    index = mollweide.pixel_index(nside, width)
    inside = index >= 0
    theta, phi = (angle[inside] for angle in mollweide.unproject(*image_points(width)))
    n = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    along = (-n * np.array(hp.pix2vec(nside, index[inside]))).sum(0)
    assert along.min() > np.cos(hp.max_pixrad(nside))  # within the pixel


def test_points_outside_the_ellipse_show_nothing():
    x, y = image_points(80)
    index = mollweide.pixel_index(4, 80)
    np.testing.assert_array_equal(index >= 0, x**2 / 4 + y**2 < 1)
    assert (index[index < 0] == -1).all()


def test_equal_solid_angles_take_equal_areas():
    counts = np.bincount(mollweide.pixel_index(1, 800)[mollweide.pixel_index(1, 800) >= 0], minlength=12)
    # some 21000 points a pixel, uncertain along its border of some 600 points
    np.testing.assert_allclose(counts, counts.mean(), rtol=0.01)
    assert counts.sum() == pytest.approx(np.pi / 4 * 800 * 400, rel=1e-3)  # ellipse in its rectangle


def test_the_index_that_all_share_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        mollweide.pixel_index(2, 20)[0, 0] = 3


def test_the_graticule_lies_on_the_sky_and_its_rim_is_the_ellipse():
    *inner, rim = mollweide.graticule()
    np.testing.assert_allclose(rim[0] ** 2 / 4 + rim[1] ** 2, 1, atol=1e-12)
    assert len(inner) == 11 + 5  # meridians and parallels every 30 degrees
    for x, y in inner:
        assert (x**2 / 4 + y**2).max() <= 1 + 1e-9


def test_parallels_are_level():
    *inner, _ = mollweide.graticule()
    for (_, y), theta in zip(inner[11:], np.radians([30, 60, 90, 120, 150]), strict=True):
        np.testing.assert_allclose(y, y[0], atol=1e-9)
        assert np.sign(np.round(y[0], 9)) == np.sign(np.round(np.cos(theta), 9))
