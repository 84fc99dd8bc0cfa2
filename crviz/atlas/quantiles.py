"""Quantiles over fields of what single observers see.

An observer sees one field, with the gradient along B0 (zz) or across it, where the values of xx and yy are
pooled: their mean scatters less. Quantiles neither contract with another gradient nor couple through a
window, so that all of this is worked out here, from fields on fine grids.

The cross spectrum of two grids is without bias, but scatters about that of the sky, with the variance
(2 C_l N_l + N_l^2) / (2l + 1), N_l being what spectra of one grid have more. Its share of the squared half
width of the quantiles is taken off, by drawing them towards the median; where it is more than a half, nothing
is said of this l and those beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from crviz import observations
from crviz.arrays import Array
from crviz.atlas.fields import describe, seen_multipoles, windows
from crviz.observations import ObservedSpectrum
from crviz.result.schema import GRADIENTS, Quantity

#: Of the file: where this is.
GROUP = "observers"
#: Shares of the observers that see less.
SHARES = (0.16, 0.5, 0.84)
#: Seen as it is, or as the experiment sees it.
THROUGH = ("whole sky", "window")
#: The multipoles that a factor is fitted to: the dipole, or all that were published from one on, as far as
#: quantiles are known.
FITTED = ("dipole", "1 on", "2 on", "4 on")
#: The largest share of noise in the squared width that is taken off.
MOST_NOISE = 0.5

_SHARE = "noise's share of the squared width, before it was taken off"
_TIMES = ("gradient", "omega_t_quantile")
_Q = ("quantile", *_TIMES)
_FACTOR = ("through", "fitted", *_TIMES)
#: What the atlas keeps of single observers.
QUANTITIES = {
    "cl_quantiles": Quantity((*_Q, "ell"), "r_L^2", "C_l of one observer's sky"),
    "cl_last": Quantity(_TIMES, "", "the last l whose quantiles are known"),
    "cl_noise": Quantity((*_TIMES, "ell"), "1", _SHARE),
    "shape_quantiles": Quantity((*_Q, "ell"), "1", "C_l over C_1 of the same sky"),
    "shape_last": Quantity(_TIMES, "", "the last l whose quantiles are known"),
    "seen_quantiles": Quantity((*_Q, "seen"), "r_L^2", "C_l as it would be published of one sky"),
    "seen_last": Quantity(("window", *_TIMES), "", "the last l whose quantiles are known"),
    "seen_noise": Quantity((*_TIMES, "seen"), "1", _SHARE),
    "seen_shape_quantiles": Quantity((*_Q, "seen"), "1", "the same over C_1 of the same sky"),
    "seen_shape_last": Quantity(("window", *_TIMES), "", "the last l whose quantiles are known"),
    "factor_quantiles": Quantity(
        ("quantile", "observation", *_FACTOR), "r_L^-2", "what one sky is multiplied by to fit an observation"
    ),
    "sky_factor_quantiles": Quantity(
        ("quantile", "window", *_FACTOR),
        "1",
        "the factor fitted to one sky as if to an observation, over the true one",
    ),
    "sky_factor_noise": Quantity(("window", *_FACTOR), "1", _SHARE),
    "dipole_angle_quantiles": Quantity(
        _Q, "deg", "angle of where the dipole of delta I = r.g points on the sky to B0"
    ),
    "gradient_angle_quantiles": Quantity(_Q, "deg", "from the gradient to the same"),
    "k_fields": Quantity((*_TIMES, "field"), "r_L^2 Omega", "K of every field, those of fine grids first"),
    "k_antisymmetric_fields": Quantity(("omega_t_quantile", "field"), "r_L^2 Omega", "(K_xy - K_yx) / 2"),
}
#: What is above 0 and spans decades: interpolated in the logarithm.
LOGARITHMIC = tuple(name for name in QUANTITIES if name.endswith("_quantiles") and "angle" not in name)


@dataclass(frozen=True, eq=False)
class Skies:
    """Spectra of single observers' skies, and what is known of their noise.

    Attributes
    ----------
    ell : (L,) int
        The first one is 0 or 1.
    cl : (n, T, L)
    noise : (T, L)
        What spectra of one grid have more, in the mean.
    modes : (T, L)
        Independent numbers behind each C_l: 2l + 1 on the whole sky.
    """

    ell: Array
    cl: Array
    noise: Array
    modes: Array

    @property
    def variance(self) -> Array:
        """Of the estimator about each sky's own spectrum: (n, T, L)."""
        noise = np.maximum(self.noise, 0)
        return (2 * np.maximum(self.cl, 0) * noise + noise**2) / self.modes

    def among(self, ell: Array) -> Skies:
        """These multipoles alone."""
        chosen = np.isin(self.ell, ell)
        return Skies(self.ell[chosen], self.cl[..., chosen], self.noise[..., chosen], self.modes[..., chosen])

    @cached_property
    def of_cl(self) -> Spread:
        """Quantiles of C_l."""
        return spread(self.ell, self.cl, self.variance.mean(0))

    @cached_property
    def of_shape(self) -> Spread:
        """Quantiles of C_l over the C_1 of the same sky.

        In a narrow band low multipoles go together, and so does their noise, which drops out: no larger share
        of it is taken off than of C_l.
        """
        dipole = self.cl[..., self.ell == 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = np.where(self.ell == 1, 0, np.median(self.variance / dipole**2, 0))
            return spread(self.ell, self.cl / dipole, variance, self.of_cl.noise)


@dataclass(frozen=True, eq=False)
class Spread:
    """Quantiles against time and multipole.

    Attributes
    ----------
    values : (Q, T, L)
        `SHARES`; NaN beyond `last`.
    last : (T,) int
        The last multipole up to which noise is no more than `MOST_NOISE`; 0 for none.
    noise : (T, L)
        Its share of the squared half width.
    """

    values: Array
    last: Array
    noise: Array


def spread(ell: Array, values: Array, variance: Array, most: Array | float = np.inf) -> Spread:
    """Quantiles of values (n, T, L) without what an estimator's variance (T, L) adds to their width, and at
    most this share (T, L) of its square."""
    found, noise = without_noise(np.quantile(values, SHARES, axis=0), variance, most)
    good = (noise <= MOST_NOISE) | (ell == 0)  # where there is no mean power, modes and noise are not known
    known = np.logical_and.accumulate(good, -1)
    last = np.where(known, ell, 0).max(-1)
    return Spread(np.where(known & (noise <= MOST_NOISE), found, np.nan), last, noise)


def without_noise(quantiles: Array, variance: Array, most: Array | float = np.inf) -> tuple[Array, Array]:
    """Quantiles (Q, ...) drawn towards the median by what a variance (...) adds to their squared half width,
    and its share of that, (...): 0 where there is no variance, infinite where there is but no width."""
    half = (quantiles[-1] - quantiles[0]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.minimum(np.where(variance == 0, 0.0, variance / half**2), most)
    median = quantiles[1]
    return median + (quantiles - median) * np.sqrt(np.maximum(1 - share, 0)), share


def observed_by_one(part: xr.Dataset, late: Array) -> dict[str, Array]:
    """Quantiles over the fields of a part on fine grids: `QUANTITIES` but for `k_fields`, {name: array}."""
    whole, seen = _whole_skies(part, late), _seen_skies(part, late)
    spreads = [skies.of_cl for skies in whole]
    shapes = [skies.of_shape for skies in whole]
    found = {
        "cl_quantiles": _stacked(spreads, "values", 1),
        "cl_last": _stacked(spreads, "last"),
        "cl_noise": _stacked(spreads, "noise"),
        "shape_quantiles": _stacked(shapes, "values", 1),
        "shape_last": _stacked(shapes, "last"),
    }
    seen_spreads = [[skies.of_cl for skies in both] for both in seen]
    seen_shapes = [[skies.of_shape for skies in both] for both in seen]
    found |= {
        "seen_quantiles": np.concatenate([_stacked(each, "values", 1) for each in seen_spreads], -1),
        "seen_last": np.array([_stacked(each, "last") for each in seen_spreads]),
        "seen_noise": np.concatenate([_stacked(each, "noise") for each in seen_spreads], -1),
        "seen_shape_quantiles": np.concatenate([_stacked(each, "values", 1) for each in seen_shapes], -1),
        "seen_shape_last": np.array([_stacked(each, "last") for each in seen_shapes]),
    }
    return found | _factors(whole, seen) | _angles(part["dipole"].values[:, late])


def _whole_skies(part: xr.Dataset, late: Array) -> list[Skies]:
    """Of both gradients."""
    noise = part["noise"].values[:, late] / part.sizes["field"]
    ell = np.arange(noise.shape[-1])
    modes = np.broadcast_to(2.0 * ell + 1, noise.shape[1:])
    cl = part["cl"].values[:, 0, late].astype(float), _pooled(part["cl_across"].values)
    return [Skies(ell, cl[g], noise[g], modes) for g in range(len(GRADIENTS))]


def _seen_skies(part: xr.Dataset, late: Array) -> list[list[Skies]]:
    """Of every window, of both gradients."""
    seen = part["seen_cl"].values
    cl = seen[:, 2].astype(float), _pooled(seen[:, :2])
    noise = part["seen_noise"].values / part.sizes["field"]
    mean = part["cl"].values[:, :, late].mean(0, dtype=float)
    multipoles = seen_multipoles(mean.shape[-1] - 1)
    ends = np.cumsum([ell.size for ell in multipoles])
    skies = []
    for window, ell, end in zip(windows(), multipoles, ends, strict=True):
        here = slice(end - ell.size, end)
        skies.append(
            [
                Skies(ell, cl[g][..., here], noise[g, :, here], _modes(window, mean[g])[:, ell])
                for g in range(len(GRADIENTS))
            ]
        )
    return skies


def _modes(window: ObservedSpectrum, mean: Array) -> Array:
    """Independent numbers behind the pseudo C_l of Gaussian skies of mean spectra (T, L): (T, L)."""
    covariances = [observations.relative_covariance(window, np.maximum(cl, 0)) for cl in mean]
    return 2 / np.einsum("tll->tl", np.array(covariances))


def _pooled(across: Array) -> Array:
    """xx and yy of every field, one after another: (F, 2, ...) -> (2 F, ...)."""
    return across.reshape(-1, *across.shape[2:]).astype(float)


def _factors(whole: list[Skies], seen: list[list[Skies]]) -> dict[str, Array]:
    """Factors of all observations through (whole sky, window), of all ways to fit."""
    of_skies, noise, of_observations = [], [], {}
    for window, through_it in zip(windows(), seen, strict=True):
        as_seen = [skies.among(through_it[0].ell) for skies in whole], through_it
        fits = [[[_Fit(skies, fitted) for skies in both] for fitted in FITTED] for both in as_seen]
        of_skies.append([[[fit.of_skies[0] for fit in both] for both in way] for way in fits])
        noise.append([[[fit.of_skies[1] for fit in both] for both in way] for way in fits])
        for one in observations.spectra():
            if describe(one) == describe(window):
                of_observations[one.name] = [
                    [[fit.of_observation(one) for fit in both] for both in way] for way in fits
                ]
    return {
        # window, through, fitted, gradient, quantile, T
        "sky_factor_quantiles": np.moveaxis(np.array(of_skies), 4, 0),
        "sky_factor_noise": np.array(noise),
        "factor_quantiles": np.moveaxis(
            np.array([of_observations[one.name] for one in observations.spectra()]), 4, 0
        ),
    }


class _Fit:
    """The common factor of skies and something else, from some of the multipoles; as `common_factor`."""

    def __init__(self, skies: Skies, fitted: str) -> None:
        self.skies, self.mean = skies, skies.cl.mean(0)
        if fitted == "dipole":
            chosen = np.broadcast_to(skies.ell == 1, self.mean.shape)
        else:
            chosen = (skies.ell >= int(fitted.split()[0])) & (skies.ell <= skies.of_cl.last[:, None])
        self.weight = np.where(chosen & (self.mean > 0), np.nan_to_num(skies.modes), 0.0)  # (T, L)

    @cached_property
    def of_skies(self) -> tuple[Array, Array]:
        """Quantiles of the factor of one sky over the ensemble's mean (Q, T), and the share of noise (T,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(self.weight > 0, self.weight / self.mean, 0) / self.weight.sum(-1, keepdims=True)
        variance = np.einsum("tl,tl->t", share**2, np.nan_to_num(self.skies.variance.mean(0)))
        factors = np.einsum("tl,ntl->nt", share, self.skies.cl)
        found, noise = without_noise(np.quantile(factors, SHARES, axis=0), variance)
        return np.where(noise <= MOST_NOISE, found, np.nan), noise

    def of_observation(self, observed: ObservedSpectrum) -> Array:
        """Quantiles of what a sky is multiplied by to be like an observation, (Q, T); multipoles whose noise
        left no power are passed over, and noise is taken off the logarithm."""
        cl, published = self.skies.cl, observed.cl[: self.skies.ell.size]
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(cl > 0, self.weight, 0)
            factors = np.where(weight > 0, weight * published / cl, 0).sum(-1) / weight.sum(-1)
            found = np.log(np.quantile(factors, SHARES, axis=0))
        noise = self.of_skies[1]
        steady = np.exp(found[1] + (found - found[1]) * np.sqrt(np.maximum(1 - noise, 0)))
        return np.where(noise <= MOST_NOISE, steady, np.nan)


def _angles(dipole: Array) -> dict[str, Array]:
    """Of dipoles of the components (F, T, i, m), which are those of p; the sky is drawn at n = -p."""
    direction = -dipole[..., [2, 0, 1]] / np.linalg.norm(dipole, axis=-1, keepdims=True)  # y, z, x -> x, y, z
    to_field = np.rad2deg(np.arccos(np.clip(direction[..., 2], -1, 1)))
    own = np.rad2deg(np.arccos(np.clip(np.einsum("ftii->fti", direction), -1, 1)))
    return {
        name: np.stack(
            [
                np.quantile(angles[..., 2], SHARES, axis=0),
                np.quantile(np.concatenate([angles[..., 0], angles[..., 1]]), SHARES, axis=0),
            ],
            1,
        )
        for name, angles in (("dipole_angle_quantiles", to_field), ("gradient_angle_quantiles", own))
    }


def _stacked(spreads: list[Spread], name: str, axis: int = 0) -> Array:
    return np.stack([getattr(each, name) for each in spreads], axis)
