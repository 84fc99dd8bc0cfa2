"""Isotropic turbulence: plane waves of random direction, polarisation and phase (Giacalone & Jokipii 1999;
section 3 of Ahlers & Mertsch 2015)."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.parameters import GAMMA, LAMBDA_MAX, LAMBDA_MIN, N_MODES
from crviz.turbulence.model import Settings, Waves
from crviz.waves import wave_spectrum


class Isotropic:
    """delta B(r) = sum_n A_n xi_n cos(k_n . r + beta_n), with k_n in all directions alike."""

    name = "isotropic"
    label = "isotropic"
    parameters = (GAMMA, LAMBDA_MIN, LAMBDA_MAX, N_MODES)

    def spectrum(self, settings: Settings) -> tuple[Array, Array]:
        """`waves.wave_spectrum`, the same in every realisation."""
        if settings.lambda_min >= settings.lambda_max:
            rule = f"must be below lambda_max = {settings.lambda_max:g}"
            raise ParameterError("lambda_min", settings.lambda_min, rule)
        return wave_spectrum(
            settings.sigma2, settings.gamma, settings.lambda_min, settings.lambda_max, settings.n_modes
        )

    def draw(self, settings: Settings, random: np.random.Generator) -> Waves:
        """Four uniform numbers a wave: cos(theta) and azimuth of k, angle of xi about k, phase."""
        u = random.random((4, settings.n_modes))
        cos_theta = 2 * u[0] - 1
        sin_theta = np.sqrt(1 - cos_theta**2)
        phi, angle, phases = 2 * np.pi * u[1:]
        cos_phi, sin_phi = np.cos(phi), np.sin(phi)
        directions = np.stack([sin_theta * cos_phi, sin_theta * sin_phi, cos_theta])
        e_theta = np.stack([cos_theta * cos_phi, cos_theta * sin_phi, -sin_theta])
        e_phi = np.stack([-sin_phi, cos_phi, np.zeros_like(phi)])
        polarizations = np.cos(angle) * e_theta + np.sin(angle) * e_phi
        return Waves(*self.spectrum(settings), directions, polarizations, phases)


MODEL = Isotropic()
