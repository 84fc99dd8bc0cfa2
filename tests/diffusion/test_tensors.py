import numpy as np
import pytest

from crviz import Config, diffusion, draw_field, sky
from crviz.orbits import backtrack
from crviz.theory import tensor_from_rates


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


def test_the_drift_is_the_antisymmetric_part_with_its_sign():
    k = np.random.default_rng(1).normal(size=(5, 3, 3))
    epsilon = np.zeros((3, 3, 3))
    epsilon[[0, 1, 2], [1, 2, 0], [2, 0, 1]] = 1
    epsilon[[1, 2, 0], [0, 1, 2], [2, 0, 1]] = -1
    antisymmetric = np.einsum("ijk,tk->tij", epsilon, diffusion.drift(k))
    np.testing.assert_allclose(antisymmetric, (k - k.swapaxes(1, 2)) / 2, atol=1e-15)
    assert diffusion.drift(tensor_from_rates(0.1, 5.0, 2.0)) == pytest.approx([0, 0, 1 / 6], abs=1e-15)


def test_gyration_alone_drifts_to_the_positive_side():
    """In B0 e_z a helix has K_xy = -K_yx = (1 - cos T) / 3 and K_xx = sin T / 3."""
    config = Config(sigma2=0, nside=2, n_modes=1, omega_t=(0.5, 2.0, 4.0), step=0.01)
    seen = backtrack(draw_field(config, 0), sky.pixel_directions(2), config.omega_t)
    k = diffusion.diffusion_tensor(sky_mean(seen.r, seen.p))
    turned = np.array(config.omega_t)
    # chords for arcs err by h^2 / 12, 1e-5; <p_x^2> of this grid is 1/3 to some 1e-2, so take it as it is
    square = (sky.pixel_directions(2)[0] ** 2).mean()
    np.testing.assert_allclose(diffusion.drift(k)[:, 2], square * (1 - np.cos(turned)), atol=1e-4)
    np.testing.assert_allclose(k[:, 0, 0], square * np.sin(turned), atol=1e-4)
    np.testing.assert_allclose(diffusion.drift(k)[:, :2], 0, atol=1e-12)


def test_eq_7_read_backwards_differs_from_eq_8_by_how_far_k_is_above_its_running_average(orbits):
    rr, k = sky_mean(orbits.r, orbits.r), diffusion.diffusion_tensor(sky_mean(orbits.r, orbits.p))
    mean = orbits.r.mean(-1)
    monopole = 4 * np.pi * mean[:, :, None] * mean[:, None, :]
    eq7 = diffusion.relative_from_monopole(k, monopole, orbits.omega_t)
    eq8 = diffusion.relative_diffusion(rr, monopole, orbits.omega_t)
    lag = (k + k.swapaxes(1, 2)) / 2 - diffusion.running_diffusion(rr, orbits.omega_t)
    np.testing.assert_allclose(eq7 - eq8, lag, atol=1e-13)  # rounding of numbers of order 1
    # ballistic: <r r> = T^2 <p p> and K = T <p p>, twice its running average
    assert (eq7 - eq8)[0, 2, 2] == pytest.approx(eq8[0, 2, 2], rel=0.2)
