"""The analytic side on demand: the evolution for the chosen p, and p fitted to what is shown or observed."""

from __future__ import annotations

import math

import numpy as np

from crviz import interpretation, observations, theory
from crviz.config import ParameterError

_MULTIPOLES = (1, 2, 3, 5, 9)
#: Probability of a larger chi2 below which a fit is called poor.
_POOR = 1e-3


class TheoryLink:
    """Keeps the hub's analytic evolution and fit in step with the state.

    Parameters
    ----------
    state : State
    hub : Hub
    session : Session
        Whose notice says why a fit is impossible.
    """

    def __init__(self, state, hub, session):
        self._state, self._hub, self._session = state, hub, session
        state.param.watch(self._evolve, ["analytic", "p", "theta", "phi", "shown"])
        state.param.watch(self._forget, ["shown", "estimator", "theta", "phi", "form", "omega_t"])

    def _evolve(self, *_):
        state = self._state
        times, along, parallel = (
            state.shown.diffusion(state.gradient) if state.analytic else (None, None, [0])
        )
        if (
            not parallel[-1] > 0
        ):  # not asked for; or few fields have scattered below 0, which no rate stands for
            if self._hub.analytic:
                self._hub.analytic = {}
            return
        cl = analytic_evolution(times, along, parallel[-1], state.p)
        self._hub.analytic = {
            "omega_t": times.tolist(),
            "cl": [
                [ell, (column / (4 * math.pi)).tolist()]
                for ell, column in zip(_MULTIPOLES, cl.T, strict=True)
            ],
        }

    def _forget(self, *_):
        if self._hub.fitted:
            self._hub.fitted = ""

    def fit(self):
        """Fit p to C_l / C_1 of what is shown, set it, and say so."""
        state = self._state
        self._session.notice = ""
        if state.shown.result is None:
            self._session.notice = "A fit needs simulated fields: the atlas keeps no covariance of C_l / C_1."
            return
        unkept = _unkept(state)
        if unkept:
            self._session.notice = unkept
            return
        estimator = state.shown.usable(state.estimator)
        try:
            fit = interpretation.fit_power(
                state.shown.result, gradient_name(state), state.omega_t, estimator, form=state.form
            )
        except (ParameterError, ValueError) as error:
            self._session.notice = str(error)
            return
        state.p = round(float(np.clip(fit.p, 0.02, 0.98)), 3)
        quality = f"ℓ = 2–12, χ² = {fit.chi2:.0f} for {fit.dof} degrees of freedom"
        poor = fit.p_value < _POOR
        judged = "; no single power law fits" if poor else ""
        self._hub.fitted = f"Best p = {fit.p:.3f} ± {fit.p_error:.3f} ({quality}{judged})."

    def fit_observed(self):
        """Fit p to the first of the observed spectra, set it, and say so."""
        self._session.notice = ""
        fit = interpretation.fit_observed(observations.spectra()[0], form=self._state.form)
        self._state.p = round(fit.p, 3)
        self._hub.fitted = (
            f"{fit.source.name}: best p = {fit.p:.2f}, {fit.low:.2f} to {fit.high:.2f} at 68 % "
            f"(ℓ = {fit.ell[0]}–{fit.ell[-1]}, deviance {fit.deviance:.1f}, of Gaussian skies "
            f"{fit.expected_deviance:.1f} in the mean)."
        )


def _unkept(state):
    """Why a reduced result cannot be fitted where the page stands, in words; empty where it can be."""
    result = state.shown.result
    kept = result.dataset.get("omega_t_covariance")
    if kept is None:
        return ""
    if not isinstance(gradient_name(state), str):
        return (
            "What is stored can be fitted for a gradient at 0° or 90° to B₀ only; a run of your own, for any."
        )
    time = result.omega_t[result.time_index(state.omega_t)]
    nearest = kept.values[np.abs(kept.values - time).argmin()]
    if nearest == time:
        return ""
    return (
        f"What is stored can be fitted at some times only, the nearest of them Ω T = {nearest:.3g}; "
        "a run of your own, at any."
    )


def gradient_name(state):
    """The word "parallel" or "perpendicular" where the gradient is, else its direction: covariances between
    multipoles are kept for these two."""
    return {0: "parallel", 90: "perpendicular"}.get(state.theta, state.gradient)


def analytic_evolution(omega_t, k, k_parallel, p):
    """C_l(T) for the running source Q_1 = (8 pi / 3) K(T) and nu_0 = nu_par / 2^p: no free parameter.

    Parameters
    ----------
    omega_t : (T,) [1/Omega]
    k : (T,) [r_L^2 Omega]
        g_i g_j K_ij(T).
    k_parallel : float
        K_par in the end, which nu_par = 1 / (3 K_par) follows from.
    p : float

    Returns
    -------
    (T, len(_MULTIPOLES)) [r_L^2]
    """
    rate = theory.power_law_rate(p, nu0=1 / (3 * k_parallel) / 2**p)
    return theory.evolve(omega_t, np.array(_MULTIPOLES), rate, source=8 * np.pi / 3 * k)
