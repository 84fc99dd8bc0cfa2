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
    gradient_in_words,
    gradient_name,
    time_axis,
    titled,
)
from crviz.result import Source, Spectrum

#: Multipoles drawn beside monopole and dipole.
MULTIPOLES = tuple(range(2, 10))
#: Multipoles whose analytic evolution is drawn, here and on the page.
ANALYTIC = (1, 2, 3, 5, 9)

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
    curves = [] if p is None else _analytic(source, gradient, p, colors)
    time = None if omega_t is None else float(source.omega_t[source.time_index(omega_t)])
    return Panel(
        x=time_axis(source.omega_t),
        y=Axis(
            "power",
            "⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]",
            r"$\langle C_\ell\rangle / 4\pi$   [$(r_L\,|\nabla n|/n)^2$]",
            (top / 10**_DECADES, top),
        ),
        lines=(*dotted, *solid, *curves),
        bands=(_band(chosen, colors),),
        verticals=() if time is None else (Vertical(time, colors.accent),),
        title=titled(source, gradient, estimator, omega_t=time, p=p if curves else None),
        legend_at="lower right",
    )


def _lines(
    source: Source, spectrum: Spectrum, gradient: Gradient, colors: style.Palette, dash: str
) -> list[Line]:
    time, power = source.omega_t, spectrum.cl / (4 * np.pi)
    standard = source.standard_dipole(gradient)[0] / (4 * np.pi)
    shown = [ell for ell in MULTIPOLES if ell < spectrum.ell.size]
    first = dash == "solid"

    def line(
        name: str,
        values: Array,
        color: str,
        width: float,
        math: str = "",
        named: bool = first,
        legend: str = "",
    ) -> Line:
        return Line(name, time, values, color, dash, width, math, named, legend)

    return [
        *[
            line(
                f"C{_subscript(ell)}",
                power[:, ell],
                colors.multipoles[ell - 2],
                1.3,
                f"$C_{ell}$",
                first and ell in (2, 9),
            )
            for ell in shown
        ],
        line("noise", np.asarray(spectrum.noise) / (4 * np.pi), colors.noise, 2),
        line("C₀", power[:, 0], colors.monopole, 2, "$C_0$"),
        line("standard C₁", standard, colors.standard, 2, "standard $C_1$"),
        line("C₁", power[:, 1], colors.ink, 2.2, "$C_1$", legend=f"gradient {gradient_in_words(gradient)}"),
    ]


def _band(spectrum: Spectrum, colors: style.Palette) -> Band:
    power, error = spectrum.cl[:, 1] / (4 * np.pi), np.nan_to_num(spectrum.error[:, 1]) / (4 * np.pi)
    low = np.maximum(power - error, power * 1e-3)  # a log axis knows no zero
    return Band(np.asarray(spectrum.omega_t), low, power + error, colors.ink, legend="standard error of C₁")


def analytic(source: Source, gradient: Gradient, p: float) -> list[tuple[int, Array]]:
    """The analytic evolution without a free parameter: (l, C_l(T) / 4 pi) for each of `ANALYTIC`, nothing
    where the source stands for no rate."""
    power = analytic_evolution(source, gradient, np.array(ANALYTIC), p=p)
    return [] if power is None else list(zip(ANALYTIC, power.T / (4 * np.pi), strict=True))


def _analytic(source: Source, gradient: Gradient, p: float, colors: style.Palette) -> list[Line]:
    curves = analytic(source, gradient, p)
    drawn = ", ".join(str(ell) for ell, _ in curves)
    return [
        Line(
            f"analytic C{_subscript(number)}",
            source.omega_t,
            values,
            colors.accent,
            "dashed",
            1.2,
            legend=f"analytic ℓ = {drawn}, p = {p:.12g}" if number == 1 else "",
        )
        for number, values in curves
    ]


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
