"""The sky of one realisation: relative intensity in the Mollweide projection."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from crviz.arrays import Array
from crviz.parameters import DRAWN
from crviz.plots import mollweide, style
from crviz.sky import dipole, interpolated, nside_of, smoothed
from crviz.sky import without_dipole as sky_without_dipole

LABEL = "δI [r_L |∇n|/n]"
#: Points across a picture for paper.
PAPER_WIDTH = 1600
#: A dipole below this share of the largest value is what coarse pixels leave of one that was removed.
NOTHING = 0.01
#: Share of the pixels whose |delta I| colours reach, where no limit is set.
REACHED = 0.99

MATH = r"$\delta I$   [$r_L\,|\nabla n|/n$]"


@dataclass(frozen=True, eq=False)
class Sky:
    """A picture of the sky with its marks.

    Attributes
    ----------
    picture : (h, 2h) float32 [r_L |grad n| / n]
        Rows from the bottom to the top, x from -2 to 2 and y from -1 to 1; NaN outside the sky.
    limit
        Colours run from -limit to limit.
    gradient : (x, y)
        Where the gradient points.
    dipole : (x, y) or None
        Where the excess of the dipole comes from; None where there is no dipole.
    names : (x, y, text, color, math) each
    about
        What a file of it says of itself, by the words for it (`content.about`).
    """

    picture: Array
    limit: float
    gradient: tuple[float, float]
    names: tuple[tuple[float, float, str, str, str], ...]
    title: str
    dipole: tuple[float, float] | None = None
    about: Mapping[str, str] = field(default_factory=dict)


def sky(
    values: Array,
    gradient: tuple[float, float],
    width: int,
    *,
    title: str = "",
    dark: bool = False,
    drawn: str = DRAWN[0],
    limit: float | None = None,
) -> Sky:
    """Draw a map into a picture.

    Parameters
    ----------
    values : (12 nside^2,) [r_L |grad n| / n]
        At momentum directions p, ring order; shown at n = -p.
    gradient : (theta, phi) [rad]
    width
        Of the picture in points; its height is half of that.
    drawn
        Between pixel centres: one of `parameters.DRAWN`.
    limit
        Of the colours; None for the 99th percentile of |delta I|.
    """
    colors = style.palette(dark)
    picture = _picture(values, width, drawn)
    largest = float(np.abs(values).max())
    limit = limit or float(np.quantile(np.abs(values), REACHED)) or 1.0
    x, y = (float(coordinate) for coordinate in mollweide.project(*gradient))
    beside = 0.1 if x < 1.2 else -0.1
    names = [
        (0.0, 1.085, "B₀", colors.ink, r"$\mathbf{B}_0$"),
        (0.0, -1.075, "−B₀", colors.ink, r"$-\mathbf{B}_0$"),
        (x + beside, y - 0.1, "∇n", colors.accent, r"$\nabla n$"),
    ]
    excess = excess_at(values, NOTHING * largest)
    if excess is not None:  # its name on the other side than the gradient's, which may be near
        aside = -0.22 if excess[0] > -1.2 else 0.22
        names.append((excess[0] + aside, excess[1] - 0.1, "dipole", colors.ink, "dipole"))
    return Sky(picture, limit, (x, y), tuple(names), title, dipole=excess)


def treated(values: Array, smooth: float, without_dipole: bool) -> Array:
    """A map (12 nside^2,) as it is shown: less its dipole where that is taken off, then averaged over discs
    of a radius [deg]."""
    values = sky_without_dipole(values) if without_dipole else values
    return smoothed(values, math.radians(smooth)) if smooth else values


def treatment(smooth: float, without_dipole: bool) -> list[str]:
    """What `treated` does, in words."""
    return [
        *([f"smoothed {smooth:g}°"] if smooth else []),
        *(["dipole removed"] if without_dipole else []),
    ]


def _picture(values: Array, width: int, drawn: str) -> Array:
    """A map at momenta on the points of a picture: (width / 2, width) float32, NaN outside the sky."""
    # half precision in steps of 1/1000 of the range would do; float32 is what a browser draws
    single = np.asarray(values, np.float32)
    if drawn == "pixels":
        index = mollweide.pixel_index(nside_of(values), width)
        return np.where(index >= 0, single[index], np.float32("nan"))
    theta, phi = mollweide.directions(width)
    inside = np.isfinite(theta)
    picture = np.full(theta.shape, np.nan, np.float32)
    picture[inside] = interpolated(single, np.pi - theta[inside], (phi[inside] + np.pi) % (2 * np.pi))
    return picture


def excess_at(values: Array, least: float) -> tuple[float, float] | None:
    """Where the excess of a map's dipole comes from, as (x, y); None where no dipole is above `least`."""
    x, y, z = -dipole(np.asarray(values, float))
    if np.hypot(np.hypot(x, y), z) <= least:
        return None
    at = mollweide.project(np.arctan2(np.hypot(x, y), z), np.arctan2(y, x))
    return float(at[0]), float(at[1])
