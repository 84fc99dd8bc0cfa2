import holoviews as hv
import numpy as np
import pytest

from crviz import plots, theory
from crviz.plots import style
from crviz.plots.content import diffusion as content


def by_name(panel):
    return {line.name: line.y for line in panel.lines}


def test_lines_are_the_tensors_of_the_result(small_run):
    lines = by_name(content.diffusion(small_run))
    tensors = small_run.diffusion()
    for sign, gradient in (("∥", "parallel"), ("⊥", "perpendicular")):
        for name, which in ((f"K{sign}", "k"), (f"⟨r{sign}²⟩/2T", "running"), (f"K~{sign}", "relative")):
            np.testing.assert_array_equal(lines[name], tensors.along(gradient, which)[0])


def test_the_drift_is_drawn_with_its_sign(small_run):
    lines = by_name(content.diffusion(small_run))
    k = small_run.diffusion().k
    np.testing.assert_allclose(lines["K_A"], (k[:, 0, 1] - k[:, 1, 0]) / 2, rtol=1e-12)
    np.testing.assert_array_equal(lines["−K_A"], -lines["K_A"])


def test_the_drift_has_a_name_on_the_side_where_it_ends(small_run):
    named = [line for line in content.diffusion(small_run).lines if "K_A" in line.name and line.named]
    (one,) = named
    assert one.y[-1] > 0


def test_bgk_is_that_of_the_measured_parallel_coefficient(small_run):
    bgk = by_name(content.diffusion(small_run))["K⊥ of BGK"]
    nu = 1 / (3 * small_run.diffusion().k[:, 2, 2])
    # Eq. 2: 1 / 3 nu_perp with nu_perp = nu + Omega^2 / nu
    np.testing.assert_allclose(bgk, 1 / (3 * (nu + 1 / nu)), rtol=1e-12)
    np.testing.assert_allclose(bgk, theory.bgk_tensor(nu)[:, 0, 0], rtol=1e-12)


def test_bands_are_standard_errors_above_zero(small_run):
    panel = content.diffusion(small_run)
    value, error = small_run.diffusion().along("parallel")
    band = panel.bands[-1]  # of what is drawn last, K_par
    np.testing.assert_allclose(band.high, value + error, rtol=1e-12)
    np.testing.assert_allclose(band.low, np.maximum(value - error, value * 1e-3), rtol=1e-12)


def test_the_exponents_are_those_of_the_regime(small_run):
    panel = content.growth(small_run)
    lines = by_name(panel)
    for number, (name, gradient) in enumerate((("⟨r∥²⟩", "parallel"), ("⟨r⊥²⟩", "perpendicular"))):
        found = small_run.regime(gradient)
        np.testing.assert_array_equal(lines[name], found.exponent)
        np.testing.assert_allclose(panel.bands[number].high - found.exponent, found.error, atol=1e-12)
    assert not panel.y.log
    assert lines["free flight"][0] == 2
    assert lines["diffusion"][0] == 1


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_in_both_themes(small_run, dark):
    layout = plots.diffusion(small_run, dark=dark)
    hv.render(layout, backend="bokeh")
    paths = [path for overlay in layout for path in overlay.Contours.I.split(datatype="dictionary")]
    assert {path["color"] for path in paths if path["line"] == "K∥"} == {style.palette(dark).ink}


def test_a_single_field_is_drawn_without_errors(lone_run):
    hv.render(plots.diffusion(lone_run), backend="bokeh")
    band = content.growth(lone_run).bands[0]
    np.testing.assert_array_equal(band.low, band.high)
