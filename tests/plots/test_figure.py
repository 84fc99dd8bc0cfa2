import numpy as np
import pytest

from crviz.plots.content.figure import (
    Axis,
    Line,
    Panel,
    described,
    gradient_name,
    line_ends,
    positive,
    power_name,
    spread,
)


@pytest.mark.parametrize("ends", [(1.0, 1.1, 1.2), (1.0, 1.0, 1.0, 1.0), (5.0, 4.9, 1.0, 0.9), (0.3,)])
def test_heights_are_spread_until_they_are_apart(ends):
    at = np.sort(spread(ends, 0.5))
    assert len(at) == len(ends)
    assert (np.diff(at) >= 0.5 - 1e-12).all()  # rounding


def test_heights_that_have_room_stay():
    np.testing.assert_allclose(spread([0.0, 4.0, 2.0], 0.5), [0, 4, 2], atol=1e-12)


def test_heights_move_to_both_sides_alike():
    # least squares: the mean of a group that touches stays
    np.testing.assert_allclose(spread([1.0, 1.0], 0.4), [1.2, 0.8], atol=1e-12)


def test_who_was_above_stays_above():
    ends = np.random.default_rng(1).random(20)
    assert list(np.argsort(spread(ends, 0.3))) == list(np.argsort(ends))


def test_spread_heights_stay_inside():
    np.testing.assert_allclose(spread([1.0, 1.0, 0.0], 0.4, 0.0, 1.0), [1.0, 0.6, 0.0], atol=1e-12)
    np.testing.assert_allclose(spread([0.0, 0.1, 1.0], 0.4, 0.0, 1.0), [0.0, 0.4, 1.0], atol=1e-12)


def test_no_heights_are_no_error():
    assert spread([], 0.5).size == 0


def test_a_log_axis_shows_what_is_positive():
    np.testing.assert_array_equal(positive([1.0, 0.0, -2.0, np.nan]), [1, np.nan, np.nan, np.nan])


def test_the_ends_of_named_lines_inside_the_axes_are_found():
    axis = Axis("x", "x", "x", (1.0, 10.0))
    x = np.array([1.0, 10.0])
    lines = [
        Line(name, x, np.array([1.0, end]), "#000000", named=named)
        for name, end, named in (("in", 2.0, True), ("out", 20.0, True), ("nameless", 3.0, False))
    ]
    found, at, heights = line_ends(Panel(axis, axis, tuple(lines)))
    assert [line.name for line in found] == ["in"]
    assert (list(at), list(heights)) == ([10.0], [2.0])


def test_a_result_is_described_by_what_was_simulated(small_run, cross_run, lone_run):
    assert described(small_run) == "σ² = 1, r_L/L_c = 0.1, 6 fields of 768 directions"
    assert "4 fields of 2 × 768 directions" in described(cross_run)
    assert described(small_run, of_one=True) == described(lone_run) == "σ² = 1, r_L/L_c = 0.1, one field"


def test_a_gradient_is_named_by_its_angles_in_degrees():
    assert gradient_name("parallel") == "parallel"
    assert gradient_name(np.radians([30.0, 45.0])) == "θ = 30°, φ = 45°"
    assert gradient_name(np.radians([12.5, 211.375])) == "θ = 12.5°, φ = 211.375°"


@pytest.mark.parametrize(
    ("p", "words"), [(0.3, "p = 0.30"), (0.4871, "p = 0.4871"), (1 / 3, "p = 0.333333333333")]
)
def test_a_power_is_named_by_all_of_its_digits(p, words):
    assert power_name(p) == words
