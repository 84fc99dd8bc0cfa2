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
    Panel,
    Vertical,
    described,
    gradient_in_words,
    gradient_name,
    power_name,
    steady,
    time_axis,
    titled,
)
from crviz.plots.content.series import ANALYTIC, EVOLUTION, Series
from crviz.result import Source

_FOUR_PI = 4 * np.pi


def evolution(
    source: Source,
    gradient: Gradient,
    *,
    omega_t: float | None = None,
    p: float | None = None,
    estimator: str = "none",
    noise: str | None = None,
    pinned: Source | None = None,
    dark: bool = False,
) -> Panel:
    """<C_l>(T) / 4 pi for a gradient (solid) and for the perpendicular one (dotted): `series.EVOLUTION`.

    Parameters
    ----------
    omega_t : [1/Omega]
        A cursor at the nearest recorded time; None draws none.
    p
        Power of the analytic evolution; None draws none.
    estimator
        See `Source.spectrum`.
    noise
        The estimator whose noise is drawn; None is the same.
    pinned
        Drawn beside it, dot-dashed, for the same gradient, with the noise in it where that can be had.
    """
    colors = style.palette(dark)
    seen = {("shown", "chosen"): _Seen(source, gradient, estimator, noise)}
    if gradient_name(gradient) != "perpendicular":
        seen["shown", "perpendicular"] = _Seen(source, "perpendicular", estimator, noise)
    if pinned is not None:
        seen["pinned", "chosen"] = _Seen(pinned, gradient, pinned.usable("none"), None)
    curves: dict[int | None, Array] = {} if p is None else dict(analytic(source, gradient, p))
    words = {"gradient": gradient_in_words(gradient), "power": "" if p is None else power_name(p)}
    lines, bands, bounding = [], [], []
    for one in EVOLUTION.series:
        of = seen.get((one.of, one.gradient))
        values = None if of is None else curves.get(one.multipole) if one.switches else of.values(one)
        if of is None or values is None:
            continue
        if one.quantity == "error":
            bands += _band(one, colors, of.source.omega_t, values, of.error(one))
            continue
        lines.append(one.worded(**words).line(colors, of.source.omega_t, values))
        bounding += [np.fmax.reduce(values)] if one.bounds else []
    top = steady(EVOLUTION.headroom * max(bounding))
    cursor = None if omega_t is None else float(source.omega_t[source.time_index(omega_t)])
    return Panel(
        x=time_axis(source.omega_t),
        y=Axis("power", *EVOLUTION.axes["absolute"], (top / 10**EVOLUTION.decades, top)),
        lines=tuple(lines),
        bands=tuple(bands),
        verticals=() if cursor is None else (Vertical(cursor, colors.accent),),
        title=titled(
            source,
            gradient,
            estimator,
            omega_t=cursor,
            p=p if curves else None,
            pinned="" if pinned is None else described(pinned),
        ),
        legend_at="lower right",
    )


class _Seen:
    """A source along a gradient, against time."""

    def __init__(self, source: Source, gradient: Gradient, estimator: str, noise: str | None) -> None:
        self.source, self._gradient = source, gradient
        self._plain = source.evolution(gradient, estimator=estimator)
        of_noise = self._plain if noise is None else source.evolution(gradient, estimator=noise)
        self._noise = np.asarray(of_noise.noise)

    def values(self, one: Series) -> Array | None:
        """What a series shows (T,), over 4 pi; None of a multipole that is not there."""
        if one.quantity == "noise":
            return self._noise / _FOUR_PI
        if one.quantity == "standard":
            return self.source.standard_dipole(self._gradient)[0] / _FOUR_PI
        known = one.multipole is not None and one.multipole < self._plain.ell.size
        return self._plain.cl[:, one.multipole] / _FOUR_PI if known else None

    def error(self, one: Series) -> Array:
        """The standard error of a multipole (T,), over 4 pi; NaN where it is not known."""
        return self._plain.error[:, one.multipole] / _FOUR_PI


def _band(one: Series, colors: style.Palette, time: Array, power: Array, error: Array) -> list[Band]:
    """An error about a power, as far as both are known."""
    seen = (power > 0) & (error >= 0)
    time, power, error = time[seen], power[seen], error[seen]
    low = np.maximum(power - error, power * EVOLUTION.least)
    return [one.band(colors, time, low, power + error)] if seen.any() else []


def analytic(source: Source, gradient: Gradient, p: float) -> list[tuple[int, Array]]:
    """The analytic evolution without a free parameter: (l, C_l(T) / 4 pi) for each of `ANALYTIC`, nothing
    where the source stands for no rate."""
    power = analytic_evolution(source, gradient, np.array(ANALYTIC), p=p)
    return [] if power is None else list(zip(ANALYTIC, power.T / _FOUR_PI, strict=True))
