"""The analytic side on demand: the evolution without a free parameter, and the fit of p."""

import math
import re
import types

import numpy as np
import pytest

from crviz import Config, interpretation, library, observations, run, theory
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State
from crviz.dashboard.theory_feed import TheoryFeed
from crviz.gradient import gradient_tensor
from crviz.result import Run

FOUR_PI = 4 * math.pi


@pytest.fixture
def hub():
    return types.SimpleNamespace(analytic={}, fitted="")


@pytest.fixture
def link(state, hub):
    return TheoryFeed(state, hub, types.SimpleNamespace(notice=""))


def evolution(times, mean_square, k_parallel, p):
    """Of the multipoles that the page draws."""
    return theory.evolve_by_diffusion(times, [1, 2, 3, 5, 9], mean_square, k_parallel, p=p)


def mean_square(source, gradient):
    """<(r.g)^2> at all times."""
    return np.einsum("ij,tij->t", gradient_tensor(gradient), source.dataset["rr"].values.mean(0))


@pytest.fixture(scope="session")
def shaped():
    """Sixty fields whose spectra are those of p = 0.4, in the printed form, but for 20 % of scatter."""
    base = run(Config(nside=8, n_modes=10, omega_t=(0.5, 1.0)), 60)
    ell = base.ell
    power = np.r_[1.0, theory.spectrum(ell[1:], 0.4)]
    scatter = np.random.default_rng(7).normal(1, 0.2, (60, 1, 1, 1, len(ell)))
    cl = np.eye(3)[:, :, None] * power * scatter
    cl = np.broadcast_to(cl, base.dataset["cl"].shape)
    return Run(base.dataset.assign(cl=(base.dataset["cl"].dims, cl)))


# --- evolution


@pytest.mark.parametrize("p", [1 / 3, 0.62])
def test_the_evolution_is_that_of_the_theory_with_the_running_source(p):
    times, k_parallel = np.linspace(0.1, 30, 300), 4.0
    nu0 = 1 / (3 * k_parallel) / 2**p  # of nu_par = 1 / (3 K_par), the rate of opposite directions
    k = 2.5 * (1 - np.exp(-times / 5))
    mean_square = 5 * (times - 5 * (1 - np.exp(-times / 5)))
    expected = theory.evolve(
        times, np.array([1, 2, 3, 5, 9]), theory.power_law_rate(p, nu0=nu0), source=8 * math.pi / 3 * k
    )
    # lines and means of a step h = 0.1 differ by what the source gains in half of it, of order h/2T at T = 3
    np.testing.assert_allclose(evolution(times, mean_square, k_parallel, p)[30:], expected[30:], rtol=0.01)


def test_early_on_the_dipole_is_the_integral_of_its_source():
    # before anything scatters, 3 C_1 grows as 3 Q_1, so that C_1 = integral of Q_1; K = T/3: 8 pi/3 T^2/6
    times = np.array([0.01, 0.02])
    c1 = evolution(times, times**2 / 3, 5.0, 0.5)[:, 0]
    # nu T = 1e-3 is neglected
    np.testing.assert_allclose(c1, 8 * math.pi / 3 * times**2 / 6, rtol=5e-3)


def test_the_dipole_is_near_the_simulated_one_at_all_times_without_a_free_parameter():
    shipped = library.shipped()
    tensors = shipped.diffusion()
    times, along, k = tensors.omega_t, mean_square(shipped, "parallel"), tensors.along("parallel")[0][-1]
    c1 = evolution(times, along, k, 0.5)[:, 0]
    simulated = shipped.evolution("parallel", estimator="cross")
    at = [shipped.time_index(time) for time in (3.0, 10.0, 30.0, 50.0, 100.0, 300.0)]
    away = (c1[at] - simulated.cl[at, 1]) / simulated.error[at, 1]
    assert (np.abs(away) < 3).all()
    # a source that is constant from the start gives five times too much at Omega T = 10
    constant = evolution(times, 2 * k * times, k, 0.5)[:, 0]
    assert constant[at[1]] > 4 * simulated.cl[at[1], 1]


def test_curves_are_there_while_they_are_asked_for(state, hub, link, result):
    assert hub.analytic == {}
    state.param.update(analytic=True, theta=37, phi=211, p=0.62)
    times, along = result.omega_t, mean_square(result, state.gradient)
    parallel, _ = result.diffusion().along("parallel")
    assert hub.analytic["omega_t"] == result.omega_t.tolist()
    assert [ell for ell, _ in hub.analytic["cl"]] == [1, 2, 3, 5, 9]
    curves = np.array([values for _, values in hub.analytic["cl"]])
    np.testing.assert_allclose(curves.T, evolution(times, along, parallel[-1], 0.62) / FOUR_PI)
    state.analytic = False
    assert hub.analytic == {}


