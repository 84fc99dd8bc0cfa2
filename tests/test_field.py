from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from crviz import Config, draw_field

#: Waves are rounded to 24 bits.
DRAWN = 2.0**-24


@pytest.fixture(scope="module")
def many_fields():
    """300 realisations: 60000 waves."""
    return [draw_field(Config(), index) for index in range(300)]


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=0)


def test_the_whole_field_is_the_regular_one_plus_the_turbulent_one(paper_field):
    r = np.random.default_rng(0).normal(size=(3, 50))
    np.testing.assert_array_equal(paper_field.b(r)[:2], paper_field.delta_b(r)[:2])
    np.testing.assert_array_equal(paper_field.b(r)[2], paper_field.delta_b(r)[2] + 1)


def test_the_field_is_the_sum_of_its_waves(paper_field):
    r = np.array([[0.3, -20.0], [1.0, 5.0], [-2.0, 300.0]])
    for n in range(2):
        phase = paper_field.wavevectors.T @ r[:, n] + paper_field.phases
        expected = (paper_field.amplitudes * np.cos(phase)).sum(1)
        # phases up to 2e4 rad carry rounding of 4e-12
        np.testing.assert_allclose(paper_field.delta_b(r)[:, n], expected, atol=1e-10)


def test_the_spatial_mean_of_the_squared_field_is_sigma2():
    points, fields = 2500, 8
    # a box a hundred times the longest wave, 1000 r_L: waves do not beat with it
    r = np.random.default_rng(2).uniform(-5e4, 5e4, (3, points))
    for sigma2 in (0.3, 1.0):
        squares = [(draw_field(Config(sigma2=sigma2), i).delta_b(r) ** 2).sum(0) for i in range(fields)]
        # dB^2 scatters by sqrt(2) of its mean at most (one Gaussian component): 1 % of 20000 points
        assert np.mean(squares) == pytest.approx(sigma2, rel=4 * np.sqrt(2 / (points * fields)))


def test_polarisations_are_perpendicular_to_the_wave_vectors(paper_field):
    cosines = (unit(paper_field.wavevectors) * unit(paper_field.amplitudes)).sum(0)
    assert np.abs(cosines).max() < 2 * DRAWN


def test_the_moduli_are_those_of_the_spectrum(paper_field):
    k, amplitude = Config().wave_spectrum()
    np.testing.assert_allclose(np.linalg.norm(paper_field.wavevectors, axis=0), k, rtol=DRAWN)
    np.testing.assert_allclose(np.linalg.norm(paper_field.amplitudes, axis=0), amplitude, rtol=DRAWN)


def test_the_field_has_no_sources():
    field = draw_field(Config(lambda_min=1.0, n_modes=60), 3)
    r = np.random.default_rng(3).uniform(-100, 100, (3, 40))
    k_max = np.linalg.norm(field.wavevectors, axis=0).max()
    h = 1e-3 / k_max
    divergence = sum(
        (field.b(r + h * e[:, None]) - field.b(r - h * e[:, None]))[i] / (2 * h)
        for i, e in enumerate(np.eye(3))
    )
    gradient = np.sqrt((field.wavevectors**2).sum(0) @ (field.amplitudes**2).sum(0) / 2)
    # central differences err by (kh)^2 / 6 = 2e-7 of the gradients, rounding by 1e-16 / kh = 1e-13
    assert np.abs(divergence).max() < 1e-6 * gradient


def test_wave_vectors_are_isotropic(many_fields):
    k = np.concatenate([unit(field.wavevectors) for field in many_fields], 1)
    n = k.shape[1]
    # variances of k_i, k_i^2 and k_i k_j on the sphere: 1/3, 4/45 and 1/15; 4 standard errors
    assert np.abs(k.mean(1)).max() < 4 * np.sqrt(1 / 3 / n)
    tensor = k @ k.T / n
    assert np.abs(np.diag(tensor) - 1 / 3).max() < 4 * np.sqrt(4 / 45 / n)
    assert np.abs(tensor[np.triu_indices(3, 1)]).max() < 4 * np.sqrt(1 / 15 / n)


