"""The drawer of further plots: what there is to draw of a result, and of a place of the atlas."""

import holoviews as hv
import panel as pn
import pytest

from crviz import Config
from crviz.dashboard.exploring import from_atlas
from crviz.dashboard.more import more
from crviz.dashboard.shown import Shown


def drawn(shown, dark):
    (column,) = more(shown, dark)
    return column.select(pn.pane.HoloViews)


@pytest.mark.parametrize("dark", [False, True])
def test_a_result_has_diffusion_pairs_and_turbulence_and_a_place_the_turbulence(result, dark):
    whole = drawn(Shown(result, "here"), dark)
    place = drawn(from_atlas(Config(sigma2=0.5)), dark)
    assert len(place) == 1
    assert len(whole) > 2
    for pane in [*whole, *place]:
        hv.render(pane.object)  # raises where it cannot be drawn
