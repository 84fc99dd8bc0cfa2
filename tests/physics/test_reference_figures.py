"""A fresh run of the paper's turbulence against the figures of 700 fields (shared notes of the project).

They are this project's own, with other random numbers. 40 fields are far fewer: C_1 scatters by some 90 %
from field to field. "Agree" means within three combined errors.
"""

import numpy as np
import pytest

from crviz import Config, run
from crviz.spectra import contract

FIELDS = 40


@pytest.fixture(scope="module")
def paper():
    return run(Config(nside=16), FIELDS)


def agree(values, figure, figure_error):
    """Whether the mean of values (R,) is the figure within three combined errors."""
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    return abs(np.mean(values) - figure) < 3 * np.hypot(error, figure_error)


def last_tensor(result, name):
    return result.dataset[name].values[:, -1]


def across(tensor):
    return (tensor[:, 0, 0] + tensor[:, 1, 1]) / 2


@pytest.mark.parametrize(
    ("gradient", "figure", "error"), [("parallel", 60.8, 2.1), ("perpendicular", 3.01, 0.16)]
)
def test_the_dipole_at_the_end(paper, gradient, figure, error):
    # "plateau" takes the noise that is there: Eq. 9 takes off 1.6 times as much at Omega T = 100, and would
    # shift C_1 of the perpendicular case by 1 %
    found = paper.spectrum(gradient, estimator="plateau")
    assert found.cl[1] / (4 * np.pi) == pytest.approx(
        figure, abs=3 * np.hypot(error, found.error[1] / (4 * np.pi))
    )


def test_mean_squares_over_twice_the_time(paper):
    rr = last_tensor(paper, "rr") / 200
    assert agree(rr[:, 2, 2], 4.18, 0.05)
    assert agree(across(rr), 0.449, 0.008)


def test_diffusion_along_the_field(paper):
    k = -last_tensor(paper, "rp")
    assert agree(k[:, 2, 2], 5.68, 0.09)
    assert paper.diffusion().k[-1, 2, 2] == pytest.approx(k[:, 2, 2].mean(), rel=1e-12)


def test_the_spread_along_the_field_is_not_yet_diffusive(paper):
    found = paper.regime("parallel")
    # K over its running average, 5.68+-0.09 / 4.18+-0.05: 1.36+-0.027 if the two errors were independent
    assert abs(found.exponent[-1] - 1.36) < 3 * np.hypot(found.error[-1], 0.027)
    assert found.name[-1] == "superdiffusive"


def test_diffusion_across_the_field_is_positive_and_far_below_that_along_it(paper):
    k = across(-last_tensor(paper, "rp"))
    error = k.std(ddof=1) / np.sqrt(FIELDS)
    assert k.mean() > 5 * error
    # BGK with nu from K_par = 1 / 3 nu says K_par nu^2 / (1 + nu^2) = 0.02; field lines wander, 20 times that
    assert 0.1 < k.mean() < 1


def test_the_drift_has_the_sign_of_eq_2(paper):
    k = -last_tensor(paper, "rp")
    drift = (k[:, 0, 1] - k[:, 1, 0]) / 2
    # +0.28, written down with two digits
    assert agree(drift, 0.28, 0.005)
    assert drift.mean() > 5 * drift.std(ddof=1) / np.sqrt(FIELDS)


def test_both_ways_to_the_diffusion_tensor_agree(paper):
    # K_ij = -<r_i(-T) p_j(-T)> = -<p_i(0) r_j(-T)>, the latter from the dipoles of r_j, m = y, z, x
    here = -last_tensor(paper, "rp")
    there = -last_tensor(paper, "dipole")[:, :, [2, 0, 1]].swapaxes(1, 2) / np.sqrt(12 * np.pi)
    difference = here - there
    error = difference.std(0, ddof=1) / np.sqrt(FIELDS)
    assert (np.abs(difference.mean(0)) < 3.5 * error).all()  # nine components at once
    drift = (there[:, 0, 1] - there[:, 1, 0]) / 2
    assert drift.mean() > 0


def test_the_ensemble_dipole_exceeds_the_standard_one(paper):
    value, error = paper.standard_dipole("parallel")
    # the mean map had C_1/4pi = 30.0 where K_par^2 = 32.2; here within three jackknife errors
    assert value[-1] / (4 * np.pi) == pytest.approx(30.0, abs=3 * error[-1] / (4 * np.pi))
    assert value[-1] < paper.spectrum("parallel").cl[1] - paper.spectrum("parallel").error[1]


@pytest.mark.parametrize(
    ("gradient", "figures"),
    [("parallel", (0.071, 0.032, 0.013, 0.0034)), ("perpendicular", (0.175, 0.058, 0.023, 0.0045))],
)
def test_the_shape_of_the_spectrum(paper, gradient, figures):
    ell = [2, 3, 5, 10]
    found = paper.spectrum(gradient, estimator="plateau")
    each = contract(last_tensor(paper, "cl").astype(float), gradient)
    each -= each[:, 25:].mean(1, keepdims=True)  # about the plateau; its weights do not matter for an error
    ratio = found.cl[ell] / found.cl[1]
    # the error of a ratio of means, from the scatter of C_l - ratio C_1
    rest = each[:, ell] - ratio * each[:, 1:2]
    error = rest.std(0, ddof=1) / np.sqrt(FIELDS) / found.cl[1]
    # figures are good to 20 %
    assert (np.abs(ratio - figures) < 3 * np.hypot(error, 0.2 * np.array(figures))).all()


def test_eq_9_overestimates_the_noise_at_this_time(paper):
    # neighbouring pixels are still correlated at Omega T = 100: 0.61 of Eq. 9 was found, which 40 fields
    # see with some 10 % of scatter
    for gradient in ("parallel", "perpendicular"):
        plateau, eq9 = (paper.spectrum(gradient, estimator=name).noise for name in ("plateau", "eq9"))
        assert 0.45 < plateau / eq9 < 0.8
