import subprocess
import sys
from concurrent.futures import Executor, Future

import numpy as np
import panel as pn
import pytest
from panel.io.resources import BUNDLE_DIR
from panel.io.state import set_curdoc

from crviz import Config, backtracking_times, draw_field
from crviz.dashboard.page import centre_of_pixel
from crviz.dashboard.panels.orbits.content import _stops, content
from crviz.dashboard.panels.orbits.view import OrbitsView
from crviz.neighbours import neighbouring_orbits
from crviz.orbits import intervals, trace
from crviz.sky import pixel_directions, pixels_at

CONFIG = Config(omega_t=(5.0, 20.0))


class Waiting(Executor):
    """Keeps what is submitted until a test lets it happen."""

    def __init__(self):
        self.calls = []

    def submit(self, function, /, *arguments):
        self.calls.append((future := Future(), function, arguments))
        return future

    def work(self, index):
        future, function, arguments = self.calls[index]
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 the future is what takes it, as in every executor
            future.set_exception(error)


@pytest.fixture
def waiting():
    return Waiting()


@pytest.fixture
def view(waiting):
    return OrbitsView(waiting)


@pytest.fixture(scope="module")
def drawn():
    return content(CONFIG, 3, 60.0, 30.0, 20.0)


def test_the_particle_comes_from_where_the_sky_shows_it(drawn):
    start = drawn["positions"][0, :, :2]
    assert (start[:, 0] == 0).all()
    n = [np.sqrt(3) / 2 * np.cos(np.pi / 6), np.sqrt(3) / 2 * 0.5, 0.5]
    # |r - n T| <= |B| T^2 / 2 with |B| below 3 in this field, T = 20/135
    np.testing.assert_allclose(start[:, 1], np.array(n) * 20 / 135, atol=1.5 * (20 / 135) ** 2)


def test_positions_are_those_of_the_orbits_at_equally_spaced_times(drawn):
    number = drawn["positions"].shape[-1]
    drawn_times = np.linspace(0, 20, number)[1:]
    direction = -np.array([0.75, np.sqrt(3) / 4, 0.5])
    bundle = neighbouring_orbits(draw_field(CONFIG, 3), direction, drawn_times, step=0.01)
    first = [0, *(np.flatnonzero(bundle.angle == angle)[0] for angle in drawn["angles"])]
    exact = bundle.r[:, :, first].transpose(2, 1, 0)
    # the default step errs by some 5e-3 r_L at Omega T = 10, and more where orbits part until 20
    early = drawn_times < 10
    np.testing.assert_allclose(drawn["positions"][:, :, 1:][:, :, early], exact[:, :, early], atol=0.05)
    assert drawn["angles"] == [0.1, 1.0, 5.0, 20.0]


@pytest.mark.parametrize("omega_t_max", [100.0, 61.7])
def test_the_orbit_is_the_very_one_of_the_sky_map(omega_t_max):
    """Followed with stops of its own it had lost the map's by Omega T = 100: chaos, correlation 0.55."""
    config = Config(nside=2, omega_t=backtracking_times(100, 20))
    field, p = draw_field(config, 1), pixel_directions(2)[:, 7:8]
    sky_positions = trace(field, p, *intervals(config.omega_t, config.resolved_step))[0][:, :, 0]
    theta, phi = (
        np.degrees(np.arctan2(np.hypot(*p[:2, 0]), -p[2, 0])),
        np.degrees(np.arctan2(-p[1, 0], -p[0, 0])),
    )
    shown = content(config, 1, float(theta), float(phi), omega_t_max)
    drawn_times = np.linspace(0, omega_t_max, shown["positions"].shape[-1])
    for time, there in zip(config.omega_t, sky_positions, strict=True):
        if time <= omega_t_max:
            here = [np.interp(time, drawn_times, axis) for axis in shown["positions"][0].astype(float)]
            # straight between points 0.15 apart: curvature |B| < 4 leaves 0.15^2 / 8 x 4
            np.testing.assert_allclose(here, there, atol=0.012)


def test_stops_lie_some_interval_apart_on_whole_steps_of_the_sky():
    config = Config(omega_t=(0.31, 1.0, 20.0))
    stops = _stops(config, 20.0, 0.15)
    assert set(config.omega_t) <= set(stops)
    whole, _ = intervals(config.omega_t, config.resolved_step)
    parts, _ = intervals(stops, config.resolved_step)
    assert parts.sum() == whole.sum()  # the very same steps
    assert np.diff(stops).max() < 0.25


def test_separations_begin_as_straight_lines_do(drawn):
    straight = 2 * np.sin(np.radians(drawn["angles"]) / 2) * drawn["separation_times"][0]
    # at T = 0.1 forces change it by (T |B|)^2 / 24, a percent at most
    np.testing.assert_allclose(drawn["separations"][:, 0], straight, rtol=1e-2)
    assert drawn["separation_times"][-1] == 20
    assert drawn["neighbours"] == 15


def test_the_field_line_passes_the_observer_and_stays_with_the_orbits(drawn):
    line, positions = drawn["field_line"], drawn["positions"]
    assert (np.abs(line).sum(axis=0) == 0).sum() == 1
    assert (line.max(axis=1) <= positions.max(axis=(0, 2)) + 1).all()
    assert (line.min(axis=1) >= positions.min(axis=(0, 2)) - 1).all()


