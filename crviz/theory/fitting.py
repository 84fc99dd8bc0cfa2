"""The power p and the rate nu0 that a spectrum speaks for, Eqs. 15 and 16 fitted to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_number, check_whole
from crviz.theory.arguments import check_form, check_spectrum
from crviz.theory.covariance import Whitening, covariance_of_logarithms, inverse_bias, whitening
from crviz.theory.stationary import spectrum

#: Powers that are tried, ends included.
P_RANGE = (0.02, 0.98)
_SCAN = np.linspace(*P_RANGE, 97)


@dataclass(frozen=True, eq=False)
class Fit:
    """nu_r(x) = nu0 (1 - x)^p fitted to a spectrum.

    Attributes
    ----------
    p
        At an end of `P_RANGE` the data do not bound it on that side.
    nu0 : [Omega]
        NaN where only the shape was fitted.
    covariance : (2, 2)
        Of p and nu0.
    chi2
        Of the residuals with the covariance that was given; where it was estimated, of what no change of
        the parameters makes good, corrected by `inverse_bias`.
    dof
        Multipoles less parameters.
    p_value
        Probability of a larger chi2; NaN where dof is 0. Of Hotelling's T^2 where the covariance was
        estimated: exact for normal fields, too low for few skewed ones.
    form
        Of the spectrum, as in `stationary.spectrum`.
    """

    p: float
    nu0: float
    covariance: Array
    chi2: float
    dof: int
    p_value: float
    form: str

    @property
    def p_error(self) -> float:
        """Standard error of p."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def nu0_error(self) -> float:
        """Standard error of nu0 [Omega]."""
        return float(np.sqrt(self.covariance[1, 1]))


def fit(
    ell: ArrayLike,
    cl: ArrayLike,
    covariance: ArrayLike,
    *,
    form: str = "printed",
    q1: float = 1.0,
    n_fields: int | None = None,
) -> Fit:
    """p and nu0 from C_l with its full covariance.

    With a covariance that is known, by generalised least squares. With one that was estimated from
    the same fields, in logarithms and with the weights of Gaussian skies: see `fit_shape`.

    Parameters
    ----------
    ell : (L,) int >= 1, L >= 2
    cl : (L,)
        Above 0 where n_fields is given.
    covariance : (L, L), or variances (L,)
        Of cl, as from `Result.covariance`.
    form : "printed" or "self-consistent"
    q1 : > 0 [unit of cl times Omega]
        The source, (8 pi / 3) K^s_ij g_i g_j. Where it is 1 but unknown, nu0 is nu0 / Q_1.
    n_fields
        How many fields the covariance was estimated from, above L + 1. None where it is known.

    Raises
    ------
    ParameterError
    ValueError
        Where no positive spectrum fits better than none.
    """
    ell, cl = check_spectrum(ell, cl)
    check_form(form)
    check_number("q1", q1, above=0)
    if ell.size < 2:
        raise ParameterError("ell", ell.tolist(), "must have 2 multipoles at least to fit 2 parameters")
    logs = n_fields is not None
    if n_fields is not None:
        _check_fields(n_fields, ell.size)
        _check_positive("cl", cl)
        data, covariance = np.log(cl), covariance_of_logarithms(covariance, cl)
        weigh = whitening(2 / (2 * ell + 1), ell.size)
    else:
        data, weigh = cl, whitening(covariance, ell.size)

    def model(p: float) -> tuple[Array, float]:
        """The spectrum, or its logarithm, with the amplitude that fits best; and the amplitude."""
        shape = spectrum(ell, p, form=form)
        if logs:
            one, seen = weigh(np.ones(ell.size)), weigh(data - np.log(shape))
            amplitude = np.exp(one @ seen / (one @ one))
            return np.log(amplitude * shape), amplitude
        weighted = weigh(shape)
        amplitude = max(weighted @ weigh(data) / (weighted @ weighted), 0.0)
        return amplitude * shape, amplitude

    p = _minimum(lambda p: np.sum(weigh(data - model(p)[0]) ** 2))
    best, over_nu0 = model(p)
    if not over_nu0 > 0:
        raise ValueError("No spectrum of positive amplitude fits: cl must be positive where it matters.")
    # derivatives with respect to p and ln nu0
    slopes = np.stack([_dlog_dp(ell, p, form), -np.ones(ell.size)], 1)
    slopes *= 1.0 if logs else best[:, None]
    errors, chi2, dof, p_value = _judged(data - best, slopes, covariance, weigh, n_fields)
    nu0 = q1 / over_nu0
    scale = np.array([1.0, nu0])
    return Fit(p, float(nu0), errors * np.outer(scale, scale), chi2, dof, p_value, form)


