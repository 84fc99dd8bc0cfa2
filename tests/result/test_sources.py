"""A run, its summary and a place of the atlas answer the same questions, with the same types."""

import dataclasses
import inspect

import numpy as np
import pytest

from crviz import Result, atlas, diffusion, library, load
from crviz.dashboard.tensors import tensors_of
from crviz.result import NotKept, Source, estimators

GRADIENTS = ["parallel", "perpendicular", (0.7, 2.0)]


@pytest.fixture(scope="module", params=["run", "summary", "place", "point"])
def source(request, cross_run):
    """One of each kind."""
    return {
        "run": lambda: cross_run,
        "summary": cross_run.reduced,
        "place": lambda: atlas.load().interpolate(0.7, 0.14),
        "point": lambda: atlas.load().interpolate(1.0, 0.1),
    }[request.param]()


QUESTIONS = [name for name in vars(Source) if not name.startswith("_")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_source_has_every_question(source, name):
    if name == "maps" and not source.savable:
        with pytest.raises(NotKept, match=r"keeps no sky maps\.$"):
            getattr(source, name)
    else:
        getattr(source, name)


@pytest.mark.parametrize("name", [each for each in QUESTIONS if inspect.isfunction(vars(Source)[each])])
def test_options_go_by_name(source, name):
    """No third argument means one thing here and another there."""
    taken = list(inspect.signature(getattr(source, name)).parameters.values())
    by_place = [each for each in taken if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    promised = list(inspect.signature(vars(Source)[name]).parameters.values())[1:]
    assert [each.name for each in by_place] == [
        each.name for each in promised if each.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert len(by_place) <= 2


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_shapes_are_the_same(source, gradient):
    times, multipoles = len(source.omega_t), len(source.ell)
    spectrum, evolution = source.spectrum(gradient), source.evolution(gradient)
    assert spectrum.cl.shape == spectrum.error.shape == (multipoles,)
    assert evolution.cl.shape == evolution.noise_variance.shape == (times, multipoles)
    assert np.shape(spectrum.noise) == ()
    for value, error in (source.standard_dipole(gradient), source.diffusion().along(gradient)):
        assert value.shape == error.shape == (times,)
    assert source.regime(gradient).name.shape == (times,)
    assert source.power_sum_rule(gradient).left.shape == (times,)
    assert source.monopole_sum_rule(gradient).right.shape == (times,)
    assert source.separation([0.5, 1.0]).square.shape == (times, 2)
    tensors = source.diffusion()
    for field in dataclasses.fields(tensors):
        assert getattr(tensors, field.name).shape[0] == times, field.name


def test_what_is_contracted_first_or_last_is_the_same(source):
    """The estimate's tensors contracted by hand, element by element."""
    g = np.array([np.sin(0.7) * np.cos(2.0), np.sin(0.7) * np.sin(2.0), np.cos(0.7)])
    name = source.usable("eq9")
    estimate = source.estimate(name, source.time_index(10.0))
    by_hand = sum(g[i] * g[j] * estimate.cl[i, j] for i in range(3) for j in range(3))
    found = source.spectrum((0.7, 2.0), omega_t=10.0, estimator=name)
    np.testing.assert_allclose(found.cl, by_hand, rtol=1e-12, atol=1e-12 * np.nanmax(np.abs(by_hand)))


def test_estimators_that_can_be_asked_for_answer_and_others_are_refused(source):
    for name in estimators.ESTIMATORS:
        if name in source.estimators:
            assert np.isfinite(source.spectrum("parallel", omega_t=10.0, estimator=name).cl[1])
        else:
            with pytest.raises(ValueError, match=f"estimator = '{name}'"):
                source.spectrum("parallel", estimator=name)
    with pytest.raises(ValueError, match="estimator = 'best' must be"):
        source.spectrum(estimator="best")


def test_the_recipe_makes_the_numbers_again(source):
    again = eval(source.recipe, {"crviz": __import__("crviz")})
    np.testing.assert_allclose(
        again.spectrum("parallel", omega_t=10.0, estimator=source.usable("cross")).cl,
        source.spectrum("parallel", omega_t=10.0, estimator=source.usable("cross")).cl,
        rtol=1e-6,  # a summary keeps single precision
    )


def test_what_a_place_says_is_near_what_a_run_there_says():
    """The atlas and the shipped run at the paper's point: their fields are in part the same."""
    point, run = atlas.load().interpolate(1.0, 0.1), library.shipped()
    for omega_t in (10.0, 100.0):
        at, there = point.time_index(omega_t), run.time_index(omega_t)
        for which in ("k", "running"):
            (one, error), (other, its) = (each.diffusion().along("parallel", which) for each in (point, run))
            # recorded times differ by up to 1 %
            assert one[at] == pytest.approx(
                other[there], abs=4 * np.hypot(error[at], its[there]) + 0.02 * one[at]
            )
        rule = point.power_sum_rule("parallel", right="mean square")
        cross = run.spectrum("parallel", omega_t=omega_t, estimator="cross").cl[: len(point.ell)]
        assert rule.left[at] == pytest.approx(diffusion.total_power(cross), rel=0.2)  # C_0 scatters
        assert rule.left[at] < rule.right[at]
    square = [each.separation([1.0]).square[each.time_index(100.0), 0] for each in (point, run)]
    assert square[0] == pytest.approx(square[1], rel=0.1)
    assert np.isnan(point.separation([1.0]).alignment).all()  # momenta are not kept


@pytest.mark.parametrize("name", ["covariance", "realization_spectra"])
def test_what_the_atlas_does_not_keep_it_refuses_in_a_sentence(name):
    place = atlas.load().interpolate(0.7, 0.14)
    with pytest.raises(NotKept, match=r"\.$"):
        getattr(place, name)()
    with pytest.raises(NotKept):
        place.spectrum(map="full")
    with pytest.raises(NotKept):
        place.save("nowhere.nc")


# --- estimators


def half_of_it(cl, rr, n_pixels):
    """Half of the noise of Eq. 9: as one more file would bring it."""
    noise = 2 * np.pi / n_pixels * rr
    return cl - noise[..., None], noise


@pytest.fixture
def half(monkeypatch):
    added = estimators.Estimator("half", "half of the noise subtracted", 9, 1, half_of_it)
    monkeypatch.setitem(estimators._BY_NAME, "half", added)
    monkeypatch.setattr(estimators, "ESTIMATORS", (*estimators.ESTIMATORS, "half"))


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_an_estimator_that_is_added_serves_runs_summaries_and_the_browser_alike(half, cross_run, gradient):
    """Half-way between the plain spectrum and Eq. 9 in its value, and so is what the browser holds."""
    for source in (cross_run, cross_run.reduced()):
        eq9, plain, found = (
            source.spectrum(gradient, omega_t=10.0, estimator=name).cl for name in ("eq9", "none", "half")
        )
        np.testing.assert_allclose(found, (eq9 + plain) / 2, rtol=1e-12, atol=1e-15)
        of_eq9, of_none, of_half = (
            tensors_of(source, name)["estimate"].astype(float) for name in ("eq9", "none", "half")
        )
        scale = np.abs(of_none).max()
        np.testing.assert_allclose(of_half, (of_eq9 + of_none) / 2, atol=1e-6 * scale)  # single precision


@pytest.mark.parametrize("name", estimators.ESTIMATORS)
def test_the_covariance_of_a_summary_is_that_of_the_fields(cross_run, name):
    """An estimator is linear: what it makes of units tells how errors go through it."""
    time = float(cross_run.reduced().dataset["omega_t_covariance"][-2])
    for gradient in ("parallel", "perpendicular"):
        small, whole = (
            result.covariance(gradient, omega_t=time, estimator=name)
            for result in (cross_run.reduced(), cross_run)
        )
        np.testing.assert_allclose(small, whole, atol=1e-6 * np.abs(whole).max())  # kept in single precision


@pytest.mark.parametrize("name", estimators.ESTIMATORS)
def test_an_estimator_is_linear(name):
    rng = np.random.default_rng(2)
    cl, rr = rng.normal(size=(2, 5, 3, 3, 9)), rng.normal(size=(2, 5, 3, 3))
    how = estimators.get(name)
    (one, level), (other, its) = (how.apply(c, r, 48) for c, r in zip(cl, rr, strict=True))
    both, together = how.apply(2 * cl[0] + cl[1], 2 * rr[0] + rr[1], 48)
    np.testing.assert_allclose(both, 2 * one + other, atol=1e-12)
    np.testing.assert_allclose(together, 2 * level + its, atol=1e-12)


def test_a_result_of_a_file_is_of_its_kind(cross_run, tmp_path):
    for kept in (cross_run, cross_run.reduced()):
        kept.save(tmp_path / "result.nc")
        again = load(tmp_path / "result.nc")
        assert type(again) is type(kept)
        assert isinstance(again, Result)
