"""Figure 1: multipoles against backtracking time."""

from __future__ import annotations

from crviz import plots
from crviz.dashboard.views import PlotView


class EvolutionView(PlotView):
    """<C_l>(T) with a cursor at the chosen time."""

    heading = "Evolution of the multipoles"
    follow = ("theta", "phi", "omega_t")

    def draw(self):
        """Figure 1 for the state as it is."""
        state = self.state
        return plots.evolution(state.result, state.gradient, state.omega_t, dark=state.dark)

    def caption(self):
        """What the lines are."""
        return "Solid: chosen gradient, band: error of C₁; dotted: perpendicular"
