"""What the rows of docs/validation.md are made of, and the results that they are read from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeAlias

import numpy as np
from numpy.polynomial.legendre import legvander

import crviz
from crviz import Config, Result, library, sky
from crviz.arrays import Array, ArrayLike
from crviz.orbits import Orbits

FOUR_PI = 4 * np.pi
POWERS = (1 / 3, 1 / 2, 2 / 3)
GRADIENTS = {"parallel": "∥", "perpendicular": "⊥"}

#: Measures one row of a table of equations, in words.
Measure: TypeAlias = Callable[[], str]
#: What we find of a statement on a figure, and whether that is the same.
Statement: TypeAlias = Callable[[], tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """An equation, what is behind it, and how well it holds.

    Attributes
    ----------
    number, says
    code, tests
        Dotted names of functions; names of test functions, wherever they are.
    measure
    """

    number: str
    says: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    measure: Measure


def row(table: list[Row], number: str, says: str, code: str, tests: str) -> Callable[[Measure], Measure]:
    """Decorator: the function measures a row of this table; code and tests are names between blanks."""

    def note(measure: Measure) -> Measure:
        table.append(Row(number, says, tuple(code.split()), tuple(tests.split()), measure))
        return measure

    return note


@cache
def reference() -> Result:
    """The shipped result: the paper's run, 120 fields, two grids of nside 32."""
    return crviz.load(library.reference())


@cache
def covariances_known() -> bool:
    """Whether the shipped result has covariances between multipoles; early versions kept variances only."""
    try:
        reference().covariance("parallel", omega_t=100, estimator="cross")
    except ValueError:
        return False
    return True


class Sky:
    """One field of the paper's turbulence, 192 orbits, at a few times."""

    config = Config(nside=4, omega_t=(0.5, 3.0, 20.0))

    @cached_property
    def directions(self) -> Array:
        """(3, 192)"""
        return sky.pixel_directions(4)

    @cached_property
    def orbits(self) -> Orbits:
        return crviz.backtrack(crviz.draw_field(self.config, 0), self.directions, self.config.omega_t)

    @cached_property
    def result(self) -> Result:
        return crviz.run(self.config, 1)

    def legendre(self, lmax: int) -> Array:
        """P_l(p_1 . p_2) for all pairs of pixels, (192, 192, lmax + 1)."""
        return legvander(np.clip(self.directions.T @ self.directions, -1, 1), lmax)


SKY = Sky()


def index(omega_t: float) -> int:
    """Of the time of the shipped result nearest to omega_t."""
    return reference().time_index(omega_t)


def per_field(name: str, omega_t: float) -> Array:
    """A tensor of every field of the shipped result, (120, 3, 3)."""
    return reference().dataset[name].values[:, index(omega_t)]


def mean(values: Array) -> tuple[Array, Array]:
    """Mean over fields and its standard error: (R, ...) -> (...), (...)."""
    return values.mean(0), values.std(0, ddof=1) / np.sqrt(len(values))


def pm(value: float | Array, error: float | Array, digits: int = 2) -> str:
    """A value with its error, one number each, to so many digits of the error."""
    places = max(0, digits - 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def off(found: ArrayLike, expected: Array) -> str:
    """Largest difference relative to the largest value, in words."""
    return f"{np.abs(np.asarray(found) - expected).max() / np.abs(expected).max():.0e}"
