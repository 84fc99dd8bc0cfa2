"""A run: every realisation's spectra, and the sums with which it grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz import spectra
from crviz.arrays import Array
from crviz.diffusion import Moments, total_power
from crviz.gradient import Gradient
from crviz.means import covariance_of_mean
from crviz.result import estimators, kept
from crviz.result.result import Result
from crviz.result.rows import Rows
from crviz.result.spectrum import Estimate, between_components
from crviz.result.summary import Summary, summarized


@dataclass(frozen=True, eq=False)
class Run(Result):
    """A result that holds the spectra of every realisation."""

    def _of_every_field(self, name: str) -> Array | Rows:
        """An array of every field, in the memory or on the disk."""
        return self.dataset[name].variable.data

    def _mean(self, name: str) -> Array:
        return self.dataset[name].values.mean(0, dtype=float)

    def _spectra(self, estimator: str, times: int | slice = slice(None)) -> tuple[Array, Array]:
        """The estimate of every field, (R, ..., 3, 3, L), and its noise."""
        how = estimators.get(estimator, self.estimators)
        cl = self._of_every_field("cl_cross" if how.grids == 2 else "cl")[:, times].astype(float)
        return how.apply(cl, self._of_every_field("rr")[:, times], self.config.n_pixels)

    def estimate(self, estimator: str, times: int | slice = slice(None)) -> Estimate:
        """What an estimator makes of the run for all gradients. Raises ParameterError."""
        each, noise = self._spectra(estimator, times)
        return Estimate(each.mean(0), noise.mean(0), between_components(each))

    def realization_spectra(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """The estimated spectrum of every field, of the positions map: (R, L) [r_L^2]; its mean is the C_l
        of `spectrum`. Raises ParameterError."""
        each, _ = self._spectra(estimator or self.default_estimator, self.time_index(omega_t))
        return spectra.contract(each, gradient)

    def covariance(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """Covariance (L, L) [r_L^4] between the multipoles of `spectrum`; NaN of a single field."""
        return covariance_of_mean(self.realization_spectra(gradient, omega_t=omega_t, estimator=estimator))

    def reduced(self) -> Summary:
        """The same result as a `Summary`: a small fraction of the size, from which no run can go on.

        Spectra have the same values; the error that `spectrum` gives for "eq9" and "plateau" is then that
        before the noise is taken off, `covariance` has the one after. Maps are rounded to 16 bits when
        they are saved, spectra of single fields at the times of maps to 10 bits.
        """
        return Summary(summarized(self.dataset), groups={kept.FIELDS: kept.fields_of(self.dataset)})

    def _moments(self) -> Moments:
        data, cl = self.dataset, self._of_every_field("cl")
        rr, rp = data["rr"].values, data["rp"].values
        powers = cl.each(_powers) if isinstance(cl, Rows) else _powers(cl)
        return Moments(self.omega_t, rr, rp, *powers)

    def _pair_spectra(self) -> tuple[Array, Array]:
        suffix = "_cross" if "cl_cross" in self.dataset else ""
        positions = np.einsum("...iil->...l", self.dataset[f"cl{suffix}"].values.astype(float))
        return positions, np.einsum("tiil->tl", self.dataset[f"cl_pp{suffix}"].values)


def _powers(cl: Array) -> tuple[Array, Array]:
    """C_0^{ij} and the total power of fields."""
    return cl[..., 0].astype(float), total_power(cl.astype(float))
