"""Realisations, one after another, into a growing result.

Orbits are independent, so that blocks of directions go to an executor; progress, cancelling and
streaming happen between blocks, and the numbers do not depend on how the blocks are cut.
"""

from crviz.ensemble.aiming import LOOKS, Aim
from crviz.ensemble.elsewhere import Lost, check_workers
from crviz.ensemble.following import followed
from crviz.ensemble.growing import run, simulate
from crviz.ensemble.merging import merge, recovered
from crviz.ensemble.needs import Needs, needs, of_worker
from crviz.ensemble.observables import observables
from crviz.ensemble.side import Side, side_limit
from crviz.ensemble.tracing import Progress, thread_count, traced, work

__all__ = [
    "LOOKS",
    "Aim",
    "Lost",
    "Needs",
    "Progress",
    "Side",
    "check_workers",
    "followed",
    "merge",
    "needs",
    "observables",
    "of_worker",
    "recovered",
    "run",
    "side_limit",
    "simulate",
    "thread_count",
    "traced",
    "work",
]
