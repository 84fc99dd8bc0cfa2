"""Scattering rates and the diffusion tensor of Eq. 2, with the regular field along z.

Rates are in Omega, tensors in r_L^2 Omega (= v^2 / Omega).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError


@dataclass(frozen=True, eq=False)
class Rates:
    """The rates of Eq. 2, each of the shape (...) [Omega], with standard errors.

    Attributes
    ----------
    nu_par, nu_perp, nu_a : (...)
        Parallel, perpendicular and axial; NaN where K_par or K_perp is not positive. nu_a has the
        sign of the drift.
    nu_par_error, nu_perp_error, nu_a_error : (...)
        NaN where the errors of the tensor were not given.
    """

    nu_par: Array
    nu_perp: Array
    nu_a: Array
    nu_par_error: Array
    nu_perp_error: Array
    nu_a_error: Array


def tensor_from_rates(nu_par: ArrayLike, nu_perp: ArrayLike, nu_a: ArrayLike) -> Array:
    """K_ij = B_i B_j / 3 nu_par + (delta_ij - B_i B_j) / 3 nu_perp + eps_ijk B_k / 3 nu_a, Eq. 2.

    Parameters
    ----------
    nu_par, nu_perp, nu_a : (...) [Omega], above 0; nu_a may be negative or infinite

    Returns
    -------
    (..., 3, 3) [r_L^2 Omega]

    Raises
    ------
    ParameterError
    """
    for name, rate in (("nu_par", nu_par), ("nu_perp", nu_perp)):
        if not np.all(np.asarray(rate) > 0):
            raise ParameterError(name, np.min(rate), "must be above 0 everywhere")
    if not np.all(np.abs(nu_a) > 0):
        raise ParameterError("nu_a", 0.0, "must not be 0 or NaN anywhere")
    par, perp, axial = np.broadcast_arrays(*(1 / (3 * np.asarray(nu)) for nu in (nu_par, nu_perp, nu_a)))
    k = np.zeros((*par.shape, 3, 3))
    k[..., 0, 0] = k[..., 1, 1] = perp
    k[..., 2, 2] = par
    k[..., 0, 1], k[..., 1, 0] = axial, -axial
    return k


def bgk_rates(nu: ArrayLike) -> tuple[Array, Array]:
    """nu_perp and nu_a that follow from a single rate nu = nu_par in the BGK approximation.

    nu_perp / nu_par = 1 + Omega^2 / nu_par^2 and nu_a / Omega = 1 + nu_par^2 / Omega^2. The real
    K_perp is larger than that of this nu_perp, since field lines wander: up to hundreds of times for small
    r_L / L_c, not at all for large ones in strong turbulence (`interpretation.bgk_comparison`).

    Parameters
    ----------
    nu : (...) [Omega], above 0

    Returns
    -------
    nu_perp, nu_a : (...) [Omega]

    Raises
    ------
    ParameterError
    """
    nu = np.asarray(nu, float)
    if not (np.isfinite(nu).all() and (nu > 0).all()):
        raise ParameterError("nu", nu.min(), "must be finite and above 0 everywhere")
    return nu + 1 / nu, 1 + nu**2


def bgk_tensor(nu: ArrayLike) -> Array:
    """Eq. 2 with the `bgk_rates` of nu: (...) [Omega] -> (..., 3, 3) [r_L^2 Omega]."""
    return tensor_from_rates(nu, *bgk_rates(nu))


def rates(k: ArrayLike, *, k_error: ArrayLike | None = None) -> Rates:
    """The rates that a measured diffusion tensor stands for, Eq. 2 read backwards.

    Parameters
    ----------
    k : (..., 3, 3) [r_L^2 Omega]
        K_perp is the mean of xx and yy, the axial part half of xy - yx.
    k_error : (..., 3, 3)
        Standard errors, taken as independent of each other.

    Raises
    ------
    ParameterError
    """
    k = np.asarray(k, float)
    error = np.full(k.shape, np.nan) if k_error is None else np.asarray(k_error, float)
    for name, tensor in (("k", k), ("k_error", error)):
        if tensor.shape[-2:] != (3, 3) or tensor.shape != k.shape:
            raise ParameterError(name, list(tensor.shape), "must have the shape (..., 3, 3)")
    par, perp = k[..., 2, 2], (k[..., 0, 0] + k[..., 1, 1]) / 2
    axial = (k[..., 0, 1] - k[..., 1, 0]) / 2
    values = _inverse(par, par > 0), _inverse(perp, perp > 0), _inverse(axial, axial != 0, np.inf)
    errors = (
        error[..., 2, 2],
        np.hypot(error[..., 0, 0], error[..., 1, 1]) / 2,
        np.hypot(error[..., 0, 1], error[..., 1, 0]) / 2,
    )
    # d nu = 3 nu^2 dK
    return Rates(*values, *(3 * nu**2 * dk for nu, dk in zip(values, errors, strict=True)))


def _inverse(k: Array, valid: Array, otherwise: float = np.nan) -> Array:
    return np.divide(1, 3 * k, out=np.full(k.shape, otherwise), where=valid)
