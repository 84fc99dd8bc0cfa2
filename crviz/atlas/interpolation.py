"""Between the points of an atlas: thin-plate splines in the plane of ln sigma2 and ln r_L/L_c.

What is interpolated is smooth and of one sign, or of order 1: ln C_l, ln <rr>/2T, the exponent
K / (<rr>/2T), the standard dipole over C_1, and the logarithms of the errors. Across weakly perturbed fields
K turns with the gyration: at times when it does at one of the points it is K itself, on a scale that has a
sign too, asinh(K / typical |K|). Of left-out points half are met within 3 % then, 90 % within 18 %; the
exponent, which goes from -39 to 24, made it 4 and 34 %.

The error of interpolation is that of left-out points, brought to a place: their misses beyond what noise
explains, over how far each is from the others (the standard deviation of kriging with the same splines,
`Surface.reach`), averaged over those nearby; times the reach of the place. Left-out points, whose own misses
are taken out of that average, are off by more than 1, 2 and 3 of these and of the statistical errors together
in 17, 4 and 2 % of the cases (K; of C_l, l = 1-8, in 18, 3 and 1 %), where the gyration is strong in 30, 10
and 6 %; by as many statistical errors alone in 25, 12 and 8 %.

The splines go through the points. They were chosen by predicting left-out points from 64 fields a
point; C_2 parallel at Omega T = 100, for one, within (50, 90 % of the points): bilinear 8, 21 %,
cubic splines along the axes 4, 11 %, linear radial functions 6, 13 %, thin plates 4, 9 %, smoothed
thin plates 7, 12 %. Of C_1 they miss half of the left-out points by less than 3 % (Omega T = 100; 5 %
at 300), where its statistical error is 7 to 10 %; `crviz atlas info` has the figures of the shipped
table. Runs at six places between points, with the same fields, differed from it by 1 to 5 % in C_1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.diffusion.settling import MARGIN

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

    @property
    def coefficients(self) -> Array:
        """What bending from each point and the plane 1, ln sigma2, ln r_L/L_c count at a place for the
        weights of the points: (S R + 3, S R)."""
        return _coefficients(self._points)

    @property
    def spacing(self) -> float:
        """The mean distance of neighbouring points, in logarithms."""
        return float(np.mean(np.concatenate([np.diff(axis) for axis in self._axes])))

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

    def near(self, sigma2: float, rl_over_lc: float) -> Array:
        """How much the points count for what is not smooth at a place, (S R,), in all 1: within the distance
        of two of them most."""
        away = ((self._points - np.log([sigma2, rl_over_lc])) ** 2).sum(-1)
        near = np.exp(-away / (2 * self.spacing**2))
        return near / near.sum()

    def reach(self, sigma2: float, rl_over_lc: float) -> float:
        """How far a place is from the points: 0 there, and between them as the error of interpolation of what
        is as rough as it can be."""
        place = np.log([[sigma2, rl_over_lc]])
        return _reach(self._spline(place)[0], place, self._points)

    @property
    def inner(self) -> Array:
        """Which of the points have others on all sides: (S R,) bool."""
        inside = np.zeros([axis.size for axis in self._axes], bool)
        inside[1:-1, 1:-1] = True
        return inside.ravel()

    def left_out(self) -> tuple[Array, Array]:
        """For each point that is left out the weights of all the others, and its reach.

        Returns
        -------
        weights : (S R, S R)
            0 for the point itself.
        reach : (S R,)
        """
        number = len(self._points)
        weights, reach = np.zeros((number, number)), np.zeros(number)
        for out, place in enumerate(self._points[:, None]):
            others = np.arange(number) != out
            weights[out, others] = _spline(self._points[others])(place)[0]
            reach[out] = _reach(weights[out], place, self._points)
        return weights, reach


def _spline(points: Array) -> Callable[[Array], Array]:
    """Of values at points (P, 2), as weights: places (n, 2) -> (n, P).

    A plane plus sum_p c_p |x - x_p|^2 ln |x - x_p|, with no constant or linear moment of the c_p.
    scipy.interpolate yields the same, but would add half to the time that crviz takes to import.
    """
    coefficients = _coefficients(points)
    return lambda places: np.hstack([_bending(places, points), _plane(places)]) @ coefficients


def _coefficients(points: Array) -> Array:
    plane = _plane(points)
    system = np.block([[_bending(points, points), plane], [plane.T, np.zeros((3, 3))]])
    return np.linalg.solve(system, np.eye(len(system), len(points)))


def _reach(weights: Array, place: Array, points: Array) -> float:
    """Standard deviation of kriging: what is missed is weights . values - value at place (1, 2)."""
    variance = weights @ _bending(points, points) @ weights - 2 * weights @ _bending(points, place)[:, 0]
    return float(np.sqrt(max(variance, 0)))


def _plane(places: Array) -> Array:
    return np.hstack([np.ones((len(places), 1)), places])


def _bending(places: Array, points: Array) -> Array:
    square = ((places[:, None] - points) ** 2).sum(-1)
    return scipy.special.xlogy(square, square) / 2


#: What has an error of interpolation.
PREDICTED = ("cl", "k", "running", "standard_dipole", "exponent", "k_antisymmetric")


class Interpolation:
    """A table's variables at any place, with their errors.

    Parameters
    ----------
    variables : {name: (S, R, ...)}
    sigma2, rl_over_lc : (S,), (R,)

    Attributes
    ----------
    surface : Surface
    smooth : {name: (S R, ...)}
        What is interpolated, with nothing missing.
    missing : (S R, ...)
        Where C_l has no logarithm.
    k_scale : (...)
        Typical |K| at times when it turns with the gyration at one of the points, else NaN.
    """

    def __init__(self, variables: Mapping[str, Array], sigma2: ArrayLike, rl_over_lc: ArrayLike) -> None:
        self.surface = Surface(sigma2, rl_over_lc)
        self._flat = {name: values.reshape(-1, *values.shape[2:]) for name, values in variables.items()}
        k = self._flat["k"]
        turns = ((k < 0) | (k > (2 + MARGIN) * self._flat["running"])).any(0)
        self.k_scale = np.where(turns, np.median(np.abs(k), 0), np.nan)
        smooth = self._smooth_quantities()
        self.missing = np.isnan(smooth["cl"])
        self.smooth = {name: self.surface.filled(values) for name, values in smooth.items()}

    def at(self, sigma2: float, rl_over_lc: float) -> tuple[dict[str, Array], dict[str, Array]]:
        """The variables at a place, whose errors hold that of interpolation, and this one by itself.

        Returns
        -------
        variables : {name: (...)}
            C_l is NaN where noise leaves no power at one of the points around.
        errors : {name: (...)}
            Of `PREDICTED`.
        """
        values = self._physical(self.surface.weights(sigma2, rl_over_lc))
        near, reach = self.surface.near(sigma2, rl_over_lc), self.surface.reach(sigma2, rl_over_lc)
        errors = {}
        for name in PREDICTED:
            of_noise, (_, rough) = values[f"{name}_error"], self._left_out[name]
            scale = self._scale(name, of_noise)
            missed = reach * np.sqrt(np.maximum(np.tensordot(near, rough, 1), 0))
            errors[name] = missed * np.hypot(values[name], scale)
            values[f"{name}_error"] = np.hypot(of_noise, errors[name])
            if f"{name}_correlation" in values:  # of the noise, of which these errors have a share
                share = np.divide(of_noise, values[f"{name}_error"], where=of_noise > 0, out=0 * of_noise)
                values[f"{name}_correlation"] *= share.prod(0)
        around = self.surface.around(sigma2, rl_over_lc)
        values["cl"] = np.where(self.missing[around].any(0), np.nan, values["cl"])
        return values, errors

    def left_out_errors(self) -> dict[str, Array]:
        """How well inner points are predicted from all others: quantiles of |ln(predicted / true)|, or on the
        scales that have a sign of what may be below 0.

        An upper bound of the error between points, where the distance to the nearest ones is half as
        large, and the noise of the point itself is not in the comparison.

        Returns
        -------
        {name: (2, ...)}
            For `PREDICTED`: the quantiles QUANTILES; NaN for grids without inner points.
        """
        inner = self.surface.inner
        return {name: _quantiles(np.abs(away[inner])) for name, (away, _) in self._left_out.items()}

    @property
    def rough(self) -> dict[str, Array]:
        """Of `PREDICTED`, the square of what left-out points are missed by beyond what noise explains, on the
        scale of `at`, over that of their reach: (S R, ...) each."""
        return {name: rough for name, (_, rough) in self._left_out.items()}

    @cached_property
    def _left_out(self) -> dict[str, tuple[Array, Array]]:
        """For each of `PREDICTED` by how much left-out points are missed, on its scale, and the square of it
        beyond what noise explains, over that of their reach: (S R, ...) each."""
        weights, reach = self.surface.left_out()
        predicted = self._physical(weights)
        found = {}
        for name in PREDICTED:
            true, noise = self._flat[name], np.exp(self.smooth[f"{name}_error"])
            scale = self._scale(name, noise)
            away = np.arcsinh(predicted[name] / scale) - np.arcsinh(true / scale)
            explained = (noise / np.hypot(true, scale)) ** 2
            explained = explained + np.tensordot(weights**2, explained, 1)
            found[name] = away, (away**2 - explained) / reach.reshape(-1, *[1] * (away.ndim - 1)) ** 2
        return found

    def _scale(self, name: str, noise: Array) -> Array:
        """Above it misses are counted as ratios, below as differences: two errors (...), or what is typical
        of a quantity that has both signs whatever its errors."""
        if name == "k":
            return np.where(np.isnan(self.k_scale), 2 * noise, self.k_scale)
        if name == "exponent":
            return np.broadcast_to(np.median(np.abs(self._flat[name]), 0), noise.shape)
        return 2 * noise

    def _smooth_quantities(self) -> dict[str, Array]:
        """What is interpolated: {name: (S R, ...)}, NaN where a logarithm is none."""
        flat = self._flat
        with np.errstate(divide="ignore", invalid="ignore"):
            quantities = {
                "cl": log(flat["cl"]),
                "running": log(flat["running"]),
                "exponent": flat["exponent"],
                "k": np.arcsinh(flat["k"] / self.k_scale),
                "standard_dipole": flat["standard_dipole"] / flat["cl"][..., 1],
                "k_antisymmetric": flat["k_antisymmetric"],
            }
            quantities |= {name: log(flat[name]) for name in flat if name.endswith("_error")}
        return quantities | {name: flat[name] for name in flat if name.endswith("_correlation")}

    def _physical(self, weights: Array) -> dict[str, Array]:
        """The variables at places from weights (..., S R) of the points."""
        smooth = {name: np.tensordot(weights, values, 1) for name, values in self.smooth.items()}
        physical = {name: np.exp(values) for name, values in smooth.items() if name.endswith("_error")}
        physical |= {name: values for name, values in smooth.items() if name not in physical}
        # a spline may overshoot
        correlations = {name: v for name, v in smooth.items() if name.endswith("_correlation")}
        physical |= {name: np.clip(values, -1, 1) for name, values in correlations.items()}
        physical["cl"], physical["running"] = np.exp(smooth["cl"]), np.exp(smooth["running"])
        by_exponent = smooth["exponent"] * physical["running"]
        turning = self.k_scale * np.sinh(smooth["k"])
        physical["k"] = np.where(np.isnan(self.k_scale), by_exponent, turning)
        physical["exponent"] = physical["k"] / physical["running"]
        physical["standard_dipole"] = smooth["standard_dipole"] * physical["cl"][..., 1]
        return physical


def _quantiles(values: Array) -> Array:
    if not len(values):
        return np.full((len(QUANTILES), *values.shape[1:]), np.nan)
    return np.quantile(values, QUANTILES, axis=0)


def log(values: Array) -> Array:
    """Logarithms, NaN where there is none."""
    return np.log(np.where(values > 0, values, np.nan))
