"""Between the points of an atlas: thin-plate splines in the plane of ln sigma2 and ln r_L/L_c.

What is interpolated is smooth and of one sign, or of order 1: ln C_l, ln <rr>/2T, the exponent
K / (<rr>/2T), the standard dipole over C_1, and the logarithms of the errors.

The splines go through the points. They were chosen by predicting left-out points from 64 fields a
point; C_2 parallel at Omega T = 100, for one, within (50, 90 % of the points): bilinear 8, 21 %,
cubic splines along the axes 4, 11 %, linear radial functions 6, 13 %, thin plates 4, 9 %, smoothed
thin plates 7, 12 %. Of C_1 they miss half of the left-out points by less than 3 % (Omega T = 100; 5 %
at 300), where its statistical error is 7 to 10 %; `crviz atlas info` has the figures of the shipped
table. Runs at six places between points, with the same fields, differed from it by 1 to 5 % in C_1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike

#: Fewest points that a thin-plate spline goes through.
_FEWEST = 3
#: Shares of the left-out points whose prediction is better than what is said.
QUANTILES = (0.5, 0.9)


class Surface:
    """Splines through the points of a grid, all with the same weights of the points.

    Parameters
    ----------
    sigma2, rl_over_lc : increasing (S,), (R,)
    """

    def __init__(self, sigma2: ArrayLike, rl_over_lc: ArrayLike) -> None:
        self._axes = np.log(sigma2), np.log(rl_over_lc)
        self._points = np.stack(np.meshgrid(*self._axes, indexing="ij"), -1).reshape(-1, 2)
        self._spline = _spline(self._points)

    def weights(self, sigma2: float, rl_over_lc: float) -> Array:
        """Weights (S R,) of the points at a place; they add up to 1."""
        return self._spline(np.log([[sigma2, rl_over_lc]]))[0]

    def around(self, sigma2: float, rl_over_lc: float) -> Array:
        """Which of the points are corners of the cell of a place: (S R,) bool."""
        along = []
        for axis, value in zip(self._axes, np.log([sigma2, rl_over_lc]), strict=True):
            inside = np.zeros(axis.size, bool)
            lower, upper = np.searchsorted(axis, value, "right") - 1, np.searchsorted(axis, value, "left")
            inside[[lower, upper]] = True
            along.append(inside)
        return np.outer(*along).ravel()

    def filled(self, values: Array) -> Array:
        """Values (S R, ...) with the missing ones (NaN) where the spline through the others goes.

        Going through them too changes no spline, so that `weights` may be used then. What is there
        at fewer than three points becomes NaN everywhere.
        """
        flat = values.reshape(len(values), -1).copy()
        patterns, which = np.unique(np.isnan(flat), axis=1, return_inverse=True)
        for index in np.flatnonzero(patterns.any(0)):
            columns, missing = np.flatnonzero(which.ravel() == index), patterns[:, index]
            fill = np.nan
            if (~missing).sum() >= _FEWEST:
                weights = _spline(self._points[~missing])(self._points[missing])
                fill = weights @ flat[np.ix_(~missing, columns)]
            flat[np.ix_(missing, columns)] = fill
            if np.ndim(fill) == 0:
                flat[:, columns] = np.nan
        return flat.reshape(values.shape)

    def filled_by_nearest(self, values: Array) -> Array:
        """Values (S R, ...) with the missing ones (NaN) as at the nearest point that has one."""
        flat = values.reshape(len(values), -1).copy()
        columns = np.flatnonzero(np.isnan(flat).any(0))
        known = flat[:, columns]
        away = ((self._points[:, None] - self._points) ** 2).sum(-1)
        for point in np.flatnonzero(np.isnan(known).any(1)):
            missing = np.flatnonzero(np.isnan(known[point]))
            outwards = known[np.argsort(away[point], kind="stable")][:, missing]
            first = (~np.isnan(outwards)).argmax(0)
            flat[point, columns[missing]] = outwards[first, np.arange(missing.size)]
        return flat.reshape(values.shape)

    def left_out(self) -> tuple[Array, Array]:
        """Inner points, and the weights of all the others when one of them is left out.

        Returns
        -------
        inner : (n,) int
        weights : (n, S R)
            0 for the point itself.
        """
        shape = tuple(axis.size for axis in self._axes)
        inside = np.zeros(shape, bool)
        inside[1:-1, 1:-1] = True
        inner = np.flatnonzero(inside.ravel())
        weights = np.zeros((inner.size, len(self._points)))
        for row, point in zip(weights, inner, strict=True):
            others = np.arange(len(self._points)) != point
            row[others] = _spline(self._points[others])(self._points[point][None])[0]
        return inner, weights


def _spline(points: Array) -> Callable[[Array], Array]:
    """Of values at points (P, 2), as weights: places (n, 2) -> (n, P).

    A plane plus sum_p c_p |x - x_p|^2 ln |x - x_p|, with no constant or linear moment of the c_p.
    scipy.interpolate yields the same, but would add half to the time that crviz takes to import.
    """
    plane = _plane(points)
    system = np.block([[_bending(points, points), plane], [plane.T, np.zeros((3, 3))]])
    coefficients = np.linalg.solve(system, np.eye(len(system), len(points)))
    return lambda places: np.hstack([_bending(places, points), _plane(places)]) @ coefficients


def _plane(places: Array) -> Array:
    return np.hstack([np.ones((len(places), 1)), places])


def _bending(places: Array, points: Array) -> Array:
    square = ((places[:, None] - points) ** 2).sum(-1)
    return scipy.special.xlogy(square, square) / 2


def smooth_quantities(variables: Mapping[str, Array]) -> dict[str, Array]:
    """What is interpolated, from a table's variables: {name: (S, R, ...)} -> {name: (S R, ...)}.

    NaN where a logarithm is none.
    """
    flat = {name: values.reshape(-1, *values.shape[2:]) for name, values in variables.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        quantities = {
            "cl": log(flat["cl"]),
            "running": log(flat["running"]),
            "exponent": flat["exponent"],
            "standard_dipole": flat["standard_dipole"] / flat["cl"][..., 1],
            "k_antisymmetric": flat["k_antisymmetric"],
        }
        quantities |= {name: log(flat[name]) for name in flat if name.endswith("_error")}
    return quantities | {name: flat[name] for name in flat if name.endswith("_correlation")}


def physical_quantities(smooth: Mapping[str, Array]) -> dict[str, Array]:
    """The inverse: a table's variables at some places, from weighted sums of `smooth_quantities`."""
    physical = {name: np.exp(values) for name, values in smooth.items() if name.endswith("_error")}
    physical |= {name: values for name, values in smooth.items() if name not in physical}
    # a spline may overshoot
    correlations = {name: v for name, v in smooth.items() if name.endswith("_correlation")}
    physical |= {name: np.clip(values, -1, 1) for name, values in correlations.items()}
    physical["cl"], physical["running"] = np.exp(smooth["cl"]), np.exp(smooth["running"])
    physical["k"] = physical["exponent"] * physical["running"]
    physical["standard_dipole"] = smooth["standard_dipole"] * physical["cl"][..., 1]
    return physical


