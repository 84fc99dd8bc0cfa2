import numpy as np
import pytest

from crviz import Config, draw_field
from crviz.atlas.grid import Grid, Sampling
from crviz.atlas.making import missing


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
    # wave vectors scale with r_L/L_c and amplitudes with sigma, and nothing else changes but for the rounding
    # to 24 bits
    one, other = (draw_field(Grid().configs(*point)[index], 3) for point in ((0.5, 0.1), (2.0, 0.5)))
    np.testing.assert_array_equal(one.phases, other.phases)
    np.testing.assert_allclose(5 * one.wavevectors, other.wavevectors, rtol=2.0**-23)
    np.testing.assert_allclose(2 * one.amplitudes, other.amplitudes, rtol=2.0**-23)


def test_a_field_is_the_same_at_both_resolutions():
    coarse, fine = (draw_field(config, 1) for config in Grid().configs(1.0, 0.1))
    np.testing.assert_array_equal(coarse.wavevectors, fine.wavevectors)
    np.testing.assert_array_equal(coarse.amplitudes, fine.amplitudes)


def test_each_field_is_followed_at_one_resolution_only():
    coarse, fine = Grid().sampled(1.0, 0.1)
    assert fine.first == 0
    assert coarse.first >= max(sampling.fields for _, sampling in Grid().rounds)
    with pytest.raises(ValueError, match="65 fields on fine grids"):
        Grid(rounds=((Sampling(4, 100), Sampling(16, 65)),))


def test_quantiles_are_kept_near_round_times():
    grid = Grid()
    times = np.array(grid.omega_t)[grid.quantile_indices]
    assert times.size == 16
    for omega_t in (1, 3, 10, 30, 100, 300):
        nearest = min(grid.omega_t, key=lambda time: abs(np.log(time / omega_t)))
        assert nearest in times


def test_the_whole_is_made_in_an_afternoon_of_one_core(tmp_path):
    work = sum(part.work for part in missing(tmp_path, Grid()))
    assert work < 4.5e13  # 2.5 hours at 5 G waves a second
