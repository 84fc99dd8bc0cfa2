import holoviews as hv
import numpy as np
import pytest

from crviz.plots.lines import Line, lines, names

X, Y = hv.Dimension("x"), hv.Dimension("y")


def line(name, *heights):
    return Line(name, np.arange(1.0, len(heights) + 1), np.array(heights), "#123456")


def placed(drawn, apart=0.5, floor=1e-6):
    """{name: decimal logarithm of the height of its label}, from the top to the bottom."""
    labels = names(drawn, X, Y, apart, floor)
    return dict(zip(labels.dimension_values("text"), np.log10(labels.dimension_values("y")), strict=True))


def test_lines_hold_what_they_are_given():
    (path,) = lines([line("a", 3.0, 2.0, 1.0)], X, Y).split(datatype="dictionary")
    np.testing.assert_array_equal(path["x"], [1, 2, 3])
    np.testing.assert_array_equal(path["y"], [3, 2, 1])
    assert (path["line"], path["color"], path["dash"]) == ("a", "#123456", "solid")


def test_what_a_log_axis_cannot_show_is_left_out():
    (path,) = lines([line("a", 1.0, 0.0, -2.0, np.nan, 4.0)], X, Y).split(datatype="dictionary")
    np.testing.assert_array_equal(path["y"], [1, np.nan, np.nan, np.nan, 4])


def test_each_line_keeps_its_own_style():
    drawn = [
        Line("a", np.ones(2), np.ones(2), "#000001", "dotted", 1.0),
        Line("b", np.ones(2), np.ones(2), "#000002", "solid", 2.0),
    ]
    paths = lines(drawn, X, Y).split(datatype="dictionary")
    assert [(p["line"], p["color"], p["dash"], p["width"]) for p in paths] == [
        ("a", "#000001", "dotted", 1.0),
        ("b", "#000002", "solid", 2.0),
    ]


def test_a_name_stands_at_the_end_of_its_line():
    labels = names([line("a", 9.0, 100.0)], X, Y, apart=0.5, floor=1e-6)
    assert labels.dimension_values("y")[0] == pytest.approx(100.0)
    assert 2.0 < labels.dimension_values("x")[0] < 2.3  # to the right of it, and near


def test_names_that_have_room_stay_where_their_lines_end():
    at = placed([line("a", 1.0), line("b", 100.0), line("c", 1e4)])
    assert at == pytest.approx({"c": 4, "b": 2, "a": 0})


@pytest.mark.parametrize("ends", [(1.0, 1.1, 1.2), (1.0, 1.0, 1.0, 1.0), (5.0, 4.9, 1.0, 0.9)])
def test_names_do_not_overlap(ends):
    heights = list(placed([line(str(i), end) for i, end in enumerate(ends)]).values())
    assert len(heights) == len(ends)
    assert (-np.diff(heights)).min() >= 0.5 - 1e-12  # rounding


def test_names_stand_in_the_order_of_their_lines():
    at = placed([line("low", 1.0), line("high", 1.2), line("middle", 1.1)])
    assert list(at) == ["high", "middle", "low"]


def test_a_line_that_ends_below_the_floor_has_no_name():
    assert list(placed([line("a", 1.0), line("b", 1e-7)])) == ["a"]


def test_a_line_that_ends_in_nothing_has_no_name_and_moves_no_other():
    at = placed([line("low", 1.0), line("none", np.nan), line("high", 100.0)])
    assert at == pytest.approx({"high": 2, "low": 0})


def test_nothing_to_name_is_no_error():
    assert len(names([], X, Y, apart=0.5, floor=1.0)) == 0
