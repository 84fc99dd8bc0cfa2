import subprocess
import sys
from concurrent.futures import Executor, Future

import numpy as np
import panel as pn
import pytest
from panel.io.resources import BUNDLE_DIR
from panel.io.state import set_curdoc

from crviz import Config, draw_field
from crviz.dashboard.panels.orbits.content import content
from crviz.dashboard.panels.orbits.view import OrbitsView
from crviz.neighbours import neighbouring_orbits

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
    times = np.union1d(drawn_times, drawn["separation_times"])  # the same stops on the way
    bundle = neighbouring_orbits(draw_field(CONFIG, 3), -np.array([0.75, np.sqrt(3) / 4, 0.5]), times)
    r = bundle.r[np.searchsorted(times, drawn_times)]
    first = [0, *(np.flatnonzero(bundle.angle == angle)[0] for angle in drawn["angles"])]
    # stops that float32 has moved by 1e-6 of themselves, and waves summed in float32
    np.testing.assert_allclose(drawn["positions"][:, :, 1:], r[:, :, first].transpose(2, 1, 0), atol=1e-3)
    assert drawn["angles"] == [0.1, 1.0, 5.0, 20.0]


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
