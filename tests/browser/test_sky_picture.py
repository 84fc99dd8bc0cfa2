"""The sky map on the page: whose value stands where, with its sign."""

import re

import numpy as np
import pytest
from visitor import Visitor, opened

from crviz import backtrack, draw_field, library
from crviz.dashboard.page import centre_of_pixel
from crviz.dashboard.state import State
from crviz.gradient import gradient_vector
from crviz.jobs import fine_skies
from crviz.plots import mollweide
from crviz.sky import interpolated, pixel_directions, pixels_at, smoothed

pytestmark = pytest.mark.browser

#: Names of what a WebM holds.
SEGMENT, CLUSTER, TIMECODE, SIMPLE_BLOCK = map(bytes.fromhex, ("18538067", "1f43b675", "e7", "a3"))
PLACES = np.random.default_rng(5).uniform([-1.2, -0.7], [1.2, 0.7], (12, 2))  # in the picture, inside


@pytest.fixture(scope="module")
def config():
    """A run small enough that the sky of every field and time is there at once."""
    return State(nside=8, grids="single", omega_t_max=10.0, seed=5).config


@pytest.fixture(scope="module")
def visitor(person, server):
    page = opened(person, server + "?nside=8&grids=single&omega_t_max=10&seed=5&realizations=2&drawn=pixels")
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
    visitor.switch(without_dipole=False)
    visitor.slide(theta=0, phi=0, smooth=0)


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
    reached = np.clip(expected, -256 * half_a_color, 256 * half_a_color)  # colours end there
    np.testing.assert_allclose(shown, reached, atol=tolerance(visitor, gradient) + half_a_color)
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
    for value in (towards, -away):  # colours reach 99 % of the pixels, which is 0.995 of a dipole's largest
        assert 0.99 * omega_t - 1.5 * omega_t**2 - half_a_color < value < omega_t + half_a_color


def test_colours_are_symmetric_about_zero_and_reach_99_of_100_pixels_or_what_is_set(visitor):
    def limits():
        """Where colours end, as painted and as said under the colour bar."""
        picture, half_a_color = visitor.picture()
        names = visitor.read("sky", "names", "text")["text"]
        limit = 256 * half_a_color
        assert float(names[5]) == -float(names[3].replace("−", "-")) == pytest.approx(limit, rel=0.05)
        assert np.nanmax(np.abs(picture)) == pytest.approx(limit - half_a_color)
        return limit

    show(visitor, 70, 10, 45)
    reached = np.quantile(np.abs(visitor.map()), 0.99)
    assert limits() == pytest.approx(reached, rel=1e-5)  # single precision
    assert reached < np.abs(visitor.map()).max()
    visitor.type("limit", 1.25)
    assert limits() == 1.25
    visitor.label("limit").fill("")
    visitor.label("limit").press("Enter")
    visitor.settle()
    assert limits() == pytest.approx(reached, rel=1e-5)


def test_colours_stay_while_the_times_are_played(visitor):
    """As far as they reach at the last time, where that is farther than at the first."""
    show(visitor, 0, 0, 0)
    at_first = visitor.page.evaluate("crviz.sky.limit")
    visitor.page.get_by_role("button", name="Play through the times").click()
    visitor.page.wait_for_function("() => crviz.index > 1")
    seen = visitor.page.evaluate(
        """async () => {
          const seen = new Map()
          while (seen.size < 10) {
            await new Promise(requestAnimationFrame)
            seen.set(crviz.sky.shown.omegaT, crviz.sky.limit)
          }
          return [...seen.values()]
        }"""
    )
    visitor.page.get_by_role("button", name="Play through the times").click()
    visitor.move_to(63)  # where the page was opened, so that its sky was there from the first
    visitor.wait_for_picture()
    last = visitor.page.evaluate("crviz.sky.limit")
    assert set(seen) == {last}
    assert last > 2 * at_first


