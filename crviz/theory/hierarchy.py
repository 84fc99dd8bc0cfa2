"""The closed hierarchy of multipoles without a source (Ahlers 2014, arXiv:1310.5712).

With D_l = (2l + 1) C_l and the rates of Brownian motion on the sphere, nu_l = nu_1 l(l + 1)/2,

    dD_l / dT = -nu_l D_l + nu_{l-1} D_{l-1}:

what leaves one multipole arrives in the next, and a dipole that is left alone feeds all others.
"""

from __future__ import annotations

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError
from crviz.theory.arguments import check_multipoles

#: Beyond this nu_1 T the ratios are the asymptotic ones to exp(-2 * 50) and stay there.
_LATE = 50.0


def hierarchy(ell: ArrayLike, *, nu1_t: ArrayLike | None = None) -> Array:
    """C_l / C_1 that an initial dipole leads to.

    C_1 itself decays as exp(-nu_1 T). In the end all multipoles do, and
    C_l / C_1 = 18 / [(2l + 1)(l + 1)(l + 2)].

    Parameters
    ----------
    ell : int >= 1, of any shape
    nu1_t : >= 0, of any shape
        nu_1 T, the time in units of 1/nu_1; None is the limit of late times.

    Returns
    -------
    of the shape of ell, or of nu1_t and ell together
        Good to 1e-15 absolutely.

    Raises
    ------
    ParameterError
    """
    ell = check_multipoles(ell)
    if nu1_t is None:
        return 18 / ((2 * ell + 1) * (ell + 1) * (ell + 2))
    nu1_t = np.asarray(nu1_t, float)
    if not (np.isfinite(nu1_t).all() and (nu1_t >= 0).all()):
        raise ParameterError("nu1_t", nu1_t.min(), "must be finite and at least 0 everywhere")
    return 3 / (2 * ell + 1) * _power_over_dipole(int(np.max(ell, initial=1)), nu1_t)[..., ell - 1]


def _power_over_dipole(lmax: int, nu1_t: Array) -> Array:
    """D_l / D_1 for l = 1..lmax: (...) -> (..., lmax). Exact: nothing flows back from above lmax.

    The matrix exponential is used since the sum over exponentials cancels to nothing at early times.
    """
    ell = np.arange(1, lmax + 1)
    nu = ell * (ell + 1) / 2
    transfer = np.diag(1 - nu) + np.diag(nu[:-1], -1)  # less the decay of the dipole
    return scipy.linalg.expm(transfer * np.minimum(nu1_t, _LATE)[..., None, None])[..., :, 0]
