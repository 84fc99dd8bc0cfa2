"""How fast cosmic rays spread at a time: ballistic, diffusive, or something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz import means
from crviz.arrays import Array, ArrayLike
from crviz.diffusion.measured import Moments
from crviz.diffusion.settling import GYRATING, gyrating
from crviz.gradient import Gradient, gradient_tensor

#: Words for the exponent, "undetermined" where its error leaves both 1 and 2 possible, and what is said where
#: it depends on the phase of the gyration.
REGIMES = ("ballistic", "superdiffusive", "diffusive", "subdiffusive", "undetermined", GYRATING)
#: An exponent this close to 1 or 2 counts as 1 or 2, whatever its error.
TOLERANCE = 0.1


@dataclass(frozen=True, eq=False)
class Regime:
    """The local exponent a of <(r.g)^2> ~ T^a, and the word for it.

    "ballistic" is a = 2, "diffusive" a = 1: within `TOLERANCE` or two standard errors, whichever is
    more. "superdiffusive" lies between, "subdiffusive" below, "undetermined" is compatible with both.
    Where K turns with the gyration (`settling.gyrating`) the exponent may be anything, and says nothing.
    Where the error is NaN (one realisation), `TOLERANCE` alone decides, and gyration is not told.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    exponent, error : (T,)
    name : (T,) str
        One of `REGIMES`.
    """

    omega_t: Array
    exponent: Array
    error: Array
    name: Array


def regime(moments: Moments, gradient: Gradient) -> Regime:
    """`Regime` along a gradient, from the moments of every field.

    No differences in time are taken: d<r_i r_i>/dT = 2 K_ii, exactly, so that
    d ln <r_i r_i> / d ln T = 2 T K_ii / <r_i r_i>, the diffusion tensor over its running average.
    The error is that of a ratio of means, from the scatter of the fields.
    """
    g = gradient_tensor(gradient)
    k, mean_square = (np.einsum("ij,rtij->rt", g, tensor) for tensor in (moments.k, moments.rr))
    times = moments.omega_t
    turns = gyrating(times, k.mean(0), means.standard_error(k), mean_square.mean(0) / (2 * times))
    return regime_of_exponent(times, *means.ratio(2 * times * k, mean_square), turns)


def regime_of_exponent(omega_t: ArrayLike, exponent: Array, error: Array, turns: Array) -> Regime:
    """`Regime` where the exponent, its error, and whether it is `gyrating` are known already: (T,) each."""
    margin = np.fmax(TOLERANCE, 2 * error)
    diffusive = np.abs(exponent - 1) <= margin
    ballistic = exponent >= 2 - margin
    cases = {
        GYRATING: turns,
        "undetermined": diffusive & ballistic,
        "ballistic": ballistic,
        "diffusive": diffusive,
        "superdiffusive": exponent > 1,
    }
    name = np.select(list(cases.values()), list(cases), "subdiffusive")
    return Regime(np.asarray(omega_t), exponent, error, name)
