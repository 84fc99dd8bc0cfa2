"""The sky map on the page: whose value stands where, with its sign."""

import numpy as np
import pytest
from visitor import Visitor, opened

from crviz import backtrack, draw_field, library
from crviz.dashboard.page import centre_of_pixel
from crviz.dashboard.state import State
from crviz.gradient import gradient_vector
from crviz.plots import mollweide
from crviz.sky import pixel_directions, pixels_at

pytestmark = pytest.mark.browser

SMOOTHING = np.radians(10)
PLACES = np.random.default_rng(5).uniform([-1.2, -0.7], [1.2, 0.7], (12, 2))  # in the picture, inside


@pytest.fixture(scope="module")
def config():
    """A run small enough that the sky of every field and time is there at once."""
    return State(nside=8, grids="single", omega_t_max=10.0, seed=5).config


@pytest.fixture(scope="module")
def visitor(person, server):
    page = opened(person, server + "?nside=8&grids=single&omega_t_max=10&seed=5&realizations=2")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("finished: 2 of 2 realisations").wait_for()
    page.wait_for_function("() => crviz.sky.nside === 8")
    visitor = Visitor(page)
    visitor.wait_for_sky()
    yield visitor
    page.close()


@pytest.fixture(autouse=True)
def plain(visitor):
    """Every test begins with the first field, seen along the field at the end, and nothing taken off."""
    visitor.switch(without_dipole=False, smooth=False)
    visitor.slide(theta=0, phi=0)


def positions(config, realization, pixels, index):
    """r(-T) (3, n) of the orbits of some pixels at the time of an index, followed here."""
    field = draw_field(config, realization)
    times = config.omega_t[: index + 1]
    return backtrack(field, pixel_directions(config.nside)[:, pixels], times, config.resolved_step).r[-1]


def seen(picture, places):
    """What the picture shows at places (n, 2), and the polar angle and azimuth of these points."""
    height, width = picture.shape
    column = ((places[:, 0] + 2) / 4 * width).astype(int)
    row = ((places[:, 1] + 1) / 2 * height).astype(int)
    x, y = (column + 0.5) / width * 4 - 2, (row + 0.5) / height * 2 - 1
    return picture[row, column], *mollweide.unproject(x, y)


def show(visitor, theta, phi, index):
    visitor.slide(theta=theta, phi=phi)
    visitor.move_to(index)
    visitor.wait_for_picture()


def tolerance(visitor, gradient):
    """Half a unit of 16 bits a component, and single precision."""
    return 0.51 * visitor.page.evaluate("crviz.sky.shown.scale") * np.abs(gradient_vector(gradient)).sum()


@pytest.mark.parametrize(("theta", "phi", "index"), [(0, 0, 40), (90, 0, 25), (55, 250, 50)])
def test_a_point_shows_what_comes_from_there(visitor, config, theta, phi, index):
    """A cosmic ray that comes from n has the momentum -n, and delta I = r(-T).g for that one."""
    show(visitor, theta, phi, index)
    picture, half_a_color = visitor.picture()
    shown, polar, azimuth = seen(picture, PLACES)
    pixels = pixels_at(config.nside, np.pi - polar, azimuth + np.pi)
    gradient = np.radians([theta, phi])
    expected = gradient_vector(gradient) @ positions(config, 0, pixels, index)
    np.testing.assert_allclose(shown, expected, atol=tolerance(visitor, gradient) + half_a_color)
    read = visitor.page.evaluate(
        "places => places.map(([x, y]) => crviz.sky.valueAt(x, y))", PLACES.tolist()
    )  # what the pointer is told
    np.testing.assert_allclose(read, expected, atol=tolerance(visitor, gradient))


@pytest.mark.parametrize(("theta", "phi"), [(0, 0), (90, 40), (60, 200)])
def test_at_first_the_excess_lies_towards_the_gradient(visitor, config, theta, phi):
    show(visitor, theta, phi, 0)
    omega_t = config.omega_t[0]
    there = np.array(
        [
            mollweide.project(*np.radians([theta, phi])),
            mollweide.project(*np.radians([180 - theta, phi + 180])),
        ]
    )
    # just inside the picture; |r - n T| <= |B| T^2 / 2 with |B| below 3, and half a pixel of 7 degrees
    picture, half_a_color = visitor.picture()
    (towards, away), *_ = seen(picture, 0.98 * there)
    for value in (towards, -away):
        assert omega_t - 1.5 * omega_t**2 - half_a_color < value < omega_t + half_a_color


def test_colours_are_symmetric_about_zero_and_reach_the_largest_value(visitor):
    show(visitor, 70, 10, 45)
    picture, half_a_color = visitor.picture()
    largest = np.abs(visitor.map()).max()
    assert 256 * half_a_color == pytest.approx(largest)
    assert np.nanmax(np.abs(picture)) == pytest.approx(largest - half_a_color)
    names = visitor.read("sky", "names", "text")["text"]
    assert float(names[5]) == -float(names[3].replace("−", "-")) == pytest.approx(largest, rel=0.05)


def test_the_picture_is_empty_outside_the_sky_only(visitor, config):
    picture, half_a_color = visitor.picture()
    index = mollweide.pixel_index(config.nside, picture.shape[1])
    np.testing.assert_array_equal(np.isnan(picture), index < 0)
    np.testing.assert_allclose(
        picture[index >= 0], visitor.map()[index[index >= 0]], atol=1.001 * half_a_color
    )


