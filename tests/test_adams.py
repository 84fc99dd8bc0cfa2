"""The scheme of Adams: high order, one field evaluation a step, as accurate as asked for."""

import numpy as np
import pytest

from crviz import Config, adams, backtrack, bench, draw_field, kernels
from crviz.checks import ParameterError


def distance(one, other):
    """Median over orbits (3, n)."""
    return np.median(np.linalg.norm(one - other, axis=0))


@pytest.mark.parametrize("degree", range(8))
def test_weights_integrate_what_they_are_made_for(degree):
    nodes = np.array([1.0, 0, -1, -2, -3, -4, -5, -6])
    integral = (0.7 ** (degree + 1) - (-0.3) ** (degree + 1)) / (degree + 1)
    assert adams.weights(nodes, -0.3, 0.7) @ nodes**degree == pytest.approx(integral, abs=1e-11)


# steps of 0.058: among the 7 from which the scheme starts, at their end, and on and between later nodes
TIMES = (1e-4, 0.01, 0.058, 0.1, 0.406, 0.41, 1.0, 1.16, 30.0)


def test_an_orbit_in_the_regular_field_is_a_helix_at_every_recorded_time(directions):
    orbits = backtrack(draw_field(Config(sigma2=0), 0), directions, TIMES, accuracy=1e-5)
    t = np.array(TIMES)[:, None]
    p_x, p_y, p_z = directions
    # a positive charge in B0 = e_z turns clockwise, and on the way back anticlockwise
    x = -(p_x * np.sin(t) - p_y * (1 - np.cos(t)))
    y = -(p_y * np.sin(t) + p_x * (1 - np.cos(t)))
    # seventh order: 0.3 (h Omega)^7 Omega T = 2e-8
    np.testing.assert_allclose(orbits.r, np.stack(np.broadcast_arrays(x, y, -p_z * t), 1), atol=5e-8)
    np.testing.assert_allclose(orbits.p[:, 2], np.broadcast_to(p_z, (len(TIMES), p_z.size)), atol=1e-12)


def test_halving_the_step_takes_the_error_down_by_2_to_the_7(directions):
    """Through short waves and not for long, where truncation is far above what single precision leaves."""
    field = draw_field(Config(lambda_max=1.0, n_modes=20), 1)
    times = np.array([3.0])
    fine, coarse, half = (adams.trace(field, directions, times, h)[0][-1] for h in (1e-3, 0.0165, 0.00825))
    assert 64 < distance(coarse, fine) / distance(half, fine) < 512  # 2^6 to 2^9: 2^7.4 over 48 directions


@pytest.mark.parametrize("sigma2", [0.0, 0.1, 1.0, 4.0])
def test_it_stays_stable_through_all_fields_that_orbits_meet(sigma2, directions):
    """One orbit that meets a field too strong for its step gains momentum without bound."""
    field = draw_field(Config(sigma2=sigma2), 1)
    p = backtrack(field, directions, (300.0,), accuracy=1e-2).p[-1]
    # what |p| loses to truncation at this step: 1e-3 in the median
    assert np.abs(np.linalg.norm(p, axis=0) - 1).max() < 0.02


def test_the_bound_on_the_step_is_where_a_root_leaves_the_unit_circle():
    past = adams.weights(-np.arange(kernels.ORDER - 1), 0, 1)

    def largest_root(turn):
        # z^7 - z^6 (1 + i turn beta_0) - i turn (beta_1 z^5 + ... + beta_6)
        step = np.zeros(kernels.ORDER, complex)
        step[:2] = 1, -1
        step[1:] -= 1j * turn * past
        return np.abs(np.roots(step)).max()

    assert largest_root(adams.STABLE_TURN) <= 1 + 1e-12
    assert largest_root(1.05 * adams.STABLE_TURN) > 1.001


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings", [{}, {"sigma2": 0.1}, {"rl_over_lc": 0.01}, {"sigma2": 2.0, "rl_over_lc": 0.3}], ids=str
)
def test_it_is_as_accurate_as_asked_for(settings, directions):
    field = draw_field(Config(**settings), 4)
    exact = bench.exact_positions(field, directions[:, :10], 10.0)
    for accuracy in (1e-3, 1e-5):
        found = backtrack(field, directions[:, :10], (10.0,), accuracy=accuracy).r[-1]
        # the step is chosen for the median of 48 other directions; that of 10 scatters by some 1.5
        assert distance(found, exact) < 2 * accuracy


