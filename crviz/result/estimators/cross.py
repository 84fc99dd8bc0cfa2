"""Two grids crossed: what is unresolved in one is independent of what is unresolved in the other, so that
nothing has to be subtracted."""

from __future__ import annotations

from crviz.result.estimators.estimator import Estimator, as_it_is

ESTIMATOR = Estimator(
    "cross", "two grids crossed", rank=3, grids=2, apply=as_it_is, choice="two grids crossed (unbiased)"
)
