"""Figure 1 on the page."""

from __future__ import annotations

from pathlib import Path

from bokeh.models.annotations import Span
from bokeh.plotting import figure

from crviz.dashboard import figures
from crviz.dashboard.controls import Groups, group
from crviz.dashboard.panels import Panel
from crviz.plots.content.series import EVOLUTION


def evolution() -> figure:
    """Multipoles against backtracking time, on log axes."""
    plot = figures.log_figure("backtracking time Ω T", EVOLUTION.axes["absolute"][0])
    figures.band(plot, EVOLUTION)
    lines = figures.lines(plot)
    plot.add_layout(Span(dimension="height", line_width=2, line_alpha=0.8, name="cursor", level="overlay"))
    said = [("", "@name"), ("Ω T", "$snap_x{0.[00]}"), ("⟨C_ℓ⟩ / 4π", "$snap_y{custom}")]
    figures.hover(plot, lines, said)
    return plot


def switches() -> Groups:
    """What stands below it."""
    return [{"legend": "", "controls": group("Evolution")}]


PANEL = Panel(
    name="evolution",
    folder=Path(__file__).parent,
    order=20,
    heading="Evolution of the multipoles",
    figure=evolution,
    controls=switches,
    depends=("tensors", "pinned", "analytic", "omega_t", "theta", "phi"),
)
