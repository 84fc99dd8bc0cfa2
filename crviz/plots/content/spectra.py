"""Figure 2: power spectra at one time, simulated, analytic and observed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from crviz import observations, theory
from crviz.gradient import Gradient
from crviz.plots import style
from crviz.plots.content.figure import (
    Axis,
    Band,
    Line,
    Marks,
    Panel,
    gradient_name,
    power_name,
    titled,
)
from crviz.result import Source, Spectrum

#: Powers of the analytic curves that the paper shows.
PAPER_POWERS = {"1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3}

_DECADES = 6.5

#: A spectrum, its name, what the legend says of it, its mark and its colour.
_Simulated: TypeAlias = tuple[Spectrum, str, str, str, str]


def powers(p: float | None) -> list[tuple[str, float, str]]:
    """Name, power and dash of the analytic curves: those of the paper and, solid, the chosen one if any."""
    paper = [
        (f"p = {name}", value, dash)
        for (name, value), dash in zip(PAPER_POWERS.items(), style.DASHES, strict=True)
    ]
    return paper if p is None else [*paper, (power_name(p), p, "solid")]


def power_spectra(
    source: Source,
    gradient: Gradient,
    *,
    omega_t: float | None = None,
    p: float | None = 0.5,
    form: str = "printed",
    estimator: str = "eq9",
    observed: bool = True,
    normalized: bool = True,
    dark: bool = False,
) -> Panel:
    """Simulated spectra beside the analytic ones and the observed ones.

    Parameters
    ----------
    omega_t : [1/Omega]
    p, form
        See `theory.spectrum`. p = None draws the paper's three powers alone.
    estimator
        See `Source.spectrum`.
    observed
        Whether the observed spectra are drawn; they are only where spectra are normalised.
    normalized
        C_l / C_1, or C_l / 4 pi in absolute units.

    Returns
    -------
    Panel
        `crviz.plots` has it drawn, as an hv.Overlay. Bars of the simulated spectra are standard errors
        of the mean over fields, their inner parts what the noise of Eq. 9 alone would give; the band is
        what one sky scatters about the mean for the chosen gradient, as the fields have it: relative to
        the mean it is the same for every gradient.

    Raises
    ------
    ValueError
        Where there is no dipole for the analytic curves to pass through, or to normalise by.
    """
    colors = style.palette(dark)
    simulated = _simulated_spectra(source, gradient, omega_t, estimator, colors)
    chosen = simulated[0][0]
    _check_dipoles(simulated if normalized else simulated[:1], estimator)
    top = 3.0 * (1 if normalized else chosen.cl[1] / (4 * np.pi))
    floor = top / 10**_DECADES
    unit = _unit(chosen, normalized)
    label, math = (
        ("C_ℓ / C₁", r"$\hat C_\ell / \hat C_1$")
        if normalized
        else ("C_ℓ / 4π  [(r_L |∇n|/n)²]", r"$\hat C_\ell / 4\pi$   [$(r_L\,|\nabla n|/n)^2$]")
    )
    marks = _simulated_marks(simulated, source.n_realizations, estimator, normalized, floor)
    curves = _analytic(chosen, p, form, unit, colors)
    if observed and normalized:
        shown = observations.drawn()
        marks += [_observed(spectrum, colors) for spectrum in shown]
        curves = [*_observed_noise(shown, colors), *curves]
    return Panel(
        x=Axis("ell", "multipole ℓ", r"multipole $\ell$", (0.85, 2.2 * source.config.nside)),
        y=Axis("power", label, math, (floor, top)),
        lines=tuple(curves),
        bands=(_cosmic_variance(chosen, unit, colors.ink, floor),),
        marks=tuple(marks),
        title=titled(source, gradient, estimator, omega_t=float(chosen.omega_t), p=p, form=form),
    )


def _simulated_spectra(
    source: Source, gradient: Gradient, omega_t: float | None, estimator: str, colors: style.Palette
) -> list[_Simulated]:
    """Those of the chosen gradient and, where it is another, of the perpendicular one."""
    chosen = source.spectrum(gradient, omega_t=omega_t, estimator=estimator)
    simulated = [(chosen, "chosen gradient", gradient_name(gradient), "diamond", colors.ink)]
    if gradient_name(gradient) != "perpendicular":
        other = source.spectrum("perpendicular", omega_t=omega_t, estimator=estimator)
        simulated.append((other, "perpendicular", "perpendicular", "triangle", colors.monopole))
    return simulated


def _simulated_marks(
    simulated: list[_Simulated], n_realizations: int, estimator: str, normalized: bool, floor: float
) -> list[Marks]:
    """Marks with their errors; where the noise exceeds the power, upper limits (two standard errors)."""
    marks: list[Marks] = []
    # of the mean over fields; the noises of two grids are independent, which halves the variance
    per_variance = n_realizations * (2 if estimator == "cross" else 1)
    for spectrum, name, words, marker, color in simulated:
        unit = _unit(spectrum, normalized)
        ell, value = spectrum.ell[1:], spectrum.cl[1:] / unit
        error = np.nan_to_num(spectrum.error[1:]) / unit
        noise = np.minimum(np.sqrt(spectrum.noise_variance[1:] / per_variance) / unit, error)
        seen = value > floor
        limit = np.maximum(value, 0) + 2 * error
        limited = ~seen & (limit > floor)
        down = np.minimum(error, value - 0.5 * floor)  # a log axis knows no zero
        bars = "" if marks or n_realizations < 2 else " (bars: error, ticks: noise)"
        marks += [
            Marks(
                name,
                ell[seen],
                value[seen],
                marker,
                color,
                down=down[seen],
                up=error[seen],
                inner=noise[seen],
                legend=f"simulated, {words}{bars}",
            ),
            Marks(
                f"{name}, upper limit",
                ell[limited],
                limit[limited],
                "inverted_triangle",
                color,
                filled=False,
                legend="upper limits" if limited.any() and name == "chosen gradient" else "",
            ),
        ]
    return marks


def _unit(spectrum: Spectrum, normalized: bool) -> float:
    """What C_l is drawn over: its dipole, or 4 pi."""
    return spectrum.cl[1] if normalized else 4 * np.pi


def _check_dipoles(simulated: list[_Simulated], estimator: str) -> None:
    for spectrum, name, *_ in simulated:
        if not spectrum.cl[1] > 0:
            raise ValueError(
                f"estimator = {estimator!r} leaves no dipole at Omega T = {spectrum.omega_t:g} ({name})."
            )


def _analytic(
    spectrum: Spectrum, p: float | None, form: str, unit: float, colors: style.Palette
) -> list[Line]:
    """Curves for the paper's p and the chosen one, all through the simulated dipole."""
    ell = np.arange(1, spectrum.ell[-1] + 1)
    drawn = []
    for name, value, dash in powers(p):
        color, width = (colors.accent, 2.5) if dash == "solid" else (colors.analytic, 1.5)
        shape = theory.spectrum(ell, value, form=form)
        values = shape / shape[0] * spectrum.cl[1] / unit
        drawn.append(Line(name, ell, values, color, dash, width, f"$p$ = {name[4:]}", named=True))
    return drawn


