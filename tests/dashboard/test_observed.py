"""Published spectra as they are drawn, against those of `observations`."""

import json

import numpy as np
import pytest

from crviz import observations
from crviz.dashboard.panels.spectra.observed import observed_spectra


@pytest.fixture(params=observed_spectra(), ids=lambda one: one["name"])
def drawn(request):
    return request.param


@pytest.fixture
def published(drawn):
    return observations.spectrum(drawn["name"])


def test_values_are_the_published_ones_over_their_dipole(drawn, published):
    dipole = published.cl[list(published.ell).index(1)]
    assert drawn["ell"] == list(published.ell)
    np.testing.assert_allclose(np.array(drawn["ratio"]) * dipole, published.cl, rtol=1e-12)
    assert drawn["ratio"][drawn["ell"].index(1)] == 1.0


def test_errors_and_noise_are_over_the_dipole_too_and_missing_ones_are_below_zero(drawn, published):
    dipole = published.cl[list(published.ell).index(1)]
    for name, error in zip(("low", "high"), published.error, strict=True):
        there = np.isfinite(error)
        np.testing.assert_allclose(np.array(drawn[name])[there] * dipole, error[there], rtol=1e-12)
        assert (np.array(drawn[name])[there] >= 0).all()
        assert (np.array(drawn[name])[~there] < 0).all()  # in JavaScript: no bar
    levels = {whose: level * dipole for whose, level in drawn["noise"]}
    assert levels == pytest.approx(dict(published.noise_levels))


def test_they_are_sent_as_they_are(drawn):
    assert json.loads(json.dumps(drawn, allow_nan=False)) == drawn


def test_they_can_be_told_apart_without_colour():
    spectra = observed_spectra()
    assert len(spectra) >= 2
    assert len({one["marker"] for one in spectra}) == len({one["short"] for one in spectra}) == len(spectra)
