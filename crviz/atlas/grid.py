"""The points of the atlas and what is simulated at each of them.

Every point sees the same fields (the draws depend on seed, index and N alone), so that what differs
between neighbours is seen with half the noise. C_1 scatters by 90 to 140 % from field to field
whatever the number of directions: low multipoles and K come from many fields on small pairs of
grids, the shape of the spectrum from a few of the same fields on finer ones.
"""

from __future__ import annotations

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


#: Rounds of the making, each a complete atlas and the next one with smaller errors.
ROUNDS = (
    (Sampling(4, 64), Sampling(16, 4)),
    (Sampling(4, 160), Sampling(16, 8)),
    (Sampling(4, 320), Sampling(16, 12)),
    (Sampling(4, 480), Sampling(16, 16)),
)
#: Resolutions of the many fields and of the few.
COARSE, FINE = (sampling.nside for sampling in ROUNDS[0])


def point(sigma2, rl_over_lc, nside):
    """The Config of one point at one resolution. Raises ParameterError."""
    return Config(sigma2=sigma2, rl_over_lc=rl_over_lc, nside=nside, omega_t=OMEGA_T, grids="cross")


def points():
    """All (sigma2, rl_over_lc), the paper's first and then outwards, so that an early end is seen at the rim."""
    middle = SIGMA2.index(1.0), RL_OVER_LC.index(0.1)
    indices = [(a, b) for a in range(len(SIGMA2)) for b in range(len(RL_OVER_LC))]
    indices.sort(key=lambda ab: (abs(ab[0] - middle[0]) + abs(ab[1] - middle[1]), ab))
    return [(SIGMA2[a], RL_OVER_LC[b]) for a, b in indices]
