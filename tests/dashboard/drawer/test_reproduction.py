"""The script of a few lines is run, by a Python of its own, and prints the numbers that are on the page."""

import re
import subprocess
import sys

import numpy as np
import pytest

from crviz import Config, library, run, theory
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.drawer.reproduction import reproducing_script
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State

SMALL = Config(
    sigma2=0.5,
    lambda_min=0.02,
    n_modes=20,
    nside=2,
    omega_t=(0.5, 2.0, 10.0),
    seed=3,
    grids="cross",
    step=0.05,
)


def state_of(shown, **values):
    state = State(**{"theta": 37, "phi": 211, "p": 0.62} | values)
    state.show(shown)
    return state


def printed(state, tmp_path):
    """What the script prints: multipoles, C_l, errors, and the analytic C_2 / C_1."""
    path = tmp_path / "reproduce.py"
    path.write_text(reproducing_script(state), encoding="utf8")
    done = subprocess.run(
        [sys.executable, path], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    head, *lines, last = done.stdout.splitlines()
    assert head == "# ell C_l error"
    table = np.array([[float(cell) for cell in line.split()] for line in lines])
    found = re.fullmatch(r"p = (\S+) C_2/C_1 = (\S+)", last)
    return table[:, 0], table[:, 1], table[:, 2], (float(found[1]), float(found[2]))


def check(state, spectrum, tmp_path):
    ell, cl, error, (p, ratio) = printed(state, tmp_path)
    np.testing.assert_array_equal(ell, spectrum.ell)
    # all digits are printed, and numbers are a pure function of what the script says
    np.testing.assert_allclose(cl, spectrum.cl, rtol=1e-12)
    np.testing.assert_allclose(error, spectrum.error, rtol=1e-9, equal_nan=True)
    analytic = theory.spectrum([1, 2], state.p, form=state.form)
    assert (p, ratio) == (state.p, pytest.approx(analytic[1] / analytic[0], rel=1e-12))


def test_a_run_is_run_again(tmp_path):
    result = run(SMALL, 3)
    state = state_of(
        LabelledSource(result, "simulated, 3 fields"), omega_t=2.0, estimator="cross", form="self-consistent"
    )
    check(state, result.spectrum(state.gradient, omega_t=2.0, estimator="cross"), tmp_path)


def test_the_shipped_result_is_read(tmp_path):
    state = state_of(LabelledSource(library.shipped(), "shipped"), omega_t=100.0, estimator="plateau")
    assert "run" not in reproducing_script(state)
    check(state, library.shipped().spectrum(state.gradient, omega_t=100.0, estimator="plateau"), tmp_path)


@pytest.mark.parametrize("place", [(0.56, 0.14), (0.5, 0.1)], ids=["between points", "a point"])
def test_a_place_of_the_atlas_is_read(tmp_path, place):
    shown = from_atlas(Config(sigma2=place[0], rl_over_lc=place[1]))
    state = state_of(shown, omega_t=30.0)
    check(state, shown.source.spectrum(state.gradient, omega_t=30.0), tmp_path)


def test_beyond_the_atlas_the_place_that_is_shown_is_read():
    script = reproducing_script(state_of(from_atlas(Config(sigma2=0.01, gamma=3.0))))
    assert "interpolate(0.05, 0.1)" in script


def test_one_grid_has_no_cross_estimate_and_the_script_does_not_ask_for_it(lone_run):
    script = reproducing_script(state_of(LabelledSource(lone_run, "one field"), estimator="cross"))
    assert "'eq9'" in script
    assert "'cross'" not in script


@pytest.mark.parametrize("config", [Config(), SMALL, Config(rl_over_lc=2.0, gamma=3.5, lambda_max=50.0)])
def test_settings_are_what_differs_from_the_defaults(config):
    assert eval(repr(config), {"Config": Config}) == config
    assert repr(Config()) == "Config()"


@pytest.mark.parametrize("kind", ["run", "shipped", "atlas"])
def test_a_script_is_a_few_lines_that_say_what_it_is_of(kind):
    shown = {
        "run": lambda: LabelledSource(run(SMALL, 1), "simulated, 1 field"),
        "shipped": lambda: LabelledSource(library.shipped(), "the paper's run (shipped)"),
        "atlas": lambda: from_atlas(Config(sigma2=0.5)),
    }[kind]()
    script = reproducing_script(state_of(shown))
    assert len(script.splitlines()) <= 12
    assert shown.origin in script.splitlines()[0]
    compile(script, "script", "exec")
