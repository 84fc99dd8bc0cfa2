"""`crviz bench` measures what it says it measures. Its figures are reported, never required."""

import json

import numpy as np
import pytest

from crviz import Config, bench, draw_field
from crviz.cli import main


@pytest.mark.slow
def test_the_record_is_complete_and_its_numbers_make_sense(capsys):
    assert main(["bench", "--quick", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["kernel"]["waves_per_s_per_core"] > 0
    assert 0 < record["kernel"]["share_of_peak"] < 1.2
    shares = [record["reference"][f"share_{part}"] for part in ("integration", "harmonics", "rest")]
    assert sum(shares) == pytest.approx(1, abs=0.1)  # harmonics are timed apart from the run
    errors = [record["accuracy"][f"step {step}"]["median"] for step in ("0.01", "0.02", "0.04", "0.08")]
    assert errors == sorted(errors)
    assert all(np.isfinite(value) for value in record["start_s"].values())
    assert len(list(bench.rows(record))) >= 9


def test_exact_positions_are_those_of_a_straight_line_in_no_field():
    field = draw_field(Config(sigma2=0), 0)
    along = np.array([[0.0], [0.0], [1.0]])  # along B0 nothing turns
    assert np.abs(bench.exact_positions(field, along, 10.0) + 10 * along).max() < 1e-10
