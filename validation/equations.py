"""One small computation for each equation of the paper.

Each function below is a row of docs/validation.md: its decorator names the code and the tests, and it returns
the measured agreement in words.
"""

from functools import partial

import numpy as np
from numpy.polynomial.legendre import legval, legvander
from scipy.integrate import quad
from scipy.spatial.transform import Rotation
from scipy.special import roots_jacobi

import crviz
from crviz import Config, diffusion, harmonics, spectra, theory
from crviz.gradient import gradient_tensor
from rows import FOUR_PI, GRADIENTS, POWERS, SKY, Row, index, mean, off, per_field, pm, reference, row

PAPER: list[Row] = []
paper = partial(row, PAPER)


@paper(
    "1",
    "C_ℓ of a sky, as a double integral with P_ℓ",
    "crviz.spectra.cross_spectra crviz.harmonics.analysis",
    "test_cross_spectra_are_those_of_healpy test_a_pure_dipole_has_c_1_of_4_pi_over_9",
)
def definition() -> str:
    """A random map, against the sum over all pairs of its pixels."""
    f = np.random.default_rng(1).normal(size=192)
    double = np.einsum("a,b,abl->l", f, f, SKY.legendre(8)) * FOUR_PI / 192**2
    real = harmonics.real(harmonics.analysis(f[None], 4))
    return f"{off(spectra.cross_spectra(real, real)[0, 0], double)} from the double sum over 192² pixels"


@paper(
    "2",
    "K_ij from ν_∥, ν_⊥, ν_A, with the sign of the drift",
    "crviz.diffusion.diffusion_tensor crviz.theory.tensor_from_rates crviz.theory.rates",
    "test_the_drift_is_one_third_of_one_minus_the_cosine test_the_drift_has_the_sign_of_eq_2"
    " test_rates_are_read_back_from_their_tensor",
)
def diffusion_tensor() -> str:
    """The form of the tensor, in the shipped result."""
    k = -per_field("rp", 100)
    drift, drift_error = mean((k[:, 0, 1] - k[:, 1, 0]) / 2)
    forbidden = np.stack([k[:, 0, 2], k[:, 1, 2], k[:, 2, 0], k[:, 2, 1], k[:, 0, 1] + k[:, 1, 0]], 1)
    value, error = mean(np.c_[forbidden, k[:, 0, 0] - k[:, 1, 1]])
    return (
        f"Ω T = 100: (K_xy − K_yx)/2 = +{pm(drift, drift_error)}; what Eq. 2 has no place for (K_xz, K_yz, "
        f"K_zx, K_zy, K_xy + K_yx, K_xx − K_yy) is 0 within {np.abs(value / error).max():.1f} standard errors"
    )


@paper(
    "3",
    "standard dipole C_1/4π = |K∇n/n|²",
    "crviz.diffusion.standard_dipole_power crviz.spectra.standard_dipole",
    "test_the_standard_dipole_is_the_square_of_k_times_g test_the_ensemble_dipole_exceeds_the_standard_one",
)
def standard_dipole() -> str:
    """|K g|² against the dipole of the mean map, both from pairs of different fields."""
    k = -per_field("rp", 100)
    pairs = (k.sum(0) ** 2 - (k**2).sum(0)) / (len(k) * (len(k) - 1))
    words = []
    for gradient, name in GRADIENTS.items():
        value, error = (each[index(100)] / FOUR_PI for each in reference().standard_dipole(gradient))
        square = pairs.sum(0) @ np.diag(gradient_tensor(gradient))
        words.append(f"{name} {square:.3g} and {pm(value, error)}")
    return "Ω T = 100, |K g|² and the dipole of the mean map: " + ", ".join(words)


@paper(
    "4",
    "the full map, whose Fick term has the momentum at −T",
    "crviz.spectra.full_map_spectra",
    "test_the_full_map_stands_still_and_is_the_dipole_of_the_drift"
    " test_the_full_map_of_one_field_has_the_spectrum_of_eq_4",
)
def full_map() -> str:
    """Without turbulence it is −p_x for g = y and +p_y for g = x at every time."""
    field = crviz.draw_field(Config(sigma2=0), 0)
    orbits = crviz.backtrack(field, SKY.directions, (1.0, 4.0, 10.0), 0.001)
    k = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]]) / 3
    maps = orbits.r - 3 * np.einsum("ij,tin->tjn", k, orbits.p)
    worst = max(np.abs(maps[:, 1] + SKY.directions[0]).max(), np.abs(maps[:, 0] - SKY.directions[1]).max())
    return f"σ² = 0, g = y and g = x: −p_x and +p_y at Ω T = 1, 4, 10 to {worst:.0e}"


