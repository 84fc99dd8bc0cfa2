"""The page's JavaScript, module by module, against the library: no server, no page."""

import base64
import json

import numpy as np
import pytest

from crviz import sky, theory
from crviz.dashboard import javascript
from crviz.plots import mollweide
from crviz.sky import pixel_directions

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def blank(browser):
    """An empty page with the modules loaded, as `modules.NAME.function`."""
    context = browser.new_context()
    page = context.new_page()
    page.evaluate("window.modules = {}")
    own = javascript.FOLDER.parent / "panels"
    for name in ("sky", "healpix", "shape", "tensor", "view"):
        module = own / "sky/sky.js" if name == "sky" else name
        code = base64.b64encode(javascript.bundle(module).encode()).decode()
        page.evaluate(
            "async ([name, code]) => { modules[name] = await import('data:text/javascript;base64,' + code) }",
            [name, code],
        )
    yield page
    context.close()


@pytest.fixture
def call(blank):
    """Calls an exported function; lists go there and back."""

    def call(name, *arguments):
        return blank.evaluate(
            f"(given) => JSON.stringify(modules.{name}(...given), "
            "(_, v) => (ArrayBuffer.isView(v) ? Array.from(v) : v))",
            list(arguments),
        )

    return lambda name, *arguments: json.loads(call(name, *arguments))


# --- the sky


