"""The growth of the spectrum from nothing."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import eval_legendre, roots_jacobi

import crviz
from crviz import theory

POWERS = (0.05, 1 / 3, 1 / 2, 2 / 3, 0.9)
#: So late that the slowest mode but the monopole has decayed by exp(-700) at any power here.
LATE = 1e3


def all_power(times, rate, lmax, **options):
    """Sum over l <= lmax of (2l + 1) C_l: (T,)."""
    ell = np.arange(lmax + 1)
    return theory.evolve(times, ell, rate, lmax=lmax, **options) @ (2 * ell + 1)


@pytest.mark.parametrize("p", POWERS)
@pytest.mark.parametrize("lmax", [10, 40, 200])
def test_the_end_is_the_self_consistent_spectrum_at_any_truncation(p, lmax):
    ell, rate = np.arange(1, 11), theory.power_law_rate(p, nu0=0.7)
    found = theory.evolve(LATE, ell, rate, lmax=lmax)
    # exact but for rounding, with the same nodes
    same_nodes = theory.spectrum_from_rate(ell, rate, form="self-consistent")
    np.testing.assert_allclose(found, same_nodes, rtol=1e-10, atol=1e-11 * found[0])
    # the nodes next to x = 1 are known to 1e-9 at p = 0.9
    closed = theory.spectrum(ell, p, nu0=0.7, form="self-consistent")
    np.testing.assert_allclose(found, closed, rtol=1e-8)


def test_the_end_for_a_rate_that_is_no_power_law():
    def rate(x):
        return np.sqrt(1 - x) * (2 + x)

    ell = np.arange(1, 21)
    found = theory.evolve(LATE, ell, rate)
    np.testing.assert_allclose(
        found, theory.spectrum_from_rate(ell, rate, form="self-consistent"), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("p", POWERS)
def test_the_monopole_goes_on_to_grow(p):
    early, late = theory.evolve([LATE, 2 * LATE], 0, theory.power_law_rate(p), lmax=50)
    assert (late - early) / LATE == pytest.approx(3 * p / (2 - p), rel=1e-9)  # rounding


def test_at_first_there_is_the_source_alone():
    time = 1e-6
    found = theory.evolve(time, [0, 1, 2, 3], theory.power_law_rate(0.5)) / time
    # C_1 = Q_1 T: c_1 = 3 C_1 grows as 3 Q_1; scattering takes off some nu_0 T
    np.testing.assert_allclose(found, [0, 1, 0, 0], atol=3 * time)


def test_a_constant_rate_leaves_a_dipole_that_saturates_and_nothing_else():
    nu, times = 0.4, np.array([0.1, 1.0, 10.0])
    found = theory.evolve(times, np.arange(5), lambda x: nu + 0 * x)
    # l(l + 1) = 2: dC_1/dT = Q_1 - 2 nu C_1
    np.testing.assert_allclose(found[:, 1], -np.expm1(-2 * nu * times) / (2 * nu), rtol=1e-10)
    np.testing.assert_allclose(found[:, [0, 2, 3, 4]], 0, atol=1e-10)


def test_it_solves_the_differential_equation_of_another_integrator():
    p, lmax = 0.5, 12
    ell = np.arange(lmax + 1)
    x, weight = roots_jacobi(lmax + 1, -p, 0.0)
    legendre = eval_legendre(ell[:, None], x)
    overlap = (weight * legendre) @ legendre.T
    flow = -np.linalg.solve(overlap, np.diag(2 * ell * (ell + 1) / (2 * ell + 1)))
    push = 3 * np.eye(lmax + 1)[1]

    def change(time, c):
        return flow @ c + push * np.sin(time)

    times = np.linspace(0, 6, 601)
    solved = solve_ivp(change, (0, 6), np.zeros(lmax + 1), rtol=1e-9, atol=1e-11, method="Radau")
    found = theory.evolve(times, np.arange(lmax + 1), theory.power_law_rate(p), source=np.sin, lmax=lmax)[-1]
    # straight lines over steps of 0.01 miss the sine by 0.01^2 / 12
    np.testing.assert_allclose(found * (2 * np.arange(lmax + 1) + 1), solved.y[:, -1], atol=2e-5)


@pytest.mark.parametrize("p", [0.3, 0.7])
def test_a_ramp_is_integrated_exactly_in_one_step_or_many(p):
    rate, ell = theory.power_law_rate(p, nu0=0.3), np.arange(8)
    times = np.r_[1e-7, np.linspace(0.01, 20, 37)]
    in_many = theory.evolve(times, ell, rate, source=2 * times, lmax=40)[-1]
    in_one = theory.evolve([20.0], ell, rate, source=[40.0], lmax=40)[0]
    np.testing.assert_allclose(in_many, in_one, rtol=1e-11, atol=1e-12)
    # a ramp is the integral of a constant source over its age: the trapezium is good to its step squared
    ages = np.linspace(0, 20, 2001)
    ages_spectra = theory.evolve(ages, ell, rate, lmax=40)
    summed = 2 * np.sum((ages_spectra[1:] + ages_spectra[:-1]) / 2, axis=0) * 0.01
    np.testing.assert_allclose(in_one, summed, rtol=1e-4, atol=1e-5)


def test_a_constant_source_in_its_many_guises():
    times, ell, rate = np.array([0.0, 0.5, 3.0]), [1, 2], theory.power_law_rate(0.5)
    plain = theory.evolve(times, ell, rate, lmax=20)
    assert not plain[0].any()
    for source in (2.0, lambda time: 2.0, np.full(3, 2.0)):
        np.testing.assert_allclose(
            theory.evolve(times, ell, rate, source=source, lmax=20), 2 * plain, rtol=1e-13
        )


def test_time_and_rate_scale_together():
    ell = np.arange(6)
    fast = theory.evolve([0.5, 2.0], ell, theory.power_law_rate(0.5, nu0=4.0), lmax=60)
    slow = theory.evolve([2.0, 8.0], ell, theory.power_law_rate(0.5, nu0=1.0), lmax=60)
    np.testing.assert_allclose(fast, slow / 4, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("p", "bound"), [(1 / 3, 6e-4), (1 / 2, 2e-3), (2 / 3, 6.2e-3)])
def test_truncation_at_100_costs_6_per_mille_up_to_the_tenth_multipole(p, bound):
    times, ell, rate = [0.1, 0.3, 1.0, 3.0, 10.0], np.arange(11), theory.power_law_rate(p)
    cut, full = (theory.evolve(times, ell, rate, lmax=lmax) for lmax in (100, 400))
    # 6e-3 is the project's figure for p <= 2/3; the smaller ones are as measured, rounded up
    np.testing.assert_allclose(cut, full, rtol=bound)


@pytest.mark.parametrize(
    ("time", "at_100", "limit"), [(0.3, 0.955, 0.9582), (1, 0.711, 0.7164), (10, 0.333, 1 / 3)]
)
def test_power_escapes_to_infinite_multipoles(time, at_100, limit):
    """d/dT sum (2l + 1) C_l / 4 pi over the 2 K g g of Eq. 6, that is over 3 Q_1 / 4 pi, for p = 1/2."""

    def kept(lmax):
        before, after = all_power([time - 1e-4, time + 1e-4], theory.power_law_rate(0.5), lmax)
        return (after - before) / 2e-4 / 3

    cut, finer = kept(100), kept(400)
    assert cut == pytest.approx(at_100, abs=1e-3)  # figures of the project's notes, cut off at 100
    # what is missing falls as lmax^(-2 (1 - p)) = 1/lmax: two cut-offs give the limit
    assert (4 * finer - cut) / 3 == pytest.approx(limit, abs=2e-4)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_in_the_end_only_the_monopole_gains(p):
    early, late = all_power([LATE, 2 * LATE], theory.power_law_rate(p), 100)
    assert (late - early) / LATE / 3 == pytest.approx(p / (2 - p), rel=1e-9)


#: The atlas's, up to 59/Omega apart.
SPARSE = np.geomspace(1 / 3, 300, 32)


def test_a_source_that_gyrates_between_the_times_is_followed():
    """K = sin(T)/3 without turbulence: <r r> = 2 (1 - cos T)/3, and dC_1/dT = Q_1 - 2 nu C_1."""
    k_parallel, scale = 200.0, 8 * np.pi / 9
    twice = 2 / (3 * k_parallel)
    mean_square = 2 * (1 - np.cos(SPARSE)) / 3
    found = theory.evolve_by_diffusion(SPARSE, [1, 2], mean_square, k_parallel, p=1e-9)
    turning = np.exp(-twice * SPARSE) + twice * np.sin(SPARSE) - np.cos(SPARSE)
    # in the mean over an interval h nothing is lost but what of it decays within, 2 nu h: 0.2 at most
    np.testing.assert_allclose(found[:, 0], scale * turning / (1 + twice**2), atol=0.2 * scale)
    # lines between samples of K miss it by 60 times the scale
    lines = theory.evolve(
        SPARSE, 1, theory.power_law_rate(1e-9, nu0=twice / 2), source=scale * np.sin(SPARSE)
    )
    assert np.abs(lines).max() > 50 * scale
    # a rate that is alike everywhere makes no quadrupole
    np.testing.assert_allclose(found[:, 1], 0, atol=1e-6 * scale)


def test_diffusion_from_the_start_is_the_same_at_any_times():
    """Of K alike at all times the mean square is a line; all is exact but for the ramp at first."""
    ell, k_parallel = [0, 1, 2, 5], 7.0
    found = [
        theory.evolve_by_diffusion(times, ell, 2 * 3.0 * np.array(times), k_parallel, p=0.4)[-1]
        for times in ([1e-6, 20.0], [1e-6, 0.5, 3.0, 4.0, 20.0])
    ]
    np.testing.assert_allclose(*found, rtol=1e-9)
    rate = theory.power_law_rate(0.4, nu0=1 / (3 * k_parallel) / 2**0.4)
    expected = theory.evolve(20.0, ell, rate, source=8 * np.pi / 3 * 3.0)
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)  # of which the ramp lasts 5e-8


def test_a_mean_square_of_other_times_is_refused_by_name():
    for values in ([1.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="mean_square"):
            theory.evolve_by_diffusion([1.0, 2.0], 1, values, 5.0, p=0.5)


@pytest.fixture(scope="module")
def shipped():
    """Times to Omega T = 100, K_par(T), the run's own C_1/4pi and its error, C_0/4pi; 120 fields."""
    result = crviz.load(crviz.library.reference())
    spectra = result.evolution("parallel")
    early = result.omega_t < 101
    return (
        result.omega_t[early],
        result.diffusion().k[early, 2, 2],
        spectra.cl[early, 1] / (4 * np.pi),
        spectra.error[early, 1] / (4 * np.pi),
        spectra.cl[early, 0] / (4 * np.pi),
    )