def _cosmic_variance(spectrum: Spectrum, unit: float, color: str, floor: float) -> Band:
    """About the mean over fields, up to the first multipole that is lost in the noise."""
    value = spectrum.cl[1:] / unit
    seen = np.logical_and.accumulate(value > floor)
    ell, value = spectrum.ell[1:][seen], value[seen]
    wide = np.sqrt(spectrum.cosmic_variance[1:][seen]) / unit
    return Band(ell, np.maximum(value - wide, floor), value + wide, color, 0.1, "cosmic variance of one sky")


def _observed(spectrum: observations.ObservedSpectrum, colors: style.Palette) -> Marks:
    down, up = np.nan_to_num(spectrum.error) / spectrum.cl[0]
    return Marks(
        spectrum.name,
        spectrum.ell,
        spectrum.cl / spectrum.cl[0],
        spectrum.marker,
        colors.noise,
        filled=False,
        down=down,
        up=up,
        legend=spectrum.legend,
    )


def _observed_noise(spectra: Iterable[observations.ObservedSpectrum], colors: style.Palette) -> list[Line]:
    """The shot noise behind observed spectra, over their dipoles."""
    levels = [(spectrum, *level) for spectrum in spectra for level in spectrum.noise_levels]
    return [
        Line(
            f"noise of {whose}",
            spectrum.ell[[0, -1]],
            np.full(2, noise / spectrum.cl[0]),
            colors.noise,
            "dotted",
            1.0,
            legend="" if number else "noise levels of the observations",
        )
        for number, (spectrum, whose, noise) in enumerate(levels)
    ]
