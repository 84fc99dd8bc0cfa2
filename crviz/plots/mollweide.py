"""The Mollweide projection of the sky, x in [-2, 2] and y in [-1, 1], azimuth growing to the left
as one sees the sky from within; the regular field points up."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from crviz.arrays import Array, ArrayLike
from crviz.sky import pixels_at


def project(theta: ArrayLike, phi: ArrayLike) -> tuple[Array, Array]:
    """Polar angle and azimuth [rad] -> x, y. phi = 0 is in the middle."""
    latitude = np.pi / 2 - np.asarray(theta, float)
    longitude = (np.asarray(phi, float) + np.pi) % (2 * np.pi) - np.pi
    auxiliary = _auxiliary_angle(latitude)
    return -2 / np.pi * longitude * np.cos(auxiliary), np.sin(auxiliary)


def unproject(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """x, y -> polar angle and azimuth in [0, 2 pi) [rad]; NaN outside the ellipse."""
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    inside = x**2 / 4 + y**2 < 1
    auxiliary = np.arcsin(np.where(inside, y, 0))
    latitude = np.arcsin((2 * auxiliary + np.sin(2 * auxiliary)) / np.pi)
    longitude = -np.pi * np.where(inside, x, 0) / (2 * np.cos(auxiliary))
    nothing = np.where(inside, 0, np.nan)
    return np.pi / 2 - latitude + nothing, longitude % (2 * np.pi) + nothing


def directions(width: int) -> tuple[Array, Array]:
    """Polar angle and azimuth [rad] that each point of an image shows: (width / 2, width) each, NaN outside;
    the rows run from the bottom to the top."""
    height = width // 2
    x = (np.arange(width) + 0.5) / width * 4 - 2
    y = (np.arange(height) + 0.5) / height * 2 - 1
    return unproject(x[None, :], y[:, None])


@lru_cache(maxsize=8)
def pixel_index(nside: int, width: int) -> Array:
    """Which HEALPix pixel each point of an image shows: (width / 2, width) int, -1 outside.

    A pixel is a momentum direction p; it is shown where the particle comes from, at n = -p. The
    rows run from the bottom to the top.
    """
    theta, phi = directions(width)
    inside = np.isfinite(theta)
    index = np.full(theta.shape, -1)
    index[inside] = pixels_at(nside, np.pi - theta[inside], phi[inside] + np.pi)
    index.setflags(write=False)
    return index


@lru_cache(maxsize=1)
def graticule(step: int = 30) -> list[tuple[Array, Array]]:
    """Meridians and parallels every so many degrees, and the rim, each as (x, y)."""
    theta = np.linspace(0, np.pi, 91)
    edge = np.pi * (1 - 1e-9)
    meridians = [
        project(theta, np.full_like(theta, a)) for a in np.radians(np.arange(-180 + step, 180, step))
    ]
    around = np.linspace(-edge, edge, 181)
    parallels = [project(np.full_like(around, np.radians(a)), around) for a in range(step, 180, step)]
    rim = np.linspace(0, 2 * np.pi, 181)
    return [*meridians, *parallels, (2 * np.cos(rim), np.sin(rim))]


def angles() -> list[tuple[float, float, str]]:
    """The numbers at the graticule, (x, y, text): polar angles from B0 left of the rim, azimuths about it
    along the equator."""
    names = []
    for theta in (30, 60, 90, 120, 150):
        x, y = project(np.radians(theta), np.pi * (1 - 1e-9))
        names.append((float(x) - 0.13, float(y), f"{theta}°"))
    for phi in (60, 120, 240, 300):
        x, y = project(np.pi / 2, np.radians(phi))
        names.append((float(x), float(y) - 0.07, f"{phi}°"))
    return names


def _auxiliary_angle(latitude: Array) -> Array:
    """Solve 2 a + sin 2a = pi sin(latitude) by Newton's method."""
    target = np.pi * np.sin(latitude)
    angle = latitude * 0.9
    for _ in range(60):
        slope = 2 + 2 * np.cos(2 * angle)
        # the slope vanishes at the poles, where Newton's steps only halve the distance: good to 2e-6 there
        change = (2 * angle + np.sin(2 * angle) - target) / np.maximum(slope, 1e-12)
        angle = np.clip(angle - change, -np.pi / 2, np.pi / 2)
    return angle
