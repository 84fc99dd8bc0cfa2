"""Orbits in 3D on a page of their own, as a visitor meets them."""

import contextlib
import re
import socket

import numpy as np
import panel as pn
import pytest

from crviz import Config, draw_field
from crviz.dashboard.panels.orbits.view import OrbitsView
from crviz.neighbours import neighbouring_orbits

pytestmark = pytest.mark.browser

CONFIG = Config(omega_t=(30.0,))
DIRECTION = (60.0, 30.0)

# plots and the component's model, through shadow roots; all that a test asks of the page
_HELP = """
window.seek = (selector, root = document) => {
  const found = root.querySelector(selector)
  if (found) return found
  for (const element of root.querySelectorAll("*"))
    if (element.shadowRoot) {
      const inside = seek(selector, element.shadowRoot)
      if (inside) return inside
    }
  return null
}
window.orbits = () =>
  [...Bokeh.documents[0]._all_models.values()].find((m) => m.class_name == "OrbitsPlot").data
window.marks = () => {
  const {x, y, z} = seek(".space").data.at(-1)
  return [x, y, z].map((values) => Array.from(values))
}
window.ends = () => seek(".space").data.slice(-6, -1).map(({x, y, z}) => [x.at(-1), y.at(-1), z.at(-1)])
"""


@pytest.fixture(scope="module")
def address():
    """A server of pages with nothing but the view, its button and a time slider."""

    def visit():
        view = OrbitsView()
        button = pn.widgets.Button(label="Show")
        button.on_click(lambda _: view.follow(CONFIG, 0, DIRECTION))
        return pn.Column(button, view, sizing_mode="stretch_width")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    thread = pn.serve({"/": visit}, port=port, address="127.0.0.1", show=False, threaded=True)
    yield f"http://127.0.0.1:{port}"
    thread.stop()