def test_a_higher_accuracy_takes_a_shorter_step(paper_field):
    steps = [adams.step_for(paper_field, accuracy) for accuracy in (1e-2, 1e-3, 1e-4, 1e-5)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 1.2 * steps[-1]


def test_times_recorded_on_the_way_change_nothing(paper_field, directions):
    times = (0.05, 0.333, 2.0, 7.77, 10.0)
    together = backtrack(paper_field, directions, times, accuracy=1e-4)
    for time in times[:-1]:
        alone = backtrack(paper_field, directions, (time,), accuracy=1e-4)
        at = times.index(time)
        np.testing.assert_array_equal(alone.r[0], together.r[at])
        np.testing.assert_array_equal(alone.p[0], together.p[at])


@pytest.mark.parametrize("number", [0, 1, 63, 64, 65])
def test_an_orbit_does_not_depend_on_its_neighbours(paper_field, number):
    p0 = np.random.default_rng(7).normal(size=(3, 130))
    together = backtrack(paper_field, p0, (1.0, 3.0), accuracy=1e-3)
    alone = backtrack(paper_field, p0[:, :number], (1.0, 3.0), accuracy=1e-3)
    np.testing.assert_array_equal(alone.r, together.r[..., :number])


def test_the_modulus_of_the_momentum_stays(paper_field, directions):
    p = backtrack(paper_field, directions, (1.0, 10.0, 50.0), accuracy=1e-5).p
    # it is not conserved exactly: its error is that of the orbit
    assert np.median(np.abs(np.linalg.norm(p, axis=1) - 1)) < 1e-5


def test_both_schemes_follow_the_same_orbits(paper_field, directions):
    """Boris' error at a step of 0.005 is 5e-5 in the median (second order, 3e-3 at 0.04)."""
    boris = backtrack(paper_field, directions, (10.0,), 0.005)
    other = backtrack(paper_field, directions, (10.0,), accuracy=1e-5)
    assert 1e-6 < distance(boris.r[-1], other.r[-1]) < 3e-4


@pytest.mark.parametrize("accuracy", [0, -1e-4, 1e-7, 0.1, np.nan, "fine"])
def test_an_accuracy_that_nobody_can_have_is_refused(paper_field, directions, accuracy):
    with pytest.raises(ParameterError, match=r"^accuracy = .* must be"):
        backtrack(paper_field, directions, (1.0,), accuracy=accuracy)


def test_a_step_beside_an_accuracy_is_refused(paper_field, directions):
    with pytest.raises(
        ParameterError, match=r"^accuracy = 0.0001 must be given without a step, and step = 0.01"
    ):
        backtrack(paper_field, directions, (1.0,), 0.01, accuracy=1e-4)


def test_where_errors_grow_too_fast_the_accuracy_is_refused_with_what_there_is():
    wild = draw_field(Config(sigma2=100.0), 0)
    with pytest.raises(ParameterError, match=r"^accuracy = 1e-05 is beyond .* which allow some \de-0\d r_L"):
        adams.step_for(wild, 1e-5)


def test_the_machine_s_peak_takes_its_width_from_the_processor():
    values = np.ones(16 * kernels.CHAINS, np.float32)
    width = kernels.multiply_add(values, 3)
    assert width in (4, 8, 16)
    expected = np.float32(1)
    for _ in range(3 * kernels.ROUNDS):  # a step of 1e-7 does not move 1.0 in single precision
        expected = np.float32(
            np.float64(expected) * np.float64(np.float32(0.9999999)) + np.float64(np.float32(1e-7))
        )
    np.testing.assert_allclose(values[: width * kernels.CHAINS], expected, rtol=1e-6)
    np.testing.assert_array_equal(values[width * kernels.CHAINS :], 1)
