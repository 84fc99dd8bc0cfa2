"""The analytic side on demand: the evolution for the chosen p, and p fitted to what is shown or observed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from param.parameterized import Event

from crviz import interpretation, library, observations, theory
from crviz.dashboard.hub import Hub
from crviz.dashboard.session import Session
from crviz.dashboard.state import State
from crviz.dashboard.wire import NO_RATE
from crviz.observations import ObservedSpectrum
from crviz.plots.content.evolution import analytic
from crviz.plots.content.series import ANALYTIC
from crviz.result import nearest_time

#: Probability of a larger chi2 below which a fit is called poor.
_POOR = 1e-3
#: What moves a fit of what is shown, and one of what is observed.
_FITTED = ("shown", "estimator", "theta", "phi", "form", "omega_t")
_FITTED_OBSERVED = ("observed", "normalization")
#: Why nothing observed is fitted.
_NONE_SHOWN = "No observed spectrum is shown: choose one at “Compare with”, by a fit or to the dipole."


class TheoryFeed:
    """Keeps the hub's analytic evolution and fit in step with the state.

    Parameters
    ----------
    session
        Whose notice says what went wrong with a fit.
    """

    #: What the words of the fits depend on.
    depends = (*_FITTED, *_FITTED_OBSERVED)

    def __init__(self, state: State, hub: Hub, session: Session) -> None:
        self._state, self._hub, self._session = state, hub, session
        state.param.watch(self._evolve, ["analytic", "p", "theta", "phi", "shown"])
        state.param.watch(self._forget, list(_FITTED))
        self._refusals: dict[str, Any] | None = None  # where nothing has moved them since they were said
        state.param.watch(self._move, list(self.depends))

    def said(self) -> dict[str, Any]:
        """Why a fit is impossible, where it is, by the keys of the buttons."""
        if self._refusals is None:
            checks = {"fit": self._ratio, "fit_observed": self._observed}
            self._refusals = {key: {"why": _refusal(check)} for key, check in checks.items()}
        return self._refusals

    def _move(self, *_: Event) -> None:
        self._refusals = None

    def _evolve(self, *_: Event) -> None:
        state, source = self._state, self._state.shown.source
        curves = analytic(source, state.gradient, state.p) if state.analytic else []
        if curves:
            self._hub.analytic = {
                "omega_t": source.omega_t.tolist(),
                "cl": [[ell, values.tolist()] for ell, values in curves],
                **_modes(state.p),
            }
        elif state.analytic or self._hub.analytic:
            self._hub.analytic = {"none": NO_RATE} if state.analytic else {}

    def _forget(self, *_: Event) -> None:
        if self._hub.fitted:
            self._hub.fitted = ""

    def fit(self) -> None:
        """Fit p to C_l / C_1 of what is shown, set it, and say so."""
        state, source = self._state, self._state.shown.source
        self._session.notice = ""
        try:
            fit = interpretation.fit_power_law(source, form=state.form, **self._of_what())
        except ValueError as error:
            self._session.notice = _in_words(error)
            return
        state.param.update(p=round(float(np.clip(fit.p, *state.param.p.bounds)), 3))
        quality = f"ℓ = 2–12, χ² = {fit.chi2:.0f} for {fit.dof} degrees of freedom"
        poor = fit.p_value < _POOR
        judged = "; no single power law fits well" if poor else ""
        self._hub.fitted = f"Best p = {fit.p:.3f} ± {fit.p_error:.3f} ({quality}{judged})."

    def _of_what(self) -> dict[str, Any]:
        """Which spectrum of what is shown is fitted."""
        state = self._state
        estimator = state.shown.source.usable(state.estimator)
        return {"gradient": state.gradient, "omega_t": state.omega_t, "estimator": estimator}

    def _ratio(self) -> None:
        interpretation.check_power_law(self._state.shown.source, **self._of_what())

    def _observed(self) -> ObservedSpectrum:
        """The first of the observed spectra shown. Raises ValueError where none can be fitted."""
        chosen = observations.chosen(self._state.observed)
        if not chosen or self._state.normalization == "absolute":
            raise ValueError(_NONE_SHOWN)
        interpretation.check_observed(chosen[0])
        return chosen[0]

    def fit_observed(self) -> None:
        """Fit p to the observed spectrum that is shown, set it, and say so.

        Skies scatter about the theory as those of the shipped run do about its mean: it has fields enough.
        """
        state = self._state
        self._session.notice = ""
        source, along = library.shipped(), _nearest_axis(state.theta)
        times = source.dataset["omega_t_covariance"].values
        try:
            fit = interpretation.fit_observed(
                self._observed(),
                form=state.form,
                excess=interpretation.excess_scatter(
                    source,
                    along,
                    omega_t=float(times[nearest_time(times, state.omega_t)]),
                    estimator="cross",
                ),
            )
        except ValueError as error:
            self._session.notice = _in_words(error)
            return
        state.param.update(p=round(fit.p, 3))
        self._hub.fitted = (
            f"{fit.source.name}: best p = {fit.p:.3f}, 68 % interval {fit.low:.2f} to {fit.high:.2f} "
            f"(ℓ = {fit.ell[0]}–{fit.ell[-1]}; scatter of simulated skies with the gradient {along} to B₀; "
            f"deviance {fit.deviance:.1f}, expected {fit.expected_deviance:.1f})."
        )


@lru_cache(maxsize=64)
def _modes(p: float) -> dict[str, Any]:
    """p, and what the browser grows curves of other places from (browser/growth.js): ell (L,), decay (M,) and
    share, flat (L, M), of `theory.power_law_modes`."""
    decay, share = theory.power_law_modes(np.array(ANALYTIC), p=p)
    return {"p": p, "ell": list(ANALYTIC), "decay": decay, "share": share.ravel()}


def _refusal(check: Callable[[], object]) -> str:
    """What a check refuses, in a sentence, or nothing."""
    try:
        check()
    except ValueError as error:
        return _in_words(error)
    return ""


def _in_words(error: ValueError) -> str:
    """What is wrong; of the gradient, which is set in degrees here, the reason alone."""
    words, _, reason = str(error).partition(": ")
    return reason[:1].upper() + reason[1:] if reason and words.startswith("gradient = ") else str(error)


def _nearest_axis(theta: float) -> str:
    """Which gradient with many skies is nearest to an angle [deg]."""
    return "parallel" if theta < 45 else "perpendicular"
