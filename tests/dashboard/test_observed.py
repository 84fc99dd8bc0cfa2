"""Published spectra as they are drawn, against those of `observations`."""

import base64
import json

import numpy as np
import pytest

from crviz import observations
from crviz.atlas.fields import windows
from crviz.dashboard.panels.spectra.observed import observed_spectra, observing_windows, own_window


@pytest.fixture(params=observed_spectra(), ids=lambda one: one["name"])
def drawn(request):
    return request.param


@pytest.fixture
def published(drawn):
    return observations.spectrum(drawn["name"])


def test_values_are_the_published_ones(drawn, published):
    assert (drawn["ell"], drawn["cl"]) == (published.ell.tolist(), published.cl.tolist())
    assert (drawn["key"], drawn["label"]) == (published.key, published.label)


def test_errors_that_are_missing_are_below_zero(drawn, published):
    for name, error in zip(("low", "high"), published.error, strict=True):
        there = np.isfinite(error)
        np.testing.assert_array_equal(np.array(drawn[name])[there], error[there])
        assert (np.array(drawn[name])[there] >= 0).all()
        assert (np.array(drawn[name])[~there] < 0).all()  # in JavaScript: no bar
    assert dict(drawn["noise"]) == dict(published.noise_levels)
    assert drawn["level"] == published.noise_level


def test_they_say_where_and_what_was_done(drawn, published):
    low, high = published.field_of_view.dec_min, published.field_of_view.dec_max
    assert f"{low:g}° to {high:g}°".replace("-", "−") in drawn["part"]
    assert ("masked map" in drawn["corrected"]) is published.pseudo
    assert ("smoothing" in drawn["corrected"]) is (published.smoothing > 0)
    assert "m = 0 is missing" in drawn["corrected"]
    assert drawn["energy"] == published.energy


@pytest.mark.parametrize("number", range(2))
def test_windows_are_those_of_python(number):
    """Unpacked as the browser does it."""

    def floats(text):
        return np.frombuffer(base64.b64decode(text), "<f4")

    told, window = observing_windows()[number], windows()[number]
    matrix = floats(told["matrix"]).reshape(-1, told["columns"])
    np.testing.assert_allclose(matrix, observations.observing_matrix(window, 128), rtol=1e-6, atol=1e-9)
    forms = np.split(floats(told["forms"]).reshape(-1, told["formColumns"]), np.cumsum(told["counts"])[:-1])
    cl = np.r_[0.0, np.arange(1, 65.0) ** -2.5]
    scatter = np.diag(observations.relative_covariance(window, cl))
    for ell, form in zip(told["ell"], forms, strict=False):
        power = form @ cl  # m = 0 is not measured: all others count twice
        assert 2 * (power**2).sum() / (2 * power.sum()) ** 2 * 2 == pytest.approx(scatter[ell], rel=1e-5)
    assert len(json.dumps(told)) < 60_000  # a few tens of kB each


def test_they_are_sent_as_they_are(drawn):
    assert json.loads(json.dumps(drawn, allow_nan=False)) == drawn


def test_they_can_be_told_apart_without_colour():
    keys = [one.key for one in observations.drawn()]
    spectra = [one for one in observed_spectra() if one["key"] in keys]
    assert len(spectra) >= 2
    assert len({one["marker"] for one in spectra}) == len({one["label"] for one in spectra}) == len(spectra)


ASKED = {
    **{"id": 4, "ell": [2, 3, 5, 9], "declination": [-60, 70], "smoothing": 2.0, "pseudo": False, "m0": True},
}


def test_the_window_of_an_own_spectrum_follows_from_its_multipoles_alone():
    answer = own_window(ASKED)
    assert (answer["kind"], answer["id"], answer["first"]) == ("window", 4, 2)
    told = answer["window"]
    view = observations.FieldOfView(-60, 70)
    coupled = observations.coupling_matrix(view, 128)[ASKED["ell"]]
    beam = observations.top_hat(np.arange(129), 2.0) ** 2
    expected = coupled * beam / beam[ASKED["ell"]][:, None] / view.f_sky
    matrix = np.frombuffer(base64.b64decode(told["matrix"]), "<f4").reshape(4, 129)
    np.testing.assert_allclose(matrix, expected, rtol=1e-5, atol=1e-9)
    assert told["counts"] == [3, 4, 6, 10]  # m = 0 is measured
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"declination": [50, -50]}, "dec_min = 50 must be below dec_max = -50"),
        ({"smoothing": -1}, "smoothing = -1 must be a finite number at least 0"),
        ({"smoothing": 90.0, "ell": [2, 9]}, "radius = 90"),
        ({"ell": [500, 501]}, r"ell = [500, 501] must begin at 128 or below"),
    ],
    ids=str,
)
def test_a_window_that_cannot_be_gets_its_sentence(wrong, message):
    assert message in own_window(ASKED | wrong)["error"]
