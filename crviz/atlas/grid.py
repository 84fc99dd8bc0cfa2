"""The points of an atlas and what is simulated at each of them.

Every point sees the same fields (the draws depend on seed, index and N alone), so that what differs
between neighbours is seen with half the noise. C_1 scatters by 90 to 140 % from field to field
whatever the number of directions: low multipoles and K come from many fields on small pairs of
grids, the shape of the spectrum from a few of the same fields on finer ones.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from crviz.config import Config

SIGMA2 = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RL_OVER_LC = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
#: Log-spaced from 0.33 to 300 /Omega, with 100, the time of the paper's Figure 2, among them.
OMEGA_T = tuple(float(f"{100 * 3 ** (k / 5):.12g}") for k in range(-26, 6))


@dataclass(frozen=True)
class Sampling:
    """So many fields, each seen by two rotated grids of this resolution."""

    nside: int
    fields: int


#: Rounds of the making, each a complete atlas and the next one with smaller errors: many fields on
#: coarse grids, and the first of them on fine ones.
ROUNDS = (
    (Sampling(4, 64), Sampling(16, 4)),
    (Sampling(4, 160), Sampling(16, 8)),
    (Sampling(4, 320), Sampling(16, 12)),
    (Sampling(4, 480), Sampling(16, 16)),
    (Sampling(4, 480), Sampling(16, 40)),
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
    """

    sigma2: tuple[float, ...] = SIGMA2
    rl_over_lc: tuple[float, ...] = RL_OVER_LC
    omega_t: tuple[float, ...] = OMEGA_T
    rounds: tuple[tuple[Sampling, Sampling], ...] = ROUNDS
    n_modes: int = 200

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
