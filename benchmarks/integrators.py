"""Which integrator for which accuracy? Position error against the number of field evaluations.

    python benchmarks/integrators.py

Compositions of the very same step (Yoshida's of order 4 with 3 stages, Suzuki's of order 4 with 5) are
made from step sizes alone, so that they run through the same kernel; the scheme of Adams has its own, where
"unstable" stands beyond the longest step that it takes by itself. Reference: DOP853, rtol 1e-12.
"""

import numpy as np

from crviz import Config, adams, draw_field, orbits
from crviz.bench import exact_positions
from crviz.sky import pixel_directions

OMEGA_T = 10.0
CONFIGURATIONS = (Config(), Config(sigma2=0.1), Config(sigma2=10.0), Config(rl_over_lc=0.01))

_YOSHIDA = 1 / (2 - 2 ** (1 / 3))
_SUZUKI = 1 / (4 - 4 ** (1 / 3))
SCHEMES = {
    "Boris, order 2": (1.0,),
    "Yoshida, order 4": (_YOSHIDA, 1 - 2 * _YOSHIDA, _YOSHIDA),
    "Suzuki, order 4": (_SUZUKI, _SUZUKI, 1 - 4 * _SUZUKI, _SUZUKI, _SUZUKI),
}


def position(field, directions, stages, evaluations):
    """r(-10) with so many field evaluations in all, (3, n)."""
    steps = round(evaluations / len(stages))
    sizes = np.tile(stages, steps) * OMEGA_T / steps
    return orbits.trace(field, directions, np.ones(len(sizes), np.int64), sizes)[0][-1]


def by_adams(field, directions, evaluations):
    """r(-10) by the scheme of Adams, (3, n)."""
    return adams.trace(field, directions, np.array([OMEGA_T]), OMEGA_T / evaluations)[0][-1]


def main():
    """Print median errors in r_L, a table for each configuration."""
    directions = np.ascontiguousarray(pixel_directions(32)[:, 200::512])
    for config in CONFIGURATIONS:
        field = draw_field(config, 0)
        exact = exact_positions(field, directions, OMEGA_T)
        print(
            f"\nsigma2 = {config.sigma2:g}, r_L = {config.rl_over_lc:g} L_c, {directions.shape[1]} orbits\n"
        )
        print("| field evaluations to Omega T = 10 |", " | ".join(SCHEMES), "| Adams, order 7 |")
        print("| --- |" + " --- |" * (len(SCHEMES) + 1))
        for evaluations in (120, 240, 480, 960, 1920, 3840):
            ends = [position(field, directions, stages, evaluations) for stages in SCHEMES.values()]
            stable = OMEGA_T / evaluations <= adams.longest_step(field)
            ends += [by_adams(field, directions, evaluations)] if stable else []
            errors = [f"{np.median(np.linalg.norm(end - exact, axis=0)):.1e}" for end in ends]
            print(f"| {evaluations} |", " | ".join(errors + ["unstable"] * (not stable)), "|")


if __name__ == "__main__":
    main()
