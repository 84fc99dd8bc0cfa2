"""The spectrum of the plane waves that make up the turbulence, and the step that it asks for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.parameters import LAMBDA_MAX, LAMBDA_MIN, RL_OVER_LC

#: Waves a decade of the paper's run: 200 over four.
WAVES_A_DECADE = 50
#: The shortest wave that there must be for small cosines of the pitch angle [r_L], and how long the longest
#: one must be at least [L_c].
RESONANT, LEAST_LONGEST = 0.1, 50.0
#: K along B0 settles to within 15 % of what it was at half the time at about this over `resonant_power`
#: [1/Omega]: 12 to 30 at the atlas's places with r_L <= 2 L_c and sigma2 of 0.2 to 2, 35 to 57 above.
SETTLING = 20.0
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


def automatic(
    rl_over_lc: float, lambda_min: float | None = None, lambda_max: float | None = None
) -> dict[str, Any]:
    """The waves that a rigidity asks for, as parameters of a `Config`.

    Waves down to 0.1 r_L, or to what is given, and to the paper's shortest one at least; as many a decade as
    in the paper's run.

    Raises ParameterError where lambda_max is below 50 L_c: with 10 L_c the correlation length would be
    0.710 L_c in place of 0.858.
    """
    longest = LAMBDA_MAX.default if lambda_max is None else LAMBDA_MAX.check(lambda_max)
    if longest < LEAST_LONGEST:
        rule = f"must be at least {LEAST_LONGEST:g} L_c where n_modes is chosen, for the correlation length"
        raise ParameterError("lambda_max", longest, rule)
    rl_over_lc = RL_OVER_LC.check(rl_over_lc)
    shortest = min(LAMBDA_MIN.default, float(f"{RESONANT * rl_over_lc:.12g}"))
    if lambda_min is not None:
        shortest = LAMBDA_MIN.check(lambda_min)
    if shortest >= longest:
        raise ParameterError("lambda_min", shortest, f"must be below lambda_max = {longest:g}")
    number = max(1, math.ceil(WAVES_A_DECADE * math.log10(longest / shortest) - 1e-9))
    return {"lambda_min": shortest, "lambda_max": longest, "n_modes": number}


def resonant_power(k: Array, amplitude: Array) -> float:
    """Mean square [B0^2] of the waves that are no longer than an orbit's turn, 2 pi r_L.

    Parameters
    ----------
    k : (N,) [1/r_L]
    amplitude : (N,) [B0]
    """
    return float((amplitude[k >= 1] ** 2).sum() / 2)


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
