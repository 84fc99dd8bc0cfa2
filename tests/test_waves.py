import numpy as np
import pytest

from crviz import waves

PAPER = (1.0, 11 / 3, 0.01, 100.0)
CASES = [(0.0, 0.1), (0.1, 0.01), (1.0, 0.1), (1.7, 0.23), (1.0, 5.0), (10.0, 0.1)]


def spectrum(sigma2=1.0, rl_over_lc=1.0, n_modes=200):
    k, amplitude = waves.wave_spectrum(sigma2, *PAPER[1:], n_modes)
    return k * rl_over_lc, amplitude


def test_waves_are_log_spaced_between_the_longest_and_the_shortest():
    k, _ = spectrum()
    assert k[[0, -1]] == pytest.approx([2 * np.pi / 100, 2 * np.pi / 0.01], rel=1e-14)  # rounding
    np.testing.assert_allclose(np.diff(np.log(k)), np.log(1e4) / 199, rtol=1e-12)  # rounding


@pytest.mark.parametrize("sigma2", [0.0, 0.1, 1.0, 30.0])
def test_the_mean_square_of_the_waves_is_sigma2(sigma2):
    _, amplitude = spectrum(sigma2)
    assert (amplitude**2).sum() / 2 == pytest.approx(sigma2, rel=1e-13)  # rounding of 200 terms


def test_power_per_logarithm_falls_as_minus_two_thirds_and_rises_as_the_cube():
    k, amplitude = spectrum()
    slope = np.gradient(np.log(amplitude**2), np.log(k))
    # the slope is 3 - gamma k^gamma / (1 + k^gamma): 1e-3 off at k L_c = 10, 1e-2 at 0.2
    assert slope[k > 10] == pytest.approx(-2 / 3, abs=1e-3)
    assert slope[k < 0.2] == pytest.approx(3, abs=1.2e-2)


def test_a_steep_spectrum_does_not_overflow():
    k, amplitude = waves.wave_spectrum(1.0, 400.0, 0.01, 100.0, 50)
    assert np.isfinite(amplitude).all()
    assert (amplitude**2).sum() / 2 == pytest.approx(1.0, rel=1e-13)  # rounding
    assert k[amplitude.argmax()] == pytest.approx(1.0, rel=0.2)  # G peaks at k L_c = 1; spacing 20 %


def test_the_correlation_length_is_0_867_of_l_c():
    k, amplitude = spectrum(n_modes=20000)
    # the correlation sin(kx)/kx integrates to pi/2k; 5e-4 is the rounding of the figure quoted
    assert (amplitude**2 * np.pi / (2 * k)).sum() / (amplitude**2).sum() == pytest.approx(0.867, abs=5e-4)


def test_waves_longer_than_the_step_scatter_no_more_than_they_should():
    k, amplitude = spectrum()
    assert waves.excess_scattering(k, amplitude, 0.999 * 2 * np.pi / k.max()) == 0
    assert waves.excess_scattering(k, amplitude, 1.001 * 2 * np.pi / k.max()) > 0


def test_no_turbulence_no_scattering():
    assert waves.excess_scattering(np.array([1.0, 100.0]), np.zeros(2), 0.5) == 0


@pytest.mark.parametrize("turns_per_step", [0.3, 0.9, 1.4, 2.6])
def test_excess_scattering_is_that_of_the_sampled_correlation(turns_per_step):
    k, step = 50.0, 2 * np.pi * turns_per_step / 50.0
    n = np.arange(1, 1_000_001)
    sampled = step * (0.5 + np.sinc(k * step * n / np.pi).sum())
    excess = waves.excess_scattering(np.array([k]), np.array([1.0]), step)
    # the sum cut off at n = 1e6 leaves a tail of 1/n, some 1e-6
    assert sampled == pytest.approx(np.pi / (2 * k) * (1 + excess), rel=1e-5)


def test_the_step_of_the_paper_is_0_04():
    assert waves.default_step(*spectrum(1.0, 0.1)) == 0.04


def test_without_turbulence_only_the_gyration_limits_the_step():
    assert waves.default_step(*spectrum(0.0, 10.0)) == waves.TURN_PER_STEP


@pytest.mark.parametrize(("sigma2", "rl_over_lc"), CASES)
def test_the_default_step_follows_gyration_and_waves(sigma2, rl_over_lc):
    k, amplitude = spectrum(sigma2, rl_over_lc)
    step = waves.default_step(k, amplitude)
    assert step == float(f"{step:.1e}")
    assert step * (1 + np.sqrt(sigma2)) <= waves.TURN_PER_STEP * 1.05  # two digits round by 5 % at most
    assert waves.excess_scattering(k, amplitude, step) <= waves.EXCESS_SCATTERING


@pytest.mark.parametrize(("sigma2", "rl_over_lc"), CASES)
def test_a_much_larger_step_than_the_default_would_not_do(sigma2, rl_over_lc):
    k, amplitude = spectrum(sigma2, rl_over_lc)
    larger = 1.3 * waves.default_step(k, amplitude)  # one turn of the search (1.2) and rounding
    turn = larger * (1 + np.sqrt(sigma2))
    assert (
        turn > waves.TURN_PER_STEP or waves.excess_scattering(k, amplitude, larger) > waves.EXCESS_SCATTERING
    )