@pytest.fixture(scope="module")
def predicted(shipped):
    """C_0 and C_1 over 4 pi at those times for p = 1/2, without a free parameter."""
    omega_t, k_par, *_ = shipped
    nu_par = 1 / (3 * k_par[-1])
    rate = theory.power_law_rate(0.5, nu0=nu_par / 2**0.5)
    return theory.evolve(omega_t, [0, 1], rate, source=8 * np.pi / 3 * k_par) / (4 * np.pi)


@pytest.mark.parametrize(("time", "figure"), [(10, 5.1), (30, 24), (50, 41), (100, 64)])
def test_the_dipole_of_a_running_source_without_free_parameters(shipped, predicted, time, figure):
    dipole = np.exp(np.interp(np.log(time), np.log(shipped[0]), np.log(predicted[:, 1])))
    # the figures are those of 700 fields, and C_1 goes as K^2 in the end: K of 120 fields is good to
    # 3 %, that of 700 to 1.6 %; twice 2 x 3.4 %
    assert dipole == pytest.approx(figure, rel=0.14)


@pytest.mark.parametrize("time", [5, 10, 20, 30, 50, 70, 100])
def test_that_dipole_is_the_simulated_one(shipped, predicted, time):
    omega_t, _, simulated, error, _ = shipped
    index = np.abs(omega_t - time).argmin()
    assert predicted[index, 1] == pytest.approx(simulated[index], abs=2 * error[index])


