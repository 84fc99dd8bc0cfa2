"""Figure 2: power spectra at one time, simulated, analytic and observed, each pair as it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crviz import atlas, observations, theory
from crviz.arrays import Array
from crviz.checks import check_choice
from crviz.gradient import Gradient
from crviz.observations import ObservedSpectrum
from crviz.parameters import NORMALIZATIONS, OBSERVED
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
from crviz.plots.content.seeing import Seen, View, gaussian_quantiles, gradient_strength
from crviz.plots.content.series import SCATTER, SPECTRA, Series
from crviz.result import Source, estimators

#: Multipoles of the theory that a window may mix into those that are drawn.
_LMAX = 64
#: How far the axis reaches above observed spectra for a simulated dipole, as a factor.
ABOVE = 10.0


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
    observed: str | Sequence[ObservedSpectrum] = OBSERVED.default,
    normalization: str = "fit",
    d_ell: bool = False,
    pinned: tuple[Source, str] | None = None,
    dark: bool = False,
) -> Panel:
    """Simulated spectra beside the analytic ones and the observed ones: `series.SPECTRA`.

    Beside an observed spectrum, simulated and analytic ones are seen through its window
    (`observations.compare`), and the whole sky is a thin line. Several observed spectra have each their own
    colour, and simulated and analytic spectra seen through each window.

    Parameters
    ----------
    omega_t : [1/Omega]
    p, form
        See `theory.spectrum`. p = None draws the paper's three powers alone.
    estimator
        See `Source.spectrum`.
    observed
        Spectra, or keys of shipped ones (`observations.chosen`), "none" for none.
    normalization
        "fit": what is simulated or analytic is fitted to each observed spectrum
        (`observations.fitted_multipoles`), as C_l of the relative intensity; without one, as "dipole".
        "dipole": C_l / C_1. "absolute": C_l / 4 pi in units of the gradient; nothing observed can be drawn.
    d_ell
        D_l = l (l + 1) C_l / 2 pi in place of C_l.
    pinned
        What is drawn beside it, hollow, for the same gradient at its nearest time, and the estimator of it.

    Returns
    -------
    Panel
        `crviz.plots` has it drawn, as an hv.Overlay. Bars of the simulated spectra are standard errors
        of the mean over fields, their inner parts what the noise of Eq. 9 alone would give; the band is
        what one sky scatters about the mean for the chosen gradient: 16 to 84 % of simulated fields where
        the atlas has them (`atlas.one_sky`), else that of a Gaussian sky.

    Raises
    ------
    ValueError
        Where there is no dipole for the analytic curves to pass through, or nothing to normalise by.
    """
    check_choice("normalization", normalization, NORMALIZATIONS)
    along = {"chosen": gradient, "perpendicular": "perpendicular"}
    if gradient_name(gradient) == "perpendicular":
        del along["perpendicular"]
    sources = {"shown": (source, estimator)} | ({} if pinned is None else {"pinned": pinned})
    simulated = {
        (of, which): _Simulated.of(*found, direction, omega_t)
        for of, found in sources.items()
        for which, direction in along.items()
    }
    chosen = simulated["shown", "chosen"]
    if not chosen.cl[1] > 0:
        raise ValueError(
            f"estimator = {estimator!r} leaves no dipole at Omega T = {chosen.omega_t:g} "
            f"(gradient {gradient_name(gradient)})."
        )
    wanted = observations.chosen(observed) if isinstance(observed, str) else tuple(observed)
    windows = () if normalization == "absolute" else wanted
    views = [View(normalization, one, d_ell) for one in windows or (None,)]
    seen = [_through(view, simulated) for view in views]
    top = _top(views, [each["shown", "chosen"] for each in seen])
    scatter = atlas.one_sky(source)
    last = max(int(one.ell[-1]) for each in seen for one in each.values())
    drawing = _Drawing(style.palette(dark), top / 10**SPECTRA.decades, last, form, views)
    for one in SPECTRA.series:
        if (one.data and not windows) or (len(views) > 1 and not one.several):
            continue
        power = p if one.p is None else one.p
        for number, view in enumerate(views):
            key = one.of, one.gradient
            if key not in seen[number] or (one.quantity == "shape" and power is None):
                continue
            band = _one_sky(scatter, gradient, chosen.omega_t, view)
            words = {
                "gradient": gradient_name(gradient),
                "power": "" if p is None else power_name(p),
                "bars": "" if source.n_realizations < 2 else " (bars: error, ticks: noise)",
                "scatter": SCATTER[band is not None],
            }
            its = drawing.of(one.worded(**words), number)
            if one.quantity == "scatter":
                drawing.scatter(its, view, seen[number][key], band)
            elif one.quantity == "sky":
                drawing.sky(its, view, simulated[key], seen[number][key])
            elif one.quantity == "shape" and power is not None:
                drawing.shape(its, view, power, simulated[key].cl[1])
            elif one.quantity == "level":
                drawing.levels(its, view)
            elif one.quantity == "estimate":
                drawing.estimates(its, seen[number][key])
            elif one.quantity == "limit":
                drawing.limits(its, seen[number][key])
            elif one.quantity == "published":
                drawing.published(its, view)
    unit = "dipole" if views[0].normalized else normalization
    return Panel(
        x=Axis("ell", "multipole ℓ", r"multipole $\ell$", (0.85, 1.1 * last)),
        y=Axis("power", *SPECTRA.axes[unit + (" D" if d_ell else "")], (drawing.floor, top)),
        lines=tuple(drawing.lines),
        bands=tuple(drawing.bands),
        marks=tuple(each for each in drawing.marks if each.x.size),
        title=titled(
            source,
            gradient,
            estimator,
            omega_t=chosen.omega_t,
            p=p,
            form=form,
            further="; ".join(
                _scale(view, each["shown", "chosen"], scatter, gradient, chosen.omega_t)
                for view, each in zip(views, seen, strict=True)
            ),
            pinned="" if pinned is None else _pinned_words(*pinned, simulated["pinned", "chosen"].omega_t),
        ),
    )


@dataclass(frozen=True, eq=False)
class _Simulated:
    """A simulated spectrum (L,) from l = 0 [r_L^2].

    Attributes
    ----------
    noise
        The part of the error that the noise of Eq. 9 alone would give.
    """

    cl: Array
    error: Array
    noise: Array
    omega_t: float

    @classmethod
    def of(cls, source: Source, estimator: str, gradient: Gradient, omega_t: float | None) -> _Simulated:
        """That of a source."""
        spectrum = source.spectrum(gradient, omega_t=omega_t, estimator=estimator)
        # of the mean over fields; the noises of two grids are independent, which halves the variance
        per_variance = source.n_realizations * (2 if estimator == "cross" else 1)
        error = np.nan_to_num(spectrum.error)
        noise = np.minimum(np.sqrt(spectrum.noise_variance / per_variance), error)
        return cls(spectrum.cl, error, noise, float(spectrum.omega_t))


def _through(view: View, simulated: dict[tuple[str, str], _Simulated]) -> dict[tuple[str, str], Seen]:
    """Spectra as they are drawn, less those that there is nothing to normalise by.

    Raises ValueError where the first one is one of these.
    """
    found: dict[tuple[str, str], Seen] = {}
    for key, one in simulated.items():
        try:
            found[key] = view.see(one.cl, one.error, one.noise)
        except ValueError as error:
            if not found:
                raise ValueError(f"Omega T = {one.omega_t:g}: {error}") from error
    return found


def _top(views: list[View], chosen: list[Seen]) -> float:
    """Where the axis of power ends: above what is observed, and what is simulated up to `ABOVE` that."""
    if views[0].observed is None and views[0].normalized and not views[0].d_ell:
        return SPECTRA.headroom
    highest = []
    for view, seen in zip(views, chosen, strict=True):
        height = float(np.max(seen.value[seen.ell > 0]))
        if view.observed is not None:
            published = np.max(view.power(view.observed.ell, view.observed.cl)) / view.unit
            height = max(published, min(height, ABOVE * published))
        highest.append(height)
    return steady(SPECTRA.headroom * max(highest))


def _one_sky(
    scatter: atlas.OneSky | None, gradient: Gradient, omega_t: float, view: View
) -> tuple[Array, Array] | None:
    """Multipoles and quantiles over the mean, where they are known."""
    if scatter is None:
        return None
    return scatter.spread(gradient, omega_t, view.observed, shape=view.normalized)


def _scale(view: View, chosen: Seen, scatter: atlas.OneSky | None, gradient: Gradient, omega_t: float) -> str:
    """How it is normalised, and what that means for the gradient, in words."""
    if view.observed is None:
        return "normalised to the dipole" if view.normalized else "in absolute units"
    between = None
    if scatter is not None:
        between = scatter.factor(gradient, omega_t, view.observed, "dipole" if view.normalized else "fit")
    strength = gradient_strength(chosen.factor * view.unit, between)
    power = int(np.floor(np.log10(strength[0])))
    value, low, high = (f"{each / 10.0**power:#.2g}".rstrip(".") for each in strength)
    interval = "" if between is None else f" ({low} to {high})"
    if view.normalized:
        how = "normalised to the dipole"
    else:
        how = "fitted over ℓ = {}–{}".format(*observations.fitted_multipoles(view.observed))
    return f"seen like {view.observed.label}, {how}: r_L |∇n|/n = {value}{interval} × 10^{power}"


def _pinned_words(source: Source, estimator: str, omega_t: float) -> str:
    return f"{described(source)}, Ω T = {omega_t:.5g}, {estimators.get(estimator).words}"


class _Drawing:
    """Lines, bands and marks, as they are drawn."""

    def __init__(self, colors: style.Palette, floor: float, last: int, form: str, views: list[View]) -> None:
        self.colors, self.floor, self.last, self.form, self.views = colors, floor, last, form, views
        self.lines: list[Line] = []
        self.bands: list[Band] = []
        self.marks: list[Marks] = []

    def of(self, one: Series, number: int) -> Series:
        """A series as it is seen in one of the views: in a colour of its own, where there are several."""
        observed = self.views[number].observed
        if len(self.views) == 1 or observed is None:
            return one
        name = one.name if "{whose}" in one.name else f"{one.name}, {observed.label}"
        shade = number % len(self.colors.windows)
        legend = one.legend if one.quantity in ("published", "level") or not number else ""
        return replace(one, name=name, legend=legend, role="windows", shade=shade, named=False)

    def scatter(self, one: Series, view: View, seen: Seen, known: tuple[Array, Array] | None) -> None:
        """What one sky scatters about the mean, up to the first multipole that is lost in noise."""
        ell, value = seen.ell, seen.value
        if known is None:
            wide = gaussian_quantiles(value, seen.gaussian)
        else:
            here, (low, high) = np.isin(known[0], ell), known[1]
            reach = int(here.sum())
            ell, value = ell[:reach], value[:reach]
            wide = value * low[here], value * high[here]
        clear = (ell == 0) | ((value > self.floor) & np.isfinite(wide[0]) & np.isfinite(wide[1]))
        drawn = np.logical_and.accumulate(clear) & (ell > 0)
        low, high = (np.maximum(end[drawn], self.floor) for end in wide)
        self.bands.append(one.band(self.colors, ell[drawn], low, high))

    def sky(self, one: Series, view: View, simulated: _Simulated, seen: Seen) -> None:
        """The whole sky beside what is seen through a window, by the same factor, as far as it has power."""
        if view.observed is None:
            return
        ell = np.arange(1, min(simulated.cl.size, self.last + 1))
        cl = np.nan_to_num(simulated.cl[ell])
        unit = cl[0] if view.normalized else 1 / seen.factor
        value = view.power(ell, cl / unit)
        clear = np.logical_and.accumulate(value > self.floor)
        self.lines.append(one.line(self.colors, ell[clear], value[clear]))

    def shape(self, one: Series, view: View, p: float, dipole: float) -> None:
        """The analytic spectrum of a power, through the simulated dipole or normalised to the same."""
        last = self.last if view.observed is None else _LMAX
        cl = np.r_[0.0, theory.spectrum(np.arange(1, last + 1), p, form=self.form)]
        seen = view.see(cl / cl[1] * dipole)
        drawn = (seen.ell > 0) & (seen.ell <= self.last)
        self.lines.append(one.line(self.colors, seen.ell[drawn], seen.value[drawn]))

    def levels(self, one: Series, view: View) -> None:
        """The shot noise behind an observed spectrum; the legend has one of them."""
        if view.observed is None:
            return
        ell = np.arange(view.observed.ell[0], view.observed.ell[-1] + 1)
        for whose, noise in view.observed.noise_levels:
            first = not any(line.legend == one.legend for line in self.lines)
            its = replace(one.worded(whose=whose), legend=one.legend if first else "")
            level = view.power(ell, np.full(ell.size, noise / view.unit))
            self.lines.append(its.line(self.colors, ell, level))

    def estimates(self, one: Series, seen: Seen) -> None:
        """Marks with their errors, where they stand out of the noise."""
        clear = (seen.value > self.floor) & (seen.ell > 0)
        value, error, noise = (each[clear] for each in (seen.value, *seen.errors))
        down = self._ended(value, error)
        self.marks.append(one.marks(self.colors, seen.ell[clear], value, down, error, noise))

    def limits(self, one: Series, seen: Seen) -> None:
        """Where the noise exceeds the power, upper limits: two standard errors above it, or above nothing."""
        limit = np.maximum(seen.value, 0) + 2 * seen.errors[0]
        hidden = (seen.value <= self.floor) & (limit > self.floor) & (seen.ell > 0)
        self.marks.append(one.marks(self.colors, seen.ell[hidden], limit[hidden]))

    def published(self, one: Series, view: View) -> None:
        """An observed spectrum; an error that is not published has no bar."""
        spectrum = view.observed
        if spectrum is None:
            return
        ell = spectrum.ell
        value = view.power(ell, spectrum.cl / view.unit)
        down, up = (view.power(ell, error / view.unit) for error in np.nan_to_num(spectrum.error))
        its = replace(
            one.worded(whose=spectrum.name),
            marker=spectrum.marker or observations.MARKERS[0],
            legend=spectrum.legend or spectrum.name,
        )
        self.marks.append(its.marks(self.colors, ell, value, self._ended(value, down), up))

    def _ended(self, value: Array, down: Array) -> Array:
        """Lengths of bars downwards; a log axis knows no zero."""
        return np.minimum(down, value - SPECTRA.least * self.floor)
