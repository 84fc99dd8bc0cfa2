import numpy as np
import pytest

from crviz.atlas.scatter import moderated

POINTS, NUMBERS = 64, 500


def variances(rng, kappa, freedom):
    """Estimates of the variance kappa, from chi^2 of so many degrees of freedom."""
    return kappa * rng.chisquare(freedom, (POINTS, NUMBERS)) / freedom


def test_equal_variances_from_few_fields_are_told_to_a_few_per_cent():
    rng = np.random.default_rng(1)
    own = variances(rng, 2.0, 3)
    steadied = moderated(own, np.ones(own.shape), np.full(own.shape, 3.0))
    # own: sqrt(2/3) = 80 %; less by 3 / 33 where the prior is worth 30 fields, which it is not always
    assert np.sqrt(((steadied / 2 - 1) ** 2).mean()) < 0.25
    assert steadied.mean() == pytest.approx(2.0, rel=0.05)


def test_variances_that_truly_differ_stay_apart():
    rng = np.random.default_rng(2)
    kappa = np.geomspace(0.01, 100, POINTS)[:, None]
    own = variances(rng, kappa, 60)
    steadied = moderated(own, np.ones(own.shape), np.full(own.shape, 60.0))
    # the scatter of ln kappa is 7, so that the prior is worth 1.3 fields against 60, that is, 2 % of the
    # way to the typical 1: 10 % at the ends; the mean of 500 logarithms is known to 1 %
    away = np.log(steadied / kappa).mean(1)
    assert np.abs(away + 1.3 / 61.3 * np.log(kappa[:, 0])).max() < 0.04


def test_what_is_expected_is_taken_out():
    rng = np.random.default_rng(3)
    expected = np.geomspace(1e-3, 1e3, POINTS)[:, None] * np.ones(NUMBERS)
    own = variances(rng, expected, 3)
    steadied = moderated(own, expected, np.full(own.shape, 3.0))
    np.testing.assert_allclose((steadied / expected).mean(1), 1, atol=0.1)


def test_points_without_an_estimate_have_none_and_do_not_spoil_the_others():
    rng = np.random.default_rng(4)
    own = variances(rng, 1.0, 3)
    freedom = np.full(own.shape, 3.0)
    own[5] = np.nan
    steadied = moderated(own, np.ones(own.shape), freedom)
    assert np.isnan(steadied[5]).all()
    assert np.isfinite(np.delete(steadied, 5, 0)).all()


def test_two_points_are_too_few_to_compare():
    own = np.array([[1.0], [4.0]])
    np.testing.assert_array_equal(moderated(own, np.ones(own.shape), np.full(own.shape, 3.0)), own)
