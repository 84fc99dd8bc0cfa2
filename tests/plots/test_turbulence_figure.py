import holoviews as hv
import numpy as np
import pytest

from crviz import Config, draw_field, plots
from crviz.plots.content import turbulence as content

CONFIG = Config(sigma2=0.7, rl_over_lc=0.2, n_modes=300)


def test_the_waves_of_a_field_carry_its_variance():
    k, power = content.wave_power(draw_field(CONFIG, 3))
    spacing = np.log(k[1] / k[0])
    assert (4 * np.pi * k**3 * power * spacing).sum() == pytest.approx(
        0.7, rel=2.0**-23
    )  # waves are drawn to 24 bits


def test_the_intended_spectrum_integrates_to_the_variance():
    k = np.geomspace(2 * np.pi / 100, 2 * np.pi / 0.01, 3001)
    integral = np.trapezoid(4 * np.pi * k**2 * content.intended_power(k, CONFIG), k)
    assert integral == pytest.approx(0.7, rel=1e-4)  # trapezoids of 3001 points


def test_the_intended_spectrum_falls_with_eleven_thirds_beyond_the_correlation_length():
    k = np.array([100.0, 200.0])
    slope = np.diff(np.log(content.intended_power(k, CONFIG))) / np.log(2)
    assert slope == pytest.approx(-11 / 3, abs=1e-6)  # corrections are k^-gamma


def test_the_waves_of_a_field_follow_the_intended_spectrum():
    k, power = content.wave_power(draw_field(CONFIG, 0))
    # the sum over 300 waves is off the integral by half a wave at each end, and these carry little
    np.testing.assert_allclose(power, content.intended_power(k, CONFIG), rtol=5e-3)


def test_the_resonant_wave_number_is_marked():
    (vertical,) = content.turbulence(CONFIG).verticals
    assert vertical.x == pytest.approx(5.0)  # k r_L = 1 with r_L = 0.2 L_c
    assert vertical.name == "k r_L = 1"


def test_a_configuration_stands_for_its_first_field():
    one, other = plots.turbulence(CONFIG).Scatter.I, plots.turbulence(draw_field(CONFIG, 0)).Scatter.I
    np.testing.assert_array_equal(one["power"], other["power"])
    assert len(one) == CONFIG.n_modes


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_with_the_waves_inside(dark):
    overlay = plots.turbulence(CONFIG, dark=dark)
    figure = hv.render(overlay, backend="bokeh")
    power = overlay.Scatter.I["power"]
    assert figure.y_range.start < power.min()
    assert figure.y_range.end > power.max()
    assert {"intended", "k^(−11/3)"} <= set(overlay.Labels.I.dimension_values("text"))


def test_without_turbulence_there_is_nothing_to_show():
    with pytest.raises(ValueError, match=r"^sigma2 = 0 must be above 0"):
        plots.turbulence(CONFIG.replace(sigma2=0.0))
