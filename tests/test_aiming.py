"""Runs that go on until C_l is known well enough."""

import numpy as np
import pytest

from crviz import Config, ensemble, library, load, run
from crviz.ensemble import LOOKS, Aim, aiming

#: A field in a few milliseconds.
TINY = Config(nside=2, omega_t=(0.5, 2.0), n_modes=10)
WORDS = ("--nside", 2, "--omega-t", "0.5,2", "--n-modes", 10)


@pytest.fixture
def few(monkeypatch):
    """It is looked early, so that this does not take long."""
    for module in (aiming, ensemble, __import__("crviz.cli.run", fromlist=["run"])):
        monkeypatch.setattr(module, "LOOKS", (4, 6, 8, 12, 16))


def test_it_is_looked_at_few_numbers_which_stand_before():
    assert LOOKS[:7] == (100, 140, 200, 280, 400, 570, 800)
    # up to more than any run may have, by the square root of 2 but for rounding to two digits
    assert LOOKS[-1] > 70_000
    np.testing.assert_allclose(np.diff(np.log2(LOOKS)), 0.5, atol=0.06)


@pytest.mark.parametrize(("scatter", "share"), [(0.95, 0.1), (1.29, 0.1)])
def test_where_a_run_stops_its_mean_is_not_biased_and_its_intervals_hold(scatter, share):
    """Values of mean 1 that scatter as C_1 does along and across B0. 1000 runs tell the mean to 0.3 %, a bias
    of -4 %, which stopping at once has, is far from that; and shares of 68 % to 1.5 %."""
    rng = np.random.default_rng(1)
    looks = np.array(LOOKS[:7])
    values = rng.gamma(scatter**-2, scatter**2, size=(1000, looks[-1]))
    means = values.cumsum(1)[:, looks - 1] / looks
    variances = ((values**2).cumsum(1)[:, looks - 1] / looks - means**2) * looks / (looks - 1)
    errors = np.sqrt(variances / looks)
    stops = (errors / means <= share).argmax(1)
    mean, error = (each[np.arange(1000), stops] for each in (means, errors))
    assert abs(mean.mean() - 1) < 0.01
    assert 0.62 < (np.abs(mean - 1) < error).mean() < 0.73
    assert 0.915 < (np.abs(mean - 1) < 1.96 * error).mean() < 0.97


def test_it_is_known_beforehand_how_many_fields_the_papers_run_takes():
    shipped = library.shipped()
    along, across = (
        Aim(0.02, gradient, 100.0, "cross").checked(shipped.config).needed(shipped)
        for gradient in ("parallel", "perpendicular")
    )
    # some 2200 and 4000: 120 fields tell their scatter to 15 %, squared
    assert 1600 < along < 2900
    assert 2900 < across < 5400


def test_a_run_goes_on_until_its_error_is_small_enough(few, call, tmp_path):
    out = tmp_path / "out.nc"
    whole = run(TINY, 16)
    aim = Aim(0.08, ell=2).checked(TINY)
    errors = {look: aim.error(run(TINY, look)) for look in (4, 6, 8, 12, 16)}
    first = min(look for look, error in errors.items() if error <= aim.share)
    assert first > 4, errors  # or this tells nothing
    done = call("run", out, *WORDS, "--until-error", "8%", "--error-ell", 2)
    assert done.status == 0, done.err
    assert load(out).n_realizations == first
    np.testing.assert_array_equal(load(out).dataset["cl"], whole.dataset["cl"][:first])
    lines = done.out.splitlines()
    assert lines[0].startswith("C_2 (parallel, Omega T = 2, eq9) shall be known to 8 %: ")
    assert lines[-1] == (
        f"with {first} fields C_2 (parallel, Omega T = 2, eq9) is known to {100 * errors[first]:.2g} %."
    )
    again = call("run", out, *WORDS, "--until-error", "8%", "--error-ell", 2)
    assert again.status == 0
    assert load(out).n_realizations == first
    assert "nothing to compute" in again.out


def test_fields_between_two_looks_are_not_enough_however_small_their_error(few, call, tmp_path):
    out = tmp_path / "out.nc"
    run(TINY, 5).save(out)
    done = call("run", out, *WORDS, "--until-error", "100%")
    assert done.status == 0, done.err
    assert load(out).n_realizations == 6


def test_realizations_are_the_most(few, call, tmp_path):
    out = tmp_path / "out.nc"
    done = call("run", out, *WORDS, "--until-error", "0.1%", "--realizations", 7)
    assert done.status == 0
    assert load(out).n_realizations == 7
    assert "it will take some " in done.out
    assert done.out.endswith("--realizations: 7 fields are not enough.\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--until-error", "2"), "'2' must be a share from 0.1% to 100%, such as 2%"),
        (("--until-error", "2%", "--to", "20"), "cannot be given beside a part of a run"),
        (("--until-error", "2%", "--error-estimator", "cross"), "needs a run with grids = 'cross'"),
        (("--until-error", "2%", "--error-ell", "5"), "ell = 5 must be 4 at most"),
        (("--error-ell", "2"), "error_ell = 2 needs --until-error"),
    ],
)
def test_what_cannot_be_aimed_at_is_refused(call, tmp_path, words, sentence):
    done = call("run", tmp_path / "out.nc", *WORDS, *words)
    assert (done.status, done.err.count("\n")) == (2, 1)
    assert sentence in done.err
