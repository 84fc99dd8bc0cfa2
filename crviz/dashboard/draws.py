"""Drawn fields as bytes, for a page without a server, whose browser follows the orbits itself.

What is drawn depends on neither sigma^2 nor r_L/L_c: wave vectors are in proportion to the one, amplitudes to
the root of the other, and browser/kernel/field.js scales them. What the kernel in the browser must share with
the compiled one, its cosine and the rule of the step, is beside it.

Layout: the length of a JSON text, in 4 bytes, the lowest first; the text, ended by spaces so that what
follows begins at a multiple of 8; and float64, the lowest byte first, N values each: wave numbers [1/L_c] and
amplitudes at sigma^2 = 1 [B0], and of each field cos(theta) and azimuth of the wave vectors, the angle of the
polarisation about them, from e_theta to e_phi, and the phases [rad].
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np

from crviz import kernels, waves
from crviz.arrays import Array
from crviz.checks import ParameterError, check_whole
from crviz.config import MOST_STEPS, Config
from crviz.field import draw_waves
from crviz.turbulence.model import Waves

#: Of whose fields the browser knows how they scale.
_KIND = "isotropic"


def draws(config: Config | None = None, realizations: Iterable[int] = range(10)) -> bytes:
    """The fields of some realisations, for every sigma^2 and r_L/L_c.

    Parameters
    ----------
    config
        Of which seed, number of waves and their spectrum count; None takes the defaults.

    Raises
    ------
    ParameterError
        For another kind of turbulence than the isotropic one, or a realisation below 0.
    """
    config = (config or Config()).replace(sigma2=1.0, rl_over_lc=1.0)
    if config.turbulence != _KIND:
        raise ParameterError("turbulence", config.turbulence, f"must be {_KIND!r} to be drawn for a browser")
    numbers = [check_whole("realization", number, at_least=0) for number in realizations]
    head = {
        "realizations": numbers,
        "waves": config.n_waves,
        "cosine": kernels.cosine_coefficients(kernels.DEGREE).tolist(),
        "turnPerStep": waves.TURN_PER_STEP,
        "excessScattering": waves.EXCESS_SCATTERING,
        "mostSteps": MOST_STEPS,
    }
    text = json.dumps(head).encode()
    text += b" " * (-(4 + len(text)) % 8)
    arrays = [*config.wave_spectrum()]
    for number in numbers:
        arrays += _angles(draw_waves(config, number))
    return len(text).to_bytes(4, "little") + text + np.concatenate(arrays).astype("<f8").tobytes()


def _angles(drawn: Waves) -> list[Array]:
    """The directions and polarisations of waves by angles, and their phases: (N,) each."""
    x, y, z = drawn.directions
    phi = np.arctan2(y, x)
    e_phi = np.stack([-np.sin(phi), np.cos(phi), np.zeros_like(phi)])
    e_theta = np.cross(e_phi, drawn.directions, axis=0)
    along, across = (np.sum(each * drawn.polarizations, 0) for each in (e_theta, e_phi))
    return [z, phi, np.arctan2(across, along), drawn.phases]
