"""What the browser is sent, contracted here as it is contracted there, against the result itself."""

import numpy as np
import pytest

from crviz import atlas
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.tensors import tensors_of

GRADIENTS = ["parallel", "perpendicular", (0.7, 2.1), (1.2, 4.0), (np.pi / 2, 5.5)]
SINGLE = 1e-5  # single precision, and sums of six terms


def weights(gradient):
    """What xx, yy, zz, xy, xz, yz count in g_i g_j X_ij."""
    if gradient == "parallel":
        return np.array([0, 0, 1, 0, 0, 0.0])
    if gradient == "perpendicular":
        return np.array([0.5, 0.5, 0, 0, 0, 0])
    theta, phi = gradient
    x, y, z = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)
    return np.array([x * x, y * y, z * z, 2 * x * y, 2 * x * z, 2 * y * z])


class Reader:
    """Reads flat arrays for one gradient, from their documented shapes alone."""

    def __init__(self, content, gradient):
        self.content, self.weights = content, weights(gradient)
        self.times = len(content["omega_t"])

    def value(self, name):
        return np.einsum("a,tal->tl", self.weights, self._of(name))

    def variance(self, name):
        """The variance (T, n), and by how much the rounding of the correlations may change it."""
        part = self.weights[:, None] * self._of(f"{name}_error")
        pairs = np.array([part[:, a] * part[:, b] for a in range(6) for b in range(a + 1, 6)]).swapaxes(0, 1)
        correlation = self.content[f"{name}_correlation"].reshape(self.times, 15, -1) / 127
        variance = (part**2).sum(1) + 2 * (correlation * pairs).sum(1)
        return variance, 2 * 0.5 / 127 * np.abs(pairs).sum(1)

    def _of(self, name):
        return self.content[name].reshape(self.times, 6, -1).astype(float)


def assert_variance_is(reader, name, error):
    variance, rounding = reader.variance(name)
    error = error.reshape(variance.shape)
    assert (np.abs(variance - error**2) <= rounding + SINGLE * error**2).all()


@pytest.fixture(scope="module", params=["one grid", "two grids", "two grids, reduced"])
def any_result(request, small_run, cross_run):
    results = {"one grid": small_run, "two grids": cross_run, "two grids, reduced": cross_run.reduced()}
    return results[request.param]


@pytest.fixture(params=["eq9", "plateau", "cross", "none"])
def estimator(request, any_result):
    if request.param == "cross" and "cl_cross" not in any_result.dataset:
        pytest.skip("a single grid")
    return request.param


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_the_spectrum_its_error_and_its_noise_are_the_results(any_result, estimator, gradient):
    reader = Reader(tensors_of(any_result, estimator), gradient)
    truth = any_result.evolution(gradient, estimator=estimator)
    # where noise is taken off, what is left is a small difference of numbers of this size
    size = np.abs(any_result.evolution(gradient, estimator="none").cl) + truth.noise[:, None]
    np.testing.assert_array_less(np.abs(reader.value("estimate") - truth.cl), SINGLE * size)
    np.testing.assert_allclose(reader.value("noise")[:, 0], truth.noise, rtol=SINGLE)
    assert_variance_is(reader, "estimate", truth.error)


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_the_plain_power_and_the_errors_of_its_lowest_two_are_the_results(any_result, gradient):
    content = tensors_of(any_result, "eq9")
    reader = Reader(content, gradient)
    truth = any_result.evolution(gradient, estimator="none")
    power = reader.value("power")
    assert power.shape[1] >= 10  # Figure 1 draws l = 0 to 9
    # the parallel part of a sum may cancel the perpendicular one: compare with the largest component
    np.testing.assert_allclose(power, truth.cl[:, : power.shape[1]], rtol=10 * SINGLE)
    np.testing.assert_allclose(reader.value("dipole"), truth.cl[:, :2], rtol=10 * SINGLE)
    assert_variance_is(reader, "dipole", truth.error[:, :2])


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
def test_the_standard_dipole_is_the_results(any_result, gradient):
    reader = Reader(tensors_of(any_result, "none"), gradient)
    value, error = any_result.standard_dipole(gradient)
    size = any_result.evolution(gradient, estimator="none").cl[
        :, 1
    ]  # of which the variance of the mean is taken off
    np.testing.assert_array_less(np.abs(reader.value("standard")[:, 0] - value), SINGLE * size)
    assert_variance_is(reader, "standard", error)