def test_curves_follow_p_the_gradient_and_what_is_shown(state, hub, link):
    state.analytic = True
    seen = [hub.analytic["cl"]]
    for change in ({"p": 0.3}, {"theta": 60}, {"phi": 20}):
        state.param.update(**change)
        assert hub.analytic["cl"] != seen[-1]
        seen.append(hub.analytic["cl"])
    place = from_atlas(Config(sigma2=0.5))
    state.show(place)
    assert hub.analytic["omega_t"] == place.source.omega_t.tolist()


def test_where_scatter_leaves_no_diffusion_along_the_field_there_is_no_curve(state, hub, link, result):
    state.analytic = True
    assert hub.analytic
    state.show(LabelledSource(Run(result.dataset.assign(rp=-result.dataset["rp"])), "K below 0"))
    assert "cl" not in hub.analytic
    assert "K along B₀ below 0" in hub.analytic["none"]  # which the page says beside the switch
    state.show(LabelledSource(result, "as before"))
    assert hub.analytic


# --- fit


def test_a_fit_finds_the_power_of_a_spectrum_and_says_its_error(state, hub, link, shaped):
    state.show(LabelledSource(shaped, "shaped"))
    state.param.update(estimator="none", theta=37)
    link.fit()
    found = re.fullmatch(
        r"Best p = (\S+) ± (\S+) \(ℓ = 2–12, χ² = (\d+) for (\d+) degrees of freedom\)\.", hub.fitted
    )
    p, error, chi2, dof = map(float, found.groups())
    assert p == pytest.approx(0.4, abs=3 * error)
    assert 0 < error < 0.05
    assert dof == 10  # eleven multipoles, one parameter
    assert chi2 < 40  # five standard deviations above its mean, 10 sqrt(2 * 10)
    assert state.p == pytest.approx(p, abs=1e-3)
    assert hub.fitted  # which p, set here, has not taken away


def test_the_fit_is_that_of_the_library(state, hub, link, shaped):
    state.show(LabelledSource(shaped, "shaped"))
    state.param.update(estimator="none", form="self-consistent", omega_t=1.0)
    link.fit()
    fit = interpretation.fit_power_law(
        shaped, "parallel", omega_t=1.0, estimator="none", form="self-consistent"
    )
    assert f"{fit.p:.3f} ± {fit.p_error:.3f}" in hub.fitted
    assert state.p == round(fit.p, 3)


def test_the_shipped_result_can_be_fitted(hub):
    state, session = State(), types.SimpleNamespace(notice="")
    state.show(LabelledSource(library.shipped(), "shipped"))
    TheoryFeed(state, hub, session).fit()
    assert session.notice == ""
    fit = interpretation.fit_power_law(library.shipped(), "parallel", omega_t=100.0, estimator="cross")
    # where a power law does not describe the shape, that is seen by chi2 beside p
    assert f"{fit.p:.3f} ± {fit.p_error:.3f} (ℓ = 2–12, χ² = {fit.chi2:.0f}" in hub.fitted
    assert f"Best p = {state.p:.3f} " in hub.fitted


@pytest.mark.parametrize("form", theory.FORMS)
def test_observed_data_speak_for_a_power_too(state, hub, link, form):
    state.form = form
    link.fit_observed()
    scatter = interpretation.excess_scatter(
        library.shipped(), "parallel", omega_t=state.omega_t, estimator="cross"
    )
    widest = observations.spectrum(observations.WIDEST)
    fit = interpretation.fit_observed(widest, form=form, excess=scatter)
    assert state.p == round(fit.p, 3)
    assert f"best p = {fit.p:.3f}, 68 % interval {fit.low:.2f} to {fit.high:.2f}" in hub.fitted
    assert f"best p = {state.p:.3f}," in hub.fitted
    assert "HAWC + IceCube 2019" in hub.fitted
    assert "ℓ = 1–10; scatter of simulated skies with the gradient parallel to B₀" in hub.fitted
    gaussian = interpretation.fit_observed(widest, form=form)
    assert fit.high - fit.low > gaussian.high - gaussian.low


@pytest.mark.parametrize(
    "change",
    [{"theta": 3}, {"phi": 9}, {"form": "self-consistent"}, {"estimator": "plateau"}, {"omega_t": 0.5}],
    ids=str,
)
def test_what_was_fitted_to_something_else_is_not_said_any_more(state, hub, link, change):
    hub.fitted = "Best p = 0.5 ± 0.1."
    state.param.update(**change)
    assert hub.fitted == ""


