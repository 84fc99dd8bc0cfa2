"""Relative diffusion: how two particles part that arrive at a small angle to each other."""

from __future__ import annotations

import numpy as np

from crviz.arrays import ArrayLike
from crviz.plots import style
from crviz.plots.content.figure import Axis, Line, Panel, positive, time_axis


def separation(
    omega_t: ArrayLike, angles_deg: ArrayLike, mean_square: ArrayLike, *, dark: bool = False
) -> Panel:
    """<|r_1 - r_2|^2> against T, one line for each opening angle.

    Parameters
    ----------
    omega_t : (T,) [1/Omega]
    angles_deg : (A,) [deg]
    mean_square : (T, A) [r_L^2]

    Returns
    -------
    Panel
        `crviz.plots` has it drawn, as an hv.Overlay.

    Raises
    ------
    ValueError
        Where the shapes do not fit together, or nothing is above 0.
    """
    colors = style.palette(dark)
    time, angles = np.asarray(omega_t, float), np.asarray(angles_deg, float)
    squares = np.asarray(mean_square, float)
    shape = (*time.shape, *angles.shape)
    if squares.shape != shape or not (squares > 0).any():
        raise ValueError(
            f"mean_square must be above 0 somewhere, and have the shape {shape} of omega_t and angles_deg, "
            f"not {squares.shape}."
        )
    shades = style.interpolated(colors.multipoles, max(len(angles), 2))
    lines = tuple(
        Line(f"{angle:g}°", time, squares[:, i], shades[i], "solid", 1.8, named=True)
        for i, angle in enumerate(angles)
    )
    shown = positive(squares)
    limits = (float(np.nanmin(shown)) / 2, float(np.nanmax(shown)) * 2)
    return Panel(
        x=time_axis(time),
        y=Axis(
            "square",
            "⟨|r₁ − r₂|²⟩  [r_L²]",
            r"$\langle|\mathbf{r}_1-\mathbf{r}_2|^2\rangle$   [$r_L^2$]",
            limits,
        ),
        lines=lines,
    )
