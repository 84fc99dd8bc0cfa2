"""Figure 2: power spectra at one time, simulated, analytic and observed."""

from __future__ import annotations

import holoviews as hv
import numpy as np
from holoviews import dim

from crviz import observations, theory
from crviz.plots import style
from crviz.plots.lines import Line, lines, names

#: Powers of the analytic curves that the paper shows.
PAPER_POWERS = {"1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3}
#: Names of the observed spectra that are drawn: one of the whole sky, one of a part of it.
OBSERVED = ("HAWC + IceCube 2019, 10 TeV", "IceCube 12 years, 13 TeV (pseudo-spectrum)")

_ELL = hv.Dimension("ell", label="multipole ℓ")
_RATIO = hv.Dimension("power", label="C_ℓ / C₁")
_ABSOLUTE = hv.Dimension("power", label="C_ℓ / 4π  [(r_L |∇n|/n)²]")
_MARKS = ["spectrum", "marker", "color", "fill"]
_DECADES = 6.5


def power_spectra(
    result,
    gradient,
    omega_t=None,
    p=0.5,
    form="printed",
    estimator="eq9",
    observed=True,
    normalized=True,
    dark=False,
):
    """Simulated spectra beside the analytic ones and the observed ones.

    Parameters
    ----------
    result : Result
    gradient : (theta, phi) [rad] or a name
    omega_t : float or None [1/Omega]
    p, form : see `theory.spectrum`
    estimator : see `Result.spectrum`
    observed : bool
        Whether the observed spectra are drawn; they are only where spectra are normalised.
    normalized : bool
        C_l / C_1, or C_l / 4 pi in absolute units.
    dark : bool

    Returns
    -------
    hv.Overlay
    """
    colors = style.palette(dark)
    power = _RATIO if normalized else _ABSOLUTE
    chosen = result.spectrum(gradient, omega_t, estimator)
    perpendicular = result.spectrum("perpendicular", omega_t, estimator)
    top = 3.0 * (1 if normalized else chosen.cl[1] / (4 * np.pi))
    floor = top / 10**_DECADES
    marks, bars = [], []
    for spectrum, name, marker, color in (
        (chosen, "chosen gradient", "diamond", colors.ink),
        (perpendicular, "perpendicular", "triangle", colors.monopole),
    ):
        unit = spectrum.cl[1] if normalized else 4 * np.pi
        own_marks, own_bars = _simulated(spectrum, unit, name, marker, color, colors.ground, floor)
        marks += own_marks
        bars += own_bars
    if observed and normalized:
        marks += _observed(colors)
    curves = _analytic(chosen, p, form, chosen.cl[1] if normalized else 4 * np.pi, colors)
    overlay = (
        lines(curves, _ELL, power)
        * names(curves, _ELL, power, apart=0.36, floor=floor)
        * hv.ErrorBars(bars, _ELL, [power, "low", "high", "color"]).opts(
            color=dim("color"), line_width=1, lower_head=None, upper_head=None
        )
        * hv.Scatter(marks, _ELL, [power, *_MARKS]).opts(
            marker=dim("marker"), size=7, color=dim("fill"), line_color=dim("color"), line_width=1.3
        )
    )
    right = 2 * result.config.nside * (2 * result.config.nside) ** 0.22
    return overlay.opts(**style.log_axes(colors), xlim=(0.85, right), ylim=(floor, top))


def _analytic(spectrum, p, form, unit, colors):
    """Curves for the paper's p and the chosen one, all through the simulated dipole."""
    ell = np.arange(1, spectrum.ell[-1] + 1)
    choices = [
        (f"p = {name}", value, colors.analytic, dash, 1.5)
        for (name, value), dash in zip(PAPER_POWERS.items(), style.DASHES, strict=True)
    ]
    choices.append((f"p = {p:.2f}", p, colors.accent, "solid", 2.5))
    drawn = []
    for name, value, color, dash, width in choices:
        shape = theory.spectrum(ell, value, form=form)
        drawn.append(Line(name, ell, shape / shape[0] * spectrum.cl[1] / unit, color, dash, width))
    return drawn


def _simulated(spectrum, unit, name, marker, color, hollow, floor):
    """Rows of marks and of bars; where the noise exceeds the power, upper limits instead."""
    ell = spectrum.ell[1:]
    value, error = spectrum.cl[1:] / unit, np.nan_to_num(spectrum.error[1:]) / unit
    marks, bars = [], []
    for at, height, width in zip(ell, value, error, strict=True):
        if height > floor:
            marks.append((at, height, name, marker, color, color))
            low = min(width, height - 0.5 * floor)  # a log axis knows no zero
            bars.append((at, height, low, width, color))
        elif max(height, 0) + 2 * width > floor:
            limit = max(height, 0) + 2 * width
            marks.append((at, limit, f"{name}, upper limit", "inverted_triangle", color, hollow))
    return marks, bars


def _observed(colors):
    marks = []
    for name, marker in zip(OBSERVED, ("circle", "square"), strict=True):
        found = next(spectrum for spectrum in observations.spectra() if spectrum.name == name)
        marks += [
            (ell, ratio, name, marker, colors.noise, colors.ground)
            for ell, ratio in zip(found.ell, found.cl / found.cl[0], strict=True)
        ]
    return marks
