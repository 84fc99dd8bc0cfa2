import holoviews as hv
import numpy as np
import pytest

from crviz.plots.content.figure import Axis, Line, Panel
from crviz.plots.elements.draw import lines, names

X, Y = hv.Dimension("x"), hv.Dimension("y")


def line(name, *heights):
    return Line(name, np.arange(1.0, len(heights) + 1), np.array(heights), "#123456", named=True)


def labels(drawn, limits=(1e-6, 1e6)):
    return names(Panel(Axis("x", "x", "x", (1.0, 100.0)), Axis("y", "y", "y", limits), tuple(drawn)), X, Y)


def placed(drawn):
    """{name: decimal logarithm of the height of its label}."""
    found = labels(drawn)
    return dict(zip(found.dimension_values("text"), np.log10(found.dimension_values("y")), strict=True))


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


def test_on_a_linear_axis_everything_is_shown():
    (path,) = lines([line("a", 1.0, 0.0, -2.0)], X, Y, log=False).split(datatype="dictionary")
    np.testing.assert_array_equal(path["y"], [1, 0, -2])


def test_a_name_stands_at_the_end_of_its_line():
    found = labels([line("a", 9.0, 100.0)])
    assert found.dimension_values("y")[0] == pytest.approx(100.0)
    assert 2.0 < found.dimension_values("x")[0] < 2.3  # to the right of it, and near


def test_lines_of_a_height_are_named_below_each_other():
    heights = sorted(placed([line(name, 1.0) for name in "abc"]).values())
    # 17 of 330 pixels are a line of text; the axis has 12 decades
    np.testing.assert_allclose(np.diff(heights), 12 * 17 / 330, rtol=1e-9)


def test_a_line_without_a_name_of_its_own_has_no_label():
    assert len(labels([Line("a", np.ones(2), np.ones(2), "#123456")])) == 0


@pytest.mark.parametrize("end", [1e-7, 1e7, np.nan])
def test_a_line_that_ends_outside_has_no_name_and_moves_no_other(end):
    at = placed([line("low", 1.0), line("none", end), line("high", 100.0)])
    assert at == pytest.approx({"high": 2, "low": 0})


def test_nothing_to_name_is_no_error():
    assert len(labels([])) == 0