def test_the_picture_is_empty_outside_the_sky_only(visitor, config):
    picture, half_a_color = visitor.picture()
    index = mollweide.pixel_index(config.nside, picture.shape[1])
    np.testing.assert_array_equal(np.isnan(picture), index < 0)
    reached = np.clip(visitor.map(), -256 * half_a_color, 256 * half_a_color)
    np.testing.assert_allclose(picture[index >= 0], reached[index[index >= 0]], atol=1.001 * half_a_color)


def test_drawn_smoothly_it_lies_between_pixels_where_healpix_has_it(visitor):
    show(visitor, 70, 10, 45)
    visitor.choose_setting("drawn", "bilinear")
    visitor.settle()
    picture, half_a_color = visitor.picture()
    visitor.choose_setting("drawn", "pixels")
    theta, phi = mollweide.directions(picture.shape[1])
    inside = np.isfinite(theta)
    expected = interpolated(visitor.map(), np.pi - theta[inside], (phi[inside] + np.pi) % (2 * np.pi))
    expected = np.clip(expected, -256 * half_a_color, 256 * half_a_color)
    np.testing.assert_allclose(picture[inside], expected, atol=1.001 * half_a_color)


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


def test_smoothing_is_the_mean_over_discs_of_the_radius_of_the_slider(visitor):
    show(visitor, 30, 100, 48)
    before = visitor.map()
    for radius in (10, 20):
        visitor.slide(smooth=radius)
        expected = smoothed(before, np.radians(radius))
        np.testing.assert_allclose(visitor.map(), expected, atol=1e-5 * np.abs(before).max())


def test_smoothing_and_the_dipole_go_together(visitor, config):
    show(visitor, 30, 100, 48)
    visitor.switch(without_dipole=True)
    before = visitor.map()
    visitor.slide(smooth=10)
    expected = smoothed(before, np.radians(10))
    np.testing.assert_allclose(visitor.map(), expected, atol=1e-5 * np.abs(before).max())


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
    reached = np.clip(expected, -256 * half_a_color, 256 * half_a_color)
    np.testing.assert_allclose(shown, reached, atol=tolerance(visitor, gradient) + half_a_color)
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


def test_the_shipped_result_shows_what_it_keeps_at_once(person, server):
    """As long as the finer sky is not there: here it never comes."""
    page = opened(person, server, before=lambda page: page.route("**/*.gz?*", lambda route: route.abort()))
    visitor, shipped = Visitor(page), library.shipped()
    visitor.move_to(len(shipped.omega_t) - 1)  # a time that every result keeps
    visitor.wait_for_picture()
    expected, omega_t = shipped.sky_map((0.0, 0.0))
    assert page.evaluate("[crviz.sky.caption, crviz.sky.shown.omegaT]") == ["field 0, nside 32", omega_t]
    # both are rounded to 16 bits, of the largest component
    largest = np.abs(shipped.dataset["sample_r"].values[-1]).max()
    np.testing.assert_allclose(visitor.map(), expected, atol=1.1 * largest / 32767)
    assert page.errors == []
    page.close()


def test_the_shipped_field_is_shown_on_its_finer_grid(still):
    """Whatever comes later; before the first of its files the caption says which grid is seen."""
    visitor = Visitor(still)
    for index in (63, 40, 20):
        visitor.move_to(index)
        still.wait_for_function("() => crviz.sky.nside === 64")
        visitor.wait_for_sky()
        assert "field 0, nside 64" in visitor.read("sky", "captions", "text")["text"]
        expected = fine_skies.positions(index)[2]  # along the field
        np.testing.assert_allclose(visitor.map(), expected, atol=1e-6 * np.abs(expected).max())
    visitor.move_to(5)
    visitor.wait_for_picture()
    assert "field 0, nside 32" in visitor.read("sky", "captions", "text")["text"]


