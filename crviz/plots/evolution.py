"""Figure 1: ensemble-averaged multipoles against backtracking time."""

from __future__ import annotations

import holoviews as hv
import numpy as np

from crviz.plots import style
from crviz.plots.lines import Line, lines, names

#: Multipoles drawn beside monopole and dipole.
MULTIPOLES = tuple(range(2, 10))

_TIME = hv.Dimension("omega_t", label="backtracking time Ω T")
_POWER = hv.Dimension("power", label="⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]")
_DECADES = 8


def evolution(result, gradient, omega_t=None, dark=False):
    """<C_l>(T) for a gradient (solid) and for the perpendicular one (dotted).

    Parameters
    ----------
    result : Result
    gradient : (theta, phi) [rad] or a name
    omega_t : float or None [1/Omega]
        Where the cursor stands; None is the last time.
    dark : bool

    Returns
    -------
    hv.Overlay
        C_1 with its standard error, C_0, l = 2..9, the noise of Eq. 9 and the standard dipole.
    """
    colors = style.palette(dark)
    chosen = result.evolution(gradient)
    solid = _lines(result, chosen, gradient, colors, "solid")
    dotted = _lines(result, result.evolution("perpendicular"), "perpendicular", colors, "dotted")
    top = 4 * max(line.y.max() for line in solid + dotted if line.name in ("C₀", "C₁", "noise"))
    floor = top / 10**_DECADES
    named = [line for line in solid if line.name in ("C₀", "C₁", "C₂", "C₉", "noise", "standard C₁")]
    cursor = hv.VLine(result.omega_t[result.time_index(omega_t)])
    overlay = (
        _band(chosen, colors)
        * lines([*dotted, *solid], _TIME, _POWER)
        * names(named, _TIME, _POWER, apart=0.42, floor=floor)
        * cursor.opts(color=colors.accent, line_width=2, alpha=0.8)
    )
    first, final = result.omega_t[[0, -1]]
    return overlay.opts(
        **style.log_axes(colors), xlim=(first, final * (final / first) ** 0.27), ylim=(floor, top)
    )


def _lines(result, spectrum, gradient, colors, dash):
    time, power = result.omega_t, spectrum.cl / (4 * np.pi)
    standard = result.standard_dipole(gradient)[0] / (4 * np.pi)
    shown = [ell for ell in MULTIPOLES if ell < spectrum.ell.size]
    return [
        *[
            Line(f"C{_subscript(ell)}", time, power[:, ell], colors.multipoles[ell - 2], dash, 1.3)
            for ell in shown
        ],
        Line("noise", time, spectrum.noise / (4 * np.pi), colors.noise, dash, 2),
        Line("C₀", time, power[:, 0], colors.monopole, dash, 2),
        Line("standard C₁", time, standard, colors.standard, dash, 2),
        Line("C₁", time, power[:, 1], colors.ink, dash, 2.2),
    ]


def _band(spectrum, colors):
    power, error = spectrum.cl[:, 1] / (4 * np.pi), np.nan_to_num(spectrum.error[:, 1]) / (4 * np.pi)
    low = np.maximum(power - error, power * 1e-3)  # a log axis knows no zero
    area = hv.Area((spectrum.omega_t, low, power + error), _TIME, [_POWER, "high"])
    return area.opts(color=colors.ink, alpha=0.15, line_alpha=0)


def _subscript(number):
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
