"""Figure 1: ensemble-averaged multipoles against backtracking time."""

from __future__ import annotations

import numpy as np

from crviz import theory
from crviz.arrays import Array
from crviz.gradient import Gradient
from crviz.plots import style
from crviz.plots.content.figure import (
    ESTIMATOR_WORDS,
    Axis,
    Band,
    Line,
    Panel,
    Vertical,
    described,
    gradient_name,
    time_axis,
)
from crviz.result import Result, Spectrum

#: Multipoles drawn beside monopole and dipole.
MULTIPOLES = tuple(range(2, 10))
#: Multipoles whose analytic evolution is drawn.
ANALYTIC = (1, 2, 5, 9)

_DECADES = 8


def evolution(
    result: Result,
    gradient: Gradient,
    *,
    omega_t: float | None = None,
    p: float | None = None,
    estimator: str = "none",
    dark: bool = False,
) -> Panel:
    """<C_l>(T) / 4 pi for a gradient (solid) and for the perpendicular one (dotted).

    Parameters
    ----------
    omega_t : [1/Omega]
        A cursor at the nearest recorded time; None draws none.
    p
        Power of the analytic evolution; None draws none.
    estimator
        See `Result.spectrum`.
    """
    colors = style.palette(dark)
    chosen = result.evolution(gradient, estimator)
    solid = _lines(result, chosen, gradient, colors, "solid")
    dotted = []
    if gradient_name(gradient) != "perpendicular":
        perpendicular = result.evolution("perpendicular", estimator)
        dotted = _lines(result, perpendicular, "perpendicular", colors, "dotted")
    tops = [line.y.max() for line in solid + dotted if line.name in ("C₀", "C₁", "noise")]
    top = 4 * max(tops)
    analytic = [] if p is None else _analytic(result, gradient, p, colors)
    verticals = (
        () if omega_t is None else (Vertical(result.omega_t[result.time_index(omega_t)], colors.accent),)
    )
    return Panel(
        x=time_axis(result.omega_t),
        y=Axis(
            "power",
            "⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]",
            r"$\langle C_\ell\rangle / 4\pi$   [$(r_L\,|\nabla n|/n)^2$]",
            (top / 10**_DECADES, top),
        ),
        lines=(*dotted, *solid, *analytic),
        bands=(_band(chosen, colors),),
        verticals=verticals,
        title=described(result) + ("" if estimator == "none" else f", {ESTIMATOR_WORDS[estimator]}"),
        legend_at="lower right",
    )


def _lines(
    result: Result, spectrum: Spectrum, gradient: Gradient, colors: style.Palette, dash: str
) -> list[Line]:
    time, power = result.omega_t, spectrum.cl / (4 * np.pi)
    standard = result.standard_dipole(gradient)[0] / (4 * np.pi)
    shown = [ell for ell in MULTIPOLES if ell < spectrum.ell.size]
    first = dash == "solid"

    def line(name: str, values: Array, color: str, width: float, math: str = "") -> Line:
        return Line(name, time, values, color, dash, width, math, named=first)

    return [
        *[
            Line(
                f"C{_subscript(ell)}",
                time,
                power[:, ell],
                colors.multipoles[ell - 2],
                dash,
                1.3,
                f"$C_{ell}$",
                named=first and ell in (2, 9),
            )
            for ell in shown
        ],
        line("noise", np.asarray(spectrum.noise) / (4 * np.pi), colors.noise, 2),
        line("C₀", power[:, 0], colors.monopole, 2, "$C_0$"),
        line("standard C₁", standard, colors.standard, 2, "standard $C_1$"),
        Line(
            "C₁",
            time,
            power[:, 1],
            colors.ink,
            dash,
            2.2,
            "$C_1$",
            first,
            legend=f"gradient {_in_words(gradient)}",
        ),
    ]


def _in_words(gradient: Gradient) -> str:
    name = gradient_name(gradient)
    return f"{name} to B₀" if isinstance(gradient, str) else name


def _band(spectrum: Spectrum, colors: style.Palette) -> Band:
    power, error = spectrum.cl[:, 1] / (4 * np.pi), np.nan_to_num(spectrum.error[:, 1]) / (4 * np.pi)
    low = np.maximum(power - error, power * 1e-3)  # a log axis knows no zero
    return Band(np.asarray(spectrum.omega_t), low, power + error, colors.ink, legend="standard error of C₁")


def _analytic(result: Result, gradient: Gradient, p: float, colors: style.Palette) -> list[Line]:
    """C_l(T) that grows from nothing by Eqs. 12-14, without a free parameter: the source is the run's own
    K(T), and nu0 = nu_par / 2^p."""
    tensors = result.diffusion()
    source = 8 * np.pi / 3 * tensors.along(gradient)[0]
    nu_par = 1 / (3 * tensors.along("parallel")[0][-1])
    ell = np.array([number for number in ANALYTIC if number < result.ell.size])
    rate = theory.power_law_rate(p, nu0=nu_par / 2**p)
    power = theory.evolve(result.omega_t, ell, rate, source=source) / (4 * np.pi)
    return [
        Line(
            f"analytic C{_subscript(number)}",
            result.omega_t,
            values,
            colors.accent,
            "dashed",
            1.2,
            legend=f"analytic ℓ = {', '.join(map(str, ell))}, p = {p:.3g}" if number == 1 else "",
        )
        for number, values in zip(ell, power.T, strict=True)
    ]


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