@paper(
    "5",
    "C_ℓ of the positions at −T, for any gradient",
    "crviz.run crviz.spectra.contract",
    "test_every_number_is_that_of_the_orbits_through_its_own_field"
    " test_contraction_is_the_spectrum_of_the_contracted_map",
)
def positions() -> str:
    """A Result against the double sum over pairs of orbits."""
    r = SKY.orbits.r
    double = np.einsum("tia,tjb,abl->tijl", r, r, SKY.legendre(8), optimize=True) * FOUR_PI / 192**2
    found = SKY.result.dataset["cl"].values[0]
    return f"{off(found, double)} from the double sum over pairs of orbits (spectra are kept in float32)"


@paper(
    "6",
    "the sum over all multipoles is ⟨r_i r_j⟩, which tends to 2T K^s",
    "crviz.diffusion.total_power crviz.diffusion.running_diffusion",
    "test_the_power_of_all_multipoles_stays_below_the_mean_square"
    " test_as_long_as_maps_are_smooth_the_power_is_the_mean_square"
    " test_half_the_rate_of_the_mean_square_is_the_symmetric_diffusion_tensor",
)
def all_multipoles() -> str:
    """The share of <r²> in l <= 64 while maps are smooth and later; d<r²>/2dT against K."""
    result = reference()
    power = np.einsum("tiil,l->ti", result.dataset["cl"].values, 2 * result.ell + 1) / FOUR_PI
    share = (power / np.einsum("rtii->ti", result.dataset["rr"].values) * result.n_realizations)[:, 2]
    before, at, after = (per_field("rr", t)[:, 2, 2] for t in (95, 100, 106))
    times = [result.omega_t[index(t)] for t in (95, 106)]
    growth, error = mean((after - before) / (2 * (times[1] - times[0])))
    k, k_error = mean(-per_field("rp", 100)[:, 2, 2])
    running = at.mean() / 200
    return (
        f"share of ⟨z²⟩ in ℓ ≤ 64: {share[index(0.3)]:.4f} at Ω T = 0.3, {share[index(100)]:.3f} at 100; "
        f"there d⟨z²⟩/2dT = {pm(growth, error)} and K_∥ = {pm(k, k_error)}; ⟨z²⟩/2T = {running:.2f} lags"
    )


@paper(
    "7",
    "C_0/4π is the square of the mean position; it grows with T",
    "crviz.diffusion.relative_from_monopole crviz.theory.evolve",
    "test_the_monopole_is_the_square_of_the_mean_position test_the_monopole_goes_on_to_grow",
)
def monopole() -> str:
    """C_0 against the mean position; the shipped run's growth."""
    square = SKY.orbits.r.mean(2) ** 2
    c_0 = np.einsum("tii->ti", SKY.result.dataset["cl"].values[0, ..., 0]) / FOUR_PI
    cl = reference().evolution("parallel")
    values = [f"{pm(cl.cl[index(t), 0] / FOUR_PI, cl.error[index(t), 0] / FOUR_PI)}" for t in (100, 300)]
    return (
        f"{off(c_0, square)} from the squared mean position of one field (float32); ∥ in the ensemble: "
        f"{values[0]} at Ω T = 100, {values[1]} at 300"
    )


@paper(
    "8",
    "relative diffusion, over all pairs of directions",
    "crviz.diffusion.relative_diffusion",
    "test_relative_diffusion_is_that_of_all_pairs_of_orbits"
    " test_power_beyond_the_monopole_is_relative_diffusion",
)
def relative_diffusion() -> str:
    """K~ from <rr> and C_0 against the mean over pairs of orbits."""
    r, times = SKY.orbits.r, np.array(SKY.config.omega_t)
    apart = r[:, :, :, None] - r[:, :, None, :]
    pairs = np.einsum("tiab,tjab->tij", apart, apart, optimize=True) / (4 * times[:, None, None] * 192**2)
    found = diffusion.relative_diffusion(
        np.einsum("tia,tja->tij", r, r) / 192, FOUR_PI * np.einsum("ti,tj->tij", r.mean(2), r.mean(2)), times
    )
    return f"{off(found, pairs)} from the mean over 192² pairs of orbits"


