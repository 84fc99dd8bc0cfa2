import numpy as np
import pytest

from crviz import library, spectra
from crviz.checks import ParameterError
from crviz.gradient import gradient_tensor
from crviz.means import standard_error
from crviz.result import Summary

GRADIENTS = ["parallel", "perpendicular", (0.7, 2.0)]


@pytest.fixture(scope="module")
def early(small_run):
    """As it was reduced by versions that kept no more than means of the spectra."""
    return Summary(small_run.reduced().dataset.drop_vars(["monopole", "power"]))


def each_tensor(result):
    """The tensors of `Diffusion` in every realisation."""
    data, times = result.dataset, 2 * result.omega_t[:, None, None]
    k = -data["rp"].values
    monopole = data["cl"].values[..., 0].astype(float) / (4 * np.pi)
    return {
        "k": k,
        "running": data["rr"].values / times,
        "relative": (data["rr"].values - monopole) / times,
        "relative_eq7": k - monopole / times,
    }


@pytest.mark.parametrize("gradient", GRADIENTS)
@pytest.mark.parametrize("which", ["k", "running", "relative", "relative_eq7"])
def test_every_gradients_diffusion_has_its_exact_error(small_run, gradient, which):
    each = np.einsum("ij,rtij->rt", gradient_tensor(gradient), each_tensor(small_run)[which])
    value, error = small_run.diffusion().along(gradient, which)
    np.testing.assert_allclose(value, each.mean(0), rtol=1e-9, atol=1e-12)  # rounding
    np.testing.assert_allclose(error, standard_error(each), rtol=1e-7)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_the_standard_dipole_is_a_contraction_with_its_exact_error(small_run, gradient):
    g = gradient_tensor(gradient)
    weight = np.array([g[0, 0], g[1, 1], g[2, 2], 2 * g[0, 1], 2 * g[0, 2], 2 * g[1, 2]])
    tensor, covariance = small_run.standard_dipole_tensor()
    value, error = small_run.standard_dipole(gradient)
    np.testing.assert_allclose(np.einsum("ij,tij->t", g, tensor), value, rtol=1e-12, atol=1e-13)  # rounding
    np.testing.assert_allclose(np.sqrt(weight @ covariance @ weight), error, rtol=1e-9)


def test_the_drift_is_half_of_xy_minus_yx(small_run):
    k = each_tensor(small_run)["k"]
    drift = (k[..., 0, 1] - k[..., 1, 0]) / 2
    found = small_run.diffusion()
    np.testing.assert_allclose(found.drift[:, 2], drift.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.drift_error[:, 2], standard_error(drift), rtol=1e-12)
    # a helix has (1 - cos T) / 3; at Omega T = 0.3 it turns in B_z = 1 + dB_z, which scatters by 0.6
    error = found.drift_error[0, 2]
    assert found.drift[0, 2] == pytest.approx((1 - np.cos(0.3)) / 3, abs=3 * error)
    assert error < 0.4 * found.drift[0, 2]


def test_what_is_no_tensor_is_refused(small_run):
    with pytest.raises(ValueError, match=r"which = 'drift' must be one of 'k', 'running'"):
        small_run.diffusion().along("parallel", "drift")


@pytest.mark.parametrize(
    "call",
    [
        lambda result: vars(result.diffusion()),
        lambda result: vars(result.power_sum_rule("perpendicular")),
        lambda result: vars(result.power_sum_rule("parallel", right="mean square")),
        lambda result: vars(result.monopole_sum_rule((0.7, 2.0))),
    ],
)
def test_a_reduced_result_answers_as_a_whole_one(small_run, call):
    small, whole = call(small_run.reduced()), call(small_run)
    for name, values in whole.items():
        # float32: 6e-8 of sums that cancel to a tenth and more
        np.testing.assert_allclose(
            small[name], values, rtol=1e-5, atol=1e-6 * np.abs(values).max(), err_msg=name
        )


