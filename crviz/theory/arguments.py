"""Arguments that the functions of this room share, and what is refused of them."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_choice, check_number
from crviz.parameters import FORMS


def check_power(p: float) -> float:
    """The power p of nu_r = nu0 (1 - x)^p, 0 < p < 1. Raises ParameterError."""
    p = check_number("p", p)
    if not 0 < p < 1:
        raise ParameterError("p", p, "must lie between 0 and 1, ends excluded")
    return p


def check_form(form: str) -> str:
    """One of `FORMS`. Raises ParameterError."""
    return check_choice("form", form, FORMS)


def check_multipoles(ell: ArrayLike, *, at_least: int = 1) -> Array:
    """Whole numbers as an array of int. Raises ParameterError."""
    ell = np.asarray(ell)
    if ell.size and not (ell.min() >= at_least and np.all(ell == np.floor(ell)) and np.isfinite(ell).all()):
        raise ParameterError("ell", ell.min().item(), f"must be whole numbers, at least {at_least}")
    return ell.astype(int)


def check_spectrum(ell: ArrayLike, cl: ArrayLike, *, at_least: int = 1) -> tuple[Array, Array]:
    """Multipoles (L,) and finite values (L,), each multipole once. Raises ParameterError."""
    ell = check_multipoles(ell, at_least=at_least)
    cl = np.asarray(cl, float)
    if ell.ndim != 1 or not ell.size or len(np.unique(ell)) < ell.size:
        raise ParameterError("ell", list(ell.shape), "must be a list of different multipoles")
    if cl.shape != ell.shape or not np.isfinite(cl).all():
        raise ParameterError("cl", list(cl.shape), f"must be {ell.size} finite numbers, one a multipole")
    return ell, cl
