from functools import partial

import numpy as np
import pytest

from crviz.atlas import assembly, load, making
from crviz.atlas.grid import Grid, Sampling

GRID = Grid(
    sigma2=(0.5, 1.0),
    rl_over_lc=(0.1, 0.2),
    omega_t=(1.0, 10.0),
    rounds=((Sampling(1, 4), Sampling(2, 2)), (Sampling(1, 6), Sampling(2, 3))),
    n_modes=5,
)


@pytest.fixture
def call(call, monkeypatch):
    """Runs `crviz atlas` on a small grid."""
    for module in (making, assembly):
        monkeypatch.setattr(module, "Grid", lambda: GRID)
    return partial(call, "atlas")


def numbers(folder):
    """Fields of all parts that there are, sorted."""
    parts = [sampled.fields_in(folder) for point in GRID.points() for sampled in GRID.sampled(*point)]
    return sorted(number for number in parts if number)


def test_one_command_makes_parts_and_table(call, tmp_path):
    out = tmp_path / "atlas.nc"
    outcome = call("make", "--parts", tmp_path / "parts", "--out", out)
    assert outcome.status == 0, outcome.err
    assert numbers(tmp_path / "parts") == [3] * 4 + [6] * 4
    assert load(out).interpolate(0.7, 0.15).is_interpolated
    assert f"{out}: 0." in outcome.out  # MB
    assert "16 of 16 parts" in outcome.out


def test_it_stops_after_fewer_rounds_and_the_same_command_goes_on(call, tmp_path):
    parts, out = tmp_path / "parts", tmp_path / "atlas.nc"
    call("make", "--parts", parts, "--rounds", 1)
    assert numbers(parts) == [2] * 4 + [4] * 4
    # no rounds: the table of what is there
    assert "nothing to simulate" in call("make", "--parts", parts, "--rounds", 0, "--out", out).out
    assert (load(out).dataset["fields"] == 4 + 2).all()
    assert "8 of 8 parts" in call("make", "--parts", parts, "--threads", 1).out
    assert numbers(parts) == [3] * 4 + [6] * 4


def test_ctrl_c_ends_with_130_and_keeps_what_is_finished(call, tmp_path, monkeypatch):
    make = making.make

    def stopped(*arguments, **options):
        yield next(make(*arguments, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "make", stopped)
    outcome = call("make", "--parts", tmp_path / "parts", "--out", tmp_path / "atlas.nc")
    assert outcome.status == 130
    assert "the same command continues" in outcome.out
    assert numbers(tmp_path / "parts") == [4]
    assert not (tmp_path / "atlas.nc").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rounds", -1), "--rounds: rounds = -1 must be"),
        (("--threads", 0), "--threads: threads = 0 must be"),
        (("--rounds", 0, "--out", "no/such/folder/atlas.nc"), "no/such/folder"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, tmp_path, words, said):
    outcome = call("make", "--parts", tmp_path / "parts", *words)
    assert outcome.status == 2
    assert outcome.err.startswith("crviz atlas: ")
    assert said in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert not (tmp_path / "parts").exists()


def test_a_file_is_no_folder_of_parts(call, tmp_path):
    (tmp_path / "file").write_text("mine")
    outcome = call("make", "--parts", tmp_path / "file")
    assert (outcome.status, len(outcome.err.splitlines())) == (2, 1)
    assert (tmp_path / "file").read_text() == "mine"


def test_an_empty_folder_makes_no_table(call, tmp_path):
    outcome = call("make", "--parts", tmp_path / "parts", "--rounds", 0, "--out", tmp_path / "atlas.nc")
    assert outcome.status == 2
    assert "the first round is not complete" in outcome.err
    assert not (tmp_path / "atlas.nc").exists()


def test_info_says_grid_fields_and_errors(call, small_atlas, tmp_path):
    assembly.save(small_atlas.dataset, tmp_path / "atlas.nc")
    outcome = call("info", tmp_path / "atlas.nc")
    assert outcome.status == 0
    for words in ("sigma2       0.5 1 2\n", "n_modes      20\n", "nside 2      6 fields a point"):
        assert words in outcome.out
    at_10 = small_atlas.dataset.sel(omega_t=10.0, gradient="parallel", ell=1)
    assert "quantiles of what one observer sees at 3 times from 1 to 10" in outcome.out
    relative = 100 * (at_10["cl_error"] / at_10["cl"]).values
    line = next(line for line in outcome.out.splitlines() if "C_1   parallel" in line)
    shown = [float(number) for number in line.split()[2:5]]
    assert shown == pytest.approx([relative.min(), np.median(relative), relative.max()], abs=0.06)


def test_info_on_what_is_no_atlas(call, tmp_path):
    (tmp_path / "text.nc").write_text("not an atlas")
    for name in ("text.nc", "none.nc"):
        outcome = call("info", tmp_path / name)
        assert (outcome.status, len(outcome.err.splitlines())) == (2, 1)
        assert name in outcome.err


def test_info_describes_the_shipped_atlas(call):
    outcome = call("info")
    assert outcome.status == 0
    assert "sigma2       0.05 0.1 0.2 0.5 1 2 5 10" in outcome.out
    # K that gyrates, at some points below 0: its errors, that of interpolation, and how well it is predicted
    *_, late = (line for line in outcome.out.splitlines() if line.startswith("  K     perpendicular"))
    least, median, largest, added, most_added, *predicted = map(float, late.split()[2:])
    assert 0 < least < median < largest
    assert 0 <= added < most_added
    assert 0 < predicted[0] < predicted[1]
