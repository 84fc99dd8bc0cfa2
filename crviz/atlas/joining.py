"""One spectrum from many fields on coarse grids and a few of them on fine ones.

Low multipoles scatter from field to field whatever the number of directions, so many fields count;
high ones need fine grids. Both cross spectra are unbiased, so they are averaged:

- Up to the coarse grids' last multipole, the fields seen by coarse grids only and the few seen by
  fine grids are independent samples. Their means are weighted by the inverse of the Gaussian
  variance of a cross spectrum, [(C + N)^2 + C^2] / (2l + 1) a field, where C + N is the auto spectrum
  in the mean: the coarse grids hand over to the fine ones smoothly, where their noise asks for it
  (the weights are equal at l of some 6 at Omega T = 100, 3 at 300, and nowhere below 30). C is the
  average itself, iterated: it is then uncorrelated with the difference of the two, so that the
  weights favour neither the high nor the low one.
- Beyond, the mean over the few fields f_l, corrected for the few being brighter or fainter than the
  many: C_l = f_l [1 + b_l (1 - F / J)], where F and J are the power in the upper half of the coarse
  grids' multipoles (l = 4-8 at nside 4), in the few fields and as joined. b_l is the regression
  coefficient between fields, median over the points of the atlas: 0 would be the plain mean, 1 the
  ratio estimator to first order. Errors at l = 9-20 are by up to 15 % smaller than the plain mean's,
  while the ratio to C_1 has larger ones by 20-90 %: C_1 scatters as much as they do, and is hardly
  correlated with them (0.1-0.3).

Errors are those of a jackknife over the fields of both samples, at fixed weights, steadied by the
other points (`scatter`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.atlas.scatter import moderated


@dataclass(frozen=True)
class Sample:
    """What both samplings saw of one point, for gradients G.

    Attributes
    ----------
    coarse : (N, G, T, L_coarse)
        Cross spectra of fields seen by coarse grids only.
    fine : (M, G, T, L)
        Those of other fields, seen by fine ones.
    coarse_noise : (G, T, L_coarse)
    fine_noise : (G, T, L)
        What the auto spectra of one grid have more than the cross spectra, in the mean.
    """

    coarse: Array
    fine: Array
    coarse_noise: Array
    fine_noise: Array


def coarse_weight(sample: Sample) -> Array:
    """Weight of the coarse mean where both are there: (G, T, L_coarse), from 0 to 1."""
    low = sample.coarse.shape[-1]
    coarse, fine = sample.coarse.mean(0), sample.fine.mean(0)[..., :low]
    weight = np.full(coarse.shape, 0.5)
    for _ in range(10):
        power = np.maximum(weight * coarse + (1 - weight) * fine, 0)
        of_coarse = _variance(power, sample.coarse_noise) / len(sample.coarse)
        of_fine = _variance(power, sample.fine_noise[..., :low]) / len(sample.fine)
        weight = of_fine / (of_coarse + of_fine)
    return weight


def _variance(power: Array, noise: Array) -> Array:
    return (power + np.maximum(noise, 0)) ** 2 + power**2


def band_slope(sample: Sample) -> Array:
    """Regression of C_l / <C_l> on the power of the band over its mean, between the few fields.

    Returns
    -------
    (G, T, L)
        Not finite where there is no power.
    """
    away = sample.fine / sample.fine.mean(0) - 1
    band = _band(sample.fine, sample.coarse.shape[-1])
    of_band = band / band.mean(0) - 1
    return np.einsum("rgtl,rgt->gtl", away, of_band) / (of_band**2).sum(0)[..., None]


def typical_slope(samples: Iterable[Sample]) -> Array:
    """Median of `band_slope` over samples, (G, T, L)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.array([band_slope(sample) for sample in samples])
    return np.nan_to_num(np.nanmedian(np.where(np.isfinite(slopes), slopes, np.nan), 0))


@dataclass(frozen=True)
class Joined:
    """The spectrum of one point.

    Attributes
    ----------
    cl : (G, T, L)
    covariance : (G, G, T, L)
        Of the mean, between gradients; NaN where either sample is a single field.
    gaussian : (G, T, L)
        What its variances would be for Gaussian skies, but for a factor 2l + 1.
    freedom : (G, T, L)
        Degrees of freedom of its variances.
    """

    cl: Array
    covariance: Array
    gaussian: Array
    freedom: Array


def join(sample: Sample, slope: ArrayLike) -> Joined:
    """The spectrum of one point and its errors.

    Parameters
    ----------
    slope : (G, T, L) or 0
        b_l; only that beyond the coarse grids' last multipole is used.
    """
    weight = coarse_weight(sample)
    slope = np.broadcast_to(slope, sample.fine.shape[1:])
    means = sample.coarse.mean(0), sample.fine.mean(0)
    cl = _joined(*means, weight, slope)
    of_coarse = _jackknife(_joined(_leaving_out(sample.coarse), means[1], weight, slope))
    of_fine = _jackknife(_joined(means[0], _leaving_out(sample.fine), weight, slope))
    gaussian = _variance(np.maximum(cl, 0), sample.fine_noise) / len(sample.fine)
    gaussian[..., : weight.shape[-1]] *= 1 - weight  # w^2 V + (1 - w)^2 V' at the weights of least variance
    return Joined(cl, of_coarse + of_fine, gaussian, _freedom(sample, of_coarse, of_fine))


def _freedom(sample: Sample, of_coarse: Array, of_fine: Array) -> Array:
    """Of a sum of two estimated variances (Welch and Satterthwaite)."""
    one, other = (np.einsum("gg...->g...", covariance) for covariance in (of_coarse, of_fine))
    below = one**2 / max(len(sample.coarse) - 1, 1) + other**2 / max(len(sample.fine) - 1, 1)
    return np.divide((one + other) ** 2, below, out=np.zeros_like(below), where=below > 0)


def steadied_covariances(joined: Sequence[Joined]) -> Array:
    """The covariances (P, G, G, T, L) of all points of an atlas, from a list of `Joined`."""
    covariance = np.array([one.covariance for one in joined])
    variance = np.einsum("pgg...->pg...", covariance)
    steadied = moderated(
        variance, np.array([one.gaussian for one in joined]), np.array([one.freedom for one in joined])
    )
    factor = np.sqrt(np.divide(steadied, variance, out=np.ones_like(variance), where=variance > 0))
    return covariance * factor[:, :, None] * factor[:, None]


def _joined(coarse: Array, fine: Array, weight: Array, slope: Array) -> Array:
    low = coarse.shape[-1]
    joined = weight * coarse + (1 - weight) * fine[..., :low]
    excess = 1 - _band(fine, low) / _band(joined, low)
    beyond = fine[..., low:] * (1 + slope[..., low:] * excess[..., None])
    return np.concatenate([np.broadcast_to(joined, (*beyond.shape[:-1], low)), beyond], -1)


def _band(cl: Array, low: int) -> Array:
    ell = np.arange(low // 2, low)
    return cl[..., ell] @ (2 * ell + 1)


def _leaving_out(fields: Array) -> Array:
    n = len(fields)
    return (fields.sum(0) - fields) / (n - 1) if n > 1 else np.full_like(fields, np.nan)


def _jackknife(values: Array) -> Array:
    n = len(values)
    away = values - values.mean(0)
    return (n - 1) / n * np.einsum("rgtl,rhtl->ghtl", away, away)
