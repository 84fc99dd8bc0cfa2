"""How the cost of a run grows, and what smaller rigidities would cost.

    python benchmarks/growth.py            # prints the tables and draws docs/growth.svg

Measured: seconds against orbits, waves, time and rigidity, each with the rest fixed. Projected: the paper's
run at r_L/L_c down to 1e-5, where the run must be longer, since scattering needs time, and needs more waves.
"""

import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from crviz import Config, backtracking_times, run
from crviz.ensemble import thread_count, work

BASE = Config(nside=8, omega_t=backtracking_times(50.0, 16))
FIELDS = 2
PAPER_FIELDS = 120
AXES = {
    "orbits": [(12 * nside**2, BASE.replace(nside=nside)) for nside in (4, 8, 16, 32)],
    "waves N": [(n, BASE.replace(n_modes=n)) for n in (50, 100, 200, 400, 800)],
    "time Ω T": [(t, BASE.replace(omega_t=backtracking_times(float(t), 16))) for t in (25, 50, 100, 200)],
    "rigidity r_L / L_c": [(rl, BASE.replace(rl_over_lc=rl)) for rl in (0.001, 0.01, 0.1, 1.0, 10.0)],
}


def seconds(config):
    """Shortest of three runs of a few fields [s]."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run(config, FIELDS)
        times.append(time.perf_counter() - start)
    return min(times)


def small_rigidity(rl_over_lc):
    """The paper's run carried to a smaller rigidity: what is needed, and the wave evaluations of it.

    Scattering falls like nu / Omega ~ (r_L/L_c)^(2/3) (quasi-linear, Kolmogorov), so that Omega T = 100 at
    r_L = 0.1 L_c becomes 100 (0.1 L_c / r_L)^(2/3); lambda_min stays at 0.1 r_L, with as many waves a decade.
    """
    paper = Config()
    omega_t = 100 * (0.1 / rl_over_lc) ** (2 / 3)
    decades = np.log10(paper.lambda_max / (0.1 * rl_over_lc))
    config = paper.replace(
        rl_over_lc=rl_over_lc,
        lambda_min=0.1 * rl_over_lc,
        n_modes=round(paper.n_modes * decades / 4),
        omega_t=backtracking_times(omega_t),
    )
    return config, work(config) * PAPER_FIELDS


def hours(value):
    """A time span of so many seconds in words."""
    if value < 600:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.0f} h"


def main():
    """Measure, print, draw."""
    run(BASE, 1)  # compiles
    figure, panels = plt.subplots(1, 4, figsize=(11, 2.9), sharey=True, layout="constrained")
    rate = 0.0
    for panel, (name, points) in zip(panels, AXES.items(), strict=True):
        values = np.array([value for value, _ in points])
        took = np.array([seconds(config) for _, config in points]) / FIELDS
        slope = np.polyfit(np.log(values[-3:]), np.log(took[-3:]), 1)[0]
        rate = max(rate, *(work(c) / t for (_, c), t in zip(points, took, strict=True)))
        print(f"{name}: " + ", ".join(f"{v:g}: {t:.3f} s" for v, t in zip(values, took, strict=True)))
        panel.loglog(values, took, "o-", color="#00695c")
        panel.set_xlabel(name)
        panel.set_title(f"slope {slope:.2f} at the end", fontsize=9)
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("seconds a field")
    figure.savefig(Path(__file__).parents[1] / "docs" / "growth.svg")

    cores = thread_count()
    print(f"\nhere: {rate:.2e} waves/s on {cores} cores\n")
    print(f"| r_L/L_c | Ω T | N | waves | these {cores} cores | 1000 such cores | a GPU at 1e12 waves/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rl_over_lc in (0.1, 1e-2, 1e-3, 1e-4, 1e-5):
        config, waves = small_rigidity(rl_over_lc)
        spans = (waves / rate, waves / rate * cores / 1000, waves / 1e12)
        print(
            f"| {rl_over_lc:g} | {config.omega_t[-1]:.0f} | {config.n_modes} | {waves:.1e} |",
            " | ".join(map(hours, spans)),
            "|",
        )


if __name__ == "__main__":
    main()
