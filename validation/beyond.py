"""One small computation for each thing that crviz does beyond the equations of the paper.

Rows of docs/validation.md, made like those of equations.py.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import legendre_p_all, roots_legendre

import crviz
from crviz import (
    Config,
    atlas,
    bench,
    diffusion,
    interpretation,
    means,
    observations,
    spectra,
    theory,
    waves,
)
from rows import (
    FOUR_PI,
    GRADIENTS,
    POWERS,
    SKY,
    Row,
    index,
    mean,
    off,
    per_field,
    pm,
    reference,
    row,
)

BEYOND: list[Row] = []
beyond = partial(row, BEYOND, "")


@beyond(
    "turbulent field: ⟨δB²⟩ = σ² B₀², waves perpendicular to their polarisation, 0.867 L_c",
    "crviz.draw_field crviz.waves.wave_spectrum",
    "test_the_mean_square_of_the_waves_is_sigma2 test_polarisations_are_perpendicular_to_the_wave_vectors"
    " test_the_correlation_length_is_0_867_of_l_c test_wave_vectors_are_isotropic",
)
def turbulence() -> str:
    """Sums over the waves of one field, and over many waves."""
    field = crviz.draw_field(Config(), 0)
    square = (field.amplitudes**2).sum() / 2
    angle = np.abs((field.amplitudes * field.wavevectors).sum(0)).max()
    k, amplitude = waves.wave_spectrum(1.0, 11 / 3, 0.01, 100.0, 20_000)
    length = np.pi / 2 * (amplitude**2 / k).sum() / (amplitude**2).sum()
    return f"⟨δB²⟩/σ²B₀² = {square:.12f}, largest k·ξ {angle:.0e}, correlation length {length:.4f} L_c"


@beyond(
    "backtracking: phase and sense of the gyration, r_z(−T) = −p_z T",
    "crviz.backtrack",
    "test_positions_lie_on_the_helix_with_phase_and_sign test_momenta_turn_with_their_sign",
)
def helix() -> str:
    """The exact orbit in the regular field."""
    (x, y, z), t = SKY.directions, 10.0
    orbits = crviz.backtrack(crviz.draw_field(Config(sigma2=0), 0), SKY.directions, (t,), 0.001)
    exact = [-x * np.sin(t) + y * (1 - np.cos(t)), x * (np.cos(t) - 1) - y * np.sin(t), -z * t]
    return f"{np.abs(orbits.r[0] - exact).max():.0e} r_L from the helix at Ω T = 10, step 0.001"


@beyond(
    "backtracking: accuracy of the default step, order 2",
    "crviz.backtrack crviz.waves.default_step",
    "test_the_median_position_error_is_below_two_thousandths_of_a_larmor_radius"
    " test_the_error_falls_as_the_square_of_the_step"
    " test_half_the_default_step_gives_the_same_spectra_and_diffusion",
)
def integration() -> str:
    """Median position error against DOP853 through the same fields."""
    directions, steps = SKY.directions[:, ::4], (0.04, 0.02, 0.01, 0.005)
    errors = []
    for number in range(4):
        field = crviz.draw_field(Config(), number)
        exact = bench.exact_positions(field, directions, 10.0)
        ends = [crviz.backtrack(field, directions, (10.0,), step).r[0] for step in steps]
        errors.append(np.linalg.norm(ends - exact, axis=1))
    median = np.median(errors, axis=(0, 2))
    order = np.polyfit(np.log(steps), np.log(median), 1)[0]
    single = sorted(np.median(np.array(errors)[:, 0], axis=1))
    return (
        f"median error at Ω T = 10 with the default step 0.04, 48 directions through each of 4 fields: "
        f"{median[0]:.1e} r_L, single fields {single[0]:.1e} to {single[-1]:.1e}; order {order:.1f}"
    )


@beyond(
    "K_ij = −⟨r_i(−T) p_j(−T)⟩ = −⟨p_i(0) r_j(−T)⟩, in this order of the indices",
    "crviz.diffusion.diffusion_tensor",
    "test_both_ways_to_the_diffusion_tensor_agree test_k_xy_of_a_run_has_the_sign_of_the_drift",
)
def two_ways() -> str:
    """Both, at Omega T = 100."""
    there = -per_field("dipole", 100)[:, :, [2, 0, 1]].swapaxes(1, 2) / np.sqrt(12 * np.pi)
    both = [(k[:, 2, 2], (k[:, 0, 1] - k[:, 1, 0]) / 2) for k in (-per_field("rp", 100), there)]
    par, drift = (" and ".join(pm(*mean(pair[i])) for pair in both) for i in (0, 1))
    return f"Ω T = 100: K_∥ {par}; drift {drift}"


@beyond(
    "noise estimators: Eq. 9, the plateau of the highest multipoles, the cross spectrum of two grids",
    "crviz.spectra.pixel_noise crviz.spectra.plateau_noise crviz.sky.random_rotation",
    "test_eq_9_overestimates_the_noise_at_this_time"
    " test_noise_of_two_grids_leaves_nothing_in_their_cross_spectrum"
    " test_cross_at_nside_16_sees_to_l_40_what_nside_64_sees_where_eq_9_subtracts_too_much",
)
def noise() -> str:
    """Plateau over Eq. 9, and what either leaves of a high multipole."""
    shares = []
    for omega_t in (50, 100, 300):
        pairs = [
            [reference().spectrum(g, omega_t=omega_t, estimator=name).noise for name in ("plateau", "eq9")]
            for g in GRADIENTS
        ]
        shares.append("/".join(f"{plateau / eq9:.2f}" for plateau, eq9 in pairs))
    estimates = {
        name: reference().spectrum("parallel", omega_t=100, estimator=name)
        for name in ("eq9", "plateau", "cross")
    }
    left = ", ".join(
        f"{name} {pm(one.cl[30] / FOUR_PI, one.error[30] / FOUR_PI)}" for name, one in estimates.items()
    )
    return f"plateau over Eq. 9 at Ω T = 50, 100, 300 (∥/⊥): {', '.join(shares)}; C_30/4π ∥ at 100: {left}"


@beyond(
    "standard dipole without the variance of the mean: pairs of different fields",
    "crviz.spectra.standard_dipole",
    "test_the_standard_dipole_is_unbiased_where_the_plain_estimate_is_not"
    " test_the_jackknife_error_is_the_scatter_between_experiments",
)
def pairs_of_fields() -> str:
    """Experiments of 12 fields with a known mean."""
    dipoles = np.random.default_rng(4).normal(size=(12, 4000, 3, 3))
    dipoles[:, :, 2] += 0.1, 0.8, -0.3
    truth = 0.74 / 3
    values, _ = spectra.standard_dipole(dipoles, "parallel")
    plain = (dipoles.mean(0)[:, 2] ** 2).sum(-1) / 3
    error = values.std() / np.sqrt(values.size)
    found = pm(values.mean() / truth, error / truth)
    return f"4000 experiments: {found} of the truth; the plain square {plain.mean() / truth:.2f}"


@beyond(
    "self-consistent form of the stationary spectrum",
    "crviz.theory.spectrum crviz.theory.spectrum_from_rate",
    "test_the_self_consistent_form_satisfies_eq_14_at_every_multipole"
    " test_the_two_forms_differ_in_shape_by_a_seventh_at_most",
)
def self_consistent() -> str:
    """Its two ways, and how far it is from the printed form."""
    ell = np.arange(1, 31)
    worst = shape = 0.0
    for p in POWERS:
        printed, consistent = (theory.spectrum(ell, p, form=form) for form in theory.FORMS)
        rate = theory.spectrum_from_rate(ell, theory.power_law_rate(p), form="self-consistent")
        worst = max(worst, np.abs(rate / consistent - 1).max())
        shape = max(shape, np.abs(printed / printed[0] * consistent[0] / consistent - 1).max())
    return (
        f"closed form and quadrature agree to {worst:.0e}; its C_ℓ/C_1 differs from the printed one by "
        f"{shape:.0%} at most"
    )


@beyond(
    "growth with the running source Q_1 = (8π/3) K(T), ν_r from K alone, p = 1/2: no free parameter",
    "crviz.theory.evolve_by_diffusion",
    "test_that_dipole_is_the_simulated_one test_truncation_at_100_costs_6_per_mille_up_to_the_tenth_multipole"
    " test_the_monopole_comes_out_nine_times_too_high"
    " test_a_source_that_gyrates_between_the_times_is_followed"
    " test_across_weakly_perturbed_fields_the_analytic_evolution_follows_the_gyration",
)
def growth() -> str:
    """C_1 of theory and of the shipped run, and of a place of the atlas where K gyrates."""
    result = reference()
    early = result.omega_t < 101
    k, mean_square = result.diffusion().k[early, 2, 2], result.dataset["rr"].values[:, early, 2, 2].mean(0)
    found = theory.evolve_by_diffusion(result.omega_t[early], [0, 1], mean_square, k[-1], p=0.5) / FOUR_PI
    cl = result.evolution("parallel")
    beside = [
        f"{found[i, 1]:.3g} ({pm(cl.cl[i, 1] / FOUR_PI, cl.error[i, 1] / FOUR_PI)})"
        for i in map(index, (10, 30, 50, 100))
    ]
    high = found[-1, 0] / (cl.cl[index(100), 0] / FOUR_PI)
    place = atlas.load().interpolate(0.1, 5.0)
    dipole = interpretation.analytic_evolution(place, "perpendicular", np.array([1]), p=0.5)[:, 0] / FOUR_PI
    at, seen = place.time_index(100), place.evolution("perpendicular").cl[:, 1] / FOUR_PI
    return (
        f"C_1/4π ∥ at Ω T = 10, 30, 50, 100, in brackets the simulated one: {', '.join(beside)}; "
        f"C_0 comes out {high:.1f} times too high; at (σ², r_L/L_c) = (0.1, 5), where K_⊥ gyrates, "
        f"C_1/4π ⊥ at 100 {dipole[at]:.2f} ({seen[at]:.3f}), {dipole.min():.3f} at least"
    )


@beyond(
    "whether K is a diffusion coefficient: K(T)/K(T/2), and gyration",
    "crviz.diffusion.unsettled crviz.diffusion.gyrating",
    "test_gyration_without_turbulence_is_found_wherever_it_can_be test_a_power_of_the_time_does_not_gyrate"
    " test_k_that_still_grows_or_falls_is_not_yet_diffusion",
)
def settling() -> str:
    """What is said at the last time of some places."""
    places = [atlas.load().nearest(*place) for place in ((0.1, 0.1), (0.1, 5.0), (1.0, 0.1), (10.0, 1.0))]
    said = [
        f"({place.sigma2:g}, {place.rl_over_lc:g}) {sign} {diffusion.unsettled(place.diffusion(), gradient)}"
        for place in places
        for gradient, sign in GRADIENTS.items()
    ]
    return "Ω T = 300: " + "; ".join(
        f"{words.strip()} nothing" if words.endswith(" ") else words.replace("+-", "±") for words in said
    )


@beyond(
    "intervals of K from few fields, by Student's t with the fields' kurtosis",
    "crviz.means.freedom crviz.means.student",
    "test_intervals_of_40_fields_hold_the_true_mean_as_often_as_they_say"
    " test_intervals_of_few_values_hold_the_mean_as_often_as_they_say",
)
def intervals() -> str:
    """How often 40 of the 480 fields of the atlas hold the mean of all."""
    fields = atlas.load().nearest(10.0, 0.02).observers["k_fields"].values[0, -1]
    picked = np.random.default_rng(1).choice(fields, (40, 20_000))
    away, error = np.abs(picked.mean(0) - fields.mean()), means.standard_error(picked)
    shares = (means.ONE_SIGMA, 0.9545, 0.9973)
    held = [
        [f"{np.mean(away < means.student(freedom, share) * error):.1%}" for share in shares]
        for freedom in (np.inf, means.freedom(picked))
    ]
    return (
        f"K_∥ of 40 fields at (10, 0.02), Ω T = 300: 1, 2, 3 standard errors hold the mean in "
        f"{', '.join(held[0])} of the cases, intervals of 68.3, 95.5, 99.7 % in {', '.join(held[1])}"
    )


@beyond(
    "errors between the atlas's points, from left-out ones",
    "crviz.atlas.interpolation.Interpolation",
    "test_errors_of_interpolation_hold_where_points_are_left_out"
    " test_k_across_weakly_perturbed_fields_is_that_of_a_run_within_its_errors",
)
def between_points() -> str:
    """K across B0 at a place beside a run of it."""
    place = atlas.load().interpolate(0.07, 4.0)
    (k, error), at = place.diffusion().along("perpendicular"), place.time_index(193.3)
    return (
        f"(0.07, 4), Ω T = 193: K_⊥ {pm(k[at], error[at])} where 100 fields of nside 4 have −0.0406 ± 0.0038"
    )


@beyond(
    "excess of the dipole over the standard one, 12/[(2−p)²(3−p)]",
    "crviz.theory.dipole_excess",
    "test_it_is_the_self_consistent_dipole_over_eq_3 test_values_and_limits",
)
def excess() -> str:
    """Theory and simulation along the field."""
    cl = reference().spectrum("parallel", omega_t=100, estimator="cross")
    value, error = (each[index(100)] for each in reference().standard_dipole("parallel"))
    ratio = cl.cl[1] / value
    # both scatter with the same fields; the jackknife of the ratio needs the fields, which are not shipped
    spread = ratio * np.hypot(error / value, cl.error[1] / cl.cl[1])
    return (
        f"p = 1/2: {theory.dipole_excess(0.5):.2f}; simulated ∥ at Ω T = 100: {pm(ratio, spread)} (errors "
        "added as independent)"
    )


@beyond(
    "inversion: ν_r(x) from a spectrum",
    "crviz.theory.invert crviz.theory.smooth_covariance",
    "test_power_laws_come_back_to_2_in_10000 test_the_band_holds_the_true_rate_more_often_than_not"
    " test_a_smooth_covariance_of_the_same_fields_leaves_no_bias_and_an_honest_band"
    " test_an_untapered_sum_to_40_multipoles_is_useless",
)
def inversion() -> str:
    """Power laws there and back, from 2000 multipoles and from 80 made-up fields."""
    ell, x = np.arange(1, 2001), np.linspace(-1, 0.999, 300)
    worst = max(
        np.abs(theory.invert(x, theory.spectrum(ell, p, form=form), form=form) / (1 - x) ** p - 1).max()
        for p in (1 / 3, 1 / 2)
        for form in theory.FORMS
    )
    biases = [_bias_of_the_rate(p, form) for p in (0.3, 0.7) for form in theory.FORMS]
    return (
        f"(1−x)^p with p = 1/3, 1/2 comes back to {worst:.0e} for 1 − x ≥ 0.001, both forms, ℓ ≤ 2000; "
        f"from ℓ ≤ 30 of 80 Gaussian fields of differing strength, p = 0.3, 0.7, in the mean of 10 runs "
        f"within {100 * max(biases):.0f} % for 1 − x ≥ 0.02"
    )


def _bias_of_the_rate(p: float, form: str) -> float:
    """The largest relative error of nu_r in the mean over runs of fields that scatter as Gaussian ones do."""
    ell, x = np.arange(1, 31), 1 - np.geomspace(0.02, 1.9, 8)
    rates = []
    for rng in map(np.random.default_rng, range(10)):
        scatter = rng.chisquare(2 * ell + 1, (80, ell.size)) / (2 * ell + 1) * rng.gamma(4, 1 / 4, (80, 1))
        fields = theory.spectrum(ell, p, form=form) * scatter
        cl, covariance = fields.mean(0), np.cov(fields.T) / len(fields)
        smooth = theory.smooth_covariance(ell, cl, covariance)
        rates.append(theory.measured_rate(x, ell, cl, smooth, form=form).nu_r)
    return np.abs(np.mean(rates, 0) / (1 - x) ** p - 1).max()


@beyond(
    "asymptotic slope, read against ℓ + 1/2",
    "crviz.theory.slope",
    "test_against_l_plus_a_half_it_is_2p_minus_4 test_against_l_low_multipoles_seem_to_fall_more_slowly",
)
def slope() -> str:
    """The theory's own slope over l = 2-12 for p = 1/2."""
    ell = np.arange(2, 13)
    cl = theory.spectrum(ell, 0.5, form="self-consistent")
    found = [theory.slope(ell, cl, shift=shift)[0] for shift in (0, 0.5)]
    return f"p = 1/2 (−3), ℓ = 2–12: {found[0]:.2f} against ℓ, {found[1]:.2f} against ℓ + 1/2"


