"""The power p and the rate nu0 that a spectrum speaks for, Eqs. 15 and 16 fitted to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from crviz.config import ParameterError, check_number, check_whole
from crviz.theory.arguments import check_form, check_spectrum
from crviz.theory.covariance import (
    covariance_of_logarithms,
    gaussian_ratio_covariance,
    inverse_bias,
    whitening,
)
from crviz.theory.stationary import spectrum

#: Powers that are tried, ends included.
P_RANGE = (0.02, 0.98)
_SCAN = np.linspace(*P_RANGE, 97)


@dataclass(frozen=True, eq=False)
class Fit:
    """nu_r(x) = nu0 (1 - x)^p fitted to a spectrum.

    Attributes
    ----------
    p : float
        At an end of `P_RANGE` the data do not bound it on that side.
    nu0 : float [Omega]
        NaN where only the shape was fitted.
    covariance : (2, 2)
        Of p and nu0.
    chi2 : float
    dof : int
        Multipoles less parameters.
    p_value : float
        Probability of a larger chi2; NaN where dof is 0.
    form : str
        Of the spectrum, as in `stationary.spectrum`.
    """

    p: float
    nu0: float
    covariance: np.ndarray
    chi2: float
    dof: int
    p_value: float
    form: str

    @property
    def p_error(self):
        """Standard error of p."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def nu0_error(self):
        """Standard error of nu0 [Omega]."""
        return float(np.sqrt(self.covariance[1, 1]))


def fit(ell, cl, covariance, form="printed", q1=1.0):
    """p and nu0 from C_l with its full covariance, by generalised least squares.

    The amplitude is linear and solved for at each p, which leaves one dimension to search.

    Parameters
    ----------
    ell : (L,) int >= 1, L >= 2
    cl : (L,)
    covariance : (L, L), or variances (L,)
        Taken as known; see `fit_shape` for one that was estimated from few fields.
    form : "printed" or "self-consistent"
    q1 : float > 0 [unit of cl times Omega]
        The source, (8 pi / 3) K^s_ij g_i g_j. Where it is 1 but unknown, nu0 is nu0 / Q_1.

    Returns
    -------
    Fit

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
    whiten = whitening(covariance, ell.size)
    data = whiten(cl)

    def amplitude(shape):
        return max(shape @ data / (shape @ shape), 0.0)

    def chi2(p):
        shape = whiten(spectrum(ell, p, form=form))
        return np.sum((data - amplitude(shape) * shape) ** 2)

    p, least = _minimum(chi2)
    shape = spectrum(ell, p, form=form)
    over_nu0 = amplitude(whiten(shape))
    if not over_nu0 > 0:
        raise ValueError("No spectrum of positive amplitude fits: cl must be positive where it matters.")
    # derivatives with respect to p and ln nu0
    slopes = whiten(over_nu0 * shape[:, None] * np.stack([_dlog_dp(ell, p, form), -np.ones(ell.size)], 1))
    nu0 = q1 / over_nu0
    scale = np.array([1.0, nu0])
    covariance = np.linalg.inv(slopes.T @ slopes) * np.outer(scale, scale)
    return _judged(p, nu0, covariance, least, ell.size - 2, form)


def fit_shape(ell, ratio, covariance, n_fields=None, form="printed", logs=True):
    """p alone from the shape C_l / C_1.

    Spectra of few fields have errors in proportion to themselves: with a covariance that was estimated
    from the same fields, what is too low by chance seems more precise than it is and draws a fit down.
    Multipoles are weighted as for Gaussian skies then (`gaussian_ratio_covariance`), and the estimate
    says the error of p only. p scatters less than with its inverse, and its error holds for skewed
    fields and for spectra that no power law fits.

    Parameters
    ----------
    ell : (L,) int >= 2
    ratio : (L,)
        C_l / C_1.
    covariance : (L, L), or variances (L,)
        As from `jackknife_covariance` with `dipole_ratio`.
    n_fields : int or None
        How many fields the covariance was estimated from, above L + 1. None where it is known: its
        inverse weights the multipoles then.
    form : "printed" or "self-consistent"
    logs : bool
        Fit ln(C_l / C_1); not possible where the noise taken off has left a ratio below 0.

    Returns
    -------
    Fit
        With NaN for nu0. chi2 is that of the residuals with the given covariance, corrected by
        `inverse_bias` where it was estimated; its p_value is then Hotelling's, exact for normal fields
        and too low for few skewed ones.

    Raises
    ------
    ParameterError
    """
    ell, ratio = check_spectrum(ell, ratio, at_least=2)
    check_form(form)
    if logs and not (ratio > 0).all():
        raise ParameterError("ratio", ratio.min(), "must be above 0 everywhere for a fit in logarithms")
    if n_fields is not None and check_whole("n_fields", n_fields, at_least=1) < ell.size + 2:
        rule = f"must be {ell.size + 2} at least for {ell.size} multipoles"
        raise ParameterError("n_fields", n_fields, rule)
    data = np.log(ratio) if logs else ratio
    covariance = covariance_of_logarithms(covariance, ratio) if logs else np.asarray(covariance, float)
    whiten = whitening(covariance, ell.size)

    def model(p):
        shape = spectrum(ell, p, form=form) / spectrum(1, p, form=form)
        return np.log(shape) if logs else shape

    weigh = whiten
    if n_fields is not None:
        scale = 1.0 if logs else model(0.5)
        weigh = whitening(gaussian_ratio_covariance(ell) * np.outer(scale, scale), ell.size)
    p, _ = _minimum(lambda p: np.sum(weigh(data - model(p)) ** 2))
    slope = (1.0 if logs else model(p)) * (_dlog_dp(ell, p, form) - _dlog_dp(1, p, form))
    # p moves by influence . (data - model), to first order
    weighted = weigh(slope)
    influence = weigh.transposed(weighted) / (weighted @ weighted)
    variance = np.full((2, 2), np.nan)
    variance[0, 0] = influence @ (np.diag(covariance) if covariance.ndim == 1 else covariance) @ influence
    residual = whiten(data - model(p))
    least = residual @ residual
    if n_fields is not None:  # what of the residuals no change of p makes good
        along = whiten(slope)
        least -= (along @ residual) ** 2 / (along @ along)
    return _judged(p, np.nan, variance, least, ell.size - 1, form, n_fields)


def _minimum(chi2):
    """Where chi2(p) is least within `P_RANGE`, and its value there."""
    values = np.array([chi2(p) for p in _SCAN])
    lowest = int(values.argmin())
    around = _SCAN[max(lowest - 1, 0)], _SCAN[min(lowest + 1, len(_SCAN) - 1)]
    found = scipy.optimize.minimize_scalar(chi2, bounds=around, method="bounded", options={"xatol": 1e-10})
    if found.fun < values[lowest]:
        return float(found.x), float(found.fun)
    return float(_SCAN[lowest]), float(values[lowest])


def _dlog_dp(ell, p, form):
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


def _judged(p, nu0, covariance, least, dof, form, n_fields=None):
    if not dof:
        return Fit(p, float(nu0), covariance, float(least), dof, np.nan, form)
    if n_fields is None:
        return Fit(
            p, float(nu0), covariance, float(least), dof, float(scipy.special.chdtrc(dof, least)), form
        )
    # Hotelling's T^2 of what is orthogonal to the model
    spare = n_fields - dof
    p_value = float(scipy.special.fdtrc(dof, spare, least * spare / (dof * (n_fields - 1))))
    return Fit(p, float(nu0), covariance, float(inverse_bias(n_fields, dof) * least), dof, p_value, form)
