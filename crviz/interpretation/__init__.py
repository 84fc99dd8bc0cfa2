"""Results and observations in the terms of the theory: the power p that a spectrum speaks for, and the
scattering rates of a diffusion tensor."""

from crviz.interpretation.bgk import BgkComparison, bgk_comparison
from crviz.interpretation.evolution import analytic_evolution
from crviz.interpretation.observed import ObservedFit, check_observed, fit_observed
from crviz.interpretation.power_law import MULTIPOLES, check_power_law, dipole_ratio, fit_power_law
from crviz.interpretation.scatter import excess_scatter

__all__ = [
    "MULTIPOLES",
    "BgkComparison",
    "ObservedFit",
    "analytic_evolution",
    "bgk_comparison",
    "check_observed",
    "check_power_law",
    "dipole_ratio",
    "excess_scatter",
    "fit_observed",
    "fit_power_law",
]