def left_out_errors(
    variables: Mapping[str, Array], sigma2: ArrayLike, rl_over_lc: ArrayLike
) -> dict[str, Array]:
    """How well inner points are predicted from all others: quantiles of |ln(predicted / true)|.

    An upper bound of the error between points, where the distance to the nearest ones is half as
    large, and the noise of the point itself is not in the comparison.

    Parameters
    ----------
    variables : {name: (S, R, ...)}
    sigma2, rl_over_lc : (S,), (R,)

    Returns
    -------
    {name: (2, ...)}
        For cl, k, running, standard_dipole: the quantiles QUANTILES; NaN where no point is positive
        and predicted as positive, and for grids without inner points.
    """
    surface = Surface(sigma2, rl_over_lc)
    inner, weights = surface.left_out()
    smooth = {name: surface.filled(values) for name, values in smooth_quantities(variables).items()}
    predicted = physical_quantities(
        {name: np.tensordot(weights, values, 1) for name, values in smooth.items()}
    )
    errors = {}
    for name in ("cl", "k", "running", "standard_dipole"):
        true = variables[name].reshape(-1, *variables[name].shape[2:])[inner]
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.abs(log(predicted[name]) - log(true))
        errors[name] = _quantiles(away)
    return errors


def _quantiles(values: Array) -> Array:
    if not len(values):
        return np.full((len(QUANTILES), *values.shape[1:]), np.nan)
    nothing = np.isnan(values).all(0)
    quantiles = np.nanquantile(np.where(nothing, 0, values), QUANTILES, axis=0)
    return np.where(nothing, np.nan, quantiles)


def log(values: Array) -> Array:
    """Logarithms, NaN where there is none."""
    return np.log(np.where(values > 0, values, np.nan))