@paper(
    "9",
    "noise of a finite number of pixels, 4π/N_pix ⟨(r·g)²⟩, and its variance 2N²/(2ℓ+1)",
    "crviz.spectra.pixel_noise crviz.spectra.noise_variance",
    "test_white_noise_has_the_flat_spectrum_4_pi_over_n test_noise_has_the_variance_that_is_quoted"
    " test_eq_9_overestimates_the_noise_at_this_time",
)
def pixel_noise() -> str:
    """Skies of independent pixels."""
    maps = np.random.default_rng(2).normal(size=(1000, 1, 768))
    real = harmonics.real(harmonics.analysis(maps, 8))
    cl, ell = spectra.cross_spectra(real, real)[:, 0, 0], np.arange(17)
    level = (2 * ell + 1) @ cl.mean(0) / 17**2 / spectra.pixel_noise(1.0, 768)
    spread = (cl.var(0) / spectra.noise_variance(spectra.pixel_noise(1.0, 768), ell)).mean()
    return (
        f"1000 skies of independent pixels: level {level:.3f} of Eq. 9 (± {np.sqrt(2 / 289 / 1000):.3f}), "
        f"variance {spread:.3f} of the stated one; simulated pixels are independent late only, see below"
    )


@paper(
    "10–13",
    "the averaged Boltzmann equation with generalised BGK terms, kept in time",
    "crviz.theory.evolve crviz.theory.bgk_rates",
    "test_it_solves_the_differential_equation_of_another_integrator"
    " test_bgk_is_the_stationary_velocity_correlation",
)
def boltzmann() -> str:
    """The growing spectrum's late end against the stationary one."""
    worst = 0.0
    for p in POWERS:
        rate, ell = theory.power_law_rate(p), np.arange(1, 11)
        late = theory.evolve(1e4, ell, rate, lmax=64)
        worst = max(worst, np.abs(late / theory.spectrum(ell, p, form="self-consistent") - 1).max())
    return f"growth from nothing ends at the stationary spectrum to {worst:.0e}, p = 1/3, 1/2, 2/3, ℓ ≤ 10"


