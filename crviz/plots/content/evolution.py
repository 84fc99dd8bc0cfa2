"""Figure 1: ensemble-averaged multipoles against backtracking time."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array
from crviz.gradient import Gradient
from crviz.interpretation import analytic_evolution
from crviz.plots import style
from crviz.plots.content.figure import (
    Axis,
    Band,
    Line,
    Panel,
    Vertical,
    described,
    gradient_name,
    time_axis,
)
from crviz.result import Source, Spectrum, estimators

#: Multipoles drawn beside monopole and dipole.
MULTIPOLES = tuple(range(2, 10))
#: Multipoles whose analytic evolution is drawn.
ANALYTIC = (1, 2, 5, 9)

_DECADES = 8


def evolution(
    source: Source,
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
        See `Source.spectrum`.
    """
    colors = style.palette(dark)
    chosen = source.evolution(gradient, estimator=estimator)
    solid = _lines(source, chosen, gradient, colors, "solid")
    dotted = []
    if gradient_name(gradient) != "perpendicular":
        perpendicular = source.evolution("perpendicular", estimator=estimator)
        dotted = _lines(source, perpendicular, "perpendicular", colors, "dotted")
    tops = [line.y.max() for line in solid + dotted if line.name in ("C₀", "C₁", "noise")]
    top = 4 * max(tops)
    analytic = [] if p is None else _analytic(source, gradient, p, colors)
    verticals = (
        () if omega_t is None else (Vertical(source.omega_t[source.time_index(omega_t)], colors.accent),)
    )
    return Panel(
        x=time_axis(source.omega_t),
        y=Axis(
            "power",
            "⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]",
            r"$\langle C_\ell\rangle / 4\pi$   [$(r_L\,|\nabla n|/n)^2$]",
            (top / 10**_DECADES, top),
        ),
        lines=(*dotted, *solid, *analytic),
        bands=(_band(chosen, colors),),
        verticals=verticals,
        title=described(source) + ("" if estimator == "none" else f", {estimators.get(estimator).words}"),
        legend_at="lower right",
    )


def _lines(
    source: Source, spectrum: Spectrum, gradient: Gradient, colors: style.Palette, dash: str
) -> list[Line]:
    time, power = source.omega_t, spectrum.cl / (4 * np.pi)
    standard = source.standard_dipole(gradient)[0] / (4 * np.pi)
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


def _analytic(source: Source, gradient: Gradient, p: float, colors: style.Palette) -> list[Line]:
    """The analytic evolution without a free parameter; none where the run stands for no rate."""
    ell = np.array([number for number in ANALYTIC if number < source.ell.size])
    power = analytic_evolution(source, gradient, ell, p=p)
    if power is None:
        return []
    return [
        Line(
            f"analytic C{_subscript(number)}",
            source.omega_t,
            values,
            colors.accent,
            "dashed",
            1.2,
            legend=f"analytic ℓ = {', '.join(map(str, ell))}, p = {p:.3g}" if number == 1 else "",
        )
        for number, values in zip(ell, power.T / (4 * np.pi), strict=True)
    ]


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
