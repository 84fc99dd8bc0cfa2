"""What Figures 1 and 2 hold, as data: the browser, HoloViews and matplotlib all draw these series.

A series says which quantity is drawn and what it looks like. Its numbers are worked out by who draws: from a
`Source` in `evolution` and `spectra`, and in the browser from the arrays that it holds
(dashboard/panels/evolution/evolution.js and spectra/spectra.js).

Figure 2 is seen on the whole sky, or through the windows of the observed spectra that are chosen: then every
simulated and every analytic spectrum is seen through each window, in a colour of its own where there are
several, and some series are left out (`several`).

The band of what one sky scatters lies about the simulated mean: the mean over fields measures the ensemble's
expectation, and the analytic curves are theories of it, of which there is one for every p.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from crviz.arrays import Array
from crviz.plots.content.figure import Band, Line, Marks
from crviz.plots.style import DASHES, Palette

#: Powers of the analytic curves that the paper shows.
PAPER_POWERS = {"1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3}
#: Multipoles drawn beside monopole and dipole.
MULTIPOLES = tuple(range(2, 10))
#: Multipoles whose analytic evolution is drawn.
ANALYTIC = (1, 2, 3, 5, 9)
#: How much of its colour what is beside something else has: 3 to 1 against the ground in every one of them.
_BESIDE = 0.75


@dataclass(frozen=True)
class Series:
    """One series of a figure.

    Attributes
    ----------
    name
        Where the pointer is and, if `named`, at the line's end. {power} stands for the chosen p in words,
        {whose} for an observed spectrum or whose noise it is, {scatter} for what is known of one sky's.
    quantity
        Against time "power" (C_l with the noise in it), "noise", "standard" (C_1 of Eq. 3), "analytic" (the
        evolution without a free parameter), each over 4 pi, or "error", a band of the standard error about
        the power. Against multipoles "estimate" with its bars, "limit" (where noise hides the estimate),
        "shape" (the theory, normalised like the estimate), "scatter" (the band of one sky), "sky" (the
        estimate of the whole sky, beside that through a window), "published", or "level" (its noise).
    of
        "shown" or "pinned".
    gradient
        "chosen" or "perpendicular".
    multipole
        Of a quantity against time.
    p
        Of a shape; None is the chosen one.
    role
        The colour, by its name in `style.Palette`.
    shade
        Which of the colours, where the role has several.
    dash : "solid" or one of `style.DASHES`
    width : [pt], or pixels on the page
    marker
        As in `figure.Marks`; observed spectra bring their own.
    size
        Over that of other marks.
    named
        Whether the name stands at the line's end.
    legend
        What the legend says; {gradient} stands for the chosen one in words, {bars} for what its bars are.
    switches
        Names of the switches that must be on.
    bounds
        Whether the axis reaches above it.
    data
        Whether it is drawn only beside an observed spectrum.
    several
        Whether it is drawn where there are several of those.
    """

    name: str
    quantity: str
    role: str
    of: str = "shown"
    gradient: str = "chosen"
    multipole: int | None = None
    p: float | None = None
    shade: int | None = None
    dash: str = "solid"
    width: float = 1.5
    marker: str = ""
    filled: bool = True
    size: float = 1.0
    alpha: float = 1.0
    named: bool = False
    legend: str = ""
    switches: tuple[str, ...] = ()
    bounds: bool = False
    data: bool = False
    several: bool = True

    def worded(self, **words: str) -> Series:
        """The same with these words in name and legend, in place of their keys in braces."""
        name, legend = self.name, self.legend
        for key, word in words.items():
            name, legend = (text.replace(f"{{{key}}}", word) for text in (name, legend))
        return replace(self, name=name, legend=legend)

    def line(self, colors: Palette, x: Array, y: Array) -> Line:
        """It as a line."""
        return Line(
            self.name,
            x,
            y,
            self._color(colors),
            self.dash,
            self.width,
            named=self.named,
            legend=self.legend,
            alpha=self.alpha,
        )

    def band(self, colors: Palette, x: Array, low: Array, high: Array) -> Band:
        """It as a band."""
        return Band(x, low, high, self._color(colors), self.alpha, self.legend, self.name)

    def marks(
        self,
        colors: Palette,
        x: Array,
        y: Array,
        down: Array | None = None,
        up: Array | None = None,
        inner: Array | None = None,
    ) -> Marks:
        """It as marks, with bars where they are given."""
        return Marks(
            self.name,
            x,
            y,
            self.marker,
            self._color(colors),
            self.filled,
            self.size,
            down,
            up,
            inner,
            self.legend,
            self.alpha,
        )

    def _color(self, colors: Palette) -> str:
        found: str | tuple[str, ...] = getattr(colors, self.role)
        return found if isinstance(found, str) else found[self.shade or 0]


@dataclass(frozen=True)
class Content:
    """What a figure holds.

    Attributes
    ----------
    series
        In the order in which they are drawn: the last is uppermost.
    axes
        Names of the axis of power, in plain text and in TeX, by how it is normalised: see `seeing`.
    decades
        Of the axis of power.
    headroom
        How far that axis reaches above what bounds it, as a factor.
    least
        Where bars and bands end that would reach 0, which a log axis does not know: in Figure 1 over the
        value, in Figure 2 over the axis' lower end.
    """

    series: tuple[Series, ...]
    axes: dict[str, tuple[str, str]]
    decades: float
    headroom: float
    least: float


def subscript(number: int) -> str:
    """A number as an index."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _power(ell: int, role: str, width: float, named: bool = True, **options: Any) -> Series:
    return Series(f"C{subscript(ell)}", "power", role, multipole=ell, width=width, named=named, **options)


