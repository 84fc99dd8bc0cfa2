"""The kernel in the browser, run by node, against the library: fields, steps, orbits, spectra."""

import base64

import numpy as np
import pytest
from node import evaluate, lay_out

from crviz import Config, backtrack, backtracking_times, draw_field, turbulence
from crviz.checks import ParameterError
from crviz.dashboard import wire
from crviz.dashboard.draws import draws
from crviz.dashboard.panels.orbits.content import _stops
from crviz.ensemble.observables import observables
from crviz.neighbours import cone, field_line
from crviz.orbits import intervals
from crviz.sky import pixel_directions
from crviz.spectra import tensor_components
from crviz.waves import TURN_PER_STEP

FIELD = {"browser/kernel/field.js": "readDraws, drawField, defaultStep"}
BORIS = {"browser/kernel/boris.js": "Orbit, inTurns, intervals, sumWaves"}
#: An orbit of each direction to the last of some times: (n, 6).
FOLLOW = """(() => {
  const draws = readDraws(decoded(given.draws)), step = given.step ?? defaultStep(draws, given.place)
  const waves = inTurns(drawField(draws, given.place)), {numbers, sizes} = intervals(given.times, step)
  const exact = (waves, cosine, x, y, z, b) => {
    b.fill(0)
    for (let i = 0; i < waves.length; i += 7) {
      const c = Math.cos(2 * Math.PI * (waves[i] * x + waves[i + 1] * y + waves[i + 2] * z + waves[i + 3]))
      for (let k = 0; k < 3; k++) b[k] += waves[i + 4 + k] * c
    }
  }
  return given.directions.map(([x, y, z]) => {
    const orbit = new Orbit(x, y, z)
    const sum = given.exact ? exact : sumWaves
    numbers.forEach((number, t) => orbit.back(waves, draws.cosine, number, sizes[t], sum))
    return [...orbit.r, ...orbit.p]
  })
})()"""
PAPER = {"sigma2": 1.0, "rl_over_lc": 0.1, "realization": 0}
TIMES = backtracking_times(10.0, 12)


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    return lay_out(tmp_path_factory.mktemp("kernel"))


@pytest.fixture(scope="module")
def drawn():
    """As they cross in a JSON text."""
    return base64.b64encode(draws()).decode()


def test_a_field_takes_few_bytes():
    assert len(draws()) < 10 * 7_000


@pytest.mark.parametrize("sigma2", [0.01, 1.0, 7.3])
@pytest.mark.parametrize("rl_over_lc", [0.001, 0.1, 5.0])
def test_a_field_is_that_of_the_library(laid_out, drawn, sigma2, rl_over_lc):
    places = [{"sigma2": sigma2, "rl_over_lc": rl_over_lc, "realization": each} for each in range(10)]
    code = "((draws) => given[1].map((place) => drawField(draws, place)))(readDraws(decoded(given[0])))"
    found = evaluate(laid_out, FIELD, code, [drawn, places])
    for place, there in zip(places, found, strict=True):
        field = draw_field(Config(sigma2=sigma2, rl_over_lc=rl_over_lc), place["realization"])
        # both are rounded to single precision, so that what differs by more in doubles is the same here
        for name in ("wavevectors", "amplitudes", "phases"):
            np.testing.assert_allclose(there[name], getattr(field, name), rtol=1e-12, atol=0)


def test_steps_are_those_of_the_library(laid_out, drawn):
    grid = [(s, r) for s in np.geomspace(0.01, 10, 16) for r in np.geomspace(0.001, 10, 16)]
    places = [{"sigma2": sigma2, "rl_over_lc": rl_over_lc} for sigma2, rl_over_lc in [*grid, (0, 0.1)]]
    code = "((draws) => given[1].map((place) => defaultStep(draws, place)))(readDraws(decoded(given[0])))"
    found = evaluate(laid_out, FIELD, code, [drawn, places])
    assert found == [Config(**place).default_step for place in places]
    sigma = np.sqrt([place["sigma2"] for place in places])
    assert (
        found < 0.7 * TURN_PER_STEP / (1 + sigma)
    ).any()  # short waves that are not resolved made some smaller


