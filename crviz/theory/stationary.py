"""The stationary spectrum of the generalised BGK equation, Eqs. 14-16.

nu_r(x) is the rate of relative scattering of two cosmic rays whose directions enclose an angle
with cosine x; it vanishes at x = 1. Spectra are in units of the source Q_1, which for the relative
intensity is (8 pi / 3) K^s_ij g_i g_j.
"""

from __future__ import annotations

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.checks import check_number
from crviz.theory.arguments import check_form, check_multipoles, check_power
from crviz.theory.quadrature import Rate, rate_quadrature


def power_law_rate(p: float, *, nu0: float = 1.0) -> Rate:
    """The rate nu_r(x) = nu0 (1 - x)^p as a function of x. Raises ParameterError."""
    check_power(p)
    check_number("nu0", nu0, above=0)
    return lambda x: nu0 * (1 - np.asarray(x, float)) ** p


def spectrum(ell: ArrayLike, p: float, *, nu0: float = 1.0, form: str = "printed") -> Array:
    """<C_l> / Q_1 for nu_r(x) = nu0 (1 - x)^p.

    "printed" is Eq. 16. Put back into Eq. 14 it does not give a source at l = 1 alone, since
    the sum there has no l = 0 term; "self-consistent" satisfies Eq. 14 for every l >= 1, with a
    monopole that grows. Both fall as l^(2p - 4).

    Parameters
    ----------
    ell : int >= 1, of any shape
    p : 0 < p < 1
    nu0 : > 0 [Omega]
    form : "printed" or "self-consistent"

    Returns
    -------
    of the shape of ell [1/Omega]

    Raises
    ------
    ParameterError
    """
    ell = check_multipoles(ell)
    check_power(p)
    check_number("nu0", nu0, above=0)
    printed = check_form(form) == "printed"
    front = 1 - p * (1 - p) / (ell * (ell + 1)) if printed else 2 * (1 - p) / (2 - p)
    gammaln = scipy.special.gammaln
    gammas = gammaln(1 - p) + gammaln(ell - 1 + p) - gammaln(p) - gammaln(ell - p + 3)
    return 3 / (2**p * nu0) * front * np.exp(gammas)


def dipole_excess(p: float) -> float:
    """C_1 / C_1^std = 12 / [(2 - p)^2 (3 - p)]: the ensemble-averaged dipole over that of Eq. 3.

    The self-consistent C_1 with Q_1 = (8 pi / 3) K and nu_r = nu_par [(1 - x) / 2]^p, that is
    nu0 = nu_par / 2^p with nu_par = 1 / (3 K): two cosmic rays in opposite directions lose their
    correlation at the rate nu_par at which one of them is scattered. It is 1 for p -> 0 and 6 for
    p -> 1.

    Parameters
    ----------
    p : 0 < p < 1

    Raises
    ------
    ParameterError
    """
    check_power(p)
    return 12 / ((2 - p) ** 2 * (3 - p))


def spectrum_from_rate(ell: ArrayLike, nu_r: Rate, *, form: str = "printed") -> Array:
    """<C_l> / Q_1 = 3 / (2 l (l+1)) * integral_-1^1 dx x P_l(x) / nu_r(x), Eq. 15.

    The self-consistent form has x - x0 in place of x, with x0 such that K' integrates to zero.

    Parameters
    ----------
    ell : int >= 1, of any shape
    nu_r : function of x in (-1, 1) [Omega]
        It may vanish at x = 1 like (1 - x)^p with p < 1 (see `quadrature.rate_quadrature`).
    form : "printed" or "self-consistent"

    Returns
    -------
    of the shape of ell [1/Omega]

    Raises
    ------
    ValueError
        Where the rate is not positive, or vanishes at x = 1 so fast that the integral diverges.
    """
    ell = check_multipoles(ell)
    check_form(form)
    x, weight = rate_quadrature(nu_r, int(np.max(ell, initial=1)))
    x0 = 0.0 if form == "printed" else (weight @ x) / weight.sum()
    integrals = scipy.special.eval_legendre(ell[..., None], x) @ (weight * (x - x0))
    return 1.5 / (ell * (ell + 1)) * integrals
