"""A measured spectrum beside the shipped ones."""

from __future__ import annotations

import numpy as np

from crviz import observations
from crviz.plots import style
from crviz.plots.content.figure import Axis, Line, Marks, Panel, positive, steady

#: How many powers of ten are drawn at most.
_DECADES = 9


def measured_spectrum(measured: observations.Measurement) -> Panel:
    """C_l of the relative intensity as it was measured, its noise included, with the errors and the mean
    power of that noise where they are known. The shipped spectra are of other parts of the sky."""
    colors = style.palette(False)
    name = measured.name.replace("$", r"\$")
    cl, noise = positive(measured.cl), positive(measured.noise)
    good = np.isfinite(cl)
    counted = bool(np.isfinite(noise).any())
    shipped = observations.drawn()
    powers = np.concatenate([cl[good], noise[np.isfinite(noise)], *(one.cl for one in shipped)])
    top = steady(2 * powers.max())
    floor = max(steady(powers.min() / 4), top / 10**_DECADES)
    error = np.nan_to_num(measured.error[good])
    marks = [
        Marks(one.name, one.ell, one.cl, one.marker, colors.noise, filled=False, size=0.9, legend=one.legend)
        for one in shipped
    ]
    marks.append(
        Marks(
            name,
            measured.ell[good],
            cl[good],
            "diamond",
            colors.accent,
            size=0.8,
            down=np.minimum(error, cl[good] * 0.99) if counted else None,
            up=error if counted else None,
            legend=f"{name} ({'bars: noise of counting' if counted else 'noise not known'})",
        )
    )
    line = Line(
        "noise", measured.ell, noise, colors.accent, "dotted", legend="noise in it" if counted else ""
    )
    mask = measured.mask.replace("$", r"\$")
    words = [
        f"{name}, mask: {mask}",
        f"{measured.smooth:g}° smoothing divided out" if measured.smooth else "",
        "m = 0 left out" if measured.remove_m0 else "",
    ]
    return Panel(
        x=Axis("ell", "multipole ℓ", r"multipole $\ell$", (0.85, 1.1 * float(measured.ell[-1]))),
        y=Axis("power", "C_ℓ of the relative intensity", r"$C_\ell$ of the relative intensity", (floor, top)),
        lines=(line,) if counted else (),
        marks=tuple(marks),
        title=", ".join(filter(None, words)) + "; noise included",
        legend_at="lower left",
    )
