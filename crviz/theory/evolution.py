"""The growth of the spectrum from nothing, Eqs. 12-14 with time kept.

The function sum_k (2k + 1)/2 C_k P_k(x) changes at the rate (3/2) Q_1 x - nu_r(x) K'(x). Divided by
nu_r and projected on P_l, with the monopole included, this is a linear system for c_l = (2l + 1) C_l,

    W dc/dT = W s - D c,
    W_lk = integral P_l P_k / nu_r,   D_l = 2 l(l + 1)/(2l + 1),   s_l = 3 Q_1 delta_l1,

whose stationary state is the self-consistent form at any truncation. W and D are symmetric, so
that the modes of decay are orthogonal and time is integrated exactly.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy
from numpy.polynomial.legendre import legvander

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_whole
from crviz.theory.arguments import check_multipoles
from crviz.theory.quadrature import Rate, rate_quadrature
from crviz.theory.stationary import power_law_rate

_LEAST_LMAX = 256


def decay_modes(nu_r: Rate, lmax: int) -> tuple[Array, Array, Array]:
    """Solutions exp(-decay T) of the system without its source. Errors as in `evolve`.

    Returns
    -------
    decay : (M,) [Omega]
        Rates of decay, increasing; the first is 0 and belongs to the monopole. M = lmax + 1.
    vectors : (M, M)
        The modes in columns; rows are c_l = (2l + 1) C_l, l = 0..lmax.
    drive : (M,)
        How much of each mode the source Q_1 = 1 makes in a unit of time.
    """
    x, weight = rate_quadrature(nu_r, lmax)
    legendre = legvander(x, lmax)
    overlap = legendre.T @ (weight[:, None] * legendre)  # W
    ell = np.arange(lmax + 1)
    decay, vectors = scipy.linalg.eigh(np.diag(2 * ell * (ell + 1) / (2 * ell + 1)), overlap)
    decay[0] = 0.0  # to rounding
    # the modes are orthonormal with respect to W
    return decay, vectors, 3 * vectors.T @ overlap[:, 1]


def evolve(
    omega_t: ArrayLike,
    ell: ArrayLike,
    nu_r: Rate,
    *,
    source: ArrayLike | Callable[[float], float] | None = None,
    lmax: int | None = None,
) -> Array:
    """C_l(T) that grows from nothing at T = 0, monopole included.

    For l >= 1 and a constant source it tends to the self-consistent form of `spectrum_from_rate`
    for the same rate, exactly at any lmax; the monopole goes on to grow as 3 Q_1 x0 T, where
    x0 = p/(2 - p) for a rate (1 - x)^p. On the way there truncation matters: for l <= 10 and p <= 2/3
    it costs 6e-3 at lmax = 100 and 2e-3 at 256; at p = 0.9 some 3 % there.

    Parameters
    ----------
    omega_t : (T,) increasing, >= 0, or a number [1/Omega]
    ell : int >= 0, of any shape
    nu_r : function of x in (-1, 1) [Omega]
        It may vanish at x = 1 like (1 - x)^p with p < 1.
    source : number, (T,), or function of a time [1/Omega]
        Q_1(T). None is 1: the result is C_l / Q_1. An array holds Q_1 at omega_t and is joined by
        straight lines, the first of which begins at 0 at T = 0, as K does. A function is asked at
        T = 0 and at omega_t, straight lines in between.
    lmax
        Where multipoles are cut off; None is 4 times the highest of ell, at least 256.

    Returns
    -------
    of the shape of omega_t and that of ell together
        [1/Omega], times the unit of the source.

    Raises
    ------
    ValueError
        Where the rate is not positive or vanishes too fast; ParameterError for the others.
    """
    ell = check_multipoles(ell, at_least=0)
    highest = int(np.max(ell, initial=1))
    lmax = _enough(highest) if lmax is None else check_whole("lmax", lmax, at_least=highest)
    shape = np.shape(omega_t)
    times, start = _check_times(omega_t)
    values = _values("source", source, times, shape)
    return _evolved(nu_r, lmax, times, values[:-1], values[1:], ell)[start:].reshape(shape + ell.shape)


def evolve_by_diffusion(
    omega_t: ArrayLike, ell: ArrayLike, mean_square: ArrayLike, k_parallel: float, *, p: float
) -> Array:
    """C_l(T) without a free parameter but p: the source is Q_1 = (8 pi / 3) K(T), and nu_0 = nu_par / 2^p.

    Between two times K is its mean there, which d<(r.g)^2>/dT = 2 K gives exactly however far apart they
    are: across weakly perturbed fields K turns with the gyration, and lines between samples of it go
    anywhere. Up to the first time it grows from 0, as in straight flight.

    Parameters
    ----------
    omega_t : (T,) increasing, >= 0 [1/Omega]
    ell : (L,) int >= 0
    mean_square : (T,), or (T, G) for several gradients [r_L^2]
        g_i g_j <r_i r_j>.
    k_parallel
        K_par in the end, above 0, which nu_par = 1 / (3 K_par) follows from.

    Returns
    -------
    (T, L), or (T, G, L) [r_L^2]
    """
    ell = check_multipoles(ell, at_least=0)
    times, start = _check_times(omega_t)
    several = np.asarray(mean_square).T  # one gradient after the other
    each = [_values("mean_square", one, times, np.shape(omega_t)) for one in np.atleast_2d(several)]
    grown = np.diff(each).reshape(*several.shape[:-1], -1).T
    begin = (4 * np.pi / 3 * grown.T / np.diff(times)).T
    end = begin.copy()
    begin[:1] = 0
    end[:1] *= 2
    rate = power_law_rate(p, nu0=1 / (3 * k_parallel) / 2**p)
    return _evolved(rate, _enough(int(np.max(ell, initial=1))), times, begin, end, ell)[start:]


def power_law_modes(ell: ArrayLike, *, p: float) -> tuple[Array, Array]:
    """What `evolve_by_diffusion` is made of for every source and every nu_0.

    Returns
    -------
    decay : (M,) [nu_0]
        Rates of decay of the modes.
    share : (L, M)
        C_l(T) = sum_m share_lm times the integral of Q_1 exp(-decay_m nu_0 (T - T')) dT' from 0 to T.
    """
    ell = check_multipoles(ell, at_least=0)
    decay, vectors, drive = decay_modes(power_law_rate(p), _enough(int(np.max(ell, initial=1))))
    return decay, vectors[ell] * drive / (2 * ell + 1)[:, None]


def _enough(highest: int) -> int:
    """Where multipoles are cut off for the highest that is asked for."""
    return max(4 * highest, _LEAST_LMAX)


def _evolved(nu_r: Rate, lmax: int, times: Array, begin: Array, end: Array, ell: Array) -> Array:
    """C_l (n, ..., size of ell) at times (n,), which begin at 0; the source goes straight from begin to end
    (n - 1, ...) in each interval."""
    decay, vectors, drive = decay_modes(nu_r, lmax)
    amplitudes = np.zeros((len(times), *begin.shape[1:], decay.size))
    for i, step in enumerate(np.diff(times)):
        z = decay * step
        # integrals of exp(-z (1 - u)) and of u exp(-z (1 - u)) over u from 0 to 1
        whole, late = scipy.special.exprel(-z), _ramp(z)
        gained = step * drive * (begin[i][..., None] * (whole - late) + end[i][..., None] * late)
        amplitudes[i + 1] = np.exp(-z) * amplitudes[i] + gained
    return amplitudes @ (vectors[ell.ravel()] / (2 * ell.ravel() + 1)[:, None]).T


def _ramp(z: Array) -> Array:
    """(z - 1 + exp(-z)) / z^2 for z >= 0, its series next to 0, where the difference is lost."""
    near = z < 0.03
    series = 1 / 2 - z / 6 * (1 - z / 4 * (1 - z / 5 * (1 - z / 6 * (1 - z / 7))))
    safe = np.where(near, 1.0, z)
    return np.where(near, series, (1 - scipy.special.exprel(-safe)) / safe)


def _check_times(omega_t: ArrayLike) -> tuple[Array, int]:
    """Times with a 0 in front, and the index of the first that was asked for."""
    times = np.atleast_1d(np.asarray(omega_t, float))
    if times.ndim != 1 or not (
        np.isfinite(times).all() and (times >= 0).all() and (np.diff(times) > 0).all()
    ):
        raise ParameterError("omega_t", omega_t, "must be finite, increasing times, at least 0")
    missing = not times.size or times[0] > 0
    return (np.r_[0.0, times], 1) if missing else (times, 0)


def _values(
    name: str, given: ArrayLike | Callable[[float], float] | None, times: Array, shape: tuple[int, ...]
) -> Array:
    """A function, an array that is 0 at 0, or a number (None is 1), at times (n,), which begin at 0."""
    if callable(given):
        values = np.array([float(given(time)) for time in times])
    elif given is None or np.ndim(given) == 0:
        values = np.full(len(times), 1.0 if given is None else given, float)
    elif np.shape(given) == shape:
        values = np.r_[np.zeros(len(times) - np.size(given)), np.asarray(given, float)]
    else:
        raise ParameterError(name, list(np.shape(given)), f"must have the shape {list(shape)} of omega_t")
    if not np.isfinite(values).all():
        raise ParameterError(name, float(values[~np.isfinite(values)][0]), "must be finite everywhere")
    return values