@pytest.mark.parametrize(("times", "step"), [(TIMES, 0.04), ((0.04, 0.32, 0.44), 0.04), ((1e-3,), 0.04)])
def test_intervals_are_those_of_the_library(laid_out, times, step):
    found = evaluate(laid_out, BORIS, "intervals(...given)", [times, step])
    numbers, sizes = intervals(times, step)
    assert found["numbers"] == numbers.tolist()
    np.testing.assert_allclose(found["sizes"], sizes, rtol=1e-15)


def test_the_neighbours_and_their_stops_are_those_of_the_library(laid_out):
    given = {"direction": {"theta": 70, "phi": 200}, "times": TIMES, "last": 9.0, "step": 0.04}
    code = "[cone(given.direction, [0.1, 20], 15), stops(given.times, given.last, given.step)]"
    directions, stops = evaluate(laid_out, {"browser/kernel/bundle.js": "cone, stops"}, code, given)
    theta, phi = np.radians([70, 200])
    axis = -np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    expected, _ = cone(axis, [0.1, 20], 15)
    np.testing.assert_allclose(np.reshape(directions, (3, -1)), expected, atol=1e-15)
    number = 2 + np.ceil(9 / 0.15)
    np.testing.assert_allclose(stops, _stops(Config(omega_t=TIMES), 9.0, 9 / (number - 1)), rtol=1e-14)


def test_orbits_are_those_of_the_compiled_kernel(laid_out, drawn):
    directions = pixel_directions(4)
    given = {"draws": drawn, "place": PAPER, "times": TIMES, "directions": directions.T.tolist()}
    found = np.array(evaluate(laid_out, FIELD | BORIS, FOLLOW, given))
    field = draw_field(Config(), 0)
    expected = backtrack(field, directions, TIMES)
    away = np.linalg.norm(found[:, :3] - expected.r[-1].T, axis=1)
    # the compiled kernel sums in float32, 1e-7 of each wave, and neighbouring orbits part: some faster
    assert np.quantile(away, 0.9) < 1e-5
    assert away.max() < 1e-4
    assert np.linalg.norm(expected.r[-1], axis=0).max() > 3  # they have gone somewhere
    np.testing.assert_allclose(np.linalg.norm(found[:, 3:], axis=1), 1, atol=1e-12)


def test_with_an_exact_cosine_it_is_the_scheme_and_nothing_else(laid_out, drawn):
    directions = pixel_directions(2)
    place = {"sigma2": 1.7, "rl_over_lc": 0.23, "realization": 4}
    step = 0.2  # so large that the last term of the tangent counts
    given = {"draws": drawn, "place": place, "times": TIMES, "exact": True, "step": step}
    given["directions"] = directions.T.tolist()
    found = np.array(evaluate(laid_out, FIELD | BORIS, FOLLOW, given))
    field = draw_field(Config(sigma2=1.7, rl_over_lc=0.23), 4)
    r, p = boris(field, directions, *intervals(TIMES, step))
    # 2e-16 a step, times what neighbouring orbits part: less than 1e6 at Omega T = 10
    np.testing.assert_allclose(found, np.concatenate([r, p]).T, atol=1e-8)


def boris(field, directions, numbers, sizes):
    """Half a drift, a rotation by 2 atan(|t|), half a drift, in the plainest way."""
    r, p = np.zeros_like(directions), directions.copy()
    for number, h in zip(numbers, sizes, strict=True):
        for _ in range(number):
            r -= h / 2 * p
            b = field.b(r)
            a = np.linalg.norm(b, axis=0) * h / 2
            # the tangent to a^8 of its series, as the kernel has it
            t = -h / 2 * b * (1 + a**2 / 3 + 2 * a**4 / 15 + 17 * a**6 / 315 + 62 * a**8 / 2835)
            m = p + np.cross(p, t, axis=0)
            p = p + np.cross(m, 2 * t / (1 + (t * t).sum(0)), axis=0)
            r -= h / 2 * p
    return r, p


