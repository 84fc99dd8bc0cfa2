"""One realisation of the turbulent magnetic field: a sum of plane waves of random direction,
polarisation and phase (Giacalone & Jokipii 1999; section 3 of Ahlers & Mertsch 2015)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from crviz.config import Config


@dataclass(frozen=True)
class Field:
    """A static magnetic field B(r) = e_z + sum_n A_n xi_n cos(k_n . r + beta_n), in units of B0.

    Attributes
    ----------
    wavevectors : (3, N) [1/r_L]
    amplitudes : (3, N) [B0]
        A_n xi_n, perpendicular to the wave vectors.
    phases : (N,) [rad]
    config : Config
        What it was drawn for.
    realization : int
    """

    wavevectors: np.ndarray
    amplitudes: np.ndarray
    phases: np.ndarray
    config: Config = field(repr=False)
    realization: int = 0

    def delta_b(self, r):
        """The turbulent part of the field: r (3, n) [r_L] -> (3, n) [B0]."""
        r = np.asarray(r, float)
        out = np.empty_like(r)
        chunk = max(1, 2_000_000 // self.phases.size)
        for start in range(0, r.shape[1], chunk):
            part = slice(start, start + chunk)
            out[:, part] = self.amplitudes @ np.cos(self.wavevectors.T @ r[:, part] + self.phases[:, None])
        return out

    def b(self, r):
        """The whole field, regular part included: r (3, n) [r_L] -> (3, n) [B0]."""
        total = self.delta_b(r)
        total[2] += 1
        return total


def draw_field(config, realization):
    """Draw one realisation of the field.

    A pure function of its arguments. The random numbers depend on the seed, the index and the
    number of waves alone, so that neighbouring parameters share their fields.

    Parameters
    ----------
    config : Config
    realization : int >= 0

    Returns
    -------
    Field
    """
    seeds = np.random.SeedSequence(config.seed, spawn_key=(realization,))
    u = np.random.default_rng(seeds).random((4, config.n_modes))
    cos_theta = 2 * u[0] - 1
    sin_theta = np.sqrt(1 - cos_theta**2)
    phi, polarization, phases = 2 * np.pi * u[1:]
    cos_phi, sin_phi = np.cos(phi), np.sin(phi)
    k_hat = np.stack([sin_theta * cos_phi, sin_theta * sin_phi, cos_theta])
    e_theta = np.stack([cos_theta * cos_phi, cos_theta * sin_phi, -sin_theta])
    e_phi = np.stack([-sin_phi, cos_phi, np.zeros_like(phi)])
    xi = np.cos(polarization) * e_theta + np.sin(polarization) * e_phi
    k, amplitude = config.wave_spectrum()
    arrays = (k * k_hat, amplitude * xi, phases)
    for array in arrays:
        array.setflags(write=False)
    return Field(*arrays, config, realization)