def test_polarisations_are_isotropic_about_the_wave_vector(many_fields):
    helicity = np.concatenate([f.amplitudes * np.roll(f.wavevectors, 1, 0) for f in many_fields], 1)
    xi = np.concatenate([unit(field.amplitudes) for field in many_fields], 1)
    assert np.abs(xi.mean(1)).max() < 4 * np.sqrt(1 / 3 / xi.shape[1])  # as for k; 4 standard errors
    error = helicity.std(1) / np.sqrt(helicity.shape[1])
    assert (np.abs(helicity.mean(1)) < 4 * error).all()


def test_phases_are_uniform(many_fields):
    phases = np.concatenate([field.phases for field in many_fields])
    assert 0 <= phases.min() < phases.max() < 2 * np.pi
    harmonics = np.exp(1j * np.outer([1, 2, 3], phases)).mean(1)
    assert np.abs(harmonics).max() < 4 / np.sqrt(phases.size)  # of variance 1/n each


def test_the_mean_field_tensor_is_isotropic(many_fields):
    tensors = np.array([f.amplitudes @ f.amplitudes.T / 2 for f in many_fields])
    error = tensors.std(0, ddof=1) / np.sqrt(len(tensors))
    # the trace is sigma^2 in every field; the rest within 4 standard errors of isotropy
    np.testing.assert_allclose(np.trace(tensors, axis1=1, axis2=2), 1, rtol=2 * DRAWN)
    assert (np.abs(tensors.mean(0) - np.eye(3) / 3) < 4 * error).all()


def test_the_drawn_modes_have_kolmogorovs_one_dimensional_spectrum(paper_field):
    k = np.linalg.norm(paper_field.wavevectors, axis=0) / Config().rl_over_lc  # [1/L_c]
    power = (paper_field.amplitudes**2).sum(0) / 2
    density = power[1:-1] / ((k[2:] - k[:-2]) / 2)  # dB^2 per dk
    slope = np.gradient(np.log(density), np.log(k[1:-1]))
    # 5/3, not 11/3; finite k L_c bends the slope by 1e-3 at 10 and by 1e-2 at 0.2
    assert slope[k[1:-1] > 10] == pytest.approx(-5 / 3, abs=1e-3)
    assert slope[k[1:-1] < 0.2] == pytest.approx(2, abs=1.2e-2)


def test_neighbouring_parameters_share_their_random_numbers(paper_field):
    other = draw_field(Config(sigma2=0.25, rl_over_lc=0.3), 0)
    np.testing.assert_array_equal(other.phases, paper_field.phases)
    np.testing.assert_allclose(other.amplitudes, 0.5 * paper_field.amplitudes, rtol=2 * DRAWN)
    np.testing.assert_allclose(other.wavevectors, 3 * paper_field.wavevectors, rtol=2 * DRAWN)


def test_sky_times_and_step_do_not_enter_the_field(paper_field):
    other = draw_field(Config(nside=2, omega_t=(1.0,), step=0.01, grids="cross"), 0)
    np.testing.assert_array_equal(other.wavevectors, paper_field.wavevectors)
    np.testing.assert_array_equal(other.amplitudes, paper_field.amplitudes)


def test_a_field_is_a_pure_function_of_seed_and_index(paper_field):
    draw_field(Config(), 5)  # drawing another one in between changes nothing
    np.testing.assert_array_equal(draw_field(Config(), 0).phases, paper_field.phases)
    for other in (draw_field(Config(), 1), draw_field(Config(seed=1), 0)):
        assert not np.isin(other.phases, paper_field.phases).any()


def test_without_turbulence_the_field_is_uniform():
    field = draw_field(Config(sigma2=0), 0)
    np.testing.assert_array_equal(field.b(np.ones((3, 2))), [[0, 0], [0, 0], [1, 1]])


def test_a_drawn_field_cannot_be_changed(paper_field):
    with pytest.raises(FrozenInstanceError):
        paper_field.phases = np.zeros(200)
    with pytest.raises(ValueError, match="read-only"):
        paper_field.amplitudes[0, 0] = 1.0
