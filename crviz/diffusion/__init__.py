"""Diffusion, read off positions and momenta on the way back: tensors, sum rules, and the regime."""

from crviz.diffusion.measured import TENSORS, Diffusion, Moments, known_together, measured
from crviz.diffusion.regime import REGIMES, Regime, regime, regime_of_exponent
from crviz.diffusion.settling import GYRATING, gyrating, unsettled
from crviz.diffusion.sum_rules import SumRule, monopole_sum_rule, power_sum_rule, sum_rule, total_power
from crviz.diffusion.tensors import (
    diffusion_tensor,
    drift,
    relative_diffusion,
    relative_from_monopole,
    running_diffusion,
    standard_dipole_power,
)

__all__ = [
    "GYRATING",
    "REGIMES",
    "TENSORS",
    "Diffusion",
    "Moments",
    "Regime",
    "SumRule",
    "diffusion_tensor",
    "drift",
    "gyrating",
    "known_together",
    "measured",
    "monopole_sum_rule",
    "power_sum_rule",
    "regime",
    "regime_of_exponent",
    "relative_diffusion",
    "relative_from_monopole",
    "running_diffusion",
    "standard_dipole_power",
    "sum_rule",
    "total_power",
    "unsettled",
]