def test_the_dipole_is_taken_off_and_nothing_else(visitor, config):
    show(visitor, 30, 100, 48)
    before = visitor.map()
    visitor.switch(without_dipole=True)
    after = visitor.map()
    n = pixel_directions(config.nside)
    dipole = 3 * n @ before / before.size
    # the mean of n_i n_j over 768 pixels misses 1/3 by 3e-4; the map is in single precision
    assert np.abs(3 * n @ after / after.size).max() < 2e-3 * np.abs(dipole).max()
    np.testing.assert_allclose(before - after, dipole @ n, atol=1e-5 * np.abs(before).max())


def test_the_excess_of_the_dipole_is_marked_where_it_comes_from(visitor, config):
    def mark():
        marks = visitor.read("sky", "marks", "x", "y", "marker")
        return [(x, y) for x, y, kind in zip(*marks.values(), strict=True) if kind == "diamond"]

    show(visitor, 30, 100, 48)
    x, y, z = -pixel_directions(config.nside) @ visitor.map()
    # single precision, and Newton's method near the poles
    assert mark()[0] == pytest.approx(
        mollweide.project(np.arctan2(np.hypot(x, y), z), np.arctan2(y, x)), abs=1e-3
    )
    assert "dipole" in visitor.read("sky", "names", "text")["text"]
    visitor.switch(without_dipole=True)
    assert mark() == []
    assert "dipole" not in visitor.read("sky", "names", "text")["text"]


def test_smoothing_is_the_mean_over_ten_degrees(visitor, config):
    show(visitor, 30, 100, 48)
    before = visitor.map()
    visitor.switch(smooth=True)
    after = visitor.map()
    n = pixel_directions(config.nside)
    for pixel in (0, 17, 250, 384, 767):
        near = n.T @ n[:, pixel] >= np.cos(SMOOTHING)
        assert after[pixel] == pytest.approx(before[near].mean(), abs=1e-5 * np.abs(before).max())


def test_smoothing_and_the_dipole_go_together(visitor, config):
    show(visitor, 30, 100, 48)
    visitor.switch(without_dipole=True)
    before = visitor.map()
    visitor.switch(smooth=True)
    near = pixel_directions(config.nside).T @ pixel_directions(config.nside)[:, 300] >= np.cos(SMOOTHING)
    assert visitor.map()[300] == pytest.approx(before[near].mean(), abs=1e-5 * np.abs(before).max())


def test_another_field_has_its_own_sky(visitor, config):
    show(visitor, 20, 300, 40)
    visitor.type("realization", 3)
    visitor.page.wait_for_function("() => crviz.sky.caption.startsWith('field 3')")
    visitor.wait_for_picture()
    picture, half_a_color = visitor.picture()
    shown, polar, azimuth = seen(picture, PLACES)
    pixels = pixels_at(config.nside, np.pi - polar, azimuth + np.pi)
    gradient = np.radians([20, 300])
    expected = gradient_vector(gradient) @ positions(config, 3, pixels, 40)
    np.testing.assert_allclose(shown, expected, atol=tolerance(visitor, gradient) + half_a_color)
    visitor.type("realization", 0)
    visitor.page.wait_for_function("() => crviz.sky.caption.startsWith('field 0')")


def place_on_screen(visitor, x, y):
    """Where a place of the map is in the window, once what moves it has come to rest."""
    visitor.page.evaluate("window.scrollTo(0, 0)")
    return visitor.page.evaluate(
        """([x, y]) => {
          const plot = crviz.view("sky")
          const box = plot.canvas_view.el.getBoundingClientRect(), {x_scale, y_scale} = plot.frame
          return [box.left + x_scale.compute(x), box.top + y_scale.compute(y)]
        }""",
        [x, y],
    )


def wait_until(visitor, fact, seconds):
    """Whether a fact comes true in the page in so many seconds."""
    for _ in range(10 * seconds):
        if visitor.page.evaluate(fact):
            return True
        visitor.page.wait_for_timeout(100)
    return False


@pytest.mark.parametrize(("x", "y"), [(0.6, 0.4), (-1.1, -0.3)])
def test_a_click_follows_the_orbit_of_what_comes_from_there(visitor, x, y):
    centre = np.degrees(centre_of_pixel(8, *map(float, mollweide.unproject(x, y))))
    arrived = f"Math.abs(crviz.orbits?.bundle?.theta - {centre[0]}) < 1e-6"
    # while orbits are being drawn by the processor, a click may last too long for a tap
    for _ in range(8):
        visitor.page.mouse.click(*place_on_screen(visitor, x, y))
        visitor.page.wait_for_timeout(1000)
        if wait_until(visitor, arrived, seconds=6):
            break
    followed = visitor.page.evaluate(
        "(({theta, phi, realization}) => [theta, phi, realization])(crviz.orbits.bundle)"
    )
    np.testing.assert_allclose(followed, [*centre, 0], atol=1e-6)  # and not where the pointer stood


def test_the_shipped_result_shows_what_it_keeps_at_once(still):
    visitor, shipped = Visitor(still), library.shipped()
    visitor.move_to(len(shipped.omega_t) - 1)  # a time that every result keeps
    visitor.wait_for_picture()
    expected, omega_t = shipped.sky_map((0.0, 0.0))
    assert visitor.page.evaluate("crviz.sky.shown.omegaT") == pytest.approx(omega_t)
    # both are rounded to 16 bits, of the largest component
    largest = np.abs(shipped.dataset["sample_r"].values[-1]).max()
    np.testing.assert_allclose(visitor.map(), expected, atol=1.1 * largest / 32767)


def test_nothing_went_wrong(visitor):
    assert visitor.page.errors == []
