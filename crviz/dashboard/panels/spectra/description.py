"""Figure 2 on the page."""

from __future__ import annotations

from pathlib import Path

from bokeh.models import FixedTicker, NumeralTickFormatter
from bokeh.plotting import figure

from crviz.dashboard import figures
from crviz.dashboard.controls import Groups, group
from crviz.dashboard.panels import Panel
from crviz.parameters import OBSERVED
from crviz.plots.content.series import SPECTRA

#: Multipoles that have a number on their axis.
_MULTIPOLES = [1, 2, 5, 10, 20, 50, 100, 200]

#: Why the choice of an observed spectrum does nothing.
_IDLE = "None is drawn in absolute units: the gradient behind a measured sky is not known."


def spectra() -> figure:
    """Power spectra at one time, on log axes."""
    plot = figures.log_figure("multipole ℓ", SPECTRA.axes["fit"][0])
    plot.xaxis.ticker = FixedTicker(ticks=_MULTIPOLES, minor_ticks=list(range(1, 11)))
    plot.xaxis.formatter = NumeralTickFormatter(format="0")
    plot.xgrid.ticker = FixedTicker(ticks=[1, 10, 100])
    areas = figures.source("bands", "xs", "ys", "color", "alpha")
    plot.patches("xs", "ys", source=areas, fill_color="color", fill_alpha="alpha", line_color=None)
    figures.lines(plot)
    bars = figures.source("bars", "x", "low", "high", "color", "alpha", "name")
    plot.segment("x", "low", "x", "high", source=bars, line_color="color", line_alpha="alpha", line_width=1.2)
    shown = plot.scatter(
        "x",
        "y",
        source=figures.source("marks", "x", "y", "marker", "color", "fill", "size", "alpha", "name"),
        marker="marker",
        size="size",
        line_color="color",
        fill_color="fill",
        alpha="alpha",
        line_width=1.3,
    )
    said = [("", "@name"), ("ℓ", "@x"), ("", "$snap_y{custom}")]
    figures.hover(plot, shown, said)
    return plot


def switches() -> Groups:
    """What stands below it."""
    controls = group("Spectra")
    for each in controls:
        if each["key"] == OBSERVED.name:
            each["idle"] = ["normalization", "absolute", _IDLE]
    return [{"legend": "", "controls": controls}]


PANEL = Panel(
    name="spectra",
    folder=Path(__file__).parent,
    order=30,
    heading="Angular power spectra",
    figure=spectra,
    controls=switches,
    depends=("tensors", "pinned", "omega_t", "theta", "phi", "p", "form", "b0", "lc"),
)
