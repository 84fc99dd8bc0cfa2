"""How far one sky, of which a part is seen, may lie from the mean over skies."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_number


def independent_modes(ell: ArrayLike, *, f_sky: float = 1.0, m0: bool = True) -> Array:
    """How many numbers go into C_l: (2l+1) f_sky, or 2l f_sky where m = 0 is not measured.

    For a part of the sky this is the usual estimate, not an exact count.

    Parameters
    ----------
    ell : (L,) int, at least 1
    f_sky : 0 < f_sky <= 1
    m0
        Whether m = 0 is measured.

    Returns
    -------
    (L,)

    Raises
    ------
    ParameterError
    """
    f_sky = check_number("f_sky", f_sky, above=0, at_most=1)
    ell = np.asarray(ell)
    if ell.size and ell.min() < 1:
        raise ParameterError("ell", int(ell.min()), "must be at least 1")
    return (2 * ell + (1 if m0 else 0)) * f_sky


def cosmic_variance(cl: ArrayLike, ell: ArrayLike, *, f_sky: float = 1.0, m0: bool = True) -> Array:
    """Variance 2 C_l^2 / (number of independent modes) of one sky's C_l, isotropic and Gaussian.

    Parameters
    ----------
    cl : (..., L)
    ell, f_sky, m0 : see `independent_modes`
    """
    return 2 * np.asarray(cl, float) ** 2 / independent_modes(ell, f_sky=f_sky, m0=m0)


def missing_m0_factor(ell: ArrayLike) -> Array:
    """(2l+1) / (2l): what a C_l without the power in m = 0 has to be multiplied by to be that of an
    isotropic ensemble on the whole sky. Multipoles (L,), at least 1."""
    return independent_modes(ell) / independent_modes(ell, m0=False)