def test_few_fields_get_their_sentence(state, hub, link):
    before = state.p
    link.fit()  # three fields for eleven multipoles
    assert re.match(r"\w+ = .*must", link._session.notice)
    assert (state.p, hub.fitted) == (before, "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"theta": 50}, "at 0° to B₀, and at 90° for an azimuth of 0° or 90° only"),
        ({"theta": 90, "phi": 30}, "at 0° to B₀, and at 90° for an azimuth of 0° or 90° only"),
        ({"theta": 90, "omega_t": 90.0}, "the nearest of them Ω T = 100.2;"),
        ({"omega_t": 90.0}, "the nearest of them Ω T = 100.2;"),
    ],
)
def test_where_the_shipped_result_keeps_no_covariance_the_page_says_where_it_does(hub, changes, said):
    state, session = State(**changes), types.SimpleNamespace(notice="")
    state.show(LabelledSource(library.shipped(), "shipped"))
    link = TheoryFeed(state, hub, session)
    link.fit()
    assert said in session.notice
    assert hub.fitted == ""
    state.param.update(theta=90, phi=0, omega_t=100.0)
    link.fit()
    assert session.notice == ""
    assert hub.fitted.startswith("Best p")


def test_the_atlas_gets_its_sentence(state, hub, link):
    state.show(from_atlas(Config(sigma2=0.5)))
    link.fit()
    assert link._session.notice.startswith("A fit needs simulated fields")
    assert hub.fitted == ""


def test_why_a_fit_is_impossible_is_known_before_it_is_asked_for(state, hub, link, shaped):
    """That is what pressing its button would say."""
    state.show(LabelledSource(shaped, "shaped"))
    state.estimator = "none"
    assert link.said()["fit"] == {"why": ""}
    state.show(from_atlas(Config(sigma2=0.5)))
    assert link.said()["fit"]["why"].startswith("A fit needs simulated fields")
    state.show(LabelledSource(library.shipped(), "shipped"))
    state.theta = 50
    assert link.said()["fit"]["why"].startswith(
        "Covariances of multipoles are kept for a gradient at 0° to B₀"
    )
    link.fit()
    assert link._session.notice == link.said()["fit"]["why"]


def test_few_fields_are_said_beside_the_button(state, hub, link, shaped):
    state.estimator = "none"
    state.show(LabelledSource(Run(shaped.dataset.isel(realization=slice(3))), "three of them"))
    assert link.said()["fit"]["why"] == "n_fields = 3 must be 13 at least for 11 multipoles."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"observed": "none"}, "No observed spectrum is shown"),
        ({"normalization": "absolute"}, "No observed spectrum is shown"),
        ({"observed": "icecube-5300"}, "ell = [] must hold 3 multipoles at least, clear of noise."),
    ],
)
def test_what_is_not_shown_or_all_noise_is_not_fitted(state, hub, link, changes, said):
    state.param.update(**changes)
    assert link.said()["fit_observed"]["why"].startswith(said)
    assert bool(link.said()["fit_observed"]["why"]) == bool(said)
    link.fit_observed()
    assert link._session.notice == link.said()["fit_observed"]["why"]
    assert bool(hub.fitted) != bool(said)


@pytest.mark.parametrize("phi", [0, 90])
def test_at_right_angles_the_direction_that_is_shown_is_fitted_and_not_the_mean_over_the_azimuth(hub, phi):
    state, session, shipped = State(theta=90, phi=phi), types.SimpleNamespace(notice=""), library.shipped()
    state.show(LabelledSource(shipped, "shipped"))
    TheoryFeed(state, hub, session).fit()
    shown, mean = (
        interpretation.fit_power_law(shipped, gradient, omega_t=100.0, estimator="cross")
        for gradient in (state.gradient, "perpendicular")
    )
    assert session.notice == ""
    assert f"Best p = {shown.p:.3f} ± {shown.p_error:.3f}" in hub.fitted
    assert abs(shown.p - mean.p) > 2e-3  # else nothing tells one from the other


def test_a_run_of_ones_own_is_fitted_in_any_direction(state, hub, link, shaped):
    state.show(LabelledSource(shaped, "shaped"))
    state.param.update(estimator="none", theta=90, phi=30)
    link.fit()
    fit = interpretation.fit_power_law(shaped, state.gradient, omega_t=1.0, estimator="none")
    assert f"Best p = {fit.p:.3f} ± {fit.p_error:.3f}" in hub.fitted
