"""Relative diffusion by opening angle: how far apart two cosmic rays were that arrive at an angle to
each other, and how alike their momenta were.

Of pairs that are followed through the fields, at any angle; `Result.separation` has the same from the
spectra of whole skies, at angles that these resolve.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from crviz import orbits
from crviz.arrays import Array, ArrayLike
from crviz.checks import check_number, check_whole
from crviz.config import Config
from crviz.field import draw_field
from crviz.means import standard_error
from crviz.parameters import REALIZATIONS

#: Waves are summed in single precision, which parts orbits as an opening angle of some 2e-8 would: a
#: fiftieth of this angle, and less than a hundredth of the mean square separation.
SMALLEST_ANGLE = 1e-6


@dataclass(frozen=True, eq=False)
class Separation:
    """Pairs of cosmic rays against time and opening angle; errors from the scatter of realisations.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    theta : (M,) [rad]
        Angle between the momenta at t = 0.
    square, square_error : (T, M) [r_L^2]
        <|r_1(-T) - r_2(-T)|^2>. It tends to twice `mean_square` where the two have nothing to do
        with each other any more.
    alignment, alignment_error : (T, M)
        <p_1(-T) . p_2(-T)>, from cos(theta) to 0.
    mean_square, mean_square_error : (T,) [r_L^2]
        <|r(-T)|^2> of single cosmic rays.
    """

    omega_t: Array
    theta: Array
    square: Array
    square_error: Array
    alignment: Array
    alignment_error: Array
    mean_square: Array
    mean_square_error: Array


def follow_pairs(
    config: Config,
    theta: ArrayLike,
    realizations: int,
    *,
    pairs: int = 256,
    executor: Executor | None = None,
) -> Separation:
    """Follow pairs of cosmic rays at given opening angles through the fields of a configuration.

    Parameters
    ----------
    config
        Its sky grid is not used.
    theta : (M,) [rad]
        From `SMALLEST_ANGLE` to pi.
    realizations : at least 1
        Fields 0, 1, ..., the same as those of a run.
    pairs : at least 1
        Pairs at each angle in each field. Each takes 1 + M orbits for all angles together.
    executor
        Where fields are followed, one a task; None does it here, one after another. It does not change
        the numbers.

    Raises
    ------
    ParameterError
    """
    theta = check_angles(theta)
    realizations = REALIZATIONS.check(realizations)
    follow = partial(pair_moments, config, theta, pairs=pairs)
    moments = (map if executor is None else executor.map)(follow, range(realizations))
    square, alignment, mean_square = (np.array(each) for each in zip(*moments, strict=True))
    return Separation(
        omega_t=np.array(config.omega_t),
        theta=theta,
        square=square.mean(0),
        square_error=standard_error(square),
        alignment=alignment.mean(0),
        alignment_error=standard_error(alignment),
        mean_square=mean_square.mean(0),
        mean_square_error=standard_error(mean_square),
    )


def pair_moments(
    config: Config, theta: ArrayLike, realization: int, pairs: int = 256
) -> tuple[Array, Array, Array]:
    """Means over the pairs of one field; a pure function of its arguments.

    Parameters
    ----------
    config, theta, pairs : as in `follow_pairs`
    realization : at least 0

    Returns
    -------
    square : (T, M) [r_L^2]
    alignment : (T, M)
    mean_square : (T,) [r_L^2]
    """
    theta = check_angles(theta)
    first, second = pair_directions(config, theta, realization, pairs)
    together = np.concatenate([first[:, None], second], 1)  # (3, 1 + M, pairs)
    steps = orbits.intervals(config.omega_t, config.resolved_step)
    r, p = (
        one.reshape(-1, *together.shape)
        for one in orbits.trace(draw_field(config, realization), together.reshape(3, -1), *steps)
    )
    apart = r[:, :, 1:] - r[:, :, :1]
    square = (apart**2).sum(1).mean(-1)
    alignment = (p[:, :, 1:] * p[:, :, :1]).sum(1).mean(-1)
    return square, alignment, (r[:, :, 0] ** 2).sum(1).mean(-1)


def pair_directions(config: Config, theta: ArrayLike, realization: int, pairs: int) -> tuple[Array, Array]:
    """Momenta at t = 0: the first of every pair isotropic, the second at theta from it in a random sense.

    A pure function of the seed and the index, independent of the field and of the grids of that index.
    The angles share their first directions and their senses, so that they are compared with less noise.

    Returns
    -------
    first : (3, pairs)
    second : (3, M, pairs)
    """
    check_whole("pairs", pairs, at_least=1)
    # the field has the key (realization,), the rotation of grid B (realization, 0)
    seeds = np.random.SeedSequence(config.seed, spawn_key=(realization, 1))
    first, other = np.random.default_rng(seeds).normal(size=(2, 3, pairs))
    first /= np.linalg.norm(first, axis=0)
    across = np.cross(first, other, axis=0)
    across /= np.linalg.norm(across, axis=0)
    theta = np.asarray(theta)[:, None]
    return first, np.cos(theta) * first[:, None] + np.sin(theta) * across[:, None]


def check_angles(theta: ArrayLike, smallest: float = SMALLEST_ANGLE) -> Array:
    """Opening angles as an array (M,) [rad], from the smallest resolved to pi. Raises ParameterError."""
    bounds = {"at_least": smallest, "at_most": np.pi}
    return np.array([check_number("theta", angle, **bounds) for angle in np.atleast_1d(theta)])
