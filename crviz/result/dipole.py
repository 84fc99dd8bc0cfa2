"""Where the excess of the dipole comes from: against the regular field and the gradient, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crviz.arrays import Array

_B0 = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class DipoleDirection:
    """The dipoles that single observers see at one time, for one gradient.

    Attributes
    ----------
    omega_t : float [1/Omega]
    gradient : (3,)
        The gradient's direction.
    excess : (S, 3) [r_L]
        A vector for each observer: where the excess comes from, as long as the dipole; delta I is largest at
        n along it, and C_1 = (4 pi / 9) of its square.
    """

    omega_t: float
    gradient: Array
    excess: Array

    @cached_property
    def to_field(self) -> Array:
        """Angles to B0 (S,) [rad], from 0 to pi; NaN where there is no dipole."""
        return angles(self.excess, _B0)

    @cached_property
    def to_gradient(self) -> Array:
        """Angles to the gradient (S,) [rad], from 0 to pi; NaN where there is no dipole."""
        return angles(self.excess, self.gradient)

    @property
    def mean(self) -> Array:
        """The dipole of the mean sky (3,) [r_L], which tends to 3 K g (Fick) at late times."""
        return np.asarray(self.excess.mean(0))


def angles(vectors: Array, direction: Array) -> Array:
    """Angles of vectors (..., 3) to a unit vector (3,): (...) [rad]; NaN of a vector of no length."""
    along = vectors @ direction
    across = np.linalg.norm(np.cross(vectors, direction), axis=-1)
    return np.where(np.hypot(along, across) > 0, np.arctan2(across, along), np.nan)
