"""How a spectrum is seen in Figure 2: on the whole sky, or like an observed one; and in which units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz import observations
from crviz.arrays import Array
from crviz.observations import ObservedSpectrum

#: 84 % of normal numbers are below it, in standard deviations.
ONE_SIGMA = 0.994458


@dataclass(frozen=True, eq=False)
class Seen:
    """A spectrum in the units it is drawn in; arrays over its multipoles (L,).

    Attributes
    ----------
    errors
        Of the errors that were given, in their order.
    factor
        What the C_l [r_L^2] of the whole sky, or through the window, were multiplied by.
    gaussian
        Standard deviation of one Gaussian sky about `value`.
    """

    ell: Array
    value: Array
    errors: tuple[Array, ...]
    factor: float
    gaussian: Array


@dataclass(frozen=True, eq=False)
class View:
    """The whole sky, or the window of an observed spectrum.

    Attributes
    ----------
    normalization
        One of `parameters.NORMALIZATIONS`; without an observed spectrum, "fit" is "dipole".
    d_ell
        Whether D_l = l (l + 1) C_l / 2 pi is drawn.
    """

    normalization: str
    observed: ObservedSpectrum | None = None
    d_ell: bool = False

    @property
    def unit(self) -> float:
        """What observed C_l are divided by."""
        return float(self.observed.cl[0]) if self.observed is not None and self.normalized else 1.0

    @property
    def normalized(self) -> bool:
        """Whether everything is over its dipole."""
        return self.normalization == "dipole" or (self.normalization == "fit" and self.observed is None)

    def power(self, ell: Array, cl: Array) -> Array:
        """C_l or D_l."""
        return cl * ell * (ell + 1) / (2 * np.pi) if self.d_ell else cl

    def see(self, cl: Array, *errors: Array) -> Seen:
        """A spectrum [r_L^2] from l = 0 on, as it is drawn: of unknown power (NaN) there is taken to be none.

        errors are independent between multipoles. Raises ValueError where there is nothing to normalise by.
        """
        cl, errors = np.nan_to_num(cl), tuple(np.nan_to_num(error) for error in errors)
        ell = np.arange(cl.size)
        if self.observed is None:
            factor = 1 / cl[1] if self.normalized else 1 / (4 * np.pi)
            if not (cl[1] > 0 and np.isfinite(factor)):
                raise ValueError("there is no dipole")
            gaussian = np.sqrt(2 / (2 * ell + 1)) * np.abs(cl)
            return self._seen(ell, factor, cl, errors, gaussian)
        fit = "dipole" if self.normalized else "fit"
        found = observations.compare(self.observed, cl, normalization=fit)
        matrix = observations.observing_matrix(self.observed, cl.size - 1)
        spreads = tuple(np.sqrt(matrix**2 @ error**2) for error in errors)
        scatter = np.sqrt(found.cosmic_variance) / found.factor
        return self._seen(found.ell, found.factor / self.unit, matrix @ cl, spreads, scatter)

    def _seen(self, ell: Array, factor: float, cl: Array, errors: tuple[Array, ...], gaussian: Array) -> Seen:
        value, *scaled = (self.power(ell, factor * each) for each in (cl, *errors, gaussian))
        return Seen(ell, value, tuple(scaled[:-1]), factor, scaled[-1])


def gaussian_quantiles(value: Array, deviation: Array) -> tuple[Array, Array]:
    """Between what 68 % of Gaussian skies lie whose C_l have a mean and a standard deviation (L,).

    C_l is chi^2 of as many degrees of freedom as these mean, whose quantiles are those of Wilson and Hilferty
    (1931): to 1 % of the mean from two degrees on.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = deviation / value
    middle, half = 1 - spread**2 / 9, ONE_SIGMA * spread / 3
    return value * np.maximum(middle - half, 0) ** 3, value * (middle + half) ** 3


def gradient_strength(factor: float, between: tuple[float, float] | None) -> tuple[float, float, float]:
    """r_L |grad n| / n that a fitted factor means, and its 68 % interval.

    Parameters
    ----------
    factor
        Of the simulated C_l, for the observed ones.
    between
        What `atlas.OneSky.factor` says of its scatter; where that is not known, the interval is NaN.

    Returns
    -------
    value, low, high
    """
    low, high = between or (np.nan, np.nan)
    value, lower, upper = np.sqrt([factor, factor / high, factor / low])
    return float(value), float(lower), float(upper)
