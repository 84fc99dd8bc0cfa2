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


def test_degrees_of_freedom_are_those_of_the_kurtosis():
    random = np.random.default_rng(0)
    n = 100_000
    # kurtosis 3, 1.8, 6: 2n/(kurtosis - 1); n - 1 at most. 1e5 draws know the kurtosis of Laplace to 2 %
    for values, expected in (
        (random.normal(size=n), n - 1),
        (random.uniform(size=n), n - 1),
        (random.laplace(size=n), 2 * n / 5),
    ):
        assert means.freedom(values) == pytest.approx(expected, rel=0.06)
    assert means.freedom(np.array([1.0, 2.0])) == 1
    assert means.freedom(np.full((5, 2), 3.0)).tolist() == [4, 4]
    assert means.freedom(np.ones((1, 3))).tolist() == [np.inf] * 3


def test_students_factors_are_those_of_tables():
    assert means.student(np.inf) == pytest.approx(1)
    np.testing.assert_allclose(means.student([10, 30, np.inf], 0.95), [2.2281, 2.0423, 1.9600], atol=1e-4)


def test_intervals_of_few_values_hold_the_mean_as_often_as_they_say():
    """Ten normal values: their standard error is too small often enough."""
    values = np.random.default_rng(0).normal(size=(10, 100_000))
    away, error, freedom = np.abs(values.mean(0)), means.standard_error(values), means.freedom(values)
    for share, plain in ((means.ONE_SIGMA, 0.656), (0.9545, 0.923), (0.9973, 0.985)):
        assert np.mean(away < means.student(np.inf, share) * error) == pytest.approx(plain, abs=0.005)
        assert np.mean(away < means.student(freedom, share) * error) == pytest.approx(share, abs=0.01)
