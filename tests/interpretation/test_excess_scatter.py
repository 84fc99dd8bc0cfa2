"""What skies of simulated fields scatter beyond Gaussian ones, and what that makes of a fit to one sky."""

from types import SimpleNamespace

import numpy as np
import pytest

from crviz import interpretation, library, observations
from crviz.checks import ParameterError
from crviz.interpretation import excess_scatter

ELL = np.arange(33)
MEAN = np.r_[0.0, 50.0 * np.arange(1, 33.0) ** -2.5]
FIELDS = 4000


def fields(brightness, noise=0.0):
    """A source whose fields are Gaussian skies, each brighter or fainter as a whole, with noise taken off."""
    rng = np.random.default_rng(0)
    size = (FIELDS, ELL.size)
    cl = (MEAN + noise) * rng.chisquare(2 * ELL + 1, size) / (2 * ELL + 1) - noise
    cl *= brightness(rng, (FIELDS, 1))
    return SimpleNamespace(
        n_realizations=FIELDS,
        default_estimator="eq9",
        realization_spectra=lambda *_, **__: cl,
        spectrum=lambda *_, **__: SimpleNamespace(noise=noise),
    )


def test_gaussian_skies_have_no_excess_whatever_noise_was_taken_off():
    for noise in (0.0, 0.05):
        excess = excess_scatter(fields(lambda *_: 1.0, noise))
        # a variance of 4000 numbers is known to 2 % of 2 / (2l + 1), and more where these are skewed
        wide = 5 * np.sqrt(2 / FIELDS) * (2 / (2 * ELL + 1)) * (1 + noise / np.maximum(MEAN, 1e-9)) ** 2
        assert (np.abs(np.diag(excess))[1:] < 2 * wide[1:]).all()
    assert not excess[0].any()


def test_skies_that_are_bright_or_faint_as_a_whole_have_that_everywhere():
    excess = excess_scatter(fields(lambda rng, size: rng.gamma(4.0, 0.25, size)))  # a variance of 1/4
    beside = excess[1:, 1:][~np.eye(32, dtype=bool)]
    assert beside.mean() == pytest.approx(0.25, abs=0.03)


def test_the_shipped_run_scatters_more_across_the_field_than_along_it():
    run = library.shipped()
    along, across = (
        excess_scatter(run, gradient, omega_t=run.dataset["omega_t_covariance"].values[-3], estimator="cross")
        for gradient in ("parallel", "perpendicular")
    )
    assert 0.1 < np.diag(along)[1:11].mean() < 0.6
    assert np.diag(across)[1:11].mean() > 2 * np.diag(along)[1:11].mean()


def test_few_fields_have_no_scatter():
    with pytest.raises(ParameterError, match=r"^realizations = 2 must be 3"):
        excess_scatter(SimpleNamespace(n_realizations=2))


def test_an_excess_widens_the_interval_and_nothing_is_gaussian():
    widest = observations.spectrum(observations.WIDEST)
    gaussian = interpretation.fit_observed(widest)
    none = interpretation.fit_observed(widest, excess=np.zeros((33, 33)))
    assert (none.p, none.deviance) == (gaussian.p, gaussian.deviance)
    # an interval that is meant for skies which scatter otherwise is wider by a little, see `_FURTHER`
    assert none.high - none.low == pytest.approx(gaussian.high - gaussian.low, rel=0.04)
    rough = interpretation.fit_observed(widest, excess=np.diag(np.r_[0.0, np.full(32, 0.3)]))
    assert rough.high - rough.low > 1.2 * (gaussian.high - gaussian.low)


def test_brightness_in_common_is_scatter_of_the_factor():
    widest = observations.spectrum(observations.WIDEST)
    gaussian = interpretation.fit_observed(widest)
    bright = interpretation.fit_observed(widest, excess=np.full((33, 33), 0.5))
    assert bright.covariance[1, 1] > gaussian.covariance[1, 1] + 0.3
    # a quarter of it is left to the multipoles: the power is less certain, but by far less than the factor
    assert bright.high - bright.low < 1.6 * (gaussian.high - gaussian.low)
