"""One realisation of the turbulent magnetic field: a sum of plane waves, whatever kind drew them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from crviz import turbulence
from crviz.arrays import Array, ArrayLike, rounded
from crviz.config import Config
from crviz.turbulence.model import Waves


@dataclass(frozen=True)
class Field:
    """A static magnetic field B(r) = e_z + sum_n A_n xi_n cos(k_n . r + beta_n), in units of B0.

    Attributes
    ----------
    wavevectors : (3, N) [1/r_L]
    amplitudes : (3, N) [B0]
        A_n xi_n, perpendicular to the wave vectors.
    phases : (N,) [rad]
    config
        What it was drawn for.
    realization
    """

    wavevectors: Array
    amplitudes: Array
    phases: Array
    config: Config = field(repr=False)
    realization: int = 0

    def delta_b(self, r: ArrayLike) -> Array:
        """The turbulent part of the field: r (3, n) [r_L] -> (3, n) [B0]."""
        r = np.asarray(r, float)
        out = np.empty_like(r)
        chunk = max(1, 2_000_000 // self.phases.size)
        for start in range(0, r.shape[1], chunk):
            part = slice(start, start + chunk)
            out[:, part] = self.amplitudes @ np.cos(self.wavevectors.T @ r[:, part] + self.phases[:, None])
        return out

    def b(self, r: ArrayLike) -> Array:
        """The whole field, regular part included: r (3, n) [r_L] -> (3, n) [B0]."""
        total = self.delta_b(r)
        total[2] += 1
        return total


def draw_waves(config: Config, realization: int) -> Waves:
    """The waves of one realisation: a pure function of the configuration and the index."""
    seeds = np.random.SeedSequence(config.seed, spawn_key=(realization,))
    return turbulence.get(config.turbulence).draw(config, np.random.default_rng(seeds))


def draw_field(config: Config, realization: int) -> Field:
    """Draw one realisation of the field: `draw_waves`, in units of r_L and rounded."""
    waves = draw_waves(config, realization)
    k = waves.wavenumbers * config.rl_over_lc
    drawn = (k * waves.directions, waves.amplitudes * waves.polarizations, waves.phases)
    wavevectors, amplitudes, phases = (rounded(values) for values in drawn)
    for array in (wavevectors, amplitudes, phases):
        array.setflags(write=False)
    return Field(wavevectors, amplitudes, phases, config, realization)