@beyond(
    "fit of p to C_ℓ/C_1 with the covariance of few fields",
    "crviz.theory.fit_shape crviz.theory.jackknife_covariance",
    "test_the_stated_error_is_the_scatter_between_runs"
    " test_the_stated_error_holds_for_a_spectrum_that_no_power_fits"
    " test_probabilities_are_uniform_for_normal_fields",
)
def fit() -> str:
    """Made-up runs of 40 fields whose truth is p = 1/2."""
    rng, ell, found = np.random.default_rng(5), np.arange(1, 12), []
    for _ in range(300):  # C_1 scatters by some 90 % from field to field
        fields = rng.lognormal(0, 0.8, (40, 1)) * theory.spectrum(ell, 0.5)
        fields = fields * rng.chisquare(2 * ell + 1, fields.shape) / (2 * ell + 1)
        covariance = theory.jackknife_covariance(fields, theory.dipole_ratio)
        one = theory.fit_shape(ell[1:], theory.dipole_ratio(fields.mean(0)), covariance, n_fields=40)
        found.append((one.p, one.p_error**2))
    p, variance = np.array(found).T
    return (
        f"300 made-up runs of 40 skewed fields, p = 1/2: {pm(p.mean(), p.std() / np.sqrt(p.size))}, "
        f"scatter {p.std():.4f} where {np.sqrt(variance.mean()):.4f} is stated"
    )


