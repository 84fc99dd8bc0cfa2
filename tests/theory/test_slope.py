"""The asymptotic slope."""

import numpy as np
import pytest

from crviz import library, theory
from crviz.checks import ParameterError


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", [0.1, 1 / 3, 1 / 2, 2 / 3, 0.9])
def test_against_l_plus_a_half_it_is_2p_minus_4(p, form):
    ell = np.arange(10, 41)
    value, error = theory.slope(ell, theory.spectrum(ell, p, form=form))
    assert value == pytest.approx(2 * p - 4, abs=0.012)  # corrections begin at l^-2
    assert np.isnan(error)
    low = np.arange(2, 13)
    assert theory.slope(low, theory.spectrum(low, p, form=form))[0] == pytest.approx(2 * p - 4, abs=0.25)


def test_against_l_low_multipoles_seem_to_fall_more_slowly():
    ell = np.arange(2, 13)
    cl = theory.spectrum(ell, 0.5, form="self-consistent")
    # three digits were written down
    assert theory.slope(ell, cl, shift=0)[0] == pytest.approx(-2.79, abs=0.005)


def test_a_power_law_is_read_exactly_whatever_its_errors():
    ell = np.arange(1, 9)
    cl = 3 * (ell + 0.5) ** -2.7
    noise = np.random.default_rng(0).normal(size=(8, 8))
    for covariance in (None, (0.1 * cl) ** 2, noise @ noise.T * np.outer(cl, cl)):
        assert theory.slope(ell, cl, covariance=covariance)[0] == pytest.approx(-2.7, rel=1e-9)


def test_its_error_is_the_scatter_of_many_spectra():
    rng = np.random.default_rng(1)
    ell = np.arange(2, 13)
    cl = (ell + 0.5) ** -3.0
    covariance = 0.1**2 * np.outer(cl, cl) * (0.5 * np.eye(11) + 0.5)
    drawn = rng.multivariate_normal(cl, covariance, 1000)
    found = np.array([theory.slope(ell, one, covariance=covariance) for one in drawn])
    # 1000 draws give the scatter to 2 %; logarithms of 10 % errors are normal to a few per cent
    assert found[:, 0].std() == pytest.approx(found[:, 1].mean(), rel=0.1)
    assert found[:, 0].mean() == pytest.approx(-3, abs=0.01)


@pytest.mark.parametrize("cl", [[1.0, -0.1], [1.0, 0.0]])
def test_spectra_that_are_not_positive_are_refused(cl):
    with pytest.raises(ParameterError, match=r"^cl = "):
        theory.slope([2, 3], cl)


def test_one_multipole_has_no_slope():
    with pytest.raises(ParameterError, match=r"^cl = "):
        theory.slope([2], [1.0])


@pytest.mark.parametrize(
    ("gradient", "none", "low", "far"), [("parallel", -2.2, -2.3, -2.6), ("perpendicular", -2.3, -2.6, -3.1)]
)
def test_taking_off_eq_9_steepens_the_shipped_spectrum_not_to_minus_3_in_general(gradient, none, low, far):
    """What the README says: over l = 2-12 without a noise floor, the same less Eq. 9, and over 2-19."""
    cross, eq9 = (
        library.shipped().spectrum(gradient, omega_t=100, estimator=name).cl for name in ("cross", "eq9")
    )
    found = [theory.slope(np.arange(2, end), cl[2:end])[0] for cl, end in ((cross, 13), (eq9, 13), (eq9, 20))]
    # numbers of one file, to the digit that is quoted
    assert found == pytest.approx([none, low, far], abs=0.05)


def test_with_all_multipoles_weighed_alike_the_error_is_that_of_many_spectra():
    rng, ell = np.random.default_rng(5), np.arange(2, 13)
    mean = (ell + 0.5) ** -2.2
    covariance = 1e-4 * np.outer(mean, mean) * (0.6 + 0.4 * np.eye(ell.size))
    value, error = theory.slope(ell, mean, covariance=covariance, alike=True)
    assert value == pytest.approx(theory.slope(ell, mean)[0], rel=1e-12)
    drawn = [theory.slope(ell, cl)[0] for cl in rng.multivariate_normal(mean, covariance, 2000)]
    assert error == pytest.approx(np.std(drawn), rel=0.08)  # five errors of a deviation of 2000