@pytest.mark.parametrize("gradient", GRADIENTS, ids=str)
@pytest.mark.parametrize("name", ["k", "running"])
def test_the_diffusion_tensors_are_the_results(any_result, gradient, name):
    reader = Reader(tensors_of(any_result, "none"), gradient)
    tensors = any_result.diffusion()
    value, error = tensors.interval(gradient) if name == "k" else tensors.along(gradient, name)
    size = np.abs(getattr(any_result.diffusion(), name)).max((1, 2))
    np.testing.assert_array_less(np.abs(reader.value(name)[:, 0] - value), SINGLE * size)
    assert_variance_is(reader, name, error)


def test_the_times_are_the_results(any_result):
    np.testing.assert_array_equal(tensors_of(any_result, "eq9")["omega_t"], any_result.omega_t)


@pytest.mark.parametrize("estimator", ["eq9", "plateau", "none"])
def test_one_field_has_values_and_no_errors(lone_run, estimator):
    content = tensors_of(lone_run, estimator)
    reader = Reader(content, (0.4, 1.0))
    np.testing.assert_allclose(
        reader.value("estimate"),
        lone_run.evolution((0.4, 1.0), estimator=estimator).cl,
        atol=SINGLE * lone_run.evolution((0.4, 1.0), estimator="none").cl.max(),
    )
    for name in ("estimate", "dipole", "standard", "k", "running"):
        # not above zero, in JavaScript's comparison: no bar is drawn and no error written
        assert not (content[f"{name}_error"] > 0).any()


def test_what_is_sent_is_as_small_as_it_can_be(cross_run):
    content = tensors_of(cross_run, "cross")
    for name, value in content.items():
        if name.endswith(("_correlation", "_vectors")):
            assert value.dtype == np.int8
        elif isinstance(value, np.ndarray) and name not in ("omega_t", "dipole_times"):
            two_bytes = name.startswith(("scatter_", "shape_")) and name != "scatter_times"
            assert value.dtype == (np.int16 if two_bytes else np.float32)
        if isinstance(value, np.ndarray):
            assert value.ndim == 1


def test_without_a_second_grid_the_cross_estimator_falls_back_on_eq9(small_run):
    shown, direct = LabelledSource(small_run, "here").tensors("cross"), tensors_of(small_run, "eq9")
    np.testing.assert_array_equal(shown["estimate"], direct["estimate"])
    assert shown["source"] == "over 6 fields"


def test_one_field_is_called_so(lone_run):
    assert LabelledSource(lone_run, "here").tensors("none")["source"] == "over 1 field"


@pytest.mark.parametrize("gradient", [(0.0, 0.0), (0.7, 2.1), (np.pi / 2, 0.0)])
def test_directions_of_dipoles_are_those_of_the_result(any_result, gradient):
    content = tensors_of(any_result, "eq9")
    times = content["dipole_times"]
    sent = content["dipole_vectors"].reshape(len(times), -1, 3, 3).astype(float)
    sent *= np.abs(sent)
    theta, phi = gradient
    g = np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    for time in (0, 6, len(times) - 1):
        there = any_result.dipole_direction(gradient, omega_t=times[time])
        here = -np.einsum("i,ria->ra", g, sent[time])
        cosine = (here * there.excess).sum(-1) / np.linalg.norm(here, axis=-1)
        # a byte each: where a gradient across B0 leaves a hundredth of the largest value, that is 3 degrees
        assert np.degrees(np.arccos(np.clip(cosine / np.linalg.norm(there.excess, axis=-1), -1, 1))).max() < 3


def test_a_place_of_the_atlas_has_no_dipoles_of_single_fields():
    assert "dipole_vectors" not in tensors_of(atlas.load().interpolate(0.5, 0.1), "cross")


def test_what_one_sky_scatters_is_that_of_the_atlas(small_run):
    told, known = tensors_of(small_run, "eq9"), atlas.one_sky(small_run)
    assert known is not None
    np.testing.assert_allclose(told["scatter_times"], known.omega_t, rtol=SINGLE)
    steps = told["scatter_sky_cl"].astype(float).reshape(known.whole.cl.shape)
    found = np.where(steps == -32767, np.nan, np.exp(steps / 4096))
    expected = np.where(known.whole.cl > 0, known.whole.cl, np.nan)
    np.testing.assert_allclose(found, expected, rtol=2e-4)  # half a step of 1 / 4096
    assert np.isfinite(found[..., 1:4]).mean() > 0.5  # at early times pixels hide the higher ones