@beyond(
    "fit of p to one observed sky, which scatters as a masked Gaussian sky",
    "crviz.interpretation.fit_observed crviz.observations.pseudo_covariance",
    "test_the_mean_over_skies_gives_back_its_power"
    " test_intervals_of_made_up_skies_hold_the_true_power_two_times_in_three"
    " test_pseudo_spectra_of_gaussian_skies_scatter_as_their_covariance_says",
)
def observed_power() -> str:
    """Mean spectra of powers that are not among those tried, through each of the two windows."""
    ell, away = np.arange(1, 65), []
    for seen in observations.spectra()[:2]:
        matrix = observations.observing_matrix(seen, 64)[:, 1:]
        for p in (0.213, 0.487, 0.811):
            one = replace(seen, cl=matrix @ theory.spectrum(ell, p), noise=0.0)
            away.append(abs(interpretation.fit_observed(one).p - p))
    return f"mean spectra of p = 0.213, 0.487, 0.811 come back to {max(away):.4f}, through either window"


@beyond(
    "the older closed hierarchy (Ahlers 2014): C_ℓ/C_1 → 18/[(2ℓ+1)(ℓ+1)(ℓ+2)]",
    "crviz.theory.hierarchy",
    "test_a_dipole_left_alone_ends_there test_it_solves_its_differential_equations",
)
def hierarchy() -> str:
    """The integrated equations at a late time."""
    ell = np.arange(1, 31)
    late = theory.hierarchy(ell, nu1_t=20.0)
    limit = 18 / ((2 * ell + 1) * (ell + 1) * (ell + 2))
    return f"its equations integrated to ν_1 T = 20 end there to {off(late, limit)}"


