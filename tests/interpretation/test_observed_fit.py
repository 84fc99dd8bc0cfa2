"""The power p that one observed sky speaks for."""

import dataclasses

import numpy as np
import pytest

from crviz import interpretation, observations, theory
from crviz.checks import ParameterError

WHOLE = observations.spectrum(observations.WIDEST)
BAND = observations.spectrum("IceCube 12 years, 24 TeV (pseudo-spectrum)")
NSIDE, LMAX = 16, 40


def observed(source, cl, **changes):
    """The source with another spectrum at its first multipoles, without noise."""
    ell = source.ell[: cl.size]
    changes = {
        "noise": 0.0,
        "error": source.error[:, : cl.size],
        "hidden": source.hidden[: cl.size],
    } | changes
    return dataclasses.replace(source, ell=ell, cl=cl, **changes)


def mean_spectrum(source, p, factor, form):
    return (
        factor
        * observations.observing_matrix(source, 64)[:, 1:]
        @ theory.spectrum(np.arange(1, 65), p, form=form)
    )


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("source", [WHOLE, BAND], ids=["nearly whole sky", "band"])
@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_the_mean_over_skies_gives_back_its_power(source, p, form):
    found = interpretation.fit_observed(observed(source, mean_spectrum(source, p, 3e-6, form)), form=form)
    assert found.p == pytest.approx(p, abs=0.003)  # half a step
    assert found.low < p < found.high
    assert found.factor == pytest.approx(3e-6, rel=0.01)
    np.testing.assert_allclose(found.expected, found.observed, rtol=0.02)
    assert found.deviance < 1e-3
    assert found.p_value > 0.99


@pytest.mark.parametrize("p", [0.3, 0.6])
@pytest.mark.parametrize("source", [WHOLE, BAND], ids=["nearly whole sky", "band"])
def test_intervals_of_made_up_skies_hold_the_true_power_two_times_in_three(gaussian_skies, source, p):
    ell = source.ell[source.ell <= 11]
    cl = np.r_[0, theory.spectrum(np.arange(1, LMAX + 1), p)]
    maps = gaussian_skies(np.random.default_rng(0), cl, NSIDE, 40)
    seen = observations.sky_as_observed(source, maps)[:, 0, 0]
    fits = [interpretation.fit_observed(observed(source, one), ell=ell) for one in seen]
    held = np.mean([fit.low <= p <= fit.high for fit in fits])
    assert 0.45 < held < 0.9  # 0.68 less what correlations of a band take; 40 skies scatter by 0.07
    # a sky bounds p to about 0.15 (0.2 in a band)
    assert np.mean([fit.p for fit in fits]) == pytest.approx(p, abs=0.1)
    # the same of the errors of both parameters to first order; the skies have the factor 1
    pulls = [np.array([fit.p - p, np.log(fit.factor)]) / np.sqrt(np.diag(fit.covariance)) for fit in fits]
    np.testing.assert_allclose(np.mean(np.abs(pulls) < 1, axis=0), 0.68, atol=0.22)
    assert all(fit.covariance[0, 1] < 0 for fit in fits)  # a flatter spectrum needs less dipole
    # probabilities are not too small: the deviance of low multipoles is a tenth above its degrees of freedom
    assert np.mean([fit.p_value < 0.1 for fit in fits]) < 0.3


def test_noise_is_part_of_what_is_expected():
    clean = mean_spectrum(WHOLE, 0.4, 1e-6, "printed")
    level = clean[10] / 5
    noisy = clean + level  # what was smoothed with the map was raised again with its spectrum
    found = interpretation.fit_observed(observed(WHOLE, noisy, noise=level))
    assert found.p == pytest.approx(0.4, abs=0.003)
    # multipoles end where noise takes over
    assert found.ell[-1] < WHOLE.ell[-1]
    assert (found.observed > 3 * level).all()
    assert (
        interpretation.fit_observed(observed(WHOLE, noisy), ell=WHOLE.ell).p > 0.43
    )  # noise taken for power


def test_what_the_shipped_spectra_speak_for():
    found = interpretation.fit_observed(WHOLE)
    assert found.ell.tolist() == list(range(1, 11))  # beyond, the power is less than three times its noise
    assert found.low < 1 / 3 < found.high < 1 / 2
    assert found.p_value > 0.1
    # what is observed at 13 TeV does not fall like a power law's spectrum, at 24 TeV it does
    low, high = (interpretation.fit_observed(observations.spectra()[index]) for index in (1, 2))
    assert low.p_value < 0.01 < high.p_value


def test_an_even_spectrum_does_not_bound_the_power():
    found = interpretation.fit_observed(observed(WHOLE, np.full(6, 1e-8)))
    assert found.p == found.high == theory.P_RANGE[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ell": [1, 2]}, r"^ell = \[1, 2\] must hold 3 multipoles at least"),
        ({"ell": [1, 2, 90]}, "^ell = 90 must be one of 1, 2, 3"),
        ({"form": "other"}, "^form = 'other'"),
        ({"noise": -1.0}, "^noise = -1"),
        ({"noise": 1.0}, r"^ell = \[\] must hold 3"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ParameterError, match=message):
        interpretation.fit_observed(WHOLE, **arguments)
