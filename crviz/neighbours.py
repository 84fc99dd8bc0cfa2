"""Neighbouring orbits, and the field line through their origin: relative diffusion, seen.

Cosmic rays that arrive at a small angle to each other came through the same field together, parted, and
forgot each other. How soon depends on the angle, and that is what the small-scale anisotropies show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.checks import check_number, check_whole
from crviz.field import Field
from crviz.orbits import Orbits, backtrack

#: Opening angles of the neighbours [deg].
ANGLES = (0.1, 1.0, 5.0, 20.0)


@dataclass(frozen=True)
class NeighbouringOrbits(Orbits):
    """An orbit, the first, and its neighbours on the way back: `omega_t`, `r` and `p` of `Orbits`, and

    Attributes
    ----------
    angle : (n,) [deg]
        Angle between the momenta of an orbit and of the first at t = 0; 0 for the first itself.
    directions : (3, n)
        The momenta at t = 0.
    """

    angle: Array
    directions: Array

    @property
    def separation(self) -> Array:
        """Distance |r_i - r_0| from the first orbit at equal times: (T, n) [r_L]."""
        return np.linalg.norm(self.r - self.r[:, :, :1], axis=1)

    @property
    def opening_angles(self) -> Array:
        """The angles of the neighbours, each once, increasing: (A,) [deg]."""
        return np.unique(self.angle[1:])

    @property
    def rms_separation(self) -> Array:
        """Root mean square of `separation` over the neighbours at each angle: (T, A) [r_L]."""
        at_angle = self.angle[1:, None] == self.opening_angles
        return np.sqrt(self.separation[:, 1:] ** 2 @ (at_angle / at_angle.sum(axis=0)))


def cone(direction: ArrayLike, angles: Sequence[float] = ANGLES, neighbours: int = 15) -> tuple[Array, Array]:
    """A direction and its neighbours on circles around it, at equal azimuths.

    The first neighbour on every circle lies towards e_theta, away from the polar axis: it differs from
    the direction in its pitch angle. The second of four has the same pitch angle to first order.

    Parameters
    ----------
    direction : (3,)
        Of any length but 0.
    angles : (A,) [deg], above 0 and at most 180
    neighbours : at least 1
        Directions on each circle.

    Returns
    -------
    directions : (3, 1 + A neighbours)
        Unit vectors: the direction itself, then circle after circle.
    angle : (1 + A neighbours,) [deg]

    Raises
    ------
    ValueError
        For a direction that is none, or numbers out of range.
    """
    direction = np.asarray(direction, float)
    length = np.linalg.norm(direction)
    if direction.shape != (3,) or not np.isfinite(length) or length == 0:
        raise ValueError(
            f"direction = {direction.tolist()} must be a vector of 3 components and some length."
        )
    angles = [check_number("angles", angle, above=0, at_most=180) for angle in angles]
    check_whole("neighbours", neighbours, at_least=1)
    axis = direction / length
    phi = np.arctan2(axis[1], axis[0])
    e_phi = np.array([-np.sin(phi), np.cos(phi), 0.0])
    e_theta = np.cross(e_phi, axis)
    azimuths = 2 * np.pi * np.arange(neighbours) / neighbours
    circle = np.outer(e_theta, np.cos(azimuths)) + np.outer(e_phi, np.sin(azimuths))
    angle = np.repeat([0.0, *angles], [1, *[neighbours] * len(angles)])
    around = np.column_stack([np.zeros(3), np.tile(circle, len(angles))])
    return axis[:, None] * np.cos(np.radians(angle)) + around * np.sin(np.radians(angle)), angle


def neighbouring_orbits(
    field: Field,
    direction: ArrayLike,
    omega_t: ArrayLike,
    *,
    angles: Sequence[float] = ANGLES,
    neighbours: int = 15,
    step: float | None = None,
) -> NeighbouringOrbits:
    """Follow one cosmic ray and its neighbours in direction back from the origin.

    The kernel follows 64 orbits side by side, so that 4 angles with 15 neighbours cost as much as one.

    Parameters
    ----------
    direction : (3,)
        The momentum at t = 0. A sky map shows it at the opposite point, where the particle comes from.
    omega_t : (T,) increasing, > 0 [1/Omega]
    angles, neighbours
        As in `cone`.
    step : [1/Omega]
        As in `backtrack`.

    Raises
    ------
    ValueError
        As `cone` and `backtrack` do.
    """
    directions, angle = cone(direction, angles, neighbours)
    orbits = backtrack(field, directions, omega_t, step)
    return NeighbouringOrbits(orbits.omega_t, orbits.r, orbits.p, angle, directions)


def field_line(
    field: Field, length: float, *, points: int = 200, tolerance: float = 3e-3
) -> tuple[Array, Array]:
    """The line of force through the origin: dx/ds = B/|B|, from s = -length to length.

    Parameters
    ----------
    length : above 0 [r_L]
        Arc length followed each way.
    points : at least 1
        How many points each way, beside the origin, at equal steps of arc length.
    tolerance : [r_L]
        Error allowed in a step of the integrator, absolute; neighbouring lines part as orbits do, so that
        the far end of a long line is a typical one rather than the true one.

    Returns
    -------
    s : (2 points + 1,) [r_L]
        Arc length, increasing along B; 0 in the middle.
    x : (3, 2 points + 1) [r_L]

    Raises
    ------
    ValueError
        For numbers out of range.
    RuntimeError
        Where the integrator gives up.
    """
    check_number("length", length, above=0)
    check_whole("points", points, at_least=1)
    along = np.array([1.0, -1.0])  # both ways at once, so that one sum over the waves serves both

    def unit_field(_: float, x: Array) -> Array:
        b = field.b(x.reshape(3, 2))
        return (along * b / np.linalg.norm(b, axis=0)).ravel()

    s = np.linspace(0, length, points + 1)
    solution = scipy.integrate.solve_ivp(
        unit_field, (0, length), np.zeros(6), "DOP853", s, rtol=1e-9, atol=tolerance
    )
    if not solution.success:
        raise RuntimeError(f"the field line could not be followed for {length:g} r_L: {solution.message}")
    forth, back = solution.y.reshape(3, 2, -1).transpose(1, 0, 2)
    return np.concatenate([-s[:0:-1], s]), np.concatenate([back[:, :0:-1], forth], axis=1)
