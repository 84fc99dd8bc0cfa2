"""What is known exactly without turbulence: the helix, with its phase and its sense of rotation."""

import numpy as np
import pytest

from crviz import Config, backtrack, draw_field, run, spectra

TIMES = (0.5, np.pi / 2, np.pi, 4.0, 3 * np.pi / 2, 2 * np.pi, 10.0)
QUIET = Config(sigma2=0)
#: Their second moments are those of the whole sphere, exactly.
OCTAHEDRON = np.concatenate([np.eye(3), -np.eye(3)], 1)
#: The drift tensor without scattering.
DRIFT = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]]) / 3


@pytest.fixture(scope="module")
def helix(directions):
    return backtrack(draw_field(QUIET, 0), directions, TIMES, 0.001)


@pytest.fixture(scope="module")
def octahedron():
    return backtrack(draw_field(QUIET, 0), OCTAHEDRON, TIMES, 0.001)


@pytest.fixture(scope="module")
def quiet_run():
    return run(QUIET.replace(nside=8, omega_t=TIMES, step=0.01), 2)


def test_momenta_turn_with_their_sign(helix, directions):
    x, y, z = directions
    for t, p in zip(TIMES, helix.p, strict=True):
        expected = [x * np.cos(t) - y * np.sin(t), y * np.cos(t) + x * np.sin(t), z]
        np.testing.assert_allclose(p, expected, atol=1e-6)  # an exact rotation; 1e-6 is asked for


def test_positions_lie_on_the_helix_with_phase_and_sign(helix, directions):
    x, y, z = directions
    for t, r in zip(TIMES, helix.r, strict=True):
        c, s = np.cos(t), np.sin(t)
        # straight pieces of 0.001 make the radius wrong by h^2 / 12 = 1e-7
        np.testing.assert_allclose(r, [-x * s + y * (1 - c), x * (c - 1) - y * s, -z * t], atol=1e-6)


def test_after_a_whole_turn_only_the_way_along_the_field_is_left(helix, directions):
    turn = TIMES.index(2 * np.pi)
    np.testing.assert_allclose(helix.r[turn, :2], 0, atol=1e-6)
    np.testing.assert_allclose(helix.r[turn, 2], -2 * np.pi * directions[2], atol=1e-6)


def test_positions_are_the_integral_of_momenta(helix):
    exact = backtrack(draw_field(QUIET, 0), OCTAHEDRON, np.linspace(0.01, 10, 1000), 0.01)
    # r(-T) = - integral of p: trapezoids of 0.01 err by h^2 / 12 = 1e-5
    steps = (exact.p[1:] + exact.p[:-1]) / 2 * 0.01
    np.testing.assert_allclose(exact.r[1:] - exact.r[0], -steps.cumsum(0), atol=5e-5)


def test_the_drift_is_one_third_of_one_minus_the_cosine(octahedron):
    k = -np.einsum("tin,tjn->tij", octahedron.r, octahedron.p) / 6
    for t, tensor in zip(TIMES, k, strict=True):
        drift, across = (1 - np.cos(t)) / 3, np.sin(t) / 3
        expected = [[across, drift, 0], [-drift, across, 0], [0, 0, t / 3]]
        np.testing.assert_allclose(tensor, expected, atol=1e-6)  # as the helix


def test_k_xy_of_a_run_has_the_sign_of_the_drift(quiet_run):
    k = quiet_run.diffusion().k
    expected = (1 - np.cos(TIMES)) / 3
    # the grid's 1e-3 at nside 8 on numbers up to 2/3
    np.testing.assert_allclose(k[:, 0, 1], expected, atol=1e-3)
    np.testing.assert_allclose(k[:, 1, 0], -expected, atol=1e-3)


@pytest.mark.parametrize(
    ("gradient", "sign", "component"), [([0.0, 1, 0], -1, 0), ([1.0, 0, 0], 1, 1)], ids=["g = y", "g = x"]
)
def test_the_full_map_stands_still_and_is_the_dipole_of_the_drift(
    helix, directions, gradient, sign, component
):
    # Eq. 4 with the momentum at -T: -p_x for g = y and +p_y for g = x, at every T
    for r, p in zip(helix.r, helix.p, strict=True):
        intensity = np.array(gradient) @ r - 3 * (DRIFT @ gradient) @ p
        np.testing.assert_allclose(intensity, sign * directions[component], atol=2e-6)  # helix, twice


def test_the_spectrum_of_the_full_map_is_a_pure_dipole_at_every_time(quiet_run):
    mean, perpendicular_to_b0 = quiet_run.dataset, (np.pi / 2, 0.0)
    cl = spectra.full_map_spectra(
        mean["cl"].values[0], mean["cl_rp"].values, mean["cl_pp"].values, DRIFT, perpendicular_to_b0
    )
    expected = np.zeros(17)
    expected[1] = 4 * np.pi / 9
    # the grid's 1e-3 on <n^2>, twice, since C_1 is a square; spectra of r up to 4, kept in float32
    np.testing.assert_allclose(cl, np.broadcast_to(expected, cl.shape), atol=4e-3)


def test_without_turbulence_all_realisations_are_equal(quiet_run):
    np.testing.assert_array_equal(quiet_run.dataset["rr"][0], quiet_run.dataset["rr"][1])
    np.testing.assert_allclose(quiet_run.spectrum("parallel").error, 0, atol=1e-6)


def test_parallel_motion_without_turbulence_is_free(quiet_run):
    cl = quiet_run.evolution("parallel").cl
    # r_z = -p_z T: C_1 = 4 pi / 9 T^2 and nothing else, to the grid's 1e-3 twice
    np.testing.assert_allclose(cl[:, 1], 4 * np.pi / 9 * np.array(TIMES) ** 2, rtol=3e-3)
    assert (cl[:, 2:] < 1e-4 * cl[:, 1:2]).all()
