"""The scheme of Adams: orbits of high accuracy with one field evaluation a step.

Momenta by Adams-Bashforth of seventh order, positions by Adams-Moulton of eighth with the new momentum
(dr/dt = p needs no field), with one constant step. Eighth order for momenta too would be somewhat more
accurate, and unstable where a momentum turns by more than 0.029 rad a step, half of what the seventh bears.
The first nodes are those of the collocation polynomial through them; recorded times, which need not be nodes,
are read off the scheme's own polynomials.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import numpy as np

from crviz import kernels, sky
from crviz.arrays import Array
from crviz.checks import ParameterError, check_number
from crviz.field import Field

#: What phases in single precision allow in fields of sigma^2 = 1, some 1e-6 r_L, is below what is promised.
LEAST_ACCURACY, MOST_ACCURACY = 3e-6, 1e-2
#: The time of the errors that are promised [1/Omega]: later ones grow with the chaos of the motion.
ACCURATE_AT = 10.0
#: Radians of gyration a step beyond which the scheme is unstable: where |z| > 1 for a root z of its
#: characteristic polynomial.
STABLE_TURN = 0.058
#: Strongest turbulent field that orbits meet, over its rms: a Maxwell distribution has 3e-4 beyond it.
_STRONGEST = 2.5
#: From one step that is tried to the next. An error of seventh order falls to a fifth.
_FINER = 1.25
#: What is left of the error of the longer step in a difference of two, and some room for other directions.
_DIFFERENCE = 0.7


def weights(nodes: Array, begin: float, end: float) -> Array:
    """w_j with sum_j w_j f(node_j) the integral of f from begin to end, for polynomials f of degree J - 1.

    Parameters
    ----------
    nodes : (J,) whole numbers

    Returns
    -------
    (J,)
        Worked out in fractions, so that they are rounded once.
    """
    limits = Fraction(begin), Fraction(end)
    integrals = ([_value(polynomial, x) for x in limits] for polynomial in _antiderivatives(*map(int, nodes)))
    return np.array([float(after - before) for before, after in integrals])


@cache
def _antiderivatives(*nodes: int) -> list[list[Fraction]]:
    """Of the polynomials that are 1 at one node and 0 at the others: coefficients from x^0 on."""
    found = []
    for node in nodes:
        coefficients = [Fraction(1)]
        for other in nodes:
            if other != node:  # times (x - other) / (node - other)
                shifted, same = [Fraction(0), *coefficients], [*coefficients, Fraction(0)]
                coefficients = [(a - other * b) / (node - other) for a, b in zip(shifted, same, strict=True)]
        found.append([Fraction(0), *(c / power for power, c in enumerate(coefficients, 1))])
    return found


def _value(coefficients: list[Fraction], x: Fraction) -> Fraction:
    return sum((c * x**power for power, c in enumerate(coefficients)), Fraction(0))


#: Of a step: the nodes at hand when p goes on, and when r does; the newest first.
_PAST = -np.arange(kernels.ORDER)
_NEXT_AND_PAST = 1 - np.arange(kernels.ORDER)


@cache
def _step_weights() -> tuple[Array, Array, Array]:
    first = np.arange(kernels.ORDER)
    start = np.array([weights(first, 0, int(node)) for node in first])
    return start, np.append(weights(_PAST[:-1], 0, 1), 0), weights(_NEXT_AND_PAST, 0, 1)


def trace(field: Field, directions: Array, omega_t: Array, step: float) -> tuple[Array, Array]:
    """Positions and momenta (T, 3, n) at recorded times (T,), by the compiled kernel.

    Parameters
    ----------
    directions : (3, n)
        Unit vectors.
    omega_t : (T,) increasing, > 0 [1/Omega]
    step : [1/Omega]
        Where it is too long for the field, positions are not finite.
    """
    nodes = np.maximum(kernels.ORDER - 1, np.ceil(omega_t / step)).astype(np.int64)
    back = np.array([weights(_PAST, 0, time) for time in omega_t / step - nodes])
    shape = (len(omega_t), 3, directions.shape[1])
    r, p = np.empty(shape), np.empty(shape)
    kernels.trace_adams(
        field.wavevectors,
        field.amplitudes,
        field.phases,
        np.ascontiguousarray(directions),
        step,
        *_step_weights(),
        nodes,
        back,
        r,
        p,
    )
    return r, p


def longest_step(field: Field) -> float:
    """The step [1/Omega] up to which the scheme is stable in all of a field that orbits meet."""
    sigma = math.sqrt((field.amplitudes**2).sum() / 2)
    return STABLE_TURN / (1 + _STRONGEST * sigma)


def step_for(field: Field, accuracy: float) -> float:
    """The longest of some steps [1/Omega] whose orbits through a field are as accurate as asked for.

    48 directions are followed to Omega T = 10 with shorter and shorter steps, until the median distance
    from where the next shorter one leads is 0.7 of what is allowed.

    Parameters
    ----------
    accuracy : [r_L]
        Median error of positions at Omega T = 10; `LEAST_ACCURACY` to `MOST_ACCURACY`.

    Raises
    ------
    ParameterError
        Also where phases in single precision do not allow it: in strong fields errors grow faster.
    """
    check_number("accuracy", accuracy, at_least=LEAST_ACCURACY, at_most=MOST_ACCURACY)
    directions, times = sky.pixel_directions(2), np.array([ACCURATE_AT])

    def ends(step: float) -> Array:
        with np.errstate(all="ignore"):  # beyond its stability the scheme overflows
            return trace(field, directions, times, step)[0][-1]

    shortest_wave = 2 * math.pi / np.linalg.norm(field.wavevectors, axis=0).max()
    step = min(longest_step(field), shortest_wave / 2)
    last, positions = step / 32, ends(step)
    reached = math.inf
    while step > last:
        finer = step / _FINER
        following = ends(finer)
        distance = float(np.median(np.linalg.norm(following - positions, axis=0)))
        if distance <= _DIFFERENCE * accuracy:
            return step
        reached = min(reached, distance / _DIFFERENCE if math.isfinite(distance) else math.inf)
        step, positions = finer, following
    rule = f"is beyond single-precision phases in this field, which allow some {reached:.0e} r_L"
    raise ParameterError("accuracy", accuracy, rule)
