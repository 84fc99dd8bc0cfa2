"""The shipped result beside the figures of earlier, larger trial runs, as a Markdown table.

    python benchmarks/reference_table.py [RESULT.nc]

The trial figures: sigma^2 = 1, r_L = 0.1 L_c, N = 200, 700 fields, Omega T = 100.
"""

import sys

import numpy as np

import crviz
from crviz.gradient import gradient_tensor

OMEGA_T = 100.0
TRIAL = {
    ("K", "parallel"): (5.68, 0.09),
    ("<r r>/2T", "parallel"): (4.18, 0.05),
    ("<r r>/2T", "perpendicular"): (0.449, 0.008),
    ("C_1/4pi", "parallel"): (60.8, 2.1),
    ("C_1/4pi", "perpendicular"): (3.01, 0.16),
}


def measured(result, quantity, gradient):
    """Value and standard error at the time of the trial figures, from every realisation where kept."""
    g, index = gradient_tensor(gradient), result.time_index(OMEGA_T)
    if quantity == "C_1/4pi":
        spectrum = result.spectrum(
            gradient, omega_t=OMEGA_T, estimator="cross" if "cl_cross" in result.dataset else "plateau"
        )
        return spectrum.cl[1] / (4 * np.pi), spectrum.error[1] / (4 * np.pi)
    name, factor = ("rp", -1) if quantity == "K" else ("rr", 1 / (2 * result.omega_t[index]))
    each = factor * np.einsum("ij,rij->r", g, result.dataset[name].values[:, index])
    return each.mean(), each.std(ddof=1) / np.sqrt(len(each))


def main(path):
    """Print the table."""
    result = crviz.load(path)
    config = result.config
    print(f"{result.n_realizations} fields, nside {config.nside}, seed {config.seed},", end=" ")
    print(f"at Omega T = {result.omega_t[result.time_index(OMEGA_T)]:.4g}:\n")
    print("| quantity [r_L, Omega] | gradient | this run | 700-field trial | difference in combined errors |")
    print("| --- | --- | --- | --- | --- |")
    for (quantity, gradient), (trial, trial_error) in TRIAL.items():
        value, error = measured(result, quantity, gradient)
        sigmas = (value - trial) / np.hypot(error, trial_error)
        row = (
            quantity,
            gradient,
            f"{value:.3g} ± {error:.2g}",
            f"{trial:g} ± {trial_error:g}",
            f"{sigmas:+.1f}",
        )
        print("|", " | ".join(row), "|")
    value, error = measured(result, "K", "perpendicular")
    print(f"| K | perpendicular | {value:.3g} ± {error:.2g} | – | – |")
    rp = result.dataset["rp"].values[:, result.time_index(OMEGA_T)]
    drift = (rp[:, 1, 0] - rp[:, 0, 1]) / 2
    error = drift.std(ddof=1) / np.sqrt(len(drift))
    print(f"| (K_xy - K_yx)/2, positive as in Eq. 2 | – | {drift.mean():.3g} ± {error:.2g} | 0.28 | – |")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else crviz.library.reference())
