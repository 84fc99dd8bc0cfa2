"""What the page shows: a result, whole or growing, or a point of the atlas."""

from __future__ import annotations

from dataclasses import dataclass

from crviz.config import Config
from crviz.dashboard.held import held
from crviz.result import Result


@dataclass(frozen=True, eq=False)
class Shown:
    """A result and where it comes from.

    Attributes
    ----------
    result : Result
    origin : str
        In words.
    """

    result: Result
    origin: str

    @property
    def config(self) -> Config:
        """The configuration behind it."""
        return self.result.config

    @property
    def last_time(self):
        """The largest backtracking time [1/Omega]."""
        return float(self.result.omega_t[-1])

    @property
    def n_realizations(self):
        """How many fields are in."""
        return self.result.n_realizations

    @property
    def sample(self):
        """Times (T,) [1/Omega] and positions (T, 3, pixels) [r_L] of the first field that are stored."""
        data = self.result.dataset
        return data["omega_t_map"].values, data["sample_r"].values

    def usable(self, estimator):
        """The estimator, or "eq9" where there is no second grid for "cross"."""
        missing = estimator == "cross" and "cl_cross" not in self.result.dataset
        return "eq9" if missing else estimator

    def held(self, estimator):
        """The arrays that the browser holds, and what they are of in words."""
        fields = self.n_realizations
        source = f"over {fields} field{'s' if fields > 1 else ''}"
        return held(self.result, self.usable(estimator)) | {"source": source}
