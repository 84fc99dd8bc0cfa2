import json

import holoviews as hv
import numpy as np
import pytest
from bokeh.embed import json_item

from crviz.dashboard.evolution_view import EvolutionView
from crviz.dashboard.sky_view import SkyView
from crviz.dashboard.spectra_view import SpectraView
from crviz.plots import style

FOUR_PI = 4 * np.pi


def now(view):
    """What a view shows now."""
    return view._plot[()]


def dipole_line(overlay):
    paths = overlay.Contours.I.split(datatype="dictionary")
    (path,) = [path for path in paths if path["line"] == "C₁" and path["dash"] == "solid"]
    return path["power"]


def marks(overlay):
    rows = overlay.Scatter.I.data
    return rows[rows["spectrum"] == "chosen gradient"]


def test_the_evolution_is_that_of_the_chosen_direction(state, result):
    view = EvolutionView(state)
    for theta in (0, 60):
        state.theta = theta
        expected = result.evolution((np.radians(theta), 0.0)).cl[:, 1] / FOUR_PI
        np.testing.assert_array_equal(dipole_line(now(view)), expected)


def test_the_cursor_follows_the_time(state, result):
    view = EvolutionView(state)
    state.omega_t = result.omega_t[3]
    assert now(view).VLine.I.data == result.omega_t[3]


def test_the_spectra_follow_time_direction_and_estimator(state, result):
    view = SpectraView(state)
    for changes in ({"omega_t": 4.0}, {"theta": 50}, {"estimator": "none"}):
        state.param.update(**changes)
        expected = result.spectrum(state.gradient, state.omega_t, state.estimator).cl
        rows = marks(now(view))
        np.testing.assert_allclose(rows["power"], expected[rows["ell"]] / expected[1], rtol=1e-12)


def test_the_spectra_follow_power_and_switches(state):
    view = SpectraView(state)
    state.param.update(p=0.31, observed=False, normalized=False)
    overlay = now(view)
    assert "p = 0.31" in {path["line"] for path in overlay.Contours.I.split(datatype="dictionary")}
    assert not any("IceCube" in name for name in set(overlay.Scatter.I.data["spectrum"]))
    assert overlay.Scatter.I.vdims[0].label == "C_ℓ / 4π  [(r_L |∇n|/n)²]"


def test_the_sky_is_that_of_the_chosen_time_and_direction(state, result):
    view = SkyView(state)
    state.param.update(theta=70, phi=20, omega_t=4.0)
    values, _ = result.sky_map(state.gradient, 4.0)
    delta = now(view).Image.I.dimension_values("delta")
    shown = np.unique(delta[np.isfinite(delta)])
    np.testing.assert_allclose(shown, np.unique(values.astype(np.float32)), rtol=1e-6)


def test_the_caption_of_the_sky_names_the_time_of_the_map(state, result):
    view = SkyView(state)
    state.omega_t = 4.0
    _, time = result.sky_map(state.gradient, 4.0)
    assert view._words(state.result, state.omega_t).endswith(f"backtracked to Ω T = {time:.3g}")


@pytest.mark.parametrize("kind", [SkyView, EvolutionView, SpectraView])
def test_a_view_follows_result_and_theme_and_is_drawn(state, kind, lone_run):
    view = kind(state)
    state.dark = True
    state.show(lone_run, "another")
    drawn = json.dumps(json_item(hv.render(now(view), backend="bokeh")))
    assert style.DARK.ink in drawn
    assert style.LIGHT.ink not in drawn


@pytest.mark.parametrize("kind", [SkyView, EvolutionView, SpectraView])
def test_a_view_redraws_only_for_what_it_shows(state, kind):
    view, drawn = kind(state), []
    (stream,) = view._plot.streams
    stream.add_subscriber(lambda **values: drawn.append(values))
    state.param.update(seed=9, realizations=3)
    assert drawn == []
    state.theta = 20
    assert len(drawn) == 1
