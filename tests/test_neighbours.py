from dataclasses import replace

import numpy as np
import pytest

from crviz import Config, Field, backtrack, draw_field
from crviz.neighbours import ANGLES, cone, field_line, neighbouring_orbits

DIRECTION = np.array([0.48, -0.36, 0.8])
STEP = 0.025


def helix(p, t):
    """r(-t) (T, 3, n) in B = e_z, from p_x + i p_y = u exp(-i t), backwards: a positive charge turns
    clockwise seen against B, and so anticlockwise on the way back."""
    u = p[0] + 1j * p[1]
    w = 1j * u * (np.exp(1j * t)[:, None] - 1)
    return np.stack([w.real, w.imag, -t[:, None] * p[2]], axis=1)


@pytest.fixture(scope="module")
def regular_field():
    return draw_field(Config(sigma2=0), 0)


@pytest.fixture(scope="module")
def helices(regular_field):
    return neighbouring_orbits(regular_field, DIRECTION, np.linspace(0.25, 20, 80), step=STEP)


def plane_wave(wavevector, amplitude, phase=0.0):
    """A field of a single wave."""
    columns = np.array(wavevector, float)[:, None], np.array(amplitude, float)[:, None]
    return Field(*columns, np.array([phase]), Config(n_modes=1))


def test_neighbours_stand_at_their_angles():
    directions, angle = cone(DIRECTION, (0.1, 20.0, 180.0), 5)
    assert angle.tolist() == [0.0] + [0.1] * 5 + [20.0] * 5 + [180.0] * 5
    np.testing.assert_allclose(np.linalg.norm(directions, axis=0), 1, rtol=1e-14)  # rounding
    # the chord, which rounding spares at small angles
    chord = np.linalg.norm(directions - directions[:, :1], axis=0)
    np.testing.assert_allclose(chord, 2 * np.sin(np.radians(angle) / 2), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("direction", [DIRECTION, (0, 0, 1), (0, 0, -1), (-3, 0, 0)])
def test_neighbours_stand_at_equal_azimuths(direction):
    directions, _ = cone(direction, (30.0,), 6)
    axis, circle = directions[:, 0], directions[:, 1:]
    np.testing.assert_allclose(circle.mean(axis=1), axis * np.cos(np.radians(30)), atol=1e-15)
    between = np.einsum("ik,ik->k", circle, np.roll(circle, -1, axis=1))
    # cos^2 a + sin^2 a cos(60 deg), for each and its successor
    np.testing.assert_allclose(between, 0.75 + 0.25 * 0.5, rtol=1e-14)


def test_the_first_neighbour_has_another_pitch_angle_and_the_second_of_four_hardly():
    directions, _ = cone(DIRECTION, (1.0,), 4)
    theta = np.degrees(np.arccos(directions[2]))
    assert theta[1] - theta[0] == pytest.approx(1, rel=1e-10)
    # a great circle across leaves the pitch angle by angle^2 / (2 tan theta) only
    assert theta[2] - theta[0] == pytest.approx(np.radians(1) / (2 * np.tan(np.arccos(0.8))), rel=1e-3)


def test_the_same_directions_come_out_every_time():
    np.testing.assert_array_equal(cone(DIRECTION)[0], cone(DIRECTION)[0])


def test_the_bundle_is_what_backtrack_gives(paper_field):
    directions, angle = cone(2 * DIRECTION, (1.0, 5.0), 3)
    bundle = neighbouring_orbits(paper_field, DIRECTION, (1.0, 4.0), angles=(1.0, 5.0), neighbours=3)
    orbits = backtrack(paper_field, directions, (1.0, 4.0))
    np.testing.assert_array_equal(bundle.r, orbits.r)
    np.testing.assert_array_equal(bundle.p, orbits.p)
    np.testing.assert_array_equal(bundle.angle, angle)
    assert bundle.omega_t.tolist() == [1.0, 4.0]


def test_in_the_regular_field_two_orbits_part_as_two_helices_do(helices):
    p = cone(DIRECTION)[0]
    exact = helix(p, helices.omega_t)
    error = helices.r - helices.r[:, :, :1] - (exact - exact[:, :, :1])
    # the rotation is exact; a chord comes out short by h^2/12 of itself, and those here are up to twice
    # as long as the difference of the momenta. The last term is rounding
    chord = 2 * np.sin(np.radians(helices.angle) / 2)
    assert (np.abs(error) <= 1.01 * STEP**2 / 12 * 2 * chord + 1e-13).all()


def test_the_separation_of_helices_is_periodic_across_and_grows_along(helices):
    p = cone(DIRECTION)[0]
    dp = p - p[:, :1]
    across = 2 * np.hypot(dp[0], dp[1]) * np.abs(np.sin(helices.omega_t / 2))[:, None]
    along = np.abs(dp[2]) * helices.omega_t[:, None]
    # short by h^2/12 at most, as above
    np.testing.assert_allclose(helices.separation, np.hypot(across, along), rtol=STEP**2 / 11)


def test_separation_is_averaged_over_the_neighbours_of_each_angle(helices):
    assert helices.opening_angles.tolist() == list(ANGLES)
    assert (helices.separation[:, 0] == 0).all()
    by_hand = [
        np.sqrt(np.mean(helices.separation[:, helices.angle == angle] ** 2, axis=1)) for angle in ANGLES
    ]
    np.testing.assert_allclose(helices.rms_separation, np.transpose(by_hand), rtol=1e-13)  # rounding


def test_neighbours_part_linearly_at_first(paper_field):
    bundle = neighbouring_orbits(paper_field, DIRECTION, (0.01, 0.02, 0.05))
    straight = 2 * np.sin(np.radians(bundle.angle) / 2) * bundle.omega_t[:, None]
    # force and its gradient, of order |B| and |grad B|, some 3, change it by (omega_t)^2 |..|^2 / 24
    np.testing.assert_allclose(bundle.separation[:, 1:], straight[:, 1:], rtol=2e-3)


def test_turbulence_parts_neighbours_faster_than_straight_lines_and_the_regular_field_does_not(helices):
    theta = np.radians(ANGLES)
    assert (helices.rms_separation[-1] < theta * 20).all()
    fields = [draw_field(Config(), realization) for realization in range(6)]
    last = np.array([neighbouring_orbits(f, DIRECTION, (100.0,)).rms_separation[0] for f in fields])
    # at 0.1 deg straight lines would be 0.17 r_L apart; orbits that forgot each other are a few tens
    assert np.median(last[:, 0]) > 10 * theta[0] * 100
    # and nobody is farther than twice the way that they went
    assert (last < 200).all()


@pytest.mark.parametrize("direction", [(0, 0, 0), (1, 0), (1, 0, np.nan), np.ones((3, 1))])
def test_a_direction_that_is_none_is_refused(direction):
    with pytest.raises(ValueError, match="direction"):
        cone(direction)


@pytest.mark.parametrize("angles", [(0.0,), (-1.0,), (181.0,), (np.nan,)])
def test_angles_out_of_range_are_refused(angles):
    with pytest.raises(ValueError, match="angles"):
        cone(DIRECTION, angles)


@pytest.mark.parametrize("neighbours", [0, 1.5, True])
def test_a_number_of_neighbours_that_is_none_is_refused(neighbours):
    with pytest.raises(ValueError, match="neighbours"):
        cone(DIRECTION, (1.0,), neighbours)


def test_the_regular_field_line_is_the_axis(regular_field):
    s, x = field_line(regular_field, 5.0, points=10)
    np.testing.assert_allclose(s, np.linspace(-5, 5, 21), atol=1e-15)
    np.testing.assert_allclose(x, [0 * s, 0 * s, s], atol=1e-14)


def test_a_constant_field_across_tilts_the_line():
    s, x = field_line(plane_wave((0, 0, 0), (0.75, 0, 0)), 4.0, points=4)
    np.testing.assert_allclose(x, [0.6 * s, 0 * s, 0.8 * s], atol=1e-13)


def test_a_wave_along_b0_bends_the_line_to_a_sine():
    amplitude, k, tolerance = 0.5, 2.0, 1e-6
    _, x = field_line(plane_wave((0, 0, k), (0, amplitude, 0)), 6.0, tolerance=tolerance)
    # dy/dz = A cos(k z); some tens of steps of that tolerance
    np.testing.assert_allclose(x[1], amplitude / k * np.sin(k * x[2]), atol=100 * tolerance)
    np.testing.assert_allclose(x[0], 0, atol=1e-15)
    assert x[2, -1] > 5  # B_z > 0: s runs upwards
    assert x[2, 0] < -5


def test_the_line_runs_along_the_field_at_unit_speed(paper_field):
    s, x = field_line(paper_field, 2.0, points=400, tolerance=1e-7)
    b = paper_field.b(x)
    tangent = np.gradient(x, s, axis=1)
    # central differences: (ds)^2/6 = 4e-6 times the square of the shortest wave number, 63, times its small
    # share of the field; the ends are of first order and left out
    np.testing.assert_allclose(
        tangent[:, 1:-1], (b / np.linalg.norm(b, axis=0))[:, 1:-1], atol=4e-6 * 63**2 * 0.1
    )


def test_the_line_of_another_of_its_points_comes_back(paper_field):
    s, x = field_line(paper_field, 3.0, points=50, tolerance=1e-8)
    end = x[:, -1]
    moved = replace(paper_field, phases=paper_field.phases + end @ paper_field.wavevectors)
    _, back = field_line(moved, 3.0, points=50, tolerance=1e-8)
    # the error of the integrator, which the parting of lines over 3 r_L may raise tenfold and more
    np.testing.assert_allclose(back[:, 0], -end, atol=1e-5)
    assert np.linalg.norm(end) > 1
    assert s[-1] == 3.0


@pytest.mark.parametrize(("name", "value"), [("length", 0.0), ("length", np.nan), ("points", 0)])
def test_a_line_of_no_length_is_refused(regular_field, name, value):
    with pytest.raises(ValueError, match=name):
        field_line(regular_field, **({"length": 1.0} | {name: value}))
