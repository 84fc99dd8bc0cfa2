"""What is shown before anything is simulated, where it comes from in words, and its numbers."""

import dataclasses

import numpy as np
import pytest
from test_browser_tensors import Reader, assert_variance_is

from crviz import Config, atlas, library, run
from crviz.atlas import AtlasPoint
from crviz.dashboard.best_known import POINT_NSIDE, SHIPPED, BestKnown, from_atlas
from crviz.dashboard.state import State
from crviz.library import Library
from crviz.result import NotKept, Run, fields_in_words

GRADIENTS = ["parallel", "perpendicular", (0.7, 2.1), (np.pi / 2, 5.5)]
SINGLE = 1e-5  # single precision, and sums of six terms


class Stored:
    """A library of entries that a test makes up."""

    def __init__(self, *entries):
        self._entries = entries

    def known(self):
        return list(self._entries), 0


def looked(stored=None, **settings):
    """A state with something on the page."""
    state = State(**settings)
    BestKnown(state, stored).look()
    return state


@pytest.fixture(scope="session")
def weaker():
    """Two fields of other turbulence, of nothing else that the controls would run next."""
    return run(Config(sigma2=0.5, nside=2, omega_t=(1.0, 10.0), seed=3), 2)


@pytest.fixture
def stored(tmp_path, weaker):
    stored = Library(tmp_path)
    stored.put(weaker)
    return stored


# --- which


def test_a_visitor_sees_the_shipped_result(tmp_path):
    for stored in (None, Library(tmp_path)):
        shown = looked(stored).shown
        assert shown.source is library.shipped()
        assert shown.origin == SHIPPED


def test_at_a_point_of_the_atlas_it_is_shown_as_it_was_simulated():
    shown = looked(sigma2=0.5).shown
    assert shown.origin == "from the atlas"
    assert (shown.config.sigma2, shown.config.rl_over_lc) == (0.5, 0.1)
    expected = atlas.load().nearest(0.5, 0.1).spectrum("parallel", omega_t=30.0)
    np.testing.assert_array_equal(shown.source.spectrum("parallel", omega_t=30.0).cl, expected.cl)


def test_between_its_points_the_atlas_is_interpolated_and_says_so():
    shown = looked(sigma2=0.56, rl_over_lc=0.14).shown
    assert shown.origin == "interpolated from the atlas"
    assert (shown.config.sigma2, shown.config.rl_over_lc) == (0.56, 0.14)


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"rl_over_lc": 10.0}, (1.0, 5.0)),
        ({"sigma2": 0.01, "rl_over_lc": 0.001}, (0.05, 0.02)),
        ({"sigma2": 0.5, "gamma": 3.5}, (0.5, 0.1)),
        ({"sigma2": 0.5, "n_modes": 100}, (0.5, 0.1)),
    ],
)
def test_beyond_the_atlas_its_nearest_point_is_shown_under_its_own_name(settings, place):
    shown = looked(**settings).shown
    assert shown.origin == "the nearest point of the atlas, which does not cover the values set"
    assert (shown.config.sigma2, shown.config.rl_over_lc) == place
    assert (shown.config.gamma, shown.config.n_modes) == (11 / 3, 200)  # those of the atlas, not those set


def test_a_stored_run_of_the_same_physics_comes_before_the_atlas(stored, weaker):
    # whatever its grid, times and seed are
    shown = looked(stored, sigma2=0.5).shown
    assert shown.origin == "stored, 2 fields"
    assert shown.config == weaker.config
    np.testing.assert_array_equal(shown.source.spectrum().cl, weaker.spectrum().cl)


@pytest.mark.parametrize("name", ["gamma", "lambda_min", "lambda_max", "n_modes", "sigma2", "rl_over_lc"])
def test_a_stored_run_of_other_physics_does_not(tmp_path, weaker, name):
    other = {"gamma": 3.0, "lambda_min": 0.02, "lambda_max": 50.0, "n_modes": 50, "sigma2": 0.4}
    config = weaker.config.replace(**{name: other.get(name, 0.2)})
    stored = Library(tmp_path)
    stored.put(run(config, 1))
    assert looked(stored, sigma2=0.5).shown.origin == "from the atlas"


def test_of_several_the_one_with_most_fields_is_shown(stored, weaker):
    stored.put(run(weaker.config.replace(seed=4), 3))
    stored.put(run(weaker.config.replace(seed=5), 1))
    shown = looked(stored, sigma2=0.5).shown
    assert (shown.config.seed, shown.source.n_realizations) == (4, 3)


def test_a_run_like_the_shipped_one_is_shown_once_it_has_more_fields(tmp_path, result):
    shelf = Library(tmp_path)
    shelf.put(result)
    own, shipped, _ = shelf.entries()
    assert shipped.shipped
    assert looked(shelf).shown.origin == SHIPPED
    alike = shipped.config.replace(seed=21)
    more = dataclasses.replace(own, config=alike, n_realizations=shipped.n_realizations + 1)
    shown = looked(Stored(more, shipped)).shown
    assert shown.config == result.config
    assert shown.origin == f"stored, {shipped.n_realizations + 1} fields"


