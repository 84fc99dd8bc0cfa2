"""The points of an atlas and what is simulated at each of them.

Every point sees the same fields (the draws depend on seed, index and N alone), so that what differs
between neighbours is seen with half the noise. C_1 scatters by 90 to 140 % from field to field
whatever the number of directions: low multipoles and K come from many fields on small pairs of
grids, and from fewer others on fine ones, which give the shape of the spectrum and what single observers
see of it.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crviz.arrays import Array
from crviz.atlas.parts import Sampled
from crviz.config import Config

SIGMA2 = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RL_OVER_LC = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
#: Log-spaced from 0.33 to 300 /Omega, with 100, the time of the paper's Figure 2, among them.
OMEGA_T = tuple(float(f"{100 * 3 ** (k / 5):.12g}") for k in range(-26, 6))


#: Where quantiles over fields are kept, of these times: 0.51 to 300 /Omega, the nearest to 1, 3, 10, 30, 100
#: and 300 among them.
QUANTILE_TIMES = tuple(
    OMEGA_T[k + 26] for k in (-24, -21, -18, -16, -14, -12, -10, -8, -6, -5, -3, -2, 0, 2, 3, 5)
)
#: Fields from this one on are seen by coarse grids, those before it by fine ones.
FIRST_COARSE = 64


@dataclass(frozen=True)
class Sampling:
    """So many fields, each seen by two rotated grids of this resolution."""

    nside: int
    fields: int


#: Rounds of the making, each a complete atlas and the next one with smaller errors: many fields on
#: coarse grids, and others on fine ones. 4.4e13 wave evaluations for all places.
ROUNDS = (
    (Sampling(4, 40), Sampling(16, 4)),
    (Sampling(4, 100), Sampling(16, 12)),
    (Sampling(4, 200), Sampling(16, 20)),
    (Sampling(4, 320), Sampling(16, 28)),
    (Sampling(4, 440), Sampling(16, 32)),
    (Sampling(4, 440), Sampling(16, 40)),
)


@dataclass(frozen=True)
class Grid:
    """All points of an atlas, and the rounds in which it is made; by default those of the shipped one.

    Attributes
    ----------
    sigma2, rl_over_lc : increasing tuples
    omega_t : increasing tuple [1/Omega]
    rounds : tuple of (coarse, fine) Samplings
        The resolutions are the same in every round.
    n_modes
    quantile_times : tuple [1/Omega]
        Quantiles over fields are kept at the recorded times nearest to these.

    Raises ValueError where fields on fine grids reach into those on coarse ones.
    """

    sigma2: tuple[float, ...] = SIGMA2
    rl_over_lc: tuple[float, ...] = RL_OVER_LC
    omega_t: tuple[float, ...] = OMEGA_T
    rounds: tuple[tuple[Sampling, Sampling], ...] = ROUNDS
    n_modes: int = 200
    quantile_times: tuple[float, ...] = QUANTILE_TIMES

    def __post_init__(self) -> None:
        most = max(fine.fields for _, fine in self.rounds)
        if most > FIRST_COARSE:
            raise ValueError(f"rounds with {most} fields on fine grids must have {FIRST_COARSE} at most.")

    @cached_property
    def quantile_indices(self) -> Array:
        """Which of omega_t have quantiles: increasing ints."""
        away = np.abs(np.log(np.divide.outer(self.quantile_times, self.omega_t)))
        return np.unique(away.argmin(1))

    def configs(self, sigma2: float, rl_over_lc: float) -> tuple[Config, ...]:
        """The Configs of one point, (coarse, fine). Raises ParameterError."""
        return tuple(
            Config(
                sigma2=sigma2,
                rl_over_lc=rl_over_lc,
                n_modes=self.n_modes,
                nside=sampling.nside,
                omega_t=self.omega_t,
                grids="cross",
            )
            for sampling in self.rounds[0]
        )

    def sampled(self, sigma2: float, rl_over_lc: float) -> tuple[Sampled, Sampled]:
        """What is kept of one point, (coarse, fine). Raises ParameterError."""
        coarse, fine = self.configs(sigma2, rl_over_lc)
        return Sampled(coarse, FIRST_COARSE, None), Sampled(fine, 0, self.quantile_indices)

    def points(self) -> list[tuple[float, float]]:
        """All (sigma2, rl_over_lc), the paper's first and then outwards, so that an early end is seen
        at the rim."""
        paper = Config()
        start = _nearest(self.sigma2, paper.sigma2), _nearest(self.rl_over_lc, paper.rl_over_lc)
        indices = list(itertools.product(range(len(self.sigma2)), range(len(self.rl_over_lc))))
        indices.sort(key=lambda ab: (abs(ab[0] - start[0]) + abs(ab[1] - start[1]), ab))
        return [(self.sigma2[a], self.rl_over_lc[b]) for a, b in indices]


def _nearest(values: tuple[float, ...], value: float) -> int:
    return min(range(len(values)), key=lambda index: abs(math.log(values[index] / value)))