def test_a_constant_source_makes_the_dipole_grow_far_too_early(shipped):
    omega_t, k_par, simulated, *_ = shipped
    rate = theory.power_law_rate(0.5, nu0=1 / (3 * k_par[-1]) / 2**0.5)
    index = np.abs(omega_t - 10).argmin()
    constant = theory.evolve(omega_t[index], 1, rate, source=8 * np.pi / 3 * k_par[-1]) / (4 * np.pi)
    assert constant == pytest.approx(29, rel=0.05)  # linear in K at early times, which is good to 4 %
    assert constant > 5 * simulated[index]


def test_the_monopole_comes_out_nine_times_too_high(shipped, predicted):
    # C_0 = (mean of r.g)^2 scatters by 140 % from field to field: by 13 % over 120 of them
    assert predicted[-1, 0] / shipped[4][-1] == pytest.approx(9, rel=0.4)


@pytest.mark.parametrize("p", [1e-9, 1e-4, 0.998])
def test_next_to_0_and_1_it_stays_finite_and_right(p):
    ell = np.arange(1, 11)
    found = theory.evolve([0.1, 1e3], ell, theory.power_law_rate(p))
    assert np.isfinite(found).all()
    expected = theory.spectrum(ell, p, form="self-consistent")
    np.testing.assert_allclose(found[-1], expected, rtol=1e-6, atol=1e-6 * expected[0])


