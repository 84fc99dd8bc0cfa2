"""Diffusion tensors against backtracking time, and how fast the mean squares grow."""

from __future__ import annotations

import numpy as np

from crviz import theory
from crviz.arrays import Array
from crviz.diffusion import Diffusion
from crviz.plots import style
from crviz.plots.content.figure import Axis, Band, Line, Panel, described, positive, time_axis
from crviz.result import Source

_DECADES = 4


def diffusion(source: Source, *, dark: bool = False) -> Panel:
    """K_par, K_perp, the drift K_A, <r r>/2T, K~ (Eq. 8) and the K_perp of the BGK approximation.

    Where the drift is negative, its modulus is dotted.
    """
    colors = style.palette(dark)
    tensors = source.diffusion()
    time = tensors.omega_t
    par, _ = tensors.along("parallel")
    lines = [
        *_drift(tensors, colors),
        Line("K⊥ of BGK", time, _bgk(par), colors.analytic, "dashed", 1.5, r"$K_\perp$ of BGK", named=True),
    ]
    bands = [_band(time, np.abs(tensors.drift[:, 2]), tensors.drift_error[:, 2], colors.standard)]
    for gradient, sign, tex, color in (
        ("perpendicular", "⊥", r"_\perp", colors.monopole),
        ("parallel", "∥", r"_\parallel", colors.ink),
    ):
        for which, name, math, dash, width in (
            ("relative", f"K~{sign}", rf"$\tilde K{tex}$", "dotted", 1.5),
            ("running", f"⟨r{sign}²⟩/2T", rf"$\langle r{tex}^2\rangle/2T$", "dashed", 1.5),
            ("k", f"K{sign}", f"$K{tex}$", "solid", 2.2),
        ):
            value, error = tensors.along(gradient, which)
            lines.append(Line(name, time, value, color, dash, width, math, named=True))
            bands.append(_band(time, value, error, color))
    shown = np.concatenate([positive(line.y) for line in lines])
    top = 2 * np.nanmax(shown)
    return Panel(
        x=time_axis(time),
        y=Axis(
            "k", "K  [r_L² Ω]", r"$K$   [$r_L^2\,\Omega$]", (max(top / 10**_DECADES, np.nanmin(shown)), top)
        ),
        lines=tuple(lines),
        bands=tuple(bands),
        title=f"{described(source)}; bands: standard errors",
    )


def growth(source: Source, *, dark: bool = False) -> Panel:
    """The local exponents d ln<r_par^2>/d ln T and d ln<r_perp^2>/d ln T: 2 is free flight, 1 diffusion.

    From `Source.regime`; bands are standard errors.
    """
    colors = style.palette(dark)
    time = source.omega_t
    lines, bands = [], []
    for gradient, name, math, color in (
        ("parallel", "⟨r∥²⟩", r"$\langle r_\parallel^2\rangle$", colors.ink),
        ("perpendicular", "⟨r⊥²⟩", r"$\langle r_\perp^2\rangle$", colors.monopole),
    ):
        found = source.regime(gradient)
        error = np.nan_to_num(found.error)
        lines.append(Line(name, time, found.exponent, color, "solid", 2.0, math, named=True))
        bands.append(Band(time, found.exponent - error, found.exponent + error, color))
    lines += [
        Line(name, time[[0, -1]], np.full(2, level), colors.analytic, dash, 1.0, named=True)
        for name, level, dash in (("free flight", 2.0, "dashed"), ("diffusion", 1.0, "dotted"))
    ]
    shown = np.concatenate([line.y for line in lines])
    # without scattering <r_perp^2> comes back to 0 after a gyration, and its exponent is anything
    low, high = max(min(0.5, np.nanmin(shown) - 0.1), -1.0), min(np.nanmax(shown) + 0.2, 3.0)
    return Panel(
        x=time_axis(time),
        y=Axis(
            "exponent",
            "d ln⟨r²⟩ / d ln T",
            r"$\mathrm{d}\ln\langle r^2\rangle / \mathrm{d}\ln T$",
            (low, high),
            log=False,
        ),
        lines=tuple(lines),
        bands=tuple(bands),
    )


def _drift(tensors: Diffusion, colors: style.Palette) -> list[Line]:
    """|K_A| in two lines: solid where the drift has the sign of Eq. 2, dotted where it has the other."""
    drift = tensors.drift[:, 2]
    up = bool(drift[-1] > 0)
    return [
        Line("K_A", tensors.omega_t, drift, colors.standard, "solid", 1.8, "$K_A$", named=up),
        Line("−K_A", tensors.omega_t, -drift, colors.standard, "dotted", 1.8, "$-K_A$", named=not up),
    ]


def _bgk(par: Array) -> Array:
    """K_perp of the BGK approximation for nu_par = 1 / (3 K_par)."""
    bgk = np.full(par.shape, np.nan)
    moving = par > 0
    bgk[moving] = theory.bgk_tensor(1 / (3 * par[moving]))[:, 0, 0]
    return bgk


def _band(time: Array, values: Array, error: Array, color: str) -> Band:
    error = np.nan_to_num(error)
    low = np.maximum(values - error, np.abs(values) * 1e-3)  # a log axis knows no zero
    return Band(time, low, positive(values + error), color)
