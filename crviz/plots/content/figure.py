"""The parts of a figure as plain records over arrays; `elements` and `paper` draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import scipy

from crviz.arrays import Array, ArrayLike
from crviz.gradient import Gradient
from crviz.result import Source, estimators


@dataclass(frozen=True)
class Axis:
    """One axis: its dimension, what it is called in plain text and in TeX, and what it shows."""

    name: str
    label: str
    math: str
    limits: tuple[float, float]
    log: bool = True


@dataclass(frozen=True, eq=False)
class Line:
    """One line: its points and how it is drawn.

    Attributes
    ----------
    x, y : (n,)
    dash : "solid" or one of `style.DASHES`
    width : [pt]
    math
        The name in TeX, where it has symbols that `paper` does not know.
    named
        Whether the name stands at the line's end.
    legend
        What the legend says of it; nothing where empty.
    alpha
        How much of its colour covers what is below.
    """

    name: str
    x: Array
    y: Array
    color: str
    dash: str = "solid"
    width: float = 1.5
    math: str = ""
    named: bool = False
    legend: str = ""
    alpha: float = 1.0


@dataclass(frozen=True, eq=False)
class Band:
    """The area between low and high, (n,) each over x."""

    x: Array
    low: Array
    high: Array
    color: str
    alpha: float = 0.15
    legend: str = ""
    name: str = ""


@dataclass(frozen=True, eq=False)
class Marks:
    """Points with bars.

    Attributes
    ----------
    x, y : (n,)
    marker : "diamond", "triangle", "inverted_triangle", or one of `observations.MARKERS`
    size
        Over the usual one.
    down, up : (n,) or None
        Lengths of the bars; None draws none.
    inner : (n,) or None
        A part of the bars of its own, marked by ticks across them.
    """

    name: str
    x: Array
    y: Array
    marker: str
    color: str
    filled: bool = True
    size: float = 1.0
    down: Array | None = None
    up: Array | None = None
    inner: Array | None = None
    legend: str = ""
    alpha: float = 1.0


@dataclass(frozen=True)
class Vertical:
    """A line across the whole figure at one x."""

    x: float
    color: str
    name: str = ""
    dash: str = "solid"
    math: str = ""


@dataclass(frozen=True)
class Panel:
    """One pair of axes and all that is drawn on it.

    Attributes
    ----------
    x
        Logarithmic.
    title
        What was simulated, in one line.
    legend_at
        The corner that is empty.
    about
        What a file of it says of itself, by the words for it (`content.about`).
    """

    x: Axis
    y: Axis
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    marks: tuple[Marks, ...] = ()
    verticals: tuple[Vertical, ...] = ()
    title: str = ""
    legend_at: Literal["lower left", "upper left", "upper right", "lower right"] = "lower left"
    about: Mapping[str, str] = field(default_factory=dict)


def positive(values: ArrayLike) -> Array:
    """Values as a log axis shows them: NaN in place of what is not above 0."""
    values = np.asarray(values, float)
    return np.where(values > 0, values, np.nan)


def steady(value: float) -> float:
    """The next half decade above a value, so that an axis rests while what it shows moves a little."""
    return float(10 ** (np.ceil(2 * np.log10(value)) / 2))


def spread(heights: ArrayLike, apart: float, low: float = -np.inf, high: float = np.inf) -> Array:
    """Heights moved as little as possible (in the mean square) until no two are nearer than `apart`.

    Parameters
    ----------
    heights : (n,)
    low, high
        Where they shall stay; where there is no room for so many, low gives way.

    Returns
    -------
    (n,)
        In the same order; who was above stays above.
    """
    heights = np.asarray(heights, float)
    order = np.argsort(-heights, kind="stable")
    steps = apart * np.arange(heights.size)
    placed = np.empty_like(heights)
    if heights.size:
        free = scipy.optimize.isotonic_regression(heights[order] + steps, increasing=False).x
        placed[order] = np.minimum(np.maximum(free, low + steps[-1]), high) - steps
    return placed


def line_ends(panel: Panel) -> tuple[list[Line], Array, Array]:
    """The lines of a panel whose names stand at their ends, and where these are.

    Lines that end outside the axes have none.

    Returns
    -------
    lines, x (n,), y (n,)
    """
    low, high = panel.y.limits
    inside = [line for line in panel.lines if line.named and low <= line.y[-1] <= high]
    x, y = np.array([[line.x[-1], line.y[-1]] for line in inside], float).reshape(-1, 2).T
    return inside, x, y


def time_axis(omega_t: Array) -> Axis:
    """The axis of backtracking times (T,) [1/Omega]."""
    first, last = float(omega_t[0]), float(omega_t[-1])
    limits = (first, last) if first < last else (first / 2, last * 2)
    return Axis("omega_t", "backtracking time Ω T", r"backtracking time $\Omega T$", limits)


def described(source: Source, of_one: bool = False) -> str:
    """What was simulated, in one line; of_one: for what is shown of the first field alone."""
    config = source.config
    count = "one field" if of_one else source.sampling
    return f"σ² = {config.sigma2:.12g}, r_L/L_c = {config.rl_over_lc:.12g}, {count}"


def titled(
    source: Source,
    gradient: Gradient,
    estimator: str,
    *,
    omega_t: float | None = None,
    p: float | None = None,
    form: str | None = None,
    further: str = "",
    pinned: str = "",
) -> str:
    """What was simulated and what is shown of it, in one line; what is None or empty is not said.

    Parameters
    ----------
    omega_t : [1/Omega]
    p, form
        Of the analytic curves.
    further
        What else there is to say of how it is shown.
    pinned
        What is drawn beside it, in words.
    """
    words = [
        described(source),
        f"gradient {gradient_in_words(gradient)}",
        "" if omega_t is None else f"Ω T = {omega_t:.5g}",
        estimators.get(estimator).words,
        "" if p is None else f"p = {p:.12g}",
        "" if form is None else f"{form} form",
        further,
    ]
    return ", ".join(filter(None, words)) + (f"; pinned: {pinned}" if pinned else "")


def gradient_in_words(gradient: Gradient) -> str:
    """A gradient as a legend or a title says it: to what it is parallel, or its angles."""
    name = gradient_name(gradient)
    return f"{name} to B₀" if isinstance(gradient, str) else name


def gradient_name(gradient: Gradient) -> str:
    """A gradient in words: "parallel", "perpendicular", or its angles in degrees, to six digits."""
    if isinstance(gradient, str):
        return gradient
    theta, phi = np.degrees(gradient)
    return f"θ = {theta:g}°, φ = {phi:g}°"


def power_name(p: float) -> str:
    """A power in words: two places, or as many as it has."""
    short = f"{p:.2f}"
    return f"p = {short if float(short) == p else format(p, '.12g')}"
