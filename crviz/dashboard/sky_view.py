"""The sky of the first realisation at the chosen time."""

from __future__ import annotations

import panel as pn

from crviz import plots
from crviz.dashboard.views import PlotView


class SkyView(PlotView):
    """Relative intensity in the Mollweide projection."""

    heading = "Sky map of one field"
    follow = ("theta", "phi", "omega_t")

    def draw(self):
        """The sky map for the state as it is."""
        values, _ = self.state.result.sky_map(self.state.gradient, self.state.omega_t)
        return plots.sky_map(values, self.state.gradient, dark=self.state.dark)

    def caption(self):
        """The time of the map, which may differ from the slider's: maps are kept at some times only."""
        return pn.bind(self._words, self.state.param.result, self.state.param.omega_t)

    def _words(self, result, omega_t):
        _, shown = result.sky_map(self.state.gradient, omega_t)
        return f"Where particles come from, B₀ upwards; backtracked to Ω T = {shown:.3g}"