_AGAINST_TIME = (
    *[_power(ell, "multipoles", 1.3, ell in (2, 9), shade=ell - 2) for ell in MULTIPOLES],
    Series("noise", "noise", "noise", width=2, named=True, bounds=True),
    _power(0, "monopole", 2, bounds=True),
    Series("standard C₁", "standard", "standard", width=2, named=True),
    _power(1, "ink", 2.2, bounds=True, legend="gradient {gradient}"),
)

#: Figure 1: dotted across the regular field, dot-dashed what is pinned, dashed the theory.
EVOLUTION = Content(
    series=(
        Series(
            "standard error of C₁", "error", "band", multipole=1, alpha=0.18, legend="standard error of C₁"
        ),
        *[
            replace(
                each,
                name=f"{each.name}, perpendicular",
                gradient="perpendicular",
                dash="dotted",
                alpha=0.9,
                named=False,
                legend=each.legend and "gradient perpendicular to B₀",
            )
            for each in _AGAINST_TIME
        ],
        *[
            replace(
                each,
                name=f"{each.name}, pinned",
                of="pinned",
                dash="dotdash",
                alpha=_BESIDE,
                named=False,
                legend=each.legend and "pinned",
            )
            for each in _AGAINST_TIME
            if each.shade is None and each.quantity != "noise"
        ],
        *_AGAINST_TIME,
        *[
            Series(
                f"analytic C{subscript(ell)}",
                "analytic",
                "accent",
                multipole=ell,
                dash="dashed",
                width=1.2,
                legend="" if ell > 1 else f"analytic ℓ = {', '.join(map(str, ANALYTIC))}, {{power}}",
                switches=("analytic",),
            )
            for ell in ANALYTIC
        ],
    ),
    axes={
        "absolute": (
            "⟨C_ℓ⟩ / 4π  [(r_L |∇n|/n)²]",
            r"$\langle C_\ell\rangle / 4\pi$   [$(r_L\,|\nabla n|/n)^2$]",
        )
    },
    decades=8,
    headroom=4,
    least=1e-3,
)


def _simulated(
    name: str, legend: str, marker: str, role: str, *, of: str = "shown", limits: str = "", **whose: Any
) -> list[Series]:
    """Estimates, and upper limits where noise hides them; hollow what is pinned, and all limits."""
    whose["of"], pinned = of, of == "pinned"
    mark: dict[str, Any] = (
        {"marker": marker, "filled": False, "alpha": _BESIDE} if pinned else {"marker": marker}
    )
    limit: dict[str, Any] = {
        "marker": "inverted_triangle",
        "filled": False,
        "size": 0.6 if pinned else 0.8,
        "alpha": _BESIDE,
    }
    return [
        Series(name, "estimate", role, legend=legend, **mark, **whose),
        Series(f"{name}, upper limit", "limit", role, legend=limits, **limit, **whose),
    ]


#: What the scatter of one sky is called, by whether it is known from simulated fields.
SCATTER = {
    True: "one sky of the simulated fields, 16 to 84 %",
    False: "one Gaussian sky, 16 to 84 %",
}
_C, _D = "C_ℓ", "D_ℓ"
_TEX = {_C: r"\hat C_\ell", _D: r"\hat D_\ell"}


def _axes(of: str) -> dict[str, tuple[str, str]]:
    plain = "D_ℓ = ℓ (ℓ + 1) C_ℓ / 2π" if of == _D else of
    tex = _TEX[of]
    return {
        "fit": (f"{plain} of the relative intensity", f"${tex}$ of the relative intensity"),
        "dipole": (f"{plain} / C₁", rf"${tex} / \hat C_1$"),
        "absolute": (f"{plain} / 4π  [(r_L |∇n|/n)²]", rf"${tex} / 4\pi$   [$(r_L\,|\nabla n|/n)^2$]"),
    }


#: Figure 2.
SPECTRA = Content(
    series=(
        Series("{scatter}", "scatter", "band", alpha=0.18, legend="{scatter}"),
        Series("whole sky", "sky", "ink", width=0.8, alpha=_BESIDE, data=True, legend="simulated, whole sky"),
        *[
            Series(f"p = {name}", "shape", "analytic", p=p, dash=dash, width=1.4, named=True, several=False)
            for (name, p), dash in zip(PAPER_POWERS.items(), DASHES, strict=True)
        ],
        Series("{power}", "shape", "accent", width=2.2, named=True),
        Series(
            "noise of {whose}",
            "level",
            "noise",
            dash="dotted",
            width=1.2,
            legend="noise levels of the observations",
            data=True,
        ),
        *_simulated(
            "perpendicular",
            "simulated, perpendicular",
            "triangle",
            "monopole",
            gradient="perpendicular",
            several=False,
        ),
        *_simulated(
            "pinned, perpendicular",
            "pinned, perpendicular",
            "triangle",
            "monopole",
            gradient="perpendicular",
            of="pinned",
            several=False,
        ),
        *_simulated("pinned", "pinned, {gradient}", "diamond", "ink", of="pinned"),
        *_simulated(
            "chosen gradient", "simulated, {gradient}{bars}", "diamond", "ink", limits="upper limits"
        ),
        Series("{whose}", "published", "noise", filled=False, size=0.93, data=True),
    ),
    axes={
        f"{which}{suffix}": words
        for suffix, of in (("", _C), (" D", _D))
        for which, words in _axes(of).items()
    },
    decades=6.5,
    headroom=3,
    least=1 / 3,
)
