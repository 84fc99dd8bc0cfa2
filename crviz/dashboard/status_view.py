"""What is shown, how far a run is, and what went wrong."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from crviz.dashboard.session import Session, duration
from crviz.dashboard.state import State


class StatusView(pn.viewable.Viewer):
    """A line of status, a bar of progress and a notice."""

    state = param.ClassSelector(class_=State)
    session = param.ClassSelector(class_=Session)

    def __panel__(self):
        shown = pn.bind(self._shown, self.state.param.shown)
        job = pn.bind(self._job, self.session.param.status)
        bar = pmui.LinearProgress(
            value=pn.bind(self._percent, self.session.param.status),
            variant="determinate",
            sizing_mode="stretch_width",
            margin=(2, 12),
        )
        notice = pmui.Alert(
            pn.bind(str, self.session.param.notice),
            visible=pn.bind(bool, self.session.param.notice),
            alert_type="warning",
            margin=(2, 6),
            sizing_mode="stretch_width",
        )
        return pmui.Column(
            pmui.Row(
                pmui.Typography(shown, variant="body2", margin=(4, 12)),
                pmui.Typography(job, variant="body2", margin=(4, 12), css_classes=["crviz-job"]),
                sizing_mode="stretch_width",
            ),
            bar,
            notice,
            sizing_mode="stretch_width",
        )

    def _shown(self, shown):
        config = shown.config
        return f"Shown: σ² = {config.sigma2:.3g}, r_L = {config.rl_over_lc:.3g} L_c, {shown.origin}"

    def _job(self, status):
        if status is None:
            return ""
        words = f"{status.done} of {status.asked} realisations"
        if status.state == "running" and status.orbits_per_second:
            words += f" · {status.orbits_per_second:,.0f} orbits/s · {duration(status.seconds_left)} left"
        return f"{status.state}: {words}"

    def _percent(self, status):
        return int(100 * status.done / status.asked) if status is not None else 0