def fit_shape(
    ell: ArrayLike,
    ratio: ArrayLike,
    covariance: ArrayLike,
    *,
    n_fields: int | None = None,
    form: str = "printed",
    logs: bool = True,
) -> Fit:
    """p alone from the shape C_l / C_1.

    Spectra of few fields have errors in proportion to themselves: with a covariance that was estimated
    from the same fields, what is too low by chance seems more precise than it is and draws a fit down.
    Multipoles are weighted by 2l + 1 then, as C_l of Gaussian skies beside a dipole that is known, and the
    estimate says the error of p only. p scatters less than with its inverse, and its error holds for skewed
    fields and for spectra that no power law fits. Of these the line goes through the middle. That the
    dipole's error is common to all multipoles is left out of the weights on purpose: it would make of p
    the slope beyond the dipole, whose line for simulated spectra lies up to four times above all points.

    Parameters
    ----------
    ell : (L,) int >= 2
    ratio : (L,)
        C_l / C_1.
    covariance : (L, L), or variances (L,)
        As from `jackknife_covariance` with `dipole_ratio`.
    n_fields
        How many fields the covariance was estimated from, above L + 1. None where it is known: its
        inverse weights the multipoles then.
    form : "printed" or "self-consistent"
    logs
        Fit ln(C_l / C_1); not possible where the noise taken off has left a ratio below 0.

    Returns
    -------
    Fit
        With NaN for nu0.

    Raises
    ------
    ParameterError
    """
    check_form(form)
    ell, ratio = check_shape(ell, ratio, n_fields=n_fields, logs=logs)
    if logs:
        covariance = covariance_of_logarithms(covariance, ratio)
    data = np.log(ratio) if logs else ratio

    def model(p: float) -> Array:
        shape = spectrum(ell, p, form=form) / spectrum(1, p, form=form)
        return np.log(shape) if logs else shape

    if n_fields is None:
        weigh = whitening(covariance, ell.size)
    else:
        scale = 1.0 if logs else model(0.5)
        weigh = whitening(2 / (2 * ell + 1) * scale**2, ell.size)
    p = _minimum(lambda p: np.sum(weigh(data - model(p)) ** 2))
    slopes = _dlog_dp(ell, p, form) - _dlog_dp(1, p, form)
    slopes = (slopes if logs else slopes * model(p))[:, None]
    error, chi2, dof, p_value = _judged(data - model(p), slopes, covariance, weigh, n_fields)
    return Fit(p, np.nan, np.pad(error, (0, 1), constant_values=np.nan), chi2, dof, p_value, form)


def check_shape(
    ell: ArrayLike, ratio: ArrayLike, *, n_fields: int | None = None, logs: bool = True
) -> tuple[Array, Array]:
    """Multipoles (L,) and C_l / C_1 (L,) as `fit_shape` takes them. Raises ParameterError where it does."""
    ell, ratio = check_spectrum(ell, ratio, at_least=2)
    if logs:
        _check_positive("ratio", ratio)
    if n_fields is not None:
        _check_fields(n_fields, ell.size)
    return ell, ratio


def _check_fields(n_fields: int, size: int) -> None:
    if check_whole("n_fields", n_fields, at_least=1) < size + 2:
        raise ParameterError("n_fields", n_fields, f"must be {size + 2} at least for {size} multipoles")


def _check_positive(name: str, values: Array) -> None:
    if not (values > 0).all():
        raise ParameterError(name, values.min(), "must be above 0 everywhere for a fit in logarithms")


def _minimum(chi2: Callable[[float], float]) -> float:
    """Where chi2(p) is least within `P_RANGE`."""
    values = np.array([chi2(p) for p in _SCAN])
    lowest = int(values.argmin())
    around = _SCAN[max(lowest - 1, 0)], _SCAN[min(lowest + 1, len(_SCAN) - 1)]
    found = scipy.optimize.minimize_scalar(chi2, bounds=around, method="bounded", options={"xatol": 1e-10})
    return float(found.x if found.fun < values[lowest] else _SCAN[lowest])


def _dlog_dp(ell: ArrayLike, p: float, form: str) -> Array:
    """d ln C_l / dp of `stationary.spectrum`."""
    ell = np.asarray(ell, float)
    fronts = {
        "printed": (2 * p - 1) / (p * (p - 1) + ell * (ell + 1)),
        "self-consistent": 1 / (2 - p) - 1 / (1 - p),
    }
    gammas = (
        scipy.special.digamma(ell - 1 + p)
        - scipy.special.digamma(p)
        + scipy.special.digamma(ell - p + 3)
        - scipy.special.digamma(1 - p)
    )
    return fronts[form] + gammas - np.log(2)


def _judged(
    residual: Array, slopes: Array, covariance: ArrayLike, weigh: Whitening, n_fields: int | None
) -> tuple[Array, float, int, float]:
    """Covariance (q, q) of q parameters that were fitted with some weights; chi2, degrees of freedom and the
    probability of chi2, or of Hotelling's T^2 where the covariance was estimated.

    Parameters move by gain . residual, to first order, whatever the weights.
    """
    weighted = weigh(slopes)
    gain = np.linalg.solve(weighted.T @ weighted, weigh.transposed(weighted).T)
    whiten = whitening(covariance, residual.size)
    left = whiten(residual)
    if n_fields is not None:  # what of it no change of the parameters makes good
        along = whiten(slopes)
        left = left - along @ np.linalg.lstsq(along, left, rcond=None)[0]
    matrix = np.diag(covariance) if np.ndim(covariance) == 1 else np.asarray(covariance, float)
    least, dof = float(left @ left), residual.size - slopes.shape[1]
    if not dof:
        p_value = np.nan
    elif n_fields is None:
        p_value = float(scipy.special.chdtrc(dof, least))
    else:
        spare = n_fields - dof
        p_value = float(scipy.special.fdtrc(dof, spare, least * spare / (dof * (n_fields - 1))))
        least *= inverse_bias(n_fields, dof)
    return gain @ matrix @ gain.T, least, dof, p_value