@pytest.mark.parametrize(
    ("nside", "width"), [(1, 200), (2, 200), (4, 320), (8, 640), (16, 640), (32, 640), (64, 640)]
)
def test_a_picture_shows_the_pixels_that_python_would_show(call, nside, width):
    np.testing.assert_array_equal(
        np.reshape(call("sky.pictureIndex", nside, width), (width // 2, width)),
        mollweide.pixel_index(nside, width),
    )


@pytest.mark.parametrize("nside", [1, 2, 4, 32])
def test_pixels_lie_where_healpix_has_them(call, nside):
    vectors = call("healpix.pixelVectors", nside)
    np.testing.assert_allclose(
        [vectors["x"], vectors["y"], vectors["z"]], pixel_directions(nside), atol=1e-14
    )


def test_directions_and_places_are_pythons(call):
    rng = np.random.default_rng(3)
    theta, phi = np.arccos(rng.uniform(-1, 1, 40)), rng.uniform(0, 2 * np.pi, 40)
    theta[:2] = 0, np.pi  # the poles
    for t, f in zip(theta, phi, strict=True):
        x, y = call("sky.project", t, f)
        # at the poles Newton's steps halve the distance only, here as there: 2e-6
        np.testing.assert_allclose([x, y], mollweide.project(t, f), atol=1e-5)
    for x, y in rng.uniform([-1.3, -0.6], [1.3, 0.6], (40, 2)):
        there = call("sky.unproject", x, y)
        np.testing.assert_allclose([there["theta"], there["phi"]], mollweide.unproject(x, y), atol=1e-12)
    assert call("sky.unproject", 1.9, 0.9) is None


def angular_means(values, nside, radius):
    """Means over the pixels within an angle of every pixel, by brute force."""
    vectors = pixel_directions(nside)
    near = vectors.T @ vectors >= np.cos(radius)
    return near @ values / near.sum(1)


@pytest.mark.parametrize(("nside", "radius"), [(4, 10), (8, 10), (16, 3), (16, 10), (16, 20), (32, 1.5)])
def test_smoothing_is_the_mean_over_a_disc(call, nside, radius):
    values = np.random.default_rng(nside).normal(size=12 * nside**2)
    found = call("sky.smoothed", values.tolist(), nside, np.radians(radius))
    # sums of up to some 100 pixels, kept in single precision
    np.testing.assert_allclose(found, angular_means(values, nside, np.radians(radius)), atol=1e-6)
    np.testing.assert_allclose(found, sky.smoothed(values, np.radians(radius)), atol=1e-6)  # of the files


@pytest.mark.parametrize("nside", [1, 2, 8, 64])
def test_between_pixels_lies_what_healpix_interpolates(call, nside):
    """In all points of a picture, those beside the poles included, on a map without neighbours alike."""
    values = np.random.default_rng(nside).normal(size=12 * nside**2)
    found = call("sky.picture", values.tolist(), nside, 128, "bilinear")  # JSON has no NaN
    found = np.reshape(np.array(found, float), (64, 128))
    theta, phi = mollweide.directions(128)
    inside = np.isfinite(theta)
    assert (np.isfinite(found) == inside).all()
    expected = sky.interpolated(values, np.pi - theta[inside], (phi[inside] + np.pi) % (2 * np.pi))
    np.testing.assert_allclose(found[inside], expected, atol=2e-6)  # weights in single precision


def test_smoothing_leaves_a_constant_as_it_is(call):
    np.testing.assert_allclose(call("sky.smoothed", [2.5] * 3072, 16, np.radians(10)), 2.5, rtol=1e-6)


@pytest.mark.parametrize("nside", [8, 32])
def test_without_its_dipole_a_map_has_none_and_keeps_the_rest(call, nside):
    n = pixel_directions(nside)
    x, y, z = n
    quadrupole = x * y + 0.5 * (3 * z**2 - 1)
    dipole = np.array([0.3, -2, 0.7])
    found = call("sky.withoutDipole", (4.0 + dipole @ n + quadrupole).tolist(), nside)
    # the mean of n_i n_j over the pixels misses 1/3 by this much; the map is kept in single precision
    defect = np.abs(n @ n.T / n.shape[1] - np.eye(3) / 3).max()
    assert defect < 0.05 / nside**2
    np.testing.assert_allclose(found, 4.0 + quadrupole, atol=3 * np.abs(dipole).sum() * defect + 1e-6)
    of_the_files = sky.without_dipole(4.0 + dipole @ n + quadrupole)
    np.testing.assert_allclose(found, of_the_files, atol=1e-6)


def test_a_map_is_positions_times_gradient(call):
    rng = np.random.default_rng(1)
    components, gradient = rng.integers(-32767, 32768, (3, 12)), [0.36, 0.48, 0.8]
    found = call("sky.relativeIntensity", components.ravel().tolist(), 0.01, gradient)
    np.testing.assert_allclose(found, 0.01 * np.array(gradient) @ components, rtol=1e-5, atol=1e-4)


# --- theory


@pytest.mark.parametrize("form", theory.FORMS)
@pytest.mark.parametrize("p", [0.02, 1 / 3, 0.5, 2 / 3, 0.98])
def test_the_analytic_shape_is_equation_16(call, p, form):
    ell = np.arange(1, 129)
    expected = theory.spectrum(ell, p, form=form)
    # 128 products, each good to 1e-16, against differences of ln Gamma of some hundreds
    np.testing.assert_allclose(call("shape.shape", p, form, 128), expected / expected[0], rtol=1e-11)


def test_the_slope_of_a_power_law_is_its_power(call):
    ell = np.arange(40)
    assert call("shape.slope", ((ell + 0.5) ** -2.75).tolist(), 2, 12) == pytest.approx(-2.75, abs=1e-12)


def test_a_spectrum_that_is_not_positive_has_no_slope(call):
    assert call("shape.slope", [1.0] * 5 + [-1.0] * 10, 2, 12) is None  # NaN, in JSON


# --- tensors


def test_a_gradient_counts_the_components_of_a_tensor(call):
    rng = np.random.default_rng(2)
    tensor = rng.normal(size=(3, 3))
    tensor = tensor + tensor.T
    for theta, phi in rng.uniform([0, 0], [np.pi, 2 * np.pi], (10, 2)):
        g = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
        components = [tensor[i, j] for i, j in ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))]
        assert np.dot(call("tensor.gradientWeights", theta, phi), components) == pytest.approx(g @ tensor @ g)


def test_the_error_of_a_contraction_is_that_of_its_covariance(call):
    rng = np.random.default_rng(4)
    sample = rng.normal(size=(40, 6)) @ rng.normal(size=(6, 6))
    covariance, weights = np.cov(sample.T), rng.normal(size=6)
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviation, deviation)
    upper = [127 * correlation[a, b] for a in range(6) for b in range(a + 1, 6)]  # not rounded here
    (found,) = call("tensor.contractError", deviation.tolist(), upper, 0, 1, weights.tolist())
    assert found == pytest.approx(np.sqrt(weights @ covariance @ weights))


@pytest.mark.parametrize("omega_t", [0.1, 0.35, 3.0, 9.9, 1e9])
def test_the_nearest_time_is_the_results(call, omega_t, small_run):
    assert call("view.nearest", small_run.omega_t.tolist(), omega_t) == small_run.time_index(omega_t)
