"""The stationary spectrum of the generalised BGK equation, Eqs. 14-16.

nu_r(x) is the rate of relative scattering of two cosmic rays whose directions enclose an angle
with cosine x; it vanishes at x = 1. Spectra are in units of the source Q_1, which for the relative
intensity is (8 pi / 3) K^s_ij g_i g_j.
"""

from __future__ import annotations

import numpy as np
from scipy.special import eval_legendre, gammaln, roots_jacobi

FORMS = ("printed", "self-consistent")


def power_law_rate(p, nu0=1.0):
    """The rate nu_r(x) = nu0 (1 - x)^p as a function of x."""
    _check_power(p)
    return lambda x: nu0 * (1 - np.asarray(x, float)) ** p


def spectrum(ell, p, nu0=1.0, form="printed"):
    """<C_l> / Q_1 for nu_r(x) = nu0 (1 - x)^p.

    "printed" is Eq. 16. Put back into Eq. 14 it does not give a source at l = 1 alone, since
    the sum there has no l = 0 term; "self-consistent" satisfies Eq. 14 for every l >= 1, with a
    monopole that grows. Both fall as l^(2p - 4).

    Parameters
    ----------
    ell : array of int >= 1
    p : float, 0 < p < 1
    nu0 : float > 0 [Omega]
    form : "printed" or "self-consistent"

    Returns
    -------
    array of the shape of ell

    Raises
    ------
    ValueError
    """
    ell = _check_multipoles(ell)
    _check_power(p)
    if not (np.isfinite(nu0) and nu0 > 0):
        raise ValueError(f"nu0 = {nu0:g} must be a finite number above 0.")
    if form == "printed":
        front = p * (p - 1) / (ell * (ell + 1)) + 1
    elif form == "self-consistent":
        front = 2 * (1 - p) / (2 - p)
    else:
        raise ValueError(f"form = {form!r} must be one of {', '.join(map(repr, FORMS))}.")
    gammas = gammaln(1 - p) + gammaln(ell + p - 1) - gammaln(p) - gammaln(ell - p + 3)
    return 3 / (2**p * nu0) * front * np.exp(gammas)


def spectrum_from_rate(ell, nu_r, form="printed"):
    """<C_l> / Q_1 = 3 / (2 l (l+1)) * integral_-1^1 dx x P_l(x) / nu_r(x), Eq. 15.

    The rate may vanish at x = 1 like (1 - x)^p with p < 1: the exponent is read off next to
    x = 1 and taken into the weight of a Gauss-Jacobi quadrature. The self-consistent form has
    x - x0 in place of x, with x0 such that K' integrates to zero.

    Parameters
    ----------
    ell : array of int >= 1
    nu_r : callable of an array of x in (-1, 1)
    form : "printed" or "self-consistent"

    Returns
    -------
    array of the shape of ell

    Raises
    ------
    ValueError
        Where the rate is not positive, or vanishes at x = 1 so fast that the integral diverges.
    """
    ell = _check_multipoles(ell)
    if form not in FORMS:
        raise ValueError(f"form = {form!r} must be one of {', '.join(map(repr, FORMS))}.")
    near_one = 1 - np.array([1e-7, 1e-6])
    rate = np.asarray(nu_r(near_one), float)
    if not (np.isfinite(rate).all() and (rate > 0).all()):
        raise ValueError("nu_r must be finite and positive between x = -1 and x = 1.")
    power = np.log(rate[1] / rate[0]) / np.log(10.0)
    if power >= 1 - 1e-3:
        raise ValueError(f"nu_r vanishes like (1 - x)^{power:.3f} at x = 1: the power must be below 1.")
    power = max(power, 0.0) if abs(power) > 1e-6 else 0.0
    x, weight = roots_jacobi(max(400, int(np.max(ell, initial=1)) + 50), -power, 0.0)
    rate = np.asarray(nu_r(x), float)
    if not (np.isfinite(rate).all() and (rate > 0).all()):
        raise ValueError("nu_r must be finite and positive between x = -1 and x = 1.")
    weight = weight * (1 - x) ** power / rate
    x0 = 0.0 if form == "printed" else (weight @ x) / weight.sum()
    integrals = eval_legendre(ell[..., None], x) @ (weight * (x - x0))
    return 1.5 / (ell * (ell + 1)) * integrals


def _check_power(p):
    if not (np.isfinite(p) and 0 < p < 1):
        raise ValueError(f"p = {p:g} must lie between 0 and 1, ends excluded.")


def _check_multipoles(ell):
    ell = np.asarray(ell)
    if ell.size and (ell.min() < 1 or not np.all(ell == np.floor(ell))):
        raise ValueError(f"ell = {ell.min():g} must be whole numbers, at least 1.")
    return ell.astype(int)
