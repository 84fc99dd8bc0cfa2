"""The rate of relative scattering nu_r(x) that a simulated spectrum speaks for."""

from __future__ import annotations

import contextlib

import numpy as np

from crviz import theory
from crviz.arrays import Array
from crviz.gradient import Gradient
from crviz.plots import style
from crviz.plots.content.figure import Axis, Band, Line, Panel, described, gradient_name
from crviz.plots.content.spectra import powers
from crviz.result import NotKept, Source, Spectrum, estimators

#: Multipoles beyond this are left out: they tell of angles that few pixels resolve.
HIGHEST = 40
#: Multipoles of the fitted power law. In the printed form a constant added to 1/nu_r changes C_1 alone, so
#: that the dipole says nothing of the power.
FITTED = (2, 12)
_POINTS = 200
_LEAST = 4


def rate(
    source: Source,
    gradient: Gradient,
    *,
    omega_t: float | None = None,
    p: float | None = None,
    form: str = "printed",
    estimator: str = "eq9",
    dark: bool = False,
) -> Panel:
    """nu_r against 1 - x: from the spectrum by non-negative least squares, and power laws beside it.

    The source is Q_1 = (8 pi / 3) K(T) of the run. The laws of given p have no free parameter,
    nu_r = nu_par [(1 - x) / 2]^p; that of the best p and nu0 is fitted to l = 2-12.

    Parameters
    ----------
    omega_t : [1/Omega]
    p
        The power of a law drawn beside the paper's three.
    form
        See `theory.spectrum`.
    estimator
        See `Source.spectrum`.

    Raises
    ------
    ValueError
        Where fewer than four multipoles stand out of their errors, or there is a single field.
    """
    colors = style.palette(dark)
    spectrum = source.spectrum(gradient, omega_t=omega_t, estimator=estimator)
    ell = resolved_multipoles(spectrum)
    time = source.time_index(omega_t)
    tensors = source.diffusion()
    q1 = 8 * np.pi / 3 * float(tensors.along(gradient)[0][time])
    nu_par = 1 / (3 * float(tensors.along("parallel")[0][time]))
    covariance = _covariance(source, gradient, spectrum, estimator, ell)
    distance = np.geomspace(4 / ell[-1] ** 2, 2, _POINTS)  # 1 - x
    smooth = theory.smooth_covariance(ell, spectrum.cl[ell], covariance)
    measured = theory.measured_rate(1 - distance, ell, spectrum.cl[ell], smooth, form=form, q1=q1)
    lines = [
        *_power_laws(distance, nu_par, p, colors),
        _fitted_law(distance, spectrum, ell, covariance, source.n_realizations, form, q1, colors),
        Line("ν_r", distance, measured.nu_r, colors.ink, "solid", 2.2, legend="from the spectrum"),
    ]
    shown = np.concatenate([line.y for line in lines])
    words = "68 % band" + (" (errors taken as independent)" if covariance.ndim == 1 else "")
    where = f"Ω T = {spectrum.omega_t:.5g}, {gradient_name(gradient)}, ℓ = 1–{ell[-1]}"
    how = f"{estimators.get(estimator).words}, {form} form"
    return Panel(
        x=Axis(
            "distance", "1 − cos(opening angle)", r"$1 - x$,   $x = \cos$(opening angle)", (distance[0], 2.0)
        ),
        y=Axis("nu_r", "ν_r  [Ω]", r"$\nu_r$   [$\Omega$]", (shown.min() / 2, shown.max() * 2)),
        lines=tuple(lines),
        bands=(Band(distance, measured.low, measured.high, colors.ink, legend=words),),
        title=f"{described(source)}, {where}, {how}",
        legend_at="lower right",
    )


def resolved_multipoles(spectrum: Spectrum) -> Array:
    """1 up to the last multipole before the first whose C_l is less than two of its errors: (L,) int.

    Raises ValueError where these are fewer than four.
    """
    highest = min(HIGHEST, spectrum.ell[-1])
    inside = spectrum.cl[1 : highest + 1] > 2 * spectrum.error[1 : highest + 1]
    number = len(inside) if inside.all() else int(inside.argmin())
    if number < _LEAST:
        raise ValueError(
            f"From l = 1 on, {number} multipoles stand two errors above 0 at Omega T = {spectrum.omega_t:g}: "
            f"{_LEAST} at least are needed to find the rate."
        )
    return np.arange(1, number + 1)


def _covariance(source: Source, gradient: Gradient, spectrum: Spectrum, estimator: str, ell: Array) -> Array:
    """Covariance (L, L) between multipoles; variances (L,) where there are too few fields for it, or it was
    not kept."""
    if source.n_realizations > 2 * len(ell):
        with contextlib.suppress(NotKept):
            omega_t = float(spectrum.omega_t)
            return source.covariance(gradient, omega_t=omega_t, estimator=estimator)[np.ix_(ell, ell)]
    return spectrum.error[ell] ** 2


def _power_laws(distance: Array, nu_par: float, p: float | None, colors: style.Palette) -> list[Line]:
    """nu_par [(1 - x) / 2]^p for the paper's p and the chosen one."""
    lines = []
    for name, value, dash in powers(p):
        color, width = (colors.standard, 1.5) if dash == "solid" else (colors.analytic, 1.3)
        law = theory.power_law_rate(value, nu0=nu_par / 2**value)(1 - distance)
        lines.append(Line(name, distance, law, color, dash, width, legend=f"ν∥ [(1 − x)/2]ᵖ, {name}"))
    return lines[::-1]


def _fitted_law(
    distance: Array,
    spectrum: Spectrum,
    ell: Array,
    covariance: Array,
    n_fields: int,
    form: str,
    q1: float,
    colors: style.Palette,
) -> Line:
    chosen = (ell >= FITTED[0]) & (ell <= FITTED[1])
    part = covariance[chosen] if covariance.ndim == 1 else covariance[np.ix_(chosen, chosen)]
    enough = n_fields if n_fields >= chosen.sum() + 2 else None  # to weight multipoles as Gaussian skies do
    found = theory.fit(ell[chosen], spectrum.cl[ell[chosen]], part, form=form, q1=q1, n_fields=enough)
    words = (
        f"fit to ℓ = {ell[chosen][0]}–{ell[chosen][-1]}: p = {found.p:.2f} ± {found.p_error:.2f}, "
        f"ν₀ = {found.nu0:#.2g} Ω"
    )
    law = found.nu0 * distance**found.p
    return Line("fit", distance, law, colors.accent, "solid", 1.8, legend=words)
