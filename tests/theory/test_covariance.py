"""Covariances: jackknife, whitening, and what few fields do to them."""

import numpy as np
import pytest

from crviz import theory
from crviz.checks import ParameterError
from crviz.theory.covariance import (
    inverse_bias,
    whitening,
)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    fields = np.random.default_rng(0).normal(size=(30, 4)) @ np.diag([1, 2, 3, 4.0])
    found = theory.jackknife_covariance(fields, lambda means: means)
    np.testing.assert_allclose(found, np.cov(fields.T) / 30, rtol=1e-12)  # an identity


def test_the_jackknife_of_a_ratio_is_its_scatter_over_many_runs():
    rng = np.random.default_rng(1)

    def fields():  # an amplitude common to all multipoles, as fields have it, and a scatter of each
        return rng.lognormal(0, 0.7, (100, 1)) * np.array([4.0, 1, 0.2]) * rng.gamma(4, 0.25, (100, 3))

    runs = [fields() for _ in range(1000)]
    ratios = np.array([theory.dipole_ratio(run.mean(0)) for run in runs])
    stated = np.mean([theory.jackknife_covariance(run, theory.dipole_ratio) for run in runs], axis=0)
    # 1000 runs give a variance to 4.5 %; the jackknife of 100 skewed fields is good to some 5 %
    np.testing.assert_allclose(stated, np.cov(ratios.T), rtol=0.15)


def test_a_common_amplitude_drops_out_of_the_ratio():
    amplitudes = np.random.default_rng(2).lognormal(0, 1, (20, 1))
    found = theory.jackknife_covariance(amplitudes * [3.0, 2.0, 1.0], theory.dipole_ratio)
    np.testing.assert_allclose(found, 0, atol=1e-28)


def test_whitened_values_have_unit_covariance():
    covariance = np.array([[4.0, 1e-6], [1e-6, 1e-12]])  # of very different sizes, correlation 1/2
    factor = np.linalg.cholesky(covariance)
    np.testing.assert_allclose(whitening(covariance, 2)(factor), np.eye(2), atol=1e-14)
    np.testing.assert_allclose(whitening([4.0, 9.0], 2)([2.0, 3.0]), [1, 1])


def test_the_inverse_of_an_estimated_covariance_is_too_large_by_the_stated_factor():
    rng = np.random.default_rng(3)
    n, d = 20, 6
    inverses = [np.linalg.inv(np.cov(rng.normal(size=(n, d)).T)) for _ in range(4000)]
    # traces of 4000 inverses average to 0.7 %
    assert np.trace(np.mean(inverses, 0)) / d == pytest.approx(1 / inverse_bias(n, d), rel=0.03)


def test_dividing_out_twice_is_the_inverse():
    covariance = np.array([[4.0, 1e-6], [1e-6, 1e-12]])
    whiten = whitening(covariance, 2)
    np.testing.assert_allclose(whiten.transposed(whiten(covariance[:, 0])), [1, 0], atol=1e-6)


@pytest.mark.parametrize(
    "covariance",
    [
        np.eye(3),
        [1.0, 0.0],
        [[1.0, 2.0], [2.0, 1.0]],
        [[1.0, 0.5], [0.0, 1.0]],
        [1.0, np.nan],
        np.zeros((2, 2)),
    ],
)
def test_what_is_no_covariance_is_refused(covariance):
    with pytest.raises(ParameterError, match=r"^covariance = "):
        whitening(covariance, 2)


def test_too_few_fields_are_refused():
    with pytest.raises(ParameterError, match=r"^fields = "):
        theory.jackknife_covariance(np.ones((1, 3)), theory.dipole_ratio)
    with pytest.raises(ParameterError, match=r"^n_fields = "):
        inverse_bias(11, 9)


def test_a_covariance_of_fields_of_differing_strength_is_found_again():
    """A common relative variance, and multipoles of their own that scatter more the more noise they have."""
    ell = np.arange(1, 31)
    cl = 3.0 * ell**-2.5
    own = np.diag(2 / (2 * ell + 1) * ell**0.4)
    whole = (own + 0.2) * np.outer(cl, cl)
    np.testing.assert_allclose(theory.smooth_covariance(ell, cl, whole), whole, rtol=1e-10)
    alone = np.diag(own) * cl**2
    np.testing.assert_allclose(theory.smooth_covariance(ell, cl, alone), np.diag(alone), rtol=1e-10)


def test_few_fields_make_a_smooth_covariance_of_the_right_size():
    ell, n_fields = np.arange(2, 31), 40
    rng = np.random.default_rng(5)
    scatter = rng.chisquare(2 * ell + 1, (n_fields, ell.size)) / (2 * ell + 1)
    fields = scatter * rng.gamma(4, 1 / 4, (n_fields, 1))
    found = theory.smooth_covariance(ell, fields.mean(0), np.cov(fields.T))
    # strength 1/4; beyond it 1 + 1/4 of what Gaussian skies have. 40 fields: a variance is good to some 25 %
    expected = np.diag(2 / (2 * ell + 1) * 1.25) + 0.25
    np.testing.assert_allclose(found, expected, rtol=0.6)
    # of full rank though there are hardly more fields than multipoles: its inverse has the right size, too
    assert 0.7 < np.trace(np.linalg.solve(found, expected)) / ell.size < 1.4


@pytest.mark.parametrize(
    ("cl", "covariance", "message"),
    [
        ([1, 0.5, -0.1], np.eye(3), r"^cl = -0\.1 .*above 0"),
        ([1, 0.5, 0.1], np.eye(4), r"^covariance = \[4, 4\]"),
    ],
)
def test_what_cannot_be_made_smooth_is_refused(cl, covariance, message):
    with pytest.raises(ParameterError, match=message):
        theory.smooth_covariance([1, 2, 3], cl, covariance)
