"""The spectrum of the plane waves that make up the turbulence, and the step that it asks for."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array

#: Largest step times (1 + sigma): momenta turn by some 0.08 rad a step.
TURN_PER_STEP = 0.08
#: Scattering that waves shorter than a step may add, as a share of all scattering.
EXCESS_SCATTERING = 0.01


def wave_spectrum(
    sigma2: float, gamma: float, lambda_min: float, lambda_max: float, n_modes: int
) -> tuple[Array, Array]:
    """Wave numbers and amplitudes of the waves.

    A_n^2 = 2 sigma^2 G_n / sum G with G_n = k_n^3 / (1 + (k_n L_c)^gamma): the k^3 turns the
    three-dimensional spectrum into power per logarithm of k, since k_n is log-spaced.

    Returns
    -------
    k : (N,) [1/L_c]
        Log-spaced from 2 pi / lambda_max to 2 pi / lambda_min.
    amplitude : (N,) [B0]
        Half their squared sum is sigma^2, the spatial mean of the squared turbulent field.
    """
    k = np.geomspace(2 * np.pi / lambda_max, 2 * np.pi / lambda_min, n_modes)
    log_power = 3 * np.log(k) - np.logaddexp(0, gamma * np.log(k))  # k^gamma alone may overflow
    power = np.exp(log_power - log_power.max())
    return k, np.sqrt(2 * sigma2 * power / power.sum())


def excess_scattering(k: Array, amplitude: Array, step: float) -> float:
    """Scattering that a finite step adds, as a share of the true one (an estimate).

    A particle of speed 1 meets a wave of random direction with the correlation sin(kt)/kt, and the
    wave scatters in proportion to its time integral, pi / 2k. Summed over steps h, the correlation
    gives pi/2k + (pi/k) floor(kh / 2 pi): exact as long as the wave is longer than the step, too
    much beyond.

    Parameters
    ----------
    k : (N,) [1/r_L]
    amplitude : (N,) [B0]
    step : [1/Omega]
    """
    true = amplitude**2 / k
    total = true.sum()
    return float(2 * (true * np.floor(k * step / (2 * np.pi))).sum() / total) if total > 0 else 0.0


def default_step(k: Array, amplitude: Array) -> float:
    """The step chosen for some waves [1/Omega]: momenta turn by TURN_PER_STEP, but for rounding to
    two digits, or by less where unresolved waves would add more than EXCESS_SCATTERING.

    Parameters
    ----------
    k : (N,) [1/r_L]
    amplitude : (N,) [B0]
    """
    sigma = np.sqrt((amplitude**2).sum() / 2)
    step = _two_digits(TURN_PER_STEP / (1 + sigma))
    while excess_scattering(k, amplitude, step) > EXCESS_SCATTERING:
        step = _two_digits(step / 1.2)
    return step


def _two_digits(value: float) -> float:
    return float(f"{value:.1e}")