def test_the_field_line_is_that_of_the_library(laid_out, drawn):
    code = """(() => {
      const draws = readDraws(decoded(given.draws)), waves = inTurns(drawField(draws, given.place))
      return fieldLine(waves, draws.cosine, Math.max(...waveSpectrum(draws, given.place).k), 10, 20)
    })()"""
    imports = {
        "browser/kernel/field.js": "readDraws, drawField, waveSpectrum",
        "browser/kernel/boris.js": "inTurns",
        "browser/kernel/line.js": "fieldLine",
    }
    found = evaluate(laid_out, imports, code, {"draws": drawn, "place": PAPER})
    _, expected = field_line(draw_field(Config(), 0), 10.0, points=20, tolerance=1e-6)
    # as well as the cosine is known, 8e-7, times what lines of force part on 10 r_L
    np.testing.assert_allclose(np.reshape(found, (3, -1)), expected, atol=1e-3)


@pytest.mark.parametrize("nside", [1, 4, 8, 16])
def test_spectra_are_those_of_the_library(laid_out, nside):
    rng, n = np.random.default_rng(nside), 12 * nside**2
    # a smooth part and one of every pixel's own, so that all multipoles are there
    smooth = np.einsum("tij,jn->tin", rng.normal(size=(2, 3, 3)), pixel_directions(nside) ** 3)
    r, p = smooth + 0.1 * rng.normal(size=(2, 3, n)), rng.normal(size=(2, 3, n))
    code = "spectra(given.nside, Float64Array.from(given.r), Float64Array.from(given.p))"
    given = {"nside": nside, "r": r.ravel().tolist(), "p": p.ravel().tolist()}
    found = evaluate(laid_out, {"browser/kernel/harmonics.js": "spectra"}, code, given)
    each, _ = observables(Config(nside=nside, omega_t=(1.0, 2.0)), 0, r, p)
    pairs = np.array([["xyz".index(axis) for axis in pair] for pair in wire.COMPONENTS]).T
    expected = {
        "cl": tensor_components(each["cl"]),
        "rr": each["rr"][:, pairs[0], pairs[1]],
        "rp": each["rp"],
        "dipole": each["dipole"],
    }
    for name, value in expected.items():
        # both in doubles, by other sums of up to 3072 terms
        np.testing.assert_allclose(
            np.reshape(found[name], value.shape), value, rtol=1e-9, atol=1e-11 * np.abs(value).max()
        )


def test_what_is_broken_is_one_sentence(laid_out):
    cut = base64.b64encode(draws(realizations=[0])[:-8]).decode()
    for text in (cut, "", base64.b64encode(b"<!doctype html><title>404</title>").decode()):
        code = "(() => { try { return readDraws(decoded(given)) } catch (error) { return error.message } })()"
        said = evaluate(laid_out, FIELD, code, text)
        assert said.startswith("The drawn fields are broken (")
        assert said.endswith("): fetch their file anew.")


def test_what_a_browser_cannot_follow_is_refused():
    with pytest.raises(ParameterError, match="realization = -1 must be a whole number"):
        draws(realizations=[0, -1])

    class Other(type(turbulence.get("isotropic"))):
        name = "other"

    turbulence.register(Other())
    try:
        with pytest.raises(ParameterError, match="turbulence = 'other' must be 'isotropic'"):
            draws(Config(turbulence="other"))
    finally:
        turbulence.unregister("other")


def test_of_a_configuration_seed_and_waves_count():
    few = draws(Config(n_modes=20, seed=3), [0])
    assert len(few) < len(draws(realizations=[0])) / 3
    assert few != draws(Config(n_modes=20), [0])
    assert few == draws(Config(n_modes=20, seed=3, sigma2=0.1, rl_over_lc=3.0, nside=4), [0])
