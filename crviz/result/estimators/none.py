"""The plain mean <C_l>, noise included, as Figure 1 of the paper shows it."""

from __future__ import annotations

from crviz.result.estimators.estimator import Estimator, as_it_is

ESTIMATOR = Estimator("none", "noise included", rank=4, grids=1, apply=as_it_is)
