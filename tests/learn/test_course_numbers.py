"""What the course computes in the browser, run by node, against the library: a number of each step."""

import base64
from pathlib import Path

import numpy as np
import pytest
import scipy
from node import STRICT, evaluate, lay_out, program, run

from crviz import Config, backtrack, draw_field, harmonics, learn, library, observations, theory
from crviz.dashboard import javascript
from crviz.jobs import fine_skies
from crviz.learn import held as kept

BROWSER = Path(learn.__file__).parent / "browser"
#: Modules that compute and touch no document.
PURE = ("gyration", "synthesis", "dipoles", "scattering", "windows")
PAPER = {"sigma2": 1.0, "rl_over_lc": 0.1, "realization": 0}
HELD = {
    "dashboard/browser/kernel/field.js": "readDraws",
    "learn/browser/gyration.js": "apart, backThrough, helix, momentumAt",
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """The modules of the course and of the explorer as node reads them."""
    folder = tmp_path_factory.mktemp("learn")
    for name in ("dashboard", "learn/browser"):
        (folder / name).mkdir(parents=True)
    lay_out(folder / "dashboard")
    for name in PURE:
        (folder / f"learn/browser/{name}.js").write_text(javascript.module_text(BROWSER / f"{name}.js"))
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


@pytest.fixture(scope="module")
def held():
    return kept.held()


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4").astype(float)


def test_their_types_fit(laid_out):
    paths = [f"learn/browser/{name}.js" for name in PURE]
    run(laid_out, program("tsc"), *STRICT, "--lib", "es2022,dom", *paths)


def test_the_helix_is_the_way_back_of_the_library(laid_out):
    times, pitch = np.array([0.5, 2.0, 4.0, 10.0]), np.radians(130)
    found = evaluate(
        laid_out, HELD, "helix(given[0], 1, given[1])", [pitch, (-times).tolist()]
    )  # a positive charge, before
    start = np.array([[np.sin(pitch)], [0.0], [np.cos(pitch)]])
    orbits = backtrack(draw_field(Config(sigma2=0), 0), start, times, step=0.001)
    # the library errs by the square of its step
    np.testing.assert_allclose(np.transpose(found["r"]), orbits.r[..., 0], atol=2e-6)
    np.testing.assert_allclose(np.transpose(found["p"]), orbits.p[..., 0], atol=2e-6)
    assert found["r"][2][-1] > 6  # back along the field, for what flies against it


@pytest.mark.parametrize("sigma2", [0.0, 0.3, 3.0])
def test_the_bent_orbit_is_that_of_the_library(laid_out, held, sigma2):
    times = [0.2 * (k + 1) for k in range(50)]
    place = PAPER | {"sigma2": sigma2}
    code = "backThrough(readDraws(decoded(given[0])), given[1], momentumAt(Math.PI / 3), given[2])"
    found = evaluate(laid_out, HELD, code, [held["draws"], place, times])
    start = np.array([[np.sin(np.pi / 3)], [0.0], [np.cos(np.pi / 3)]])
    field = draw_field(Config(sigma2=sigma2, rl_over_lc=0.1), 0)
    # single precision of the compiled kernel, which orbits magnify as they part
    np.testing.assert_allclose(np.transpose(found["r"]), backtrack(field, start, times).r[..., 0], atol=1e-4)


def test_two_particles_are_as_far_apart_as_those_of_the_library(laid_out, held):
    times = [1.0, 5.0, 10.0]
    code = """apart(...given[1].map((degrees) =>
      backThrough(readDraws(decoded(given[0])), given[2], momentumAt(degrees * Math.PI / 180), given[3])))"""
    found = evaluate(laid_out, HELD, code, [held["draws"], [60, 61], PAPER, times])
    angles = np.radians([60, 61])
    start = np.stack([np.sin(angles), np.zeros(2), np.cos(angles)])
    r = backtrack(draw_field(Config(), 0), start, times).r
    expected = np.linalg.norm(r[..., 1] - r[..., 0], axis=1)
    np.testing.assert_allclose(found, expected, atol=2e-4)  # as the orbits themselves, twice
    assert expected[-1] > 3 * np.radians(1) * times[-1]  # they have parted


def test_a_sky_is_the_sum_of_its_multipoles(laid_out, held):
    sky, modules = held["sky"], {"learn/browser/synthesis.js": "multipoleMaps, powerOf, together"}
    code = """(() => {
      const alm = new Float32Array(decoded(given.alm)), maps = multipoleMaps(alm, given.lmax, 4)
      return {all: together(maps, 0, given.lmax), few: together(maps, 2, 5), power: powerOf(alm, given.lmax)}
    })()"""
    found = evaluate(laid_out, modules, code, sky)
    alm = harmonics.analysis(fine_skies.positions(kept.SKY_TIME)[0], fine_skies.NSIDE, kept.SKY_LMAX)
    ells = np.concatenate([np.arange(m, kept.SKY_LMAX + 1) for m in range(kept.SKY_LMAX + 1)])
    expected = harmonics.synthesis(alm, 4)
    scale = np.abs(expected).max()
    # single precision
    np.testing.assert_allclose(found["all"], expected, atol=1e-5 * scale)
    few = harmonics.synthesis(np.where((ells >= 2) & (ells <= 5), alm, 0), 4)
    np.testing.assert_allclose(found["few"], few, atol=1e-5 * scale)
    real = harmonics.real(alm)
    power = [np.sum(real[ell**2 : (ell + 1) ** 2] ** 2) / (2 * ell + 1) for ell in range(kept.SKY_LMAX + 1)]
    np.testing.assert_allclose(found["power"], power, rtol=1e-5)


def test_the_other_sky_has_the_same_power_and_is_another(held):
    alm, other = floats(held["sky"]["alm"]), floats(held["sky"]["other"])
    for ell in range(1, kept.SKY_LMAX + 1):
        own = slice(ell**2, (ell + 1) ** 2)
        assert np.sum(other[own] ** 2) == pytest.approx(np.sum(alm[own] ** 2), rel=1e-5)
    assert abs(np.corrcoef(alm[1:], other[1:])[0, 1]) < 0.5


@pytest.mark.parametrize(("component", "gradient"), [(2, "parallel"), (0, (np.pi / 2, 0.0))])
def test_the_ensemble_is_that_of_the_shipped_result(laid_out, held, component, gradient):
    code = "averaged(new Float32Array(decoded(given[0])), given[1], 120)"
    modules = {"learn/browser/dipoles.js": "averaged"}
    found = evaluate(laid_out, modules, code, [held["dipoles"]["values"], component])
    shipped = library.shipped()
    expected = shipped.spectrum(gradient, omega_t=kept.DIPOLE_TIME, estimator="none")
    assert found["mean"] == pytest.approx(expected.cl[1] / (4 * np.pi), rel=1e-5)  # single precision
    # of the run's two grids one is taken here: the noise of pixels is a thousandth at l = 1
    assert found["error"] == pytest.approx(expected.error[1] / (4 * np.pi), rel=0.02)
    time = int(np.abs(shipped.omega_t - kept.DIPOLE_TIME).argmin())
    standard, _ = shipped.standard_dipole(gradient)
    assert found["standard"] == pytest.approx(standard[time] / (4 * np.pi), rel=0.02, abs=0.02)
    assert found["mean"] > 1.5 * found["standard"]


SCATTERING = {"learn/browser/scattering.js": "rateThrough, spectrumOfRate"}


def drawn(p, points=(-1, -0.4, 0.1, 0.3, 0.7)):
    """The points that the picture has, on (1 - x)^p."""
    return [{"x": x, "rate": (1 - x) ** p} for x in points]


@pytest.mark.parametrize("p", [0.05, 1 / 3, 1 / 2, 2 / 3, 0.9])
def test_eq_15_is_that_of_the_library(laid_out, p):
    found = evaluate(laid_out, SCATTERING, "spectrumOfRate(given[0], given[1], 30)", [drawn(p), p])
    expected = theory.spectrum_from_rate(np.arange(1, 31), theory.power_law_rate(p))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(found, theory.spectrum(np.arange(1, 31), p), rtol=1e-6)  # Eq. 16


def test_a_rate_that_was_drawn_by_hand_has_the_spectrum_of_its_integral(laid_out):
    points = [
        {"x": x, "rate": rate}
        for x, rate in zip((-1, -0.4, 0.1, 0.3, 0.7), (0.5, 2, 1, 0.2, 0.8), strict=True)
    ]
    code = "[spectrumOfRate(given[0], 0.6, 12), given[1].map(rateThrough(given[0], 0.6))]"
    xs = np.linspace(-1, 0.99, 60)
    found, rates = evaluate(laid_out, SCATTERING, code, [points, xs.tolist()])

    def rate(x):
        logs = np.log([point["rate"] for point in points])
        at = np.log([1 - point["x"] for point in points])
        y = np.log(1 - x)
        return np.exp(np.interp(y, at[::-1], logs[::-1]) if y > at[-1] else logs[-1] + 0.6 * (y - at[-1]))

    np.testing.assert_allclose(rates, [rate(x) for x in xs], rtol=1e-12)
    for ell in (1, 2, 12):
        inside = scipy.integrate.quad(
            lambda x, ell=ell: x * scipy.special.eval_legendre(ell, x) / rate(x),
            -1,
            0.7,
            points=[-0.4, 0.1, 0.3],
            limit=200,
        )[0]
        weighted = scipy.integrate.quad(
            lambda x, ell=ell: x * scipy.special.eval_legendre(ell, x) * (1 - 0.7) ** 0.6 / 0.8,
            0.7,
            1,
            weight="alg",
            wvar=(0, -0.6),
        )[0]
        expected = 1.5 / (ell * (ell + 1)) * (inside + weighted)
        assert found[ell - 1] == pytest.approx(expected, rel=1e-6)


def test_a_dip_makes_the_quadrupole_negative_and_a_straight_line_is_refused(laid_out):
    points = drawn(0.5)
    points[0]["rate"] = 0.1  # at x = -1
    assert evaluate(laid_out, SCATTERING, "spectrumOfRate(given, 0.5, 2)", points)[1] < 0
    code = "(() => { try { return spectrumOfRate(given, 1, 2) } catch (error) { return error.message } })()"
    assert evaluate(laid_out, SCATTERING, code, points) == "p = 1 must lie between 0 and 1, ends excluded."


@pytest.mark.parametrize("number", [0, 1])
def test_the_theory_is_seen_through_the_window_as_the_library_sees_it(laid_out, held, number):
    p, observed = 0.4, held["observed"]["spectra"][number]
    window = held["observed"]["windows"][observed["window"]]
    modules = {
        "learn/browser/windows.js": "compared",
        "dashboard/browser/shape.js": "shape",
    }
    code = """[true, false].map((through) =>
      compared([0, ...shape(given[0], "printed", 128)], given[1], given[2], through))"""
    seen, sky = evaluate(laid_out, modules, code, [p, observed, window])
    (one,) = (each for each in observations.spectra() if each.key == observed["key"])
    ell = np.arange(1, 129)
    cl = np.r_[0, theory.spectrum(ell, p) / theory.spectrum(1, p)]
    expected = observations.observing_matrix(one, 128) @ cl
    # the matrix is handed out in single precision; its small entries add up
    np.testing.assert_allclose(np.array(seen["value"]) / seen["factor"], expected, rtol=1e-5)
    fit = observations.compare(one, cl, normalization="fit")
    assert seen["factor"] == pytest.approx(fit.factor, rel=1e-3)  # modes of the scatter are rounded
    np.testing.assert_allclose(np.array(sky["value"]) / sky["factor"], cl[one.ell], rtol=1e-12)
    assert seen["off"] != pytest.approx(sky["off"], rel=1e-3)
