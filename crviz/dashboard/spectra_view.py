"""Figure 2: power spectra, simulated, analytic and observed."""

from __future__ import annotations

import panel_material_ui as pmui

from crviz import plots
from crviz.dashboard.views import PlotView


class SpectraView(PlotView):
    """Spectra at the chosen time."""

    heading = "Angular power spectra"
    follow = ("theta", "phi", "omega_t", "p", "form", "estimator", "observed", "normalized")

    def draw(self):
        """Figure 2 for the state as it is."""
        state = self.state
        return plots.power_spectra(
            state.result,
            state.gradient,
            state.omega_t,
            p=state.p,
            form=state.form,
            estimator=state.usable_estimator,
            observed=state.observed,
            normalized=state.normalized,
            dark=state.dark,
        )

    def caption(self):
        """What the signs are."""
        return "◆ chosen gradient  ▲ perpendicular  ▽ limit  ○ HAWC + IceCube 2019  □ IceCube 12 yr, pseudo"

    def below(self):
        """Switches of this plot alone."""
        names = ("observed", "normalized")
        return [
            pmui.Row(
                *[pmui.Switch.from_param(self.state.param[name], margin=(0, 12, 6, 12)) for name in names]
            )
        ]