@pytest.mark.parametrize("omega_t_max", [0.2, 100.0, 300.0])
def test_a_bundle_weighs_less_than_60_kb(omega_t_max):
    drawn = content(CONFIG, 0, 90.0, 0.0, omega_t_max)
    arrays = [value for value in drawn.values() if isinstance(value, np.ndarray)]
    assert all(array.dtype == np.float32 for array in arrays)
    assert sum(array.nbytes for array in arrays) < 60_000
    assert drawn["omega_t_max"] == omega_t_max


def test_without_turbulence_the_line_is_the_axis_and_the_orbit_a_helix():
    drawn = content(Config(sigma2=0), 0, 60.0, 0.0, 10.0)
    x, y, z = drawn["positions"][0].astype(float)
    t = np.linspace(0, 10, x.size)
    np.testing.assert_allclose(z, t / 2, atol=1e-6)  # p_z = -1/2; float32
    # w = i u (exp(i t) - 1) with u = -sin 60 deg, good to h^2 / 12 of the radius with h = 0.07
    w = -1j * np.sqrt(3) / 2 * (np.exp(1j * t) - 1)
    np.testing.assert_allclose(x + 1j * y, w, atol=1e-3)
    assert np.abs(drawn["field_line"][:2]).max() == 0


def test_show_opens_the_view_and_says_what_it_does_until_the_orbits_are_there(view, waiting):
    assert not view.open
    assert not view.plot.visible
    view.follow(CONFIG, 1, (60.0, 30.0))
    assert view.open
    assert view.plot.visible
    assert view.plot.bundle is None
    assert "Following" in view.plot.message
    waiting.work(0)
    assert view.plot.message == ""
    assert view.plot.bundle["realization"] == 1
    assert view.plot.bundle["omega_t_max"] == 20  # the last time of the configuration


def test_the_newest_direction_wins(view, waiting):
    view.follow(CONFIG, 0, (10.0, 0.0))
    view.follow(CONFIG, 0, (20.0, 0.0))
    view.follow(CONFIG, 0, (30.0, 0.0))
    waiting.work(2)
    waiting.work(0)
    waiting.work(1)
    assert view.plot.bundle["theta"] == 30


def test_one_that_was_under_way_already_does_not_come_late(view, waiting):
    view.follow(CONFIG, 0, (10.0, 0.0))
    waiting.calls[0][0].set_running_or_notify_cancel()
    view.follow(CONFIG, 0, (20.0, 0.0))
    waiting.work(1)
    waiting.calls[0][0].set_result({"theta": 10.0})
    assert view.plot.bundle["theta"] == 20


def test_a_document_gets_the_orbits_in_its_own_turn(view, waiting, document):
    with set_curdoc(document):
        view.follow(CONFIG, 0, (10.0, 0.0))
    waiting.work(0)
    assert view.plot.bundle is None
    document.turn()
    assert view.plot.bundle["theta"] == 10


def test_without_an_executor_a_thread_of_its_own_does_it(document):
    view = OrbitsView()
    with set_curdoc(document):
        view.follow(CONFIG, 0, (10.0, 0.0))
    document.turn()
    assert view.plot.bundle["theta"] == 10


def test_what_cannot_be_followed_says_why_and_keeps_the_picture(view, waiting):
    view.follow(CONFIG, 0, (10.0, 0.0))
    waiting.work(0)
    view.follow(CONFIG.replace(omega_t=(1.0,)), 0, (20.0, 0.0), omega_t_max=1e9)
    waiting.work(1)
    assert "omega_t" in view.plot.message
    assert view.plot.bundle["theta"] == 10


@pytest.mark.parametrize("direction", [(np.nan, 0.0), (10.0, np.inf), ("x", 0.0)])
def test_a_direction_that_is_none_is_refused(view, direction):
    with pytest.raises(ValueError, match="direction"):
        view.follow(CONFIG, 0, direction)
    assert not view.open


def test_time_and_theme_go_down_to_the_plot(view):
    view.param.update(omega_t=7.0, dark=True)
    assert view.plot.omega_t == 7
    assert view.plot.dark


def test_the_browser_sends_nothing_back(view):
    model = view.plot.get_root(pn.state.curdoc)
    assert model.data.syncable is False


def test_plotly_is_where_it_is_said_to_be_and_is_not_loaded_with_every_page(view):
    name = view.plot.plotly_url.rsplit("/", 1)[-1]
    assert (BUNDLE_DIR / "plotlyplot" / name).stat().st_size > 1e6
    # Panel loads on every page the scripts of all models that were imported
    code = "import sys, crviz.dashboard.panels.orbits.view; sys.exit('panel.models.plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_click_starts_at_the_centre_of_its_pixel():
    rng = np.random.default_rng(2)
    for theta, phi in rng.uniform([0, 0], [np.pi, 2 * np.pi], (50, 2)):
        there = centre_of_pixel(8, theta, phi)
        n = [np.sin(there[0]) * np.cos(there[1]), np.sin(there[0]) * np.sin(there[1]), np.cos(there[0])]
        pixel = pixels_at(8, np.pi - theta, phi + np.pi)  # of the momentum, opposite
        np.testing.assert_allclose(n, -pixel_directions(8)[:, pixel], atol=1e-14)
        assert centre_of_pixel(8, *there) == pytest.approx(there, abs=1e-14)
