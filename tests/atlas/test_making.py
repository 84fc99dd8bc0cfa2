import warnings

import pytest

from crviz.atlas.grid import Grid, Sampling
from crviz.atlas.making import make, missing

GRID = Grid(
    sigma2=(1.0, 2.0),
    rl_over_lc=(0.1,),
    omega_t=(0.5, 1.0),
    rounds=((Sampling(1, 2), Sampling(2, 1)), (Sampling(1, 4), Sampling(2, 2))),
    n_modes=5,
)


class Counter:
    """Adds up the work it is told of."""

    def __init__(self, stop_at=float("inf")):
        self.work = 0
        self.stop_at = stop_at

    def advance(self, work):
        self.work += work
        if self.work >= self.stop_at:
            raise KeyboardInterrupt


def make_all(folder, grid=GRID, progress=None, rounds=None):
    return list(make(folder, missing(folder, grid, rounds=rounds), progress=progress))


def numbers(folder, grid=GRID):
    """Fields of the parts of every point: [(coarse, fine), ...]."""
    return [tuple(sampled.fields_in(folder) for sampled in grid.sampled(*point)) for point in grid.points()]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_point_gets_its_fields_at_both_resolutions(tmp_path):
    make_all(tmp_path)
    assert numbers(tmp_path) == [(4, 2)] * 2
    assert len(list(tmp_path.iterdir())) == 4


def test_a_first_round_is_complete_in_itself_and_the_next_goes_on(tmp_path):
    make_all(tmp_path, rounds=1)
    assert numbers(tmp_path) == [(2, 1)] * 2
    assert [(part.before, part.fields) for part in missing(tmp_path, GRID)] == [(2, 4), (1, 2)] * 2


def test_what_is_made_round_by_round_has_the_bits_of_what_is_made_at_once(tmp_path, fixed_date):
    make_all(tmp_path / "rounds")
    at_once = Grid(GRID.sigma2, GRID.rl_over_lc, GRID.omega_t, GRID.rounds[-1:], n_modes=5)
    make_all(tmp_path / "at once", at_once)
    assert contents(tmp_path / "rounds") == contents(tmp_path / "at once")


def test_a_finished_atlas_is_not_made_again(tmp_path):
    make_all(tmp_path)
    before = contents(tmp_path)
    assert missing(tmp_path, GRID) == []
    assert make_all(tmp_path) == []
    assert contents(tmp_path) == before


def test_the_work_told_is_what_was_missing(tmp_path):
    work = sum(part.work for part in missing(tmp_path, GRID))
    first, rest = Counter(), Counter()
    make_all(tmp_path, progress=first, rounds=1)
    make_all(tmp_path, progress=rest)
    assert first.work + rest.work == pytest.approx(work)
    assert 0 < first.work < work


def test_ctrl_c_anywhere_leaves_valid_files_and_the_rest_has_the_same_bits(tmp_path, fixed_date):
    make_all(tmp_path / "whole")
    work = sum(part.work for part in missing(tmp_path / "none", GRID))
    for share in (0.1, 0.45, 0.8):
        folder = tmp_path / f"{share}"
        with pytest.raises(KeyboardInterrupt):
            make_all(folder, progress=Counter(share * work))
        done = [number for point in numbers(folder) for number in point]
        assert sum(done) < 12
        assert sum(number > 0 for number in done) == (len(list(folder.iterdir())) if folder.exists() else 0)
        make_all(folder)
        assert contents(folder) == contents(tmp_path / "whole")


def test_what_was_finished_when_it_was_stopped_is_kept(tmp_path):
    grid = Grid((1.0,), (0.1,), (0.5,), ((Sampling(1, 30), Sampling(2, 1)),), n_modes=5)
    half = missing(tmp_path, grid)[0].work / 2
    with pytest.raises(KeyboardInterrupt):
        make_all(tmp_path, grid, Counter(half))
    ((kept, _),) = numbers(tmp_path, grid)
    assert 12 <= kept <= 15  # one realisation may be ahead, and the last one is not finished


def test_caveats_of_the_rim_are_left_to_the_atlas(tmp_path):
    grid = Grid((1.0,), (0.001,), (0.5,), ((Sampling(1, 1), Sampling(2, 1)),), n_modes=5)
    assert grid.configs(1.0, 0.001)[0].caveats
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_all(tmp_path, grid)


def test_a_file_that_is_no_part_is_refused(tmp_path):
    coarse, _ = GRID.sampled(1.0, 0.1)
    coarse.path(tmp_path).write_text("mine")
    with pytest.raises(ValueError, match="is not a crviz part of an atlas"):
        missing(tmp_path, GRID)
    assert coarse.path(tmp_path).read_text() == "mine"


def test_a_part_of_other_times_of_quantiles_is_not_continued(tmp_path):
    make_all(tmp_path, rounds=1)
    other = Grid(GRID.sigma2, GRID.rl_over_lc, GRID.omega_t, GRID.rounds, 5, quantile_times=(1.0,))
    with pytest.raises(ValueError, match="for other observations or times"):
        make_all(tmp_path, other)
