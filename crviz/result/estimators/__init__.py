"""What is done about the noise of a finite number of pixels: one file an estimator, found by name.

An estimator acts on the tensors C_l^{ij} and <r_i r_j>, of every field or of their mean, and is linear in
both; gradients are contracted last, here and in the browser.
"""

from __future__ import annotations

from crviz.checks import ParameterError, check_choice
from crviz.discovery import found
from crviz.result.estimators.estimator import Estimator

_BY_NAME: dict[str, Estimator] = {
    each.name: each for each in sorted(found(__name__, "ESTIMATOR"), key=lambda each: each.rank)
}
#: Names, in the order in which they are offered.
ESTIMATORS = tuple(_BY_NAME)

__all__ = ["ESTIMATORS", "Estimator", "get"]


def get(name: str, among: tuple[str, ...] | None = None) -> Estimator:
    """The estimator of a name, among some of them or all. Raises ParameterError for others."""
    among = ESTIMATORS if among is None else among
    if name in _BY_NAME and name not in among and _BY_NAME[name].grids == 2:
        raise ParameterError("estimator", name, "needs a run with grids = 'cross'")
    return _BY_NAME[check_choice("estimator", name, among)]