def test_a_result_of_an_early_version_answers_without_the_errors_that_it_cannot_have(small_run, early):
    found, whole = early.diffusion(), small_run.diffusion()
    for name in ("relative", "relative_eq7"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(whole, name), rtol=1e-5, atol=1e-6
        )  # float32
        assert np.isnan(found.along("parallel", name)[1]).all()
    np.testing.assert_array_equal(found.k_covariance, whole.k_covariance)
    rule = early.power_sum_rule()
    np.testing.assert_allclose(rule.left, small_run.power_sum_rule().left, rtol=1e-5)
    assert np.isnan(rule.left_error).all()
    assert np.isnan(rule.difference_error).all()
    np.testing.assert_array_equal(rule.right_error, small_run.power_sum_rule().right_error)
    np.testing.assert_array_equal(early.regime().exponent, small_run.regime().exponent)


def test_one_realisation_is_told_without_errors(lone_run):
    assert np.isnan(lone_run.diffusion().along("parallel")[1]).all()
    assert np.isnan(lone_run.power_sum_rule().difference_error).all()
    regime = lone_run.regime()
    assert np.isnan(regime.error).all()
    assert (regime.name[0] == "ballistic") == (regime.exponent[0] >= 1.9)


def test_the_shipped_run_spreads_faster_than_diffusion_along_the_field_and_slower_across():
    shipped = library.shipped()
    along, across = shipped.regime("parallel"), shipped.regime("perpendicular")
    assert along.name[0] == across.name[0] == "ballistic"
    # 120 fields at Omega T = 300; K_par still grows, K_perp falls
    assert 1 + 2 * along.error[-1] < along.exponent[-1] < 1.3
    assert across.exponent[-1] < 1 - 2 * across.error[-1]


def test_separations_come_from_the_correlation_of_positions(small_run):
    angles = np.radians([20.0, 90.0])
    found = small_run.separation(angles)
    data = small_run.dataset
    trace = np.einsum("rtiil->rtl", data["cl"].values.astype(float))
    own = np.einsum("rtii->rt", data["rr"].values)
    weights = (2 * small_run.ell + 1) / (4 * np.pi)
    legendre = np.polynomial.legendre.legvander(np.cos(angles), small_run.ell[-1])
    each = 2 * (own[..., None] - trace @ (weights * legendre).T)
    np.testing.assert_allclose(found.square, each.mean(0), rtol=1e-10)
    np.testing.assert_allclose(found.square_error, standard_error(each), rtol=1e-9)
    np.testing.assert_allclose(found.mean_square, own.mean(0), rtol=1e-12)
    # straight lines at Omega T = 0.3: momenta keep their angle but for T^2 sigma^2 / 3 = 3 %
    np.testing.assert_allclose(found.alignment[0], np.cos(angles), atol=0.03)


def test_the_correlation_at_no_angle_is_the_power(small_run):
    cl = small_run.dataset["cl"].values[0, :, 2, 2].astype(float)
    power = cl @ (2 * small_run.ell + 1) / (4 * np.pi)
    np.testing.assert_allclose(spectra.correlation(cl, np.array([0.0]))[:, 0], power, rtol=1e-12)


def test_a_reduced_result_has_the_same_separations_without_errors(cross_run):
    small, whole = (r.separation([0.5, 2.0]) for r in (cross_run.reduced(), cross_run))
    np.testing.assert_allclose(small.square, whole.square, rtol=1e-5)  # float32
    np.testing.assert_array_equal(small.alignment, whole.alignment)
    assert np.isnan(small.square_error).all()
    assert np.isfinite(whole.square_error).all()


@pytest.mark.parametrize("theta", [0.0, 0.19, 3.2, np.nan])
def test_angles_that_spectra_do_not_resolve_are_refused(small_run, theta):
    with pytest.raises(ParameterError, match=r"^theta = "):
        small_run.separation([1.0, theta])  # l_max = 16: 0.196 at least