def test_arrays_have_the_shapes_of_times_and_multipoles():
    rate = theory.power_law_rate(0.5)
    assert theory.evolve(1.0, 1, rate).shape == ()
    assert theory.evolve([1.0, 2.0], 1, rate).shape == (2,)
    assert theory.evolve([1.0, 2.0], [[0, 1, 2], [3, 4, 5]], rate).shape == (2, 2, 3)
    assert theory.evolve([], [1], rate).shape == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"omega_t": [2.0, 1.0]}, "omega_t"),
        ({"omega_t": [-1.0, 1.0]}, "omega_t"),
        ({"omega_t": [1.0, np.nan]}, "omega_t"),
        ({"ell": [-1]}, "ell"),
        ({"ell": [1.5]}, "ell"),
        ({"lmax": 3}, "lmax"),
        ({"source": [1.0, 2.0, 3.0]}, "source"),
        ({"source": [1.0, np.inf]}, "source"),
        ({"nu_r": lambda x: (1 - x) ** 1.2}, "nu_r"),
        ({"nu_r": lambda x: -1 + 0 * x}, "nu_r"),
    ],
)
def test_nonsense_is_refused_by_name(arguments, name):
    usual = {"omega_t": [1.0, 2.0], "ell": [1, 5], "nu_r": theory.power_law_rate(0.5)}
    with pytest.raises(ValueError, match=name):
        theory.evolve(**(usual | arguments))


def test_a_constant_source_fills_the_modes_of_a_power():
    """The integral over a mode is (1 - exp(-z)) / decay, or T for the one that does not decay."""
    decay, share = theory.power_law_modes([0, 1, 4], p=0.4)
    nu0, omega_t = 0.3, 5.0
    filled = np.r_[omega_t, -np.expm1(-decay[1:] * nu0 * omega_t) / (decay[1:] * nu0)]
    expected = theory.evolve(omega_t, [0, 1, 4], theory.power_law_rate(0.4, nu0=nu0))
    np.testing.assert_allclose(share @ filled, expected, rtol=1e-9)
