"""How many fields it takes until a spectrum is known to some share of itself.

A run that stops as soon as its error is small enough stops where C_l happens to be small: 4 % too low in
the mean, and its intervals of 68 and 95 % hold the truth in 53 and 77 % of the cases. So its error is
looked at for few numbers of fields only, from 100 on, which stand before the run begins. Of drawn C_1 that
scatter by 95 or 129 % the mean is then within 0.2 % of the truth for errors of 2 to 10 %, and the intervals
hold it in 66 and 94 % of the cases at least.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from crviz.checks import check_number, check_whole
from crviz.config import Config
from crviz.gradient import Gradient, gradient_tensor
from crviz.result import Result, Source, estimators
from crviz.result.times import nearest_time

#: Numbers of fields at which it is looked, each some square root of 2 times the one before.
LOOKS = tuple(int(float(f"{100 * 2 ** (step / 2):.2g}")) for step in range(20))


@dataclass(frozen=True)
class Aim:
    """What is to be known, and how well.

    Attributes
    ----------
    share
        Standard error of the mean C_l over C_l.
    gradient
    omega_t : [1/Omega]
        None is the last time of a run; the nearest recorded one is taken.
    estimator
        None is "cross" of two grids, "eq9" of one.
    ell
    """

    share: float
    gradient: Gradient = "parallel"
    omega_t: float | None = None
    estimator: str | None = None
    ell: int = 1

    def checked(self, config: Config) -> Aim:
        """For runs of a configuration, with the time and the estimator that are taken. Raises ValueError."""
        check_number("share", self.share, above=0, at_most=1)
        check_whole("ell", self.ell, at_least=1, at_most=2 * config.nside)
        gradient_tensor(self.gradient)
        default = "cross" if config.grids == "cross" else "eq9"
        grids = 2 if config.grids == "cross" else 1
        among = tuple(name for name in estimators.ESTIMATORS if estimators.get(name).grids <= grids)
        estimator = estimators.get(self.estimator or default, among).name
        time = config.omega_t[nearest_time(config.omega_t, self.omega_t)]
        return Aim(self.share, self.gradient, time, estimator, self.ell)

    def error(self, source: Source) -> float:
        """The standard error of C_l as a share of it, in a run, or where else it is known."""
        found = source.spectrum(
            self.gradient, omega_t=self.omega_t, estimator=source.usable(self.estimator or "none")
        )
        return float(found.error[self.ell] / abs(found.cl[self.ell]))

    def needed(self, source: Source) -> int:
        """How many fields it will take, by the scatter of those that there are."""
        return math.ceil(source.n_realizations * (self.error(source) / self.share) ** 2)

    def is_met(self, result: Result) -> bool:
        """Whether a run is good enough, at a number of fields where it is looked."""
        return result.n_realizations in LOOKS and self.error(result) <= self.share

    def __str__(self) -> str:
        direction = (
            self.gradient
            if isinstance(self.gradient, str)
            else "theta, phi = {:g}, {:g} deg".format(*(math.degrees(angle) for angle in self.gradient))
        )
        return f"C_{self.ell} ({direction}, Omega T = {self.omega_t:.4g}, {self.estimator})"
