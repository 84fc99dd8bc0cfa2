"""Figure 2: power spectra at one time, simulated, analytic and observed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from crviz import observations, theory
from crviz.arrays import Array
from crviz.gradient import Gradient
from crviz.plots import style
from crviz.plots.content.figure import (
    Axis,
    Band,
    Line,
    Marks,
    Panel,
    described,
    gradient_name,
    power_name,
    steady,
    titled,
)
from crviz.plots.content.series import SPECTRA, Series
from crviz.result import Source, estimators
from crviz.spectra import cosmic_variance


def powers(p: float | None) -> list[tuple[str, float, str]]:
    """Name, power and dash of the analytic curves: those of the paper and, solid, the chosen one if any."""
    shapes = [one for one in SPECTRA.series if one.quantity == "shape"]
    paper = [(one.name, one.p, one.dash) for one in shapes if one.p is not None]
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
    pinned: tuple[Source, str] | None = None,
    dark: bool = False,
) -> Panel:
    """Simulated spectra beside the analytic ones and the observed ones: `series.SPECTRA`.

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
    pinned
        What is drawn faintly beside it, for the same gradient at its nearest time, and the estimator of it.

    Returns
    -------
    Panel
        `crviz.plots` has it drawn, as an hv.Overlay. Bars of the simulated spectra are standard errors
        of the mean over fields, their inner parts what the noise of Eq. 9 alone would give; the band is
        what one sky scatters about the mean for the chosen gradient, sqrt(2 / (2l + 1)) of it: relative to
        the mean it is the same for every gradient.

    Raises
    ------
    ValueError
        Where there is no dipole for the analytic curves to pass through, or to normalise by.
    """
    colors = style.palette(dark)
    along = {"chosen": gradient, "perpendicular": "perpendicular"}
    if gradient_name(gradient) == "perpendicular":
        del along["perpendicular"]
    sources = {"shown": (source, estimator)} | ({} if pinned is None else {"pinned": pinned})
    simulated = {
        (of, which): _Simulated.of(*found, direction, omega_t, normalized)
        for of, found in sources.items()
        for which, direction in along.items()
    }
    chosen = simulated["shown", "chosen"]
    if not chosen.value[1] > 0:
        raise ValueError(_no_dipole(estimator, gradient, chosen.omega_t))
    last = int(max(one.ell[-1] for one in simulated.values()))
    top = SPECTRA.headroom if normalized else steady(SPECTRA.headroom * chosen.value[1])
    floor = top / 10**SPECTRA.decades
    switches = {"observed": observed, "normalized": normalized}
    words = {
        "gradient": gradient_name(gradient),
        "power": "" if p is None else power_name(p),
        "bars": "" if source.n_realizations < 2 else " (bars: error, ticks: noise)",
    }
    lines: list[Line] = []
    bands: list[Band] = []
    marks: list[Marks] = []
    for each in SPECTRA.series:
        found = simulated.get((each.of, each.gradient))
        if found is None or not all(switches[name] for name in each.switches):
            continue
        one = each.worded(**words)
        power = p if one.p is None else one.p
        if one.quantity == "variance":
            bands.append(_cosmic_variance(one, colors, found, floor))
        elif one.quantity == "shape" and power is not None:
            lines.append(_shape(one, colors, power, form, found.value[1], last))
        elif one.quantity == "level":
            lines += _levels(one, colors)
        elif one.quantity == "estimate":
            marks.append(_estimates(one, colors, found, floor))
        elif one.quantity == "limit":
            marks.append(_limits(one, colors, found, floor))
        elif one.quantity == "published":
            marks += [_published(one, colors, spectrum, floor) for spectrum in observations.drawn()]
    return Panel(
        x=Axis("ell", "multipole ℓ", r"multipole $\ell$", (0.85, 1.1 * last)),
        y=Axis("power", *SPECTRA.axes["normalized" if normalized else "absolute"], (floor, top)),
        lines=tuple(lines),
        bands=tuple(bands),
        marks=tuple(each for each in marks if each.x.size),
        title=titled(
            source,
            gradient,
            estimator,
            omega_t=chosen.omega_t,
            p=p,
            form=form,
            further="normalised to the dipole" if normalized else "in absolute units",
            pinned="" if pinned is None else _pinned_words(*pinned, simulated["pinned", "chosen"].omega_t),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Simulated:
    """A spectrum (L,) from l = 0 over its unit: its dipole, or 4 pi.

    Attributes
    ----------
    noise
        The part of the error that the noise of Eq. 9 alone would give.
    """

    ell: Array
    value: Array
    error: Array
    noise: Array
    omega_t: float

    @classmethod
    def of(
        cls, source: Source, estimator: str, gradient: Gradient, omega_t: float | None, normalized: bool
    ) -> _Simulated:
        """That of a source. Raises ValueError where there is no dipole to normalise by."""
        spectrum = source.spectrum(gradient, omega_t=omega_t, estimator=estimator)
        unit = spectrum.cl[1] if normalized else 4 * np.pi
        if not unit > 0:
            raise ValueError(_no_dipole(estimator, gradient, float(spectrum.omega_t)))
        # of the mean over fields; the noises of two grids are independent, which halves the variance
        per_variance = source.n_realizations * (2 if estimator == "cross" else 1)
        error = np.nan_to_num(spectrum.error) / unit
        return cls(
            ell=spectrum.ell,
            value=spectrum.cl / unit,
            error=error,
            noise=np.minimum(np.sqrt(spectrum.noise_variance / per_variance) / unit, error),
            omega_t=float(spectrum.omega_t),
        )


def _pinned_words(source: Source, estimator: str, omega_t: float) -> str:
    return f"{described(source)}, Ω T = {omega_t:.5g}, {estimators.get(estimator).words}"


def _no_dipole(estimator: str, gradient: Gradient, omega_t: float) -> str:
    where = f"Omega T = {omega_t:g} (gradient {gradient_name(gradient)})"
    return f"estimator = {estimator!r} leaves no dipole at {where}."


def _estimates(one: Series, colors: style.Palette, found: _Simulated, floor: float) -> Marks:
    """Marks with their errors, where they stand out of the noise."""
    seen = np.flatnonzero(found.value > floor)
    seen = seen[seen > 0]
    value, error = found.value[seen], found.error[seen]
    return one.marks(colors, seen, value, _ended(value, error, floor), error, found.noise[seen])


def _limits(one: Series, colors: style.Palette, found: _Simulated, floor: float) -> Marks:
    """Where the noise exceeds the power, upper limits: two standard errors above it, or above nothing."""
    limit = np.maximum(found.value, 0) + 2 * found.error
    hidden = np.flatnonzero((found.value <= floor) & (limit > floor))
    hidden = hidden[hidden > 0]
    return one.marks(colors, hidden, limit[hidden])


def _published(
    one: Series, colors: style.Palette, spectrum: observations.ObservedSpectrum, floor: float
) -> Marks:
    """An observed spectrum over its dipole; an error that is not published has no bar."""
    value, (down, up) = spectrum.cl / spectrum.cl[0], np.nan_to_num(spectrum.error) / spectrum.cl[0]
    its = replace(one.worded(whose=spectrum.name), marker=spectrum.marker, legend=spectrum.legend)
    return its.marks(colors, spectrum.ell, value, _ended(value, down, floor), up)


def _ended(value: Array, down: Array, floor: float) -> Array:
    """Lengths of bars downwards; a log axis knows no zero."""
    return np.minimum(down, value - SPECTRA.least * floor)


def _shape(one: Series, colors: style.Palette, p: float, form: str, dipole: float, last: int) -> Line:
    """The analytic spectrum of a power, through the simulated dipole."""
    ell = np.arange(1, last + 1)
    shape = theory.spectrum(ell, p, form=form)
    return one.line(colors, ell, shape / shape[0] * dipole)


def _levels(one: Series, colors: style.Palette) -> list[Line]:
    """The shot noise behind observed spectra, over their dipoles; the legend has one of them."""
    levels = [(spectrum, *level) for spectrum in observations.drawn() for level in spectrum.noise_levels]
    return [
        replace(one.worded(whose=whose), legend="" if number else one.legend).line(
            colors, spectrum.ell[[0, -1]], np.full(2, noise / spectrum.cl[0])
        )
        for number, (spectrum, whose, noise) in enumerate(levels)
    ]


def _cosmic_variance(one: Series, colors: style.Palette, found: _Simulated, floor: float) -> Band:
    """About the mean over fields, up to the first multipole that is lost in the noise."""
    seen = np.logical_and.accumulate(found.value[1:] > floor)
    ell, value = found.ell[1:][seen], found.value[1:][seen]
    wide = np.sqrt(cosmic_variance(value, ell))
    return one.band(colors, ell, np.maximum(value - wide, floor), value + wide)