def test_many_coarse_fields_for_a_short_time_do_not_take_the_place_of_the_shipped_result(tmp_path, result):
    """Else one visitor's quick run would be what all others meet."""
    shelf = Library(tmp_path)
    shelf.put(result)
    own, shipped, _ = shelf.entries()
    coarse = shipped.config.replace(nside=8, omega_t=(10.0, 20.0), seed=21)
    quick = dataclasses.replace(own, config=coarse, n_realizations=shipped.n_realizations + 180)
    assert looked(Stored(quick, shipped)).shown.origin == SHIPPED


@pytest.mark.parametrize("spoil", ["cut", "later layout", "gone"])
def test_a_file_that_cannot_be_read_is_passed_over(stored, weaker, spoil):
    best = run(weaker.config.replace(seed=4), 3)
    if spoil == "later layout":
        best = Run(best.dataset.assign_attrs(schema=99))
    path = stored.path(best.config)
    best.save(path)
    entries = stored.entries()
    assert any(entry.n_realizations == 3 for entry in entries)
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:3000])
    elif spoil == "gone":
        path.unlink()
    shown = looked(Stored(*entries), sigma2=0.5).shown
    assert shown.config == weaker.config


def test_looking_follows_the_physics_and_nothing_else():
    state = looked()
    first = state.shown
    state.param.update(theta=40, p=0.3, seed=4, nside=8, realizations=3, omega_t=4.0, estimator="none")
    assert state.shown is first
    state.sigma2 = 0.5
    assert state.shown.config.sigma2 == 0.5
    state.sigma2 = 1.0
    assert state.shown.source is first.source


def test_what_makes_no_sense_leaves_what_is_there():
    state = looked()
    state.gamma = -1.0
    assert state.shown.origin == SHIPPED
    state.gamma = 3.0
    assert state.shown.origin != SHIPPED


@pytest.mark.parametrize(("number", "words"), [(0, "0 fields"), (1, "1 field"), (2, "2 fields")])
def test_fields_in_words(number, words):
    assert fields_in_words(number) == words


# --- the numbers that a place of the atlas hands to the browser


@pytest.fixture(scope="module", params=[(0.5, 0.1), (0.56, 0.14), (7.0, 4.0)], ids=str)
def place(request):
    """A point of the atlas, and two places between points."""
    return from_atlas(Config(sigma2=request.param[0], rl_over_lc=request.param[1]))


class PointReader(Reader):
    """Reads what counts: where noise leaves no power of one gradient, the other one is there all the same."""

    def __init__(self, place, gradient):
        super().__init__(place.tensors("whatever is asked"), gradient)
        self.weights[np.abs(self.weights) < 1e-12] = 0

    def _of(self, name):
        values = super()._of(name).copy()
        values[:, self.weights == 0] = 0
        return values


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_spectra_errors_and_noise_are_those_of_the_atlas(place, gradient):
    held, truth = PointReader(place, gradient), place.source.evolution(gradient)
    np.testing.assert_allclose(held.value("estimate"), truth.cl, rtol=SINGLE)
    np.testing.assert_allclose(held.value("power"), truth.cl[:, :10], rtol=SINGLE)
    np.testing.assert_allclose(held.value("dipole"), truth.cl[:, :2], rtol=SINGLE)
    np.testing.assert_allclose(held.value("noise")[:, 0], truth.noise, rtol=SINGLE)
    assert_variance_is(held, "estimate", truth.error)
    assert_variance_is(held, "dipole", truth.error[:, :2])


def test_low_multipoles_are_there_at_all_times(place):
    for gradient in GRADIENTS:
        assert (PointReader(place, gradient).value("dipole") > 0).all()


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_the_standard_dipole_and_the_diffusion_are_those_of_the_atlas(place, gradient):
    held, point = PointReader(place, gradient), place.source
    for name, (value, error) in {
        "standard": point.standard_dipole(gradient),
        "k": point.diffusion().along(gradient),
        "running": point.diffusion().along(gradient, "running"),
    }.items():
        np.testing.assert_allclose(held.value(name)[:, 0], value, rtol=SINGLE)
        assert_variance_is(held, name, error)


def test_times_and_name_are_those_of_the_place(place):
    content = place.tensors("eq9")
    np.testing.assert_allclose(content["omega_t"], place.source.omega_t)
    assert content["digest"] == place.config.digest
    assert content["source"] == place.origin
    assert place.last_time == content["omega_t"][-1]


def test_a_place_of_the_atlas_has_no_fields_and_a_sky_that_is_cheap(place):
    assert isinstance(place.source, AtlasPoint)
    assert not place.source.savable
    assert not place.source.from_one_run
    with pytest.raises(NotKept, match="no sky maps"):
        _ = place.source.maps
    assert place.source.usable("eq9") == place.source.usable("plateau") == "cross"
    # the very field of this place, on one coarse grid
    assert place.sky_config == place.config.replace(nside=POINT_NSIDE, grids="single")
