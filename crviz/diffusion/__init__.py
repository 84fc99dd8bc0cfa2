"""Diffusion, read off positions and momenta on the way back: tensors, sum rules, and the regime."""

from crviz.diffusion.regime import REGIMES, Regime, regime, regime_of_exponent
from crviz.diffusion.sum_rules import SumRule, power, sum_rule
from crviz.diffusion.tensors import (
    diffusion_tensor,
    drift,
    relative_diffusion,
    relative_from_monopole,
    running_diffusion,
    standard_dipole_power,
)

__all__ = [
    "REGIMES",
    "Regime",
    "SumRule",
    "diffusion_tensor",
    "drift",
    "power",
    "regime",
    "regime_of_exponent",
    "relative_diffusion",
    "relative_from_monopole",
    "running_diffusion",
    "standard_dipole_power",
    "sum_rule",
]