def test_two_skies_stand_side_by_side_or_below_each_other(visitor, config):
    page = visitor.page
    show(visitor, 0, 0, 40)
    visitor.choose_setting("beside", "across")
    visitor.settle()
    first, second = page.evaluate("crviz.sky.skies.map(({map}) => Array.from(map))")
    pixels = np.arange(0, 768, 40)
    r = positions(config, 0, pixels, 40)
    for found, axis in ((first, 2), (second, 0)):  # parallel, and at right angles
        np.testing.assert_allclose(np.array(found)[pixels], r[axis], atol=tolerance(visitor, (0, 0)) + 1e-4)
    image = visitor.read("sky", "image", "x", "y")
    assert (image["x"], image["y"]) == ([-2, 2.75], [-1, -1])
    over = page.evaluate("[crviz.sky.valueAt(0.3, 0.2), crviz.sky.valueAt(4.75 + 0.3, 0.2)]")
    pixel = int(pixels_at(8, *antipode(0.3, 0.2)))
    assert over == [pytest.approx(first[pixel]), pytest.approx(second[pixel])]
    visitor.choose_setting("beside", "time")
    visitor.type("beside_time", 1.0)
    visitor.settle()
    times = page.evaluate("crviz.sky.skies.map(({shown}) => shown.omegaT)")
    assert times == [config.omega_t[40], min(config.omega_t, key=lambda time: abs(time - 1))]
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => crviz.model('sky', 'image').data.y[1] < -3")
    page.set_viewport_size({"width": 1280, "height": 900})
    visitor.choose_setting("beside", "field")
    visitor.type("beside_field", 1)
    page.wait_for_function("() => crviz.sky.skies[1]?.shown.field === 1")
    visitor.choose_setting("beside", "pinned")
    page.get_by_text("nothing is pinned").wait_for()
    visitor.choose_setting("beside", "nothing")
    visitor.settle()
    assert len(visitor.read("sky", "image", "x")["x"]) == 1


def antipode(x, y):
    """Polar angle and azimuth [rad] of the momentum that is shown at a place."""
    theta, phi = mollweide.unproject(x, y)
    return np.pi - theta, (phi + np.pi) % (2 * np.pi)


def blocks_of(content):
    """Times [ms] of the pictures in a WebM: of its clusters, and in them."""
    times, at, cluster = [], 0, 0
    while at < len(content):
        name = content[at : at + 1 + f"{content[at]:08b}".index("1")]
        at += len(name)
        length = 1 + f"{content[at]:08b}".index("1")
        size = int.from_bytes(content[at : at + length]) & (1 << 7 * length) - 1
        at += length
        if name in (SEGMENT, CLUSTER):  # what they hold follows
            continue
        if name == TIMECODE:
            cluster = int.from_bytes(content[at : at + size])
        if name == SIMPLE_BLOCK:
            times.append(cluster + int.from_bytes(content[at + 1 : at + 3], signed=True))
        at += size
    return times


def test_the_sky_through_its_times_is_saved_as_a_film(visitor, config):
    page = visitor.page
    with page.expect_download() as download:
        page.get_by_role("button", name="Animated sky (WebM)").click()
        page.get_by_text(re.compile(r"recording \d+ of 64")).wait_for()
    assert download.value.suggested_filename == "crviz_s2-1_rl-0.1_th0_ph0_field-0_sky.webm"
    content = download.value.path().read_bytes()
    assert content[:4] == bytes.fromhex("1a45dfa3")  # EBML
    times = blocks_of(content)
    assert len(times) > 24  # of 64: a busy machine leaves some out
    assert 6000 < times[-1] - times[0] < 30_000  # ten a second, and the last one for a second
    page.get_by_text(re.compile(r"saved, \d+\.\d MB")).wait_for()


def test_a_browser_that_cannot_record_says_so(person, server):
    script = "delete window.MediaRecorder"
    page = opened(person, server, before=lambda page: page.add_init_script(script))
    button = page.get_by_role("button", name="Animated sky (WebM): this browser cannot record one")
    assert button.is_disabled()
    page.close()


def test_nothing_went_wrong(visitor):
    assert visitor.page.errors == []
