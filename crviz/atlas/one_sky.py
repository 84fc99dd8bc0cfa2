"""How what one observer sees scatters about the ensemble's mean, for any source that the atlas covers.

The atlas keeps quantiles over fields for gradients along and across B0, at some times, of the whole sky and
through each published window. Here they are over the mean of the same place of the atlas, so that they may be
drawn about the mean of any source of the same physics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz import observations
from crviz.arrays import Array
from crviz.atlas.fields import describe, windows
from crviz.atlas.point import AtlasPoint
from crviz.atlas.quantiles import FITTED, THROUGH
from crviz.atlas.table import load
from crviz.gradient import NOTHING, Gradient, gradient_vector
from crviz.observations import ObservedSpectrum
from crviz.result import Source
from crviz.result.schema import GRADIENTS
from crviz.result.times import nearest_time

#: How far beyond the times with quantiles these are still used, as a factor.
BEYOND = 1.2
#: Before it [1/Omega] skies are a dipole and nothing else that stands out of the pixels' noise.
FIRST = 2.0


@dataclass(frozen=True, eq=False)
class Spread:
    """The 16 and 84 % quantiles of one observer's C_l over the ensemble's mean.

    Attributes
    ----------
    ell : (L,) int
    cl : (2, G, T, L)
        For gradients parallel and perpendicular, at each time of `OneSky`; NaN where noise hides it.
    shape : (2, G, T, L)
        The same of C_l over the C_1 of the same sky, over the ratio of the means.
    """

    ell: Array
    cl: Array
    shape: Array


@dataclass(frozen=True, eq=False)
class OneSky:
    """The scatter of single observers at one place.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    whole
        Of the whole sky.
    seen
        Through each published window, by its description (`fields.describe`).
    factors : {description: {normalization: (2, G, T)}}
        Quantiles of the factor that is found of one sky seen through the window, over the true one: "fit",
        from the first multipole of `observations.fitted_multipoles` on, or "dipole".
    """

    omega_t: Array
    whole: Spread
    seen: dict[str, Spread]
    factors: dict[str, dict[str, Array]]

    def spread(
        self, gradient: Gradient, omega_t: float, observed: ObservedSpectrum | None = None, *, shape: bool
    ) -> tuple[Array, Array] | None:
        """Multipoles (L,) and the quantiles (2, L) over the mean; None where they are not known.

        Parameters
        ----------
        gradient
            Known are those along B0 and at right angles to it.
        omega_t
            The nearest time is taken.
        observed
            Whose window is looked through; None is the whole sky.
        shape
            Of C_l over the C_1 of the same sky, in place of C_l.
        """
        found = self.whole if observed is None else self.seen.get(describe(observed))
        at = self._at(gradient, omega_t)
        if found is None or at is None:
            return None
        axis, index = at
        return found.ell, (found.shape if shape else found.cl)[:, axis, index]

    def factor(
        self, gradient: Gradient, omega_t: float, observed: ObservedSpectrum, normalization: str = "fit"
    ) -> tuple[float, float] | None:
        """The quantiles of the factor that is found of one sky, over the true one; None where not known.

        normalization as in `observations.compare`.
        """
        found = self.factors.get(describe(observed), {}).get(normalization)
        at = self._at(gradient, omega_t)
        if found is None or at is None:
            return None
        low, high = found[(slice(None), *at)]
        return float(low), float(high)

    def _at(self, gradient: Gradient, omega_t: float) -> tuple[int, int] | None:
        axis = axis_of(gradient)
        inside = self.omega_t[0] / BEYOND <= omega_t <= self.omega_t[-1] * BEYOND
        return (axis, nearest_time(self.omega_t, omega_t)) if inside and axis is not None else None


def one_sky(source: Source) -> OneSky | None:
    """The scatter that belongs to a source; None where the atlas does not reach."""
    if isinstance(source, AtlasPoint):
        return scatter(source)
    table = load()
    if not table.covers(source.config):
        return None
    return scatter(table.interpolate(source.config.sigma2, source.config.rl_over_lc))


def scatter(point: AtlasPoint) -> OneSky:
    """The scatter at a place of the atlas. Raises ValueError where it has no quantiles."""
    kept = point.observers
    kept = kept.isel(omega_t_quantile=kept["omega_t_quantile"].values >= FIRST)
    times = kept["omega_t_quantile"].values
    late = [nearest_time(point.omega_t, time) for time in times]
    mean = np.nan_to_num(point.dataset["cl"].values[:, late].astype(float))
    whole = Spread(
        point.dataset["ell"].values,
        _over(kept["cl_quantiles"].values, mean),
        _over(kept["shape_quantiles"].values, mean, shape=True),
    )
    seen, factors = {}, {}
    described = kept["window_described"].values.tolist()
    for window in windows():
        if describe(window) not in described:
            continue
        number = described.index(describe(window))
        here = kept["seen_window"].values == kept["window"].values[number]
        through = mean @ observations.observing_matrix(window, mean.shape[-1] - 1).T
        seen[describe(window)] = Spread(
            kept["seen_ell"].values[here],
            _over(kept["seen_quantiles"].values[..., here], through, first=0),
            _over(kept["seen_shape_quantiles"].values[..., here], through, shape=True, first=0),
        )
        of_skies = kept["sky_factor_quantiles"].isel(window=number, through=THROUGH.index("window"))
        factors[describe(window)] = {
            name: of_skies.isel(fitted=index).values[[0, -1]] for name, index in fits(window).items()
        }
    return OneSky(times, whole, seen, factors)


def fits(window: ObservedSpectrum) -> dict[str, int]:
    """Which of `FITTED` the normalizations of `observations.compare` are through a window, as far as there is
    one."""
    found = {"dipole": "dipole", "fit": f"{observations.fitted_multipoles(window)[0]} on"}
    return {name: FITTED.index(fit) for name, fit in found.items() if fit in FITTED}


def axis_of(gradient: Gradient) -> int | None:
    """Which of `GRADIENTS` a gradient is; None for one that is oblique."""
    if isinstance(gradient, str):
        return GRADIENTS.index(gradient)
    along = abs(float(gradient_vector(gradient)[2]))
    return 0 if along > 1 - NOTHING else 1 if along < NOTHING else None


def _over(quantiles: Array, mean: Array, *, shape: bool = False, first: int = 1) -> Array:
    """The outer quantiles over the mean (G, T, L), or over its C_l / C_1; first: the index of the dipole."""
    mean = mean / mean[..., [first]] if shape else mean
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(mean > 0, quantiles[[0, -1]] / mean, np.nan)
