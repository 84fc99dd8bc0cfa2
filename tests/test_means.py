import numpy as np
import pytest

from crviz import means


@pytest.fixture(scope="module")
def experiments():
    """4000 experiments of 30 realisations of three numbers that go together: (30, 4000, 3)."""
    mix = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -0.8], [0.0, 0.0, 1.0]])
    return np.array([4.0, 5.0, 6.0]) + np.random.default_rng(0).normal(size=(30, 4000, 3)) @ mix


def test_the_covariance_of_a_mean_is_the_scatter_of_means(experiments):
    found = means.covariance_of_mean(experiments).mean(0)
    scatter = np.cov(experiments.mean(0).T)
    # 4000 draws give a variance to sqrt(2/4000) = 2.2 %; entries are of order 1/30 and 4 errors are allowed
    np.testing.assert_allclose(found, scatter, atol=4 * 0.022 * scatter.max())


def test_its_diagonal_is_the_squared_standard_error(experiments):
    variance = np.diagonal(means.covariance_of_mean(experiments), axis1=1, axis2=2)
    np.testing.assert_allclose(np.sqrt(variance), means.standard_error(experiments), rtol=1e-12)  # rounding


def test_the_covariance_of_two_arrays_is_a_block_of_that_of_both(experiments):
    block = means.covariance_of_mean(experiments[..., :1], experiments[..., 1:])
    np.testing.assert_allclose(block, means.covariance_of_mean(experiments)[:, :1, 1:], rtol=1e-12)


def test_a_ratio_of_means_has_the_error_of_its_scatter(experiments):
    value, error = means.ratio(experiments[..., 0], experiments[..., 1])
    # to first order: means scatter by 0.2 of 5, so 4 % squared is left out, and 2 % are those of 4000 draws
    assert np.sqrt((error**2).mean()) == pytest.approx(value.std(), rel=0.08)
    assert value.mean() == pytest.approx(0.8, abs=4 * value.std() / np.sqrt(4000) + 0.04**2)


def test_one_realisation_has_no_errors(experiments):
    assert np.isnan(means.covariance_of_mean(experiments[:1])).all()
    assert np.isnan(means.ratio(experiments[:1, :, 0], experiments[:1, :, 1])[1]).all()
