"""The sidebar: every control, in the order physics, sky, theory, run."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from crviz.dashboard.state import RL_VALUES, SIGMA2_VALUES, State

_WIDE = {"sizing_mode": "stretch_width", "margin": (4, 8)}


class Controls(pn.viewable.Viewer):
    """Widgets bound to a `State`, and the buttons of a `Session`."""

    state = param.ClassSelector(class_=State)

    def __init__(self, state, session):
        super().__init__(state=state)
        self._session = session
        self._run = pmui.Button(label="Run", color="primary", icon="play_arrow", **_WIDE)
        self._cancel = pmui.Button(label="Cancel", variant="outlined", icon="stop", disabled=True, **_WIDE)
        self._add = pmui.Button(label="Add 20 more", variant="text", icon="add", **_WIDE)
        self._run.on_click(lambda _: session.run())
        self._cancel.on_click(lambda _: session.cancel())
        self._add.on_click(lambda _: session.add())
        session.param.watch(self._follow, "status")

    def _follow(self, event):
        busy = event.new is not None and not event.new.over
        self._cancel.disabled = not busy

    def __panel__(self):
        state = self.state
        parallel = pmui.Button(label="parallel", variant="text", size="small")
        perpendicular = pmui.Button(label="perpendicular", variant="text", size="small")
        parallel.on_click(lambda _: state.param.update(theta=0))
        perpendicular.on_click(lambda _: state.param.update(theta=90))
        cost = pn.bind(
            lambda *_: self._session.estimate(),
            state.param.sigma2,
            state.param.rl_over_lc,
            state.param.nside,
            state.param.omega_t_max,
            state.param.realizations,
            self._session.param.status,
        )
        return pmui.Column(
            _heading("Physics"),
            _log_slider(state, "sigma2", SIGMA2_VALUES),
            _log_slider(state, "rl_over_lc", RL_VALUES),
            _heading("Sky"),
            _slider(state, "theta"),
            pmui.Row(parallel, perpendicular, margin=(0, 8)),
            _slider(state, "phi"),
            _heading("Theory"),
            _slider(state, "p"),
            pmui.RadioButtonGroup.from_param(state.param.form, size="small", tags=["crviz:form"], **_WIDE),
            _heading("Run"),
            pmui.IntInput.from_param(state.param.realizations, size="small", **_WIDE),
            pmui.Row(
                pmui.Select.from_param(state.param.nside, size="small", **_WIDE),
                pmui.FloatInput.from_param(state.param.omega_t_max, size="small", **_WIDE),
            ),
            pmui.Row(
                pmui.IntInput.from_param(state.param.seed, size="small", **_WIDE),
                pmui.Select.from_param(state.param.estimator, size="small", **_WIDE),
            ),
            pmui.Typography(cost, variant="body2", margin=(4, 8)),
            pmui.Row(self._run, self._cancel),
            self._add,
            sizing_mode="stretch_width",
        )


def _heading(text):
    return pmui.Typography(text, variant="overline", margin=(10, 8, 0, 8))


def _slider(state, name):
    """A slider that writes when it is released: what it moves is drawn by the server."""
    parameter = state.param[name]
    low, high = parameter.bounds
    slider = pmui.FloatSlider(
        label=parameter.label,
        start=low,
        end=high,
        step=parameter.step,
        value=getattr(state, name),
        tags=[f"crviz:{name}"],
        **_WIDE,
    )
    _tie(slider, "value_throttled", state, name)
    return slider


def _log_slider(state, name, values):
    """A slider over log-spaced values."""
    slider = pmui.DiscreteSlider(
        label=state.param[name].label,
        options={f"{value:g}": value for value in values},
        value=getattr(state, name),
        tags=[f"crviz:{name}"],
        **_WIDE,
    )
    _tie(slider, "value_throttled", state, name)
    return slider


def _tie(slider, event_name, state, name):
    """Tie a slider to a parameter: it writes, and shows what others write."""
    slider.param.watch(lambda event: state.param.update(**{name: event.new}), event_name)
    state.param.watch(lambda event: slider.param.update(value=event.new), name)
