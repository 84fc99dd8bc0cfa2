from dataclasses import replace

import numpy as np
import pytest

from crviz import Config, backtrack, draw_field
from crviz.orbits import intervals


def test_intervals_are_cut_into_equal_steps_no_longer_than_asked_for():
    n_steps, sizes = intervals((0.3, 1.0, 4.0), 0.04)
    assert n_steps.tolist() == [8, 18, 75]  # ceil(7.5), ceil(17.5), and 75, which is whole
    np.testing.assert_allclose(n_steps * sizes, [0.3, 0.7, 3.0], rtol=1e-15)  # rounding
    assert sizes.max() <= 0.04 * (1 + 1e-12)


def test_rounding_does_not_add_a_step():
    assert intervals((0.1, 0.2, 0.3, 0.4), 0.1)[0].tolist() == [1, 1, 1, 1]


def test_times_recorded_on_the_way_do_not_change_the_end(paper_field, directions):
    with_stops = backtrack(paper_field, directions, (1.0, 2.0, 4.0), 0.04)
    without = backtrack(paper_field, directions, (4.0,), 0.04)
    # the same hundred steps but for the rounding of their length
    np.testing.assert_allclose(with_stops.r[-1], without.r[-1], atol=1e-5)


def test_an_orbit_begins_at_the_origin(paper_field, directions):
    first = backtrack(paper_field, directions, (1e-4,))
    # r = -p T, the field bends it by |B| T^2 / 2, with |B| below 10
    np.testing.assert_allclose(first.r[0], -1e-4 * directions, atol=1e-7)


def test_the_momentum_turns_with_the_force_of_a_positive_charge(paper_field, directions):
    t = 1e-3
    p = backtrack(paper_field, directions, (t,)).p[0]
    force = np.cross(directions, paper_field.b(np.zeros((3, 1))), axis=0)
    # dp/dt = p x B, so that p(-t) = p - t p x B but for t^2 (B^2 + p.grad B) / 2, some 1e-4
    np.testing.assert_allclose(p, directions - t * force, atol=2e-4)
    assert np.abs(t * force).max() > 1e-3


def test_the_modulus_of_the_momentum_is_conserved(paper_field, directions):
    p = backtrack(paper_field, directions, (1.0, 10.0, 100.0)).p
    # an exact rotation a step: what is left is rounding, a random walk of 2500 steps
    np.testing.assert_allclose(np.linalg.norm(p, axis=1), 1, atol=1e-12)


def test_directions_are_normalised(paper_field, directions):
    np.testing.assert_allclose(
        backtrack(paper_field, 7 * directions, (2.0,)).r,
        backtrack(paper_field, directions, (2.0,)).r,
        atol=1e-5,  # rounding of the direction, which float32 waves may see
    )


def test_phases_count_modulo_a_turn(paper_field, directions):
    turns = np.random.default_rng(5).integers(-1000, 1000, 200)
    wound = replace(paper_field, phases=paper_field.phases + 2 * np.pi * turns)
    # phases of 6000 rad are good to 1e-12, float32 waves to 1e-6 for a time 4
    np.testing.assert_allclose(
        backtrack(wound, directions, (4.0,)).r, backtrack(paper_field, directions, (4.0,)).r, atol=4e-5
    )


def test_the_default_step_is_that_of_the_fields_configuration(directions):
    field = draw_field(Config(sigma2=0.5, rl_over_lc=1.0), 0)
    default = backtrack(field, directions, (3.0,))
    explicit = backtrack(field, directions, (3.0,), field.config.default_step)
    np.testing.assert_array_equal(default.r, explicit.r)


def test_positions_and_momenta_have_the_shape_of_times_and_directions(paper_field, directions):
    orbits = backtrack(paper_field, directions, [1, 2, 3])
    assert orbits.r.shape == orbits.p.shape == (3, 3, 32)
    assert orbits.omega_t.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("array", ["amplitudes", "phases", "wavevectors"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_never_comes_out_silently(paper_field, directions, array, value):
    spoilt = getattr(paper_field, array).copy()
    spoilt[..., 17] = value
    with pytest.raises(FloatingPointError, match="realisation 0"):
        backtrack(replace(paper_field, **{array: spoilt}), directions, (1.0,))


@pytest.mark.parametrize("shape", [(3,), (2, 5), (5, 3), (1, 3, 4)])
def test_directions_of_another_shape_are_refused(paper_field, shape):
    with pytest.raises(ValueError, match="directions"):
        backtrack(paper_field, np.ones(shape), (1.0,))


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_directions_without_a_direction_are_refused(paper_field, value):
    with pytest.raises(ValueError, match="directions"):
        backtrack(paper_field, np.full((3, 2), value), (1.0,))


@pytest.mark.parametrize("times", [(), (0.0,), (2.0, 1.0), (np.nan,)])
def test_times_that_do_not_increase_are_refused(paper_field, directions, times):
    with pytest.raises(ValueError, match="omega_t"):
        backtrack(paper_field, directions, times)


@pytest.mark.parametrize("step", [0.0, -0.1, 0.3, np.nan])
def test_steps_that_cannot_follow_the_gyration_are_refused(paper_field, directions, step):
    with pytest.raises(ValueError, match="step"):
        backtrack(paper_field, directions, (1.0,), step)