def right_side_of_14(ell: int, p: float, form: str, n_max: int = 1000) -> float:
    """sum_k k(k+1)(2k+1)/2 C_k integral nu_r P_l P_k, which should be Q_1 at l = 1 and nothing beyond."""
    k = np.arange(1, n_max + 1)
    x, weight = roots_jacobi((n_max + ell) // 2 + 2, p, 0.0)
    legendre = legvander(x, n_max)
    integrals = legendre[:, 1:].T @ (weight * legendre[:, ell])
    return (k * (k + 1) * (2 * k + 1) / 2 * theory.spectrum(k, p, form=form)) @ integrals


@paper(
    "14",
    "the equations that the stationary spectrum satisfies",
    "crviz.theory.spectrum",
    "test_the_self_consistent_form_satisfies_eq_14_at_every_multipole"
    " test_the_printed_form_put_back_into_eq_14_gives_too_much",
)
def stationary() -> str:
    """Both forms put back."""
    printed = ", ".join(f"{right_side_of_14(1, p, 'printed'):.3f}" for p in POWERS)
    worst = max(
        abs(right_side_of_14(ell, p, "self-consistent") - (ell == 1)) for p in POWERS for ell in range(1, 5)
    )
    return (
        f"Eq. 16 put back gives {printed} Q_1 at ℓ = 1 for p = 1/3, 1/2, 2/3 instead of 1 (a defect of the "
        f"paper: the sum has no k = 0 term); the self-consistent form is right to {worst:.0e}, ℓ ≤ 4"
    )


@paper(
    "15",
    "the stationary spectrum of any rate ν_r(x)",
    "crviz.theory.spectrum_from_rate",
    "test_eq_16_is_the_integral_of_eq_15 test_the_integral_over_a_power_law_is_the_closed_form",
)
def integral() -> str:
    """Against adaptive quadrature for a rate that is no power law."""
    found = theory.spectrum_from_rate(np.arange(1, 6), lambda x: np.sqrt(1 - x) * (2 + x))
    exact = []
    for ell in range(1, 6):
        series = np.eye(6)[ell]
        value, _ = quad(
            lambda x, c=series: x * legval(x, c) / (2 + x),
            *(-1, 1),
            weight="alg",
            wvar=(0, -0.5),
        )
        exact.append(1.5 / (ell * (ell + 1)) * value)
    return f"ν_r = √(1−x) (2 + x), ℓ ≤ 5: {off(found, np.array(exact))} from adaptive quadrature"


@paper(
    "16",
    "its closed form for ν_r ∝ (1−x)^p",
    "crviz.theory.spectrum",
    "test_eq_16_has_the_dipole_of_the_30_digit_quadrature"
    " test_spectra_fall_as_a_power_2p_minus_4_of_the_multipole",
)
def closed_form() -> str:
    """Against Eq. 15, and the digits of a 30-digit quadrature."""
    ell = np.arange(1, 31)
    worst = max(
        np.abs(theory.spectrum_from_rate(ell, theory.power_law_rate(p)) / theory.spectrum(ell, p) - 1).max()
        for p in POWERS
    )
    digits = max(
        abs(theory.spectrum(1, p) - value)
        for p, value in zip(POWERS, (0.714330473, 0.989949494, 1.619898493), strict=True)
    )
    return f"{worst:.0e} from Eq. 15, ℓ ≤ 30; C_1/Q_1 to {digits:.0e} of a 30-digit quadrature"


@paper(
    "A1",
    "the sum over m of Y*_ℓm Y_ℓm is (2ℓ+1)/4π P_ℓ: C_ℓ is the projection onto J = 0",
    "crviz.harmonics.real crviz.harmonics.rotate",
    "test_rotation_preserves_the_power_of_every_multipole"
    " test_real_coefficients_keep_the_scalar_product_of_maps",
)
def addition_theorem() -> str:
    """Coefficients of single pixels; invariance under rotations."""
    real = harmonics.real(harmonics.analysis(np.eye(192)[:40], 4)) * 192 / FOUR_PI
    ell = np.arange(9)
    sums = spectra.cross_spectra(real, real) * (2 * ell + 1)
    expected = (2 * ell + 1) / FOUR_PI * SKY.legendre(8)[:40, :40]
    alm = harmonics.analysis(np.random.default_rng(3).normal(size=(1, 192)), 4)
    turned = harmonics.rotate(alm, 8, Rotation.from_euler("ZYZ", (0.3, 1.1, 2.0)))
    before, after = (spectra.cross_spectra(a, a)[0, 0] for a in map(harmonics.real, (alm, turned)))
    turn = f"a rotation changes C_ℓ by {off(after, before)}"
    return f"{off(sums, expected)} for 40² pairs of pixels, ℓ ≤ 8; {turn}"


@paper(
    "A2",
    "the Clebsch-Gordan coefficients of J = 0",
    "crviz.spectra.cross_spectra",
    "test_rotation_preserves_the_power_of_every_multipole",
)
def clebsch_gordan() -> str:
    """J_+ takes the state to nothing, and it has norm 1."""
    worst = 0.0
    for ell in range(1, 21):
        m = np.arange(-ell, ell + 1)
        state = (-1.0) ** (ell - m) / np.sqrt(2 * ell + 1)  # of |l m> |l -m>
        raise_first = state[:-1] * np.sqrt(ell * (ell + 1) - m[:-1] * (m[:-1] + 1))  # |l m+1> |l -m>
        raise_second = state[1:] * np.sqrt(ell * (ell + 1) - m[1:] * (m[1:] - 1))  # the same, from m + 1
        worst = max(worst, np.abs(raise_first + raise_second).max(), abs((state**2).sum() - 1))
    return f"algebra: J₊ on the state with these coefficients vanishes to {worst:.0e}, ℓ ≤ 20"