@pytest.fixture(scope="module")
def windows(browser, address):
    """Opens the page in a window of some size, for as long as a test or more keeps it."""

    @contextlib.contextmanager
    def window(width=1280, before="", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.requested, page.errors, page.sent = [], [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("websocket", lambda ws: ws.on("framesent", lambda frame: page.sent.append(frame)))
        page.add_init_script(_HELP + before)
        page.goto(address)
        page.get_by_role("button", name="Show").wait_for()
        yield page
        context.close()

    return window


@pytest.fixture
def visit(windows):
    """Opens the page in a window of some size."""
    with contextlib.ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(windows(*arguments, **options))


def show(page):
    page.get_by_role("button", name="Show").click()
    page.locator(".summary").get_by_text("followed back to").wait_for()
    page.locator(".separation .plot-container").wait_for()


def move(page, omega_t):
    """Set the time in the browser and wait until it is drawn."""
    page.evaluate("t => { orbits().omega_t = t }", omega_t)
    page.locator(".summary").get_by_text(f"Ω T = {omega_t:g},").wait_for()


@pytest.fixture(scope="module")
def shown(windows):
    """A page with orbits, which tests share."""
    with windows() as page:
        show(page)
        page.locator(".space canvas").first.wait_for()
        yield page


@pytest.fixture
def page(shown):
    """A page with orbits, light, seen from the side at the last time."""
    shown.evaluate("orbits().dark = false")
    shown.wait_for_function("seek('.space').data.at(-1).marker.color[0] != '#f2f2f2'")
    move(shown, CONFIG.omega_t[-1])
    shown.get_by_role("button", name="From the side").click()
    shown.wait_for_function("seek('.space').layout.scene.camera.eye.y < -1")
    yield shown
    assert not shown.errors


def neighbours(omega_t):
    """The bundle of the direction shown, at one time."""
    theta, phi = np.radians(DIRECTION)
    n = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    return neighbouring_orbits(draw_field(CONFIG, 0), -n, (omega_t,))


def places(omega_t):
    """Where the orbit and the first neighbour of each angle were: (3, 5) [r_L]."""
    bundle = neighbours(omega_t)
    return bundle.r[0][:, [0, *(np.flatnonzero(bundle.angle == a)[0] for a in bundle.opening_angles)]]


def eye(page):
    return page.evaluate("seek('.space').layout.scene.camera.eye")


@pytest.mark.parametrize("omega_t", [2.0, 7.3])
def test_marks_stand_where_the_particles_were(page, omega_t):
    move(page, omega_t)
    # the integrator's steps differ by the stops on the way: 2e-4 r_L at 1, 1e-2 at 10 in the worst of them
    np.testing.assert_allclose(page.evaluate("marks()"), places(omega_t), atol=2e-3 * omega_t)
    np.testing.assert_allclose(page.evaluate("ends()"), np.transpose(page.evaluate("marks()")), atol=1e-5)
    assert not page.errors


def test_the_separation_has_its_cursor_at_the_time_shown(page):
    move(page, 7.3)
    x, y = page.evaluate("(({x, y}) => [x, y])(seek('.separation').data.at(-1))")
    assert x == [7.3] * 4
    assert page.evaluate("seek('.separation').layout.shapes[0].x0") == 7.3
    # interpolated between 120 times over 2.5 decades, of which the straight line in the logarithms misses a
    # few percent where gyration bends the curve
    np.testing.assert_allclose(y, neighbours(7.3).rms_separation[0], rtol=0.05)


def test_straight_lines_show_how_undeflected_orbits_would_part(page):
    lines = page.evaluate("seek('.separation').data.slice(0, 4).map(({x, y}) => [x, y])")
    angles = neighbours(1.0).opening_angles
    assert len(angles) == len(lines) == 4
    for angle, (times, apart) in zip(angles, lines, strict=True):
        np.testing.assert_allclose(apart, 2 * np.sin(np.radians(angle) / 2) * np.array(times), rtol=1e-9)


def test_moving_the_time_asks_the_server_nothing(page):
    page.wait_for_timeout(300)
    before = len(page.sent)
    for omega_t in (3.0, 9.0, 27.0):
        move(page, omega_t)
    assert len(page.sent) == before


def test_plotly_comes_with_the_first_orbits_and_nothing_from_other_hosts(visit, address):
    page = visit()
    assert not [url for url in page.requested if "plotly" in url]
    show(page)
    assert len([url for url in page.requested if "plotly" in url]) == 1
    assert [url for url in page.requested if not url.startswith((address, "data:", "blob:"))] == []


def test_buttons_turn_the_picture(page):
    page.get_by_role("button", name="Along B₀").press("Enter")
    page.wait_for_function("seek('.space').layout.scene.camera.eye.z > 0.5")
    assert abs(eye(page)["x"]) < 0.02
    page.get_by_role("button", name="From the side").press("Space")
    page.wait_for_function("seek('.space').layout.scene.camera.eye.y < -1")
    before = eye(page)
    page.get_by_role("button", name="Rotate").click()
    page.wait_for_function("x => seek('.space').layout.scene.camera.eye.x != x", arg=before["x"])
    after = eye(page)
    turned = np.arctan2(after["y"], after["x"]) - np.arctan2(before["y"], before["x"])
    assert np.degrees(turned) == pytest.approx(30)
    assert after["z"] == before["z"]


def test_the_mouse_turns_the_picture(page):
    before, box = eye(page), page.locator(".space").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 10, steps=6)
    page.mouse.up()
    page.wait_for_function(
        "x => Math.abs(seek('.space').layout.scene.camera.eye.x - x) > 0.05", arg=before["x"]
    )


def test_a_finger_turns_the_picture_and_a_later_time_keeps_it_turned(visit):
    page = visit(390, has_touch=True)
    show(page)
    page.locator(".space canvas").first.wait_for()
    before, box = eye(page), page.locator(".space").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    for kind, moved in (("touchStart", 0), ("touchMove", 20), ("touchMove", 40), ("touchEnd", None)):
        points = [] if moved is None else [{"x": x + moved, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(100)
    page.wait_for_function(
        "x => Math.abs(seek('.space').layout.scene.camera.eye.x - x) > 0.05", arg=before["x"]
    )
    after = eye(page)
    move(page, 9.0)
    assert eye(page) == after


def test_the_theme_changes_the_colours_and_keeps_view_and_time(page):
    page.get_by_role("button", name="Rotate").click()
    move(page, 9.0)
    before = eye(page)
    page.evaluate("orbits().dark = true")
    page.wait_for_function("seek('.space').data.at(-1).marker.color[0] == '#f2f2f2'")
    page.wait_for_function("seek('.separation').layout.font.color == '#f2f2f2'")
    assert eye(page) == before
    np.testing.assert_allclose(page.evaluate("marks()"), places(9.0), atol=2e-2)  # as above
    assert not page.errors


def test_both_plots_are_described_in_words(page):
    move(page, 9.0)
    for part in (".space", ".separation"):
        words = page.locator(part).get_attribute("aria-label")
        assert "θ = 60°, φ = 30°" in words
        assert "Ω T = 9," in words
        assert "r_L at 0.1°" in words
    assert page.locator(".summary").get_attribute("aria-live") == "polite"


def test_x_and_y_share_a_scale_and_how_it_differs_from_that_of_z_is_said(page):
    x, y, z = page.evaluate("""(({xaxis, yaxis, zaxis, aspectratio}) =>
      [[xaxis, "x"], [yaxis, "y"], [zaxis, "z"]].map(([axis, name]) =>
        aspectratio[name] / (axis.range[1] - axis.range[0])))(seek(".space").layout.scene)""")
    assert x == pytest.approx(y, rel=1e-12)
    caption = page.locator("figcaption").first.inner_text()
    said = re.search(r"x and y × ([\d.]+)", caption)
    assert x / z == pytest.approx(float(said.group(1)) if said else 1, rel=1e-12)


def test_what_changes_while_the_view_is_hidden_shows_when_it_comes_back(page):
    page.evaluate("seek('.orbits').getRootNode().host.style.display = 'none'")
    page.evaluate("orbits().omega_t = 9; orbits().dark = true")
    page.wait_for_timeout(500)
    page.evaluate("seek('.orbits').getRootNode().host.style.display = ''")
    page.wait_for_function("seek('.space').data.at(-1).marker.color[0] == '#f2f2f2'")
    page.locator(".summary").get_by_text("Ω T = 9,").wait_for()
    np.testing.assert_allclose(page.evaluate("marks()"), places(9.0), atol=2e-2)  # as above
    assert not page.errors


@pytest.mark.parametrize(("width", "side_by_side"), [(1280, True), (390, False)])
def test_the_plots_stand_side_by_side_where_there_is_room(visit, width, side_by_side):
    page = visit(width)
    show(page)
    space, separation = (page.locator(part).bounding_box() for part in (".space", ".separation"))
    assert (separation["x"] >= space["x"] + space["width"]) == side_by_side
    assert (separation["y"] >= space["y"] + space["height"]) != side_by_side
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function(
        "Math.abs(seek('.separation svg').clientWidth - seek('.separation').clientWidth) < 2"
    )


def test_without_webgl_a_sentence_stands_in_for_the_picture(visit):
    page = visit(
        before="""
        const original = HTMLCanvasElement.prototype.getContext
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
          return kind.includes("webgl") ? null : original.call(this, kind, ...more)
        }"""
    )
    show(page)
    page.get_by_text("This browser has no WebGL").wait_for()
    move(page, 9.0)
    assert page.evaluate("seek('.separation').layout.shapes[0].x0") == 9
    assert not page.errors


def test_plotly_that_does_not_come_is_said(visit):
    page = visit()
    page.route("**/plotly-*.js", lambda route: route.abort())
    page.get_by_role("button", name="Show").click()
    page.get_by_text("The orbits cannot be drawn").wait_for()
