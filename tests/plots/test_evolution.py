import holoviews as hv
import numpy as np
import pytest

from crviz import Config, run, theory
from crviz.gradient import gradient_tensor
from crviz.plots import evolution, style
from crviz.plots.content import evolution as content
from crviz.plots.content.series import MULTIPOLES

GRADIENT = (0.4, 1.0)
NAMES = {ell: f"C{'₀₁₂₃₄₅₆₇₈₉'[ell]}" for ell in range(10)}


def drawn(overlay, dash):
    """{name: (T, power)} of the lines with a dash."""
    paths = overlay.Contours.I.split(datatype="dictionary")
    return {
        path["line"].removesuffix(", perpendicular"): (path["omega_t"], path["power"])
        for path in paths
        if path["dash"] == dash
    }


def shown(values):
    """What a log axis shows of values."""
    return np.where(values > 0, values, np.nan)


@pytest.mark.parametrize(("dash", "gradient"), [("solid", GRADIENT), ("dotted", "perpendicular")])
def test_lines_are_the_multipoles_of_the_result(small_run, dash, gradient):
    lines = drawn(evolution(small_run, GRADIENT), dash)
    expected = small_run.evolution(gradient).cl / (4 * np.pi)
    for ell in (0, 1, *MULTIPOLES):
        time, power = lines[NAMES[ell]]
        np.testing.assert_array_equal(time, small_run.omega_t)
        np.testing.assert_array_equal(power, shown(expected[:, ell]))


@pytest.mark.parametrize(("dash", "gradient"), [("solid", GRADIENT), ("dotted", "perpendicular")])
def test_noise_and_standard_dipole_are_those_of_the_result(small_run, dash, gradient):
    lines = drawn(evolution(small_run, GRADIENT), dash)
    noise = small_run.evolution(gradient).noise / (4 * np.pi)
    standard = small_run.standard_dipole(gradient)[0] / (4 * np.pi)
    np.testing.assert_array_equal(lines["noise"][1], noise)
    np.testing.assert_array_equal(lines["standard C₁"][1], shown(standard))


def test_power_that_is_not_positive_is_left_out(small_run):
    """The estimate of the standard dipole is an unbiased difference, and may fall below zero."""
    standard, _ = small_run.standard_dipole((np.pi / 2, 0.0))
    power = drawn(evolution(small_run, (np.pi / 2, 0.0)), "solid")["standard C₁"][1]
    np.testing.assert_array_equal(np.isnan(power), ~(standard > 0))
    for path in evolution(small_run, GRADIENT).Contours.I.split(datatype="dictionary"):
        assert not (path["power"] <= 0).any()


def test_the_band_is_the_standard_error_of_the_dipole(small_run):
    band = evolution(small_run, GRADIENT).Area.I
    expected = small_run.evolution(GRADIENT)
    power, error = expected.cl[:, 1] / (4 * np.pi), expected.error[:, 1] / (4 * np.pi)
    np.testing.assert_allclose(band.dimension_values("high"), power + error, rtol=1e-12)
    low = band.dimension_values("power")
    assert (low > 0).all()  # a log axis knows no zero
    np.testing.assert_allclose(low, np.maximum(power - error, power * 1e-3), rtol=1e-12)


def test_the_cursor_stands_at_the_recorded_time_nearest_to_the_chosen_one(small_run):
    chosen = small_run.omega_t[5]
    assert evolution(small_run, GRADIENT, omega_t=chosen * 1.02).VLine.I.data == chosen
    assert evolution(small_run, GRADIENT).VLine.I.data == small_run.omega_t[-1]


def test_names_at_the_ends_do_not_overlap(small_run):
    labels = evolution(small_run, GRADIENT).Labels.I
    heights = np.log10(labels.dimension_values("power"))
    assert {"C₁", "C₀", "C₂", "C₉", "noise"} <= set(labels.dimension_values("text"))
    # letters of 9 points take 0.4 of the 8 decades in 330 pixels
    assert np.abs(np.diff(np.sort(heights))).min() >= 0.4


def test_the_axes_hold_the_times_and_the_dipole(small_run):
    figure = hv.render(evolution(small_run, GRADIENT), backend="bokeh")
    dipole = small_run.evolution(GRADIENT).cl[-1, 1] / (4 * np.pi)
    assert figure.x_range.start <= small_run.omega_t[0]
    assert figure.x_range.end >= small_run.omega_t[-1]
    assert figure.y_range.start < dipole < figure.y_range.end


def test_a_single_field_is_drawn_without_error_and_standard_dipole(lone_run):
    overlay = evolution(lone_run, GRADIENT)
    assert not overlay.Area  # as on the page
    assert np.isnan(drawn(overlay, "solid")["standard C₁"][1]).all()
    assert "standard C₁" not in overlay.Labels.I.dimension_values("text")
    hv.render(overlay, backend="bokeh")


def test_the_coarsest_sky_shows_the_multipoles_that_it_has():
    result = run(Config(nside=1, n_modes=10, omega_t=(0.5, 1.0)), 2)
    assert set(drawn(evolution(result, "parallel"), "solid")) == {"C₀", "C₁", "C₂", "noise", "standard C₁"}
    hv.render(evolution(result, "parallel"), backend="bokeh")


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_in_the_colours_of_the_theme(small_run, dark):
    overlay = evolution(small_run, GRADIENT, dark=dark)
    figure = hv.render(overlay, backend="bokeh")
    assert len(figure.renderers) >= 3
    paths = overlay.Contours.I.split(datatype="dictionary")
    assert {path["color"] for path in paths if path["line"] == "C₁"} == {style.palette(dark).ink}


def test_the_analytic_evolution_has_the_source_and_the_rate_of_the_run(small_run):
    panel = content.evolution(small_run, GRADIENT, p=0.4)
    lines = {line.name: line.y for line in panel.lines}
    mean_square = np.einsum("ij,tij->t", gradient_tensor(GRADIENT), small_run.dataset["rr"].values.mean(0))
    k_parallel = small_run.diffusion().k[-1, 2, 2]
    expected = theory.evolve_by_diffusion(small_run.omega_t, [1, 2, 3, 5, 9], mean_square, k_parallel, p=0.4)
    for column, ell in enumerate((1, 2, 3, 5, 9)):
        drawn_power = lines[f"analytic {NAMES[ell]}"]
        np.testing.assert_allclose(drawn_power, expected[:, column] / (4 * np.pi), rtol=1e-9)


def test_without_a_power_there_is_no_analytic_evolution_and_without_a_time_no_cursor(small_run):
    panel = content.evolution(small_run, GRADIENT)
    assert not any(line.name.startswith("analytic") for line in panel.lines)
    assert panel.verticals == ()


def test_the_perpendicular_gradient_is_drawn_once(small_run):
    names = [line.name for line in content.evolution(small_run, "perpendicular").lines]
    assert len(set(names)) == len(names)


def test_the_title_says_gradient_time_estimator_and_power(small_run):
    words = "gradient θ = 22.9183°, φ = 57.2958°"
    bare, whole = (
        content.evolution(small_run, GRADIENT, **options).title
        for options in ({}, {"omega_t": 30.0, "p": 0.4, "estimator": "plateau"})
    )
    assert bare.endswith(f"{words}, noise included")
    assert whole.endswith(f"{words}, Ω T = 30, plateau at high ℓ subtracted, p = 0.4")
