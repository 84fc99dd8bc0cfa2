"""One backtracking time for all plots."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from crviz.dashboard.state import State


class TimeView(pn.viewable.Viewer):
    """A slider over the times of the result at hand."""

    state = param.ClassSelector(class_=State)

    def __init__(self, state):
        super().__init__(state=state)
        self._slider = pmui.IntSlider(
            label=self._label(),
            start=0,
            end=len(state.result.omega_t) - 1,
            value=self._index(),
            show_value=False,
            sizing_mode="stretch_width",
            margin=(4, 16),
        )
        self._slider.param.watch(self._set, "value_throttled")
        state.param.watch(self._follow, ["result", "omega_t"])

    def _index(self):
        return self.state.result.time_index(self.state.omega_t)

    def _label(self):
        return f"Backtracking time Ω T = {self.state.result.omega_t[self._index()]:.3g}"

    def _set(self, event):
        self.state.omega_t = float(self.state.result.omega_t[event.new])

    def _follow(self, *_):
        self._slider.param.update(
            end=len(self.state.result.omega_t) - 1, value=self._index(), label=self._label()
        )

    def __panel__(self):
        return self._slider
