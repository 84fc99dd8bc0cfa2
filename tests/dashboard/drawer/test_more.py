"""The drawer of further plots: what there is to draw of a result, and of a place of the atlas."""

import pytest

from crviz import Config
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.drawer.more import plots_of, words_on
from crviz.dashboard.labelled_source import LabelledSource


def labels(shown, dark):
    """What is written at the vertical axis of every figure."""
    assert "BGK" in words_on(shown).object
    return [pane.object.yaxis[0].axis_label for pane in plots_of(shown, dark)]


@pytest.mark.parametrize("dark", [False, True])
def test_results_and_places_of_the_atlas_have_diffusion_pairs_and_turbulence(result, dark):
    place = labels(from_atlas(Config(sigma2=0.5)), dark)
    whole = labels(LabelledSource(result, "here"), dark)
    assert place == whole
    assert whole[0].startswith("K")
    assert len(set(whole)) == len(whole) == 4


@pytest.mark.parametrize(("sigma2", "rl_over_lc", "times"), [(10.0, 1.0, "1.1"), (0.1, 0.02, "300")])
def test_words_say_how_far_off_bgk_is_in_what_is_shown(sigma2, rl_over_lc, times):
    place = from_atlas(Config(sigma2=sigma2, rl_over_lc=rl_over_lc))
    assert f"K⊥ at Ω T = 300 is {times} times that of BGK" in words_on(place).object