@beyond(
    "BGK rates: ν_⊥ and ν_A from ν_∥",
    "crviz.theory.bgk_rates crviz.theory.bgk_tensor",
    "test_bgk_is_the_stationary_velocity_correlation"
    " test_bgk_makes_the_diffusion_across_the_field_some_twenty_times_too_small",
)
def bgk() -> str:
    """What they say of the shipped run, where field lines wander."""
    k = -per_field("rp", 100)
    nu = 1 / (3 * k[:, 2, 2].mean())
    across = theory.bgk_tensor(nu)[0, 0]
    value, error = mean((k[:, 0, 0] + k[:, 1, 1]) / 2)
    few = f"{value / across:.0f} times too small, since field lines wander"
    return f"K_⊥ of the run {pm(value, error)}, by BGK from its K_∥ {across:.4f}: {few}"


@beyond(
    "top-hat smoothing of maps, as experiments do",
    "crviz.observations.top_hat crviz.observations.smooth_maps",
    "test_smoothing_a_map_is_averaging_over_disks test_a_constant_stays_and_a_dipole_shrinks",
)
def top_hat() -> str:
    """The closed form against the mean of P_l over the disk."""
    x, weight = roots_legendre(60)
    edge = np.cos(np.deg2rad(10))
    expected = legendre_p_all(40, (1 + edge) / 2 + (1 - edge) / 2 * x)[0] @ weight / 2
    found = observations.top_hat(np.arange(41), 10.0)
    return f"10°, ℓ ≤ 40: {off(found, expected)} from the mean of P_ℓ over the disk"


@beyond(
    "mode coupling by a mask, with the shift to zero mean and without m = 0",
    "crviz.observations.coupling_matrix crviz.observations.pseudo_spectrum",
    "test_the_mean_over_isotropic_gaussian_skies_is_the_coupled_spectrum"
    " test_every_column_is_the_pseudo_spectrum_of_the_harmonics_of_one_degree",
)
def coupling() -> str:
    """White Gaussian skies through IceCube's window with B0 at the pole."""
    seen = observations.ICECUBE
    maps = np.random.default_rng(6).normal(size=(400, 3072))
    pole = observations.Orientation(0, 90)
    cl = observations.pseudo_spectrum(maps, seen.mask(16, pole))[:, 1:16]
    value, error = mean(cl)
    expected = (observations.coupling_matrix(seen, 60) @ np.full(61, FOUR_PI / 3072))[1:16]
    ratio, spread = np.mean(value / expected), np.sqrt(np.mean((error / expected) ** 2) / 15)
    return f"400 white skies seen by IceCube, ℓ = 1–15: {pm(ratio, spread, 1)} of the expected mean"
