"""The rate nu_r(x) that a spectrum speaks for: Eqs. 14 and 15 read backwards.

The spectrum gives K'(x) = sum_k k(k+1)(2k+1)/2 C_k P_k(x). From Eq. 15 as printed, with its k = 0
term missing, nu_r = (3/2) Q_1 x / [K'(x) - K'(0)]; in the self-consistent form
nu_r = (3/2) Q_1 (x - x0) / K'(x), where x0 is the zero of K'.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy
from numpy.polynomial.legendre import legval

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_choice, check_number
from crviz.theory.arguments import check_form, check_spectrum
from crviz.theory.measured_rate import MeasuredRate, measured_rate

METHODS = ("taper", "nnls")
#: Half a width around x0 (or 0) where the quotient of two small numbers is bridged.
_BRIDGE = 1e-4
_TRIED = 400


def invert(
    x: ArrayLike,
    cl: ArrayLike,
    *,
    ell: ArrayLike | None = None,
    form: str = "printed",
    q1: float = 1.0,
    method: str = "taper",
    covariance: ArrayLike | None = None,
) -> Array | MeasuredRate:
    """nu_r(x) from a spectrum.

    "taper" sums K' as it stands, which needs multipoles without gaps, without noise and up to
    high l: with lmax = 2000 a power law comes back to 2e-4 for 1 - x >= 5e-4 and p <= 1/2 (for
    p = 0.9 from 1e-3 on), and what counts is (1 - x) lmax^2, above 2000 there. It is useless for
    the few multipoles of a simulation or an observation; "nnls" is for those.

    Parameters
    ----------
    x : (...), -1 <= x < 1
    cl : (L,)
        C_l.
    ell : (L,) int >= 1, or None for 1..L
    form : "printed" or "self-consistent"
    q1 : > 0 [unit of cl times Omega]
        The source Q_1.
    method : "taper" or "nnls"
    covariance : (L, L), or variances (L,)
        Of cl, for "nnls", which needs it; `measured_rate` explains the method.

    Returns
    -------
    (...) [Omega] for "taper", `MeasuredRate` for "nnls"

    Raises
    ------
    ParameterError
    ValueError
        Where the tapered K' of the self-consistent form has no single zero.
    """
    cl = np.asarray(cl, float)
    ell, cl = check_spectrum(np.arange(1, cl.size + 1) if ell is None else ell, cl)
    check_form(form)
    check_number("q1", q1, above=0)
    x = np.asarray(x, float)
    outside = ~((x >= -1) & (x < 1))
    if outside.any():
        raise ParameterError("x", x[outside][0], "must lie between -1 and 1, 1 excluded")
    if check_choice("method", method, METHODS) == "taper":
        return _tapered_rate(x, ell, cl, form, q1)
    if covariance is None:
        raise ParameterError("covariance", None, "must be given for the method 'nnls'")
    return measured_rate(x, ell, cl, covariance, form=form, q1=q1)


def _tapered_rate(x: Array, ell: Array, cl: Array, form: str, q1: float) -> Array:
    series = _tapered_series(ell, cl)

    def gradient(x: Array | float) -> Array:
        return legval(np.asarray(x), series)

    if form == "printed":
        zero, offset = 0.0, float(gradient(0.0))
    else:
        zero, offset = _single_zero(gradient, ell.size), 0.0

    def quotient(x: Array | float) -> Array:
        return 1.5 * q1 * (x - zero) / (gradient(x) - offset)

    near = np.abs(x - zero) < _BRIDGE
    left, right = quotient(zero - _BRIDGE), quotient(zero + _BRIDGE)
    bridge = left + (right - left) * (x - zero + _BRIDGE) / (2 * _BRIDGE)
    return np.where(near, bridge, quotient(np.where(near, zero + _BRIDGE, x)))


def _tapered_series(ell: Array, cl: Array) -> Array:
    """Legendre coefficients of K', which do not fall: a taper without edges makes them end."""
    order = np.argsort(ell)
    ell, cl = ell[order], cl[order]
    if ell[-1] != ell.size:
        raise ParameterError("ell", int(ell[-1]), f"is too high: {ell.size} values must be 1..{ell.size}")
    taper = np.exp(-36 * (ell / ell.size) ** 4)  # down to rounding at lmax
    return np.r_[0.0, ell * (ell + 1) * (2 * ell + 1) / 2 * cl * taper]


def _single_zero(gradient: Callable[[Array | float], Array], lmax: int) -> float:
    """The zero x0 of K', looked for where lmax resolves it."""
    x = 1 - np.geomspace(2, min(1.0, 1000 / lmax**2), _TRIED)
    values = gradient(x)
    changes = np.flatnonzero(values[:-1] * values[1:] <= 0)
    if len(changes) != 1:
        raise ValueError(
            f"K' of this spectrum has {len(changes)} zeros instead of one: it has too few multipoles or "
            "too much noise to be summed."
        )
    low, high = x[changes[0]], x[changes[0] + 1]
    return float(scipy.optimize.brentq(lambda x: float(gradient(x)), low, high, xtol=1e-14))
