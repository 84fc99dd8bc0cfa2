"""The analytic side on demand: the evolution for the chosen p, and p fitted to what is shown or observed."""

from __future__ import annotations

import numpy as np
from param.parameterized import Event

from crviz import interpretation, library, observations
from crviz.dashboard.hub import Hub
from crviz.dashboard.session import Session
from crviz.dashboard.state import State
from crviz.plots.content.evolution import analytic
from crviz.result import nearest_time

#: Probability of a larger chi2 below which a fit is called poor.
_POOR = 1e-3
#: Why no analytic evolution is drawn.
_NO_RATE = "No analytic evolution: so few fields have scattered K along B₀ below 0, which no rate stands for."


class TheoryFeed:
    """Keeps the hub's analytic evolution and fit in step with the state.

    Parameters
    ----------
    session
        Whose notice says why a fit is impossible.
    """

    def __init__(self, state: State, hub: Hub, session: Session) -> None:
        self._state, self._hub, self._session = state, hub, session
        state.param.watch(self._evolve, ["analytic", "p", "theta", "phi", "shown"])
        state.param.watch(self._forget, ["shown", "estimator", "theta", "phi", "form", "omega_t"])

    def _evolve(self, *_: Event) -> None:
        state, source = self._state, self._state.shown.source
        curves = analytic(source, state.gradient, state.p) if state.analytic else []
        if curves:
            self._hub.analytic = {
                "omega_t": source.omega_t.tolist(),
                "cl": [[ell, values.tolist()] for ell, values in curves],
            }
        elif state.analytic or self._hub.analytic:
            self._hub.analytic = {"none": _NO_RATE} if state.analytic else {}

    def _forget(self, *_: Event) -> None:
        if self._hub.fitted:
            self._hub.fitted = ""

    def fit(self) -> None:
        """Fit p to C_l / C_1 of what is shown, set it, and say so."""
        state, source = self._state, self._state.shown.source
        self._session.notice = ""
        try:
            fit = interpretation.fit_power_law(
                source,
                state.gradient,
                omega_t=state.omega_t,
                estimator=source.usable(state.estimator),
                form=state.form,
            )
        except ValueError as error:
            self._session.notice = str(error)
            return
        state.param.update(p=round(float(np.clip(fit.p, *state.param.p.bounds)), 3))
        quality = f"ℓ = 2–12, χ² = {fit.chi2:.0f} for {fit.dof} degrees of freedom"
        poor = fit.p_value < _POOR
        judged = "; no single power law fits well" if poor else ""
        self._hub.fitted = f"Best p = {fit.p:.3f} ± {fit.p_error:.3f} ({quality}{judged})."

    def fit_observed(self) -> None:
        """Fit p to the observed spectrum that is shown, or to that of the widest sky, set it, and say so.

        Skies scatter about the theory as those of the shipped run do about its mean: it has fields enough.
        """
        state = self._state
        self._session.notice = ""
        chosen = observations.chosen(state.observed)
        source, along = library.shipped(), _nearest_axis(state.theta)
        times = source.dataset["omega_t_covariance"].values
        try:
            fit = interpretation.fit_observed(
                chosen[0] if chosen else observations.spectrum(observations.WIDEST),
                form=state.form,
                excess=interpretation.excess_scatter(
                    source,
                    along,
                    omega_t=float(times[nearest_time(times, state.omega_t)]),
                    estimator="cross",
                ),
            )
        except ValueError as error:
            self._session.notice = str(error)
            return
        state.param.update(p=round(fit.p, 3))
        self._hub.fitted = (
            f"{fit.source.name}: best p = {fit.p:.3f}, 68 % interval {fit.low:.2f} to {fit.high:.2f} "
            f"(ℓ = {fit.ell[0]}–{fit.ell[-1]}; scatter of simulated skies with the gradient {along} to B₀; "
            f"deviance {fit.deviance:.1f}, expected {fit.expected_deviance:.1f})."
        )


def _nearest_axis(theta: float) -> str:
    """Which gradient with many skies is nearest to an angle [deg]."""
    return "parallel" if theta < 45 else "perpendicular"
