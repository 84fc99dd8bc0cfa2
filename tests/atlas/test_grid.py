import numpy as np
import pytest

from crviz import Config, draw_field
from crviz.atlas.grid import Grid


def test_the_point_of_the_paper_comes_first_and_every_point_once():
    points = Grid().points()
    assert points[0] == (1.0, 0.1)
    assert len(points) == len(set(points)) == 64


def test_the_paper_is_one_of_the_points_in_all_but_resolution_and_times():
    paper = Config().to_dict()
    for config in Grid().configs(1.0, 0.1):
        differing = {name for name, value in config.to_dict().items() if value != paper[name]}
        assert differing == {"nside", "omega_t", "grids"}
    assert 100.0 in Grid().omega_t


def test_rounds_only_grow():
    for before, after in zip(Grid().rounds, Grid().rounds[1:], strict=False):
        assert before != after
        for one, other in zip(before, after, strict=True):
            assert one.nside == other.nside
            assert one.fields <= other.fields


@pytest.mark.parametrize("index", [0, 1])
def test_neighbours_see_the_same_fields(index):
    # wave vectors scale with r_L/L_c and amplitudes with sigma, and nothing else changes
    one, other = (draw_field(Grid().configs(*point)[index], 3) for point in ((0.5, 0.1), (2.0, 0.5)))
    np.testing.assert_array_equal(one.phases, other.phases)
    np.testing.assert_allclose(5 * one.wavevectors, other.wavevectors, rtol=1e-12)
    np.testing.assert_allclose(2 * one.amplitudes, other.amplitudes, rtol=1e-12)


def test_both_resolutions_see_the_same_fields():
    coarse, fine = (draw_field(config, 1) for config in Grid().configs(1.0, 0.1))
    np.testing.assert_array_equal(coarse.wavevectors, fine.wavevectors)
    np.testing.assert_array_equal(coarse.amplitudes, fine.amplitudes)
