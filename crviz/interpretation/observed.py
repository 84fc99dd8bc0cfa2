"""The power p of nu_r(x) that one observed sky speaks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from crviz import observations, theory
from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_number

#: Multipoles of the theory that a mask may mix into the observed ones.
_LMAX = 64
#: Degrees of freedom are those of the theory that was found the time before.
_ROUNDS = 2
#: Share of the common scatter of all multipoles that is left to the factor alone, and by how much the
#: deviance may rise further within the interval. With none of it, intervals hold the truth of simulated skies
#: in up to 82 %, with all of it in as few as 54 %, since faint skies are shaped otherwise than bright ones;
#: with these, docs/validation.md has what validation/single_skies.py found.
_APART, _FURTHER = 0.75, 1.05
_POWERS = np.linspace(*theory.P_RANGE, 193)


@dataclass(frozen=True, eq=False)
class ObservedFit:
    """nu_r(x) = nu0 (1 - x)^p fitted to an observed spectrum.

    Attributes
    ----------
    source
    form
        Of the spectrum, as in `theory.spectrum`.
    p, low, high
        The likeliest power and its 68 % interval, from the likelihood of p. At an end of `theory.P_RANGE`
        the data do not bound it on that side.
    factor
        Q_1 / nu0, in the unit of the observed C_l.
    covariance : (2, 2)
        Of p and ln(factor), which is that of -ln(nu0), to first order. `low` and `high` say more of p.
    ell : (L,) int
        The multipoles that were fitted.
    observed, expected : (L,)
        C_l as published, and as the likeliest theory has it in the mean, noise included.
    deviance, expected_deviance
        Twice by how much the logarithm of the likelihood lies below that of a theory that meets every
        C_l, and its mean for skies of this theory, to first order: the number of multipoles less two
        parameters, and less where they go together.
    p_value
        Probability of a larger deviance, of a chi^2 with the same mean and variance.
    """

    source: observations.ObservedSpectrum
    form: str
    p: float
    low: float
    high: float
    factor: float
    covariance: Array
    ell: Array
    observed: Array
    expected: Array
    deviance: float
    expected_deviance: float
    p_value: float


def fit_observed(
    observed: observations.ObservedSpectrum,
    *,
    ell: ArrayLike | None = None,
    form: str = "printed",
    noise: float | None = None,
    excess: Array | None = None,
) -> ObservedFit:
    """p and Q_1/nu0 from one observed sky, which scatters about the theory as Gaussian or simulated skies do.

    The theory's spectrum is coupled by the mask, smoothed and deconvolved as the observed one was
    (`observations.observing_matrix`), and noise added. What then scatters is the sky: C_l over its mean
    is chi^2 over its degrees of freedom, as many as its exact variance means
    (`observations.pseudo_covariance`). Multipoles are fitted as if they were independent; that a mask
    makes them go together widens the interval and lowers the deviance that is expected. Of made-up
    skies 58 to 68 % have the true p in their interval, and probabilities are rough in a narrow band.
    Errors of the measurement are a few percent and left out.

    Skies of simulated fields scatter more (docs/validation.md). Their excess of the whole sky is put through
    the window like the spectrum; it lowers degrees of freedom and ties multipoles together.

    Parameters
    ----------
    observed
    ell : (L,) int
        At least three of its multipoles; None takes those from the first on that are clear of noise.
    form : see `theory.spectrum`
    noise
        Level of the isotropic noise in C_l; None takes that of the spectrum, and the mean of
        `noise_levels` where that is not known.
    excess : (L, L)
        What skies scatter beyond Gaussian ones, from l = 0 on: `excess_scatter`. None takes Gaussian skies.

    Raises
    ------
    ParameterError
        For multipoles that were not observed, or too few of them, and where no noise level is known.
    """
    level, seen, chosen = check_observed(observed, ell=ell, noise=noise)
    cl, seen = observed.cl[: seen.size][chosen], seen[chosen]
    matrix = observations.observing_matrix(observed, _LMAX)[chosen, 1:]
    spectra = np.array([theory.spectrum(np.arange(1, _LMAX + 1), p, form=form) for p in _POWERS])
    shapes = spectra @ matrix.T
    best = len(_POWERS) // 2
    for _ in range(_ROUNDS):
        sky = np.r_[0.0, spectra[best]]
        relative = observations.relative_covariance(observed, sky)[np.ix_(seen, seen)]
        together = 0.0
        if excess is not None:
            further, together = _through(matrix * spectra[best], excess[1:, 1:])
            relative = relative + further
        modes = 2 / np.diag(relative)
        fits = [_likeliest_factor(cl, shape, level, modes) for shape in shapes]
        values = np.array([deviance for deviance, _ in fits])
        best = int(values.argmin())
    deviance, factor = fits[best]
    expected = factor * shapes[best] + level
    slopes = np.stack(
        [np.gradient(np.log(factor * shapes + level), _POWERS, axis=0)[best], 1 - level / expected], 1
    )
    covariance, widening, weights = _correlated(slopes, relative)
    covariance[1, 1] += together
    if excess is not None:
        widening *= _FURTHER
    mean, variance = weights.sum(), 2 * (weights**2).sum()
    return ObservedFit(
        source=observed,
        form=form,
        p=float(_POWERS[best]),
        low=_crossing(values[best::-1], _POWERS[best::-1], widening),
        high=_crossing(values[best:], _POWERS[best:], widening),
        factor=factor,
        covariance=covariance,
        ell=seen,
        observed=cl,
        expected=expected,
        deviance=deviance,
        expected_deviance=float(mean),
        p_value=float(scipy.special.chdtrc(2 * mean**2 / variance, deviance * 2 * mean / variance)),
    )


def check_observed(
    observed: observations.ObservedSpectrum, *, ell: ArrayLike | None = None, noise: float | None = None
) -> tuple[float, Array, Array]:
    """What `fit_observed` takes: the level of the noise, the multipoles seen (L,), and which of them are
    fitted (L,) bool. Raises ParameterError where it does."""
    level = observed.noise_level if noise is None else check_number("noise", noise, at_least=0)
    if np.isnan(level):
        raise ParameterError("noise", None, f"must be given, since {observed.name} has no level of it")
    seen = observations.common_multipoles(observed, _LMAX)
    return level, seen, _chosen(seen, observed.cl[: seen.size], level, ell)


def _through(power: Array, excess: Array) -> tuple[Array, float]:
    """Excess scatter (l', l') of the whole sky at observed multipoles, whose power (l, l') comes from l'.

    What all of them have together makes a sky brighter or fainter as a whole: it is scatter of the common
    factor and not of the shape. `_APART` of it is given apart.
    """
    share = (power / power.sum(-1, keepdims=True))[:, : len(excess)]
    seen = share @ excess @ share.T
    beside = seen[~np.eye(len(seen), dtype=bool)]
    together = _APART * float(max(min(beside.mean(), np.diag(seen).min()), 0.0))
    return seen - together, together


def _likeliest_factor(cl: Array, shape: Array, noise: float, modes: Array) -> tuple[float, float]:
    """Least deviance of a shape in the mean times a factor, and this factor."""

    def deviance(log_factor: float) -> float:
        ratio = cl / (np.exp(log_factor) * shape + noise)
        return float(np.sum(modes * (ratio - 1 - np.log(ratio))))

    about = np.log(cl / shape)
    found = scipy.optimize.minimize_scalar(
        deviance, bounds=(about.min() - 3, about.max() + 1), method="bounded"
    )
    return float(found.fun), float(np.exp(found.x))


def _correlated(slopes: Array, relative: Array) -> tuple[Array, float, Array]:
    """What correlations change where multipoles were fitted as if they were independent, to first order.

    slopes (L, 2) are those of ln C_l by the parameters, relative the covariance (L, L) of C_l over its
    mean. Returns the covariance (2, 2) of the parameters, by how much the variance of the first is larger
    than without correlations, and the weights (L,) of the squares of normal numbers that the deviance is
    a sum of.
    """
    weight = 1 / np.diag(relative)
    plain = np.linalg.inv(slopes.T * weight @ slopes)
    gain = plain @ slopes.T * weight  # parameters move by gain @ (C_l over its mean - 1)
    left = np.eye(weight.size) - slopes @ gain
    root = np.sqrt(weight)[:, None]
    weights = np.linalg.eigvalsh(root * (left @ relative @ left.T) * root.T)
    covariance = gain @ relative @ gain.T
    return covariance, float(covariance[0, 0] / plain[0, 0]), np.maximum(weights, 0)


def _chosen(seen: Array, cl: Array, noise: float, ell: ArrayLike | None) -> Array:
    """Which of the multipoles seen are fitted: (L,) bool."""
    if ell is None:
        clear = cl > observations.CLEAR * noise
        chosen = np.arange(seen.size) < (seen.size if clear.all() else clear.argmin())
    else:
        missing = np.setdiff1d(ell, seen)
        if missing.size:
            raise ParameterError("ell", int(missing[0]), f"must be one of {', '.join(map(str, seen))}")
        chosen = np.isin(seen, ell)
    if chosen.sum() < 3:
        raise ParameterError("ell", seen[chosen].tolist(), "must hold 3 multipoles at least, clear of noise")
    return chosen


def _crossing(values: Array, powers: Array, rise: float) -> float:
    """Where values, least at first, have risen so much; the last power where they never do."""
    above = np.flatnonzero(values > values[0] + rise)
    if not above.size:
        return float(powers[-1])
    last = above[0]
    return float(np.interp(values[0] + rise, values[last - 1 : last + 1], powers[last - 1 : last + 1]))
