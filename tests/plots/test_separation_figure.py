import holoviews as hv
import numpy as np
import pytest

from crviz import plots

TIME = np.array([1.0, 3.0, 10.0])
ANGLES = [1.0, 10.0, 90.0]
#: Free flight: (2 sin(angle / 2) T)^2.
SQUARES = (2 * np.sin(np.radians(ANGLES) / 2) * TIME[:, None]) ** 2


def paths(overlay):
    return {path["line"]: path for path in overlay.Contours.I.split(datatype="dictionary")}


def test_there_is_a_line_for_every_angle():
    drawn = paths(plots.separation(TIME, ANGLES, SQUARES))
    assert list(drawn) == ["1°", "10°", "90°"]
    for number, path in enumerate(drawn.values()):
        np.testing.assert_array_equal(path["omega_t"], TIME)
        np.testing.assert_array_equal(path["square"], SQUARES[:, number])
    assert len({path["color"] for path in drawn.values()}) == 3


def test_every_line_is_named_at_its_end():
    labels = plots.separation(TIME, ANGLES, SQUARES).Labels.I
    assert set(labels.dimension_values("text")) == {"1°", "10°", "90°"}
    assert (labels.dimension_values("omega_t") > TIME[-1]).all()


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_drawn_with_everything_inside(dark):
    figure = hv.render(plots.separation(TIME, ANGLES, SQUARES, dark=dark), backend="bokeh")
    assert figure.y_range.start < SQUARES.min()
    assert figure.y_range.end > SQUARES.max()
    assert figure.x_range.end > TIME[-1]


def test_what_result_gives_is_what_is_drawn(small_run):
    theta = np.radians([30.0, 90.0])
    found = small_run.separation(theta)
    drawn = paths(plots.separation(found.omega_t, np.degrees(theta), found.square))
    np.testing.assert_array_equal(drawn["30°"]["square"], found.square[:, 0])


@pytest.mark.parametrize("squares", [SQUARES.T[:2], SQUARES[:, :2], np.zeros((3, 3))])
def test_what_does_not_fit_is_refused(squares):
    with pytest.raises(
        ValueError, match=r"mean_square must be above 0 somewhere, and have the shape \(3, 3\)"
    ):
        plots.separation(TIME, ANGLES, squares)
