"""The sky of one realisation: relative intensity in the Mollweide projection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from crviz.arrays import Array
from crviz.plots import mollweide, style
from crviz.sky import dipole

LABEL = "δI [r_L |∇n|/n]"
#: Points across a picture for paper.
PAPER_WIDTH = 1600
#: A dipole below this share of the largest value is what coarse pixels leave of one that was removed.
NOTHING = 0.01

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
    values: Array, gradient: tuple[float, float], width: int, *, title: str = "", dark: bool = False
) -> Sky:
    """Gather a map into a picture.

    Parameters
    ----------
    values : (12 nside^2,) [r_L |grad n| / n]
        At momentum directions p, ring order; shown at n = -p.
    gradient : (theta, phi) [rad]
    width
        Of the picture in points; its height is half of that.
    """
    colors = style.palette(dark)
    nside = int(np.sqrt(len(values) / 12))
    index = mollweide.pixel_index(nside, width)
    # half precision in steps of 1/1000 of the range would do; float32 is what a browser draws
    picture = np.where(index >= 0, np.asarray(values, np.float32)[index], np.float32("nan"))
    limit = float(np.abs(values).max()) or 1.0
    x, y = (float(coordinate) for coordinate in mollweide.project(*gradient))
    beside = 0.1 if x < 1.2 else -0.1
    names = [
        (0.0, 1.085, "B₀", colors.ink, r"$\mathbf{B}_0$"),
        (0.0, -1.075, "−B₀", colors.ink, r"$-\mathbf{B}_0$"),
        (x + beside, y - 0.1, "∇n", colors.accent, r"$\nabla n$"),
    ]
    excess = excess_at(values, NOTHING * limit)
    if excess is not None:  # its name on the other side than the gradient's, which may be near
        aside = -0.22 if excess[0] > -1.2 else 0.22
        names.append((excess[0] + aside, excess[1] - 0.1, "dipole", colors.ink, "dipole"))
    return Sky(picture, limit, (x, y), tuple(names), title, dipole=excess)


def excess_at(values: Array, least: float) -> tuple[float, float] | None:
    """Where the excess of a map's dipole comes from, as (x, y); None where no dipole is above `least`."""
    x, y, z = -dipole(np.asarray(values, float))
    if np.hypot(np.hypot(x, y), z) <= least:
        return None
    at = mollweide.project(np.arctan2(np.hypot(x, y), z), np.arctan2(y, x))
    return float(at[0]), float(at[1])
