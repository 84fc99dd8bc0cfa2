import numpy as np
import pytest

from crviz import Config, diffusion, draw_field, sky
from crviz.orbits import backtrack


@pytest.fixture(scope="module")
def orbits():
    """A whole sky of orbits through one field."""
    config = Config(nside=2, omega_t=(1.0, 5.0, 20.0))
    return backtrack(draw_field(config, 0), sky.pixel_directions(2), config.omega_t)


def sky_mean(one, other):
    return np.einsum("tin,tjn->tij", one, other) / one.shape[-1]


def test_k_is_minus_the_mean_of_position_i_and_momentum_j():
    rp = np.arange(9.0).reshape(1, 3, 3)
    np.testing.assert_array_equal(diffusion.diffusion_tensor(rp), -rp)


def test_running_diffusion_is_the_mean_square_over_twice_the_time(orbits):
    rr = sky_mean(orbits.r, orbits.r)
    running = diffusion.running_diffusion(rr, orbits.omega_t)
    np.testing.assert_allclose(running[2], rr[2] / 40, rtol=1e-14)
    np.testing.assert_allclose(running[0], rr[0] / 2, rtol=1e-14)


def test_relative_diffusion_is_that_of_all_pairs_of_orbits(orbits):
    separation = orbits.r[..., :, None] - orbits.r[..., None, :]
    pairs = np.einsum("tiab,tjab->tij", separation, separation) / 48**2
    eq8 = pairs / (4 * orbits.omega_t[:, None, None])
    mean = orbits.r.mean(-1)
    monopole = 4 * np.pi * mean[:, :, None] * mean[:, None, :]
    found = diffusion.relative_diffusion(sky_mean(orbits.r, orbits.r), monopole, orbits.omega_t)
    np.testing.assert_allclose(found, eq8, atol=1e-13)  # rounding of numbers of order 1


def test_the_standard_dipole_is_the_square_of_k_times_g():
    k = np.random.default_rng(0).normal(size=(4, 3, 3))
    theta, phi = 0.8, -2.0
    g = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    expected = ((k @ g) ** 2).sum(-1)
    np.testing.assert_allclose(diffusion.standard_dipole_power(k, (theta, phi)), expected, rtol=1e-13)


def test_the_standard_dipole_of_eq_2_knows_drift_and_diffusion():
    k = np.array([[0.2, 0.3, 0], [-0.3, 0.2, 0], [0, 0, 5.0]])
    assert diffusion.standard_dipole_power(k, "parallel") == pytest.approx(25, rel=1e-14)
    assert diffusion.standard_dipole_power(k, "perpendicular") == pytest.approx(0.04 + 0.09, rel=1e-14)
