import numpy as np
import pytest

from crviz import diffusion
from crviz.gradient import gradient_tensor
from crviz.means import standard_error

GRADIENTS = ["parallel", "perpendicular", (0.7, 2.0)]


def contracted(result, name, gradient):
    return np.einsum("ij,rtij->rt", gradient_tensor(gradient), result.dataset[name].values)


def test_the_power_of_a_spectrum_is_weighted_by_2l_plus_1():
    assert diffusion.total_power([1.0, 2.0, 3.0]) == pytest.approx((1 + 6 + 15) / (4 * np.pi), rel=1e-15)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_both_sides_of_eq_6_are_what_they_are_called(small_run, gradient):
    rule = small_run.power_sum_rule(gradient)
    tensor = small_run.dataset["cl"].values.astype(float)
    each = np.einsum("ij,rtijl,l->rt", gradient_tensor(gradient), tensor, 2 * small_run.ell + 1) / (4 * np.pi)
    np.testing.assert_allclose(rule.left, each.mean(0), rtol=1e-10)  # rounding
    np.testing.assert_allclose(rule.left_error, standard_error(each), rtol=1e-9)
    spread = -2 * small_run.omega_t * contracted(small_run, "rp", gradient)
    np.testing.assert_allclose(rule.right, spread.mean(0), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(rule.right_error, standard_error(spread), rtol=1e-9)
    np.testing.assert_allclose(rule.difference_error, standard_error(each - spread), rtol=1e-9)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_the_power_is_the_mean_square_as_long_as_maps_are_smooth_and_never_more(small_run, gradient):
    rule = small_run.power_sum_rule(gradient, right="mean square")
    np.testing.assert_allclose(rule.right, contracted(small_run, "rr", gradient).mean(0), rtol=1e-12)
    smooth = small_run.omega_t < 1
    # the grid's 2e-3 in <z^2> at nside 8 (tests/physics/test_sum_rules.py)
    np.testing.assert_allclose(rule.left[smooth], rule.right[smooth], rtol=2e-3)
    assert (rule.left <= rule.right * (1 + 2e-3)).all()
    assert rule.left[-1] < 0.97 * rule.right[-1]  # Omega T = 30: 5 % and more are not resolved


def test_a_ballistic_spread_is_half_of_2_t_k(small_run):
    # <z^2> = T^2 / 3 and 2 T K = 2 T^2 / 3 while orbits are straight; turbulence takes T^2 sigma^2 / 6 off
    rule = small_run.power_sum_rule("parallel")
    assert rule.left[0] / rule.right[0] == pytest.approx(0.5, abs=0.015)


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_both_sides_of_eq_7_differ_by_how_far_k_is_above_its_running_average(small_run, gradient):
    rule = small_run.monopole_sum_rule(gradient)
    monopole = np.einsum("ij,rtij->rt", gradient_tensor(gradient), small_run.dataset["cl"].values[..., 0])
    np.testing.assert_allclose(rule.left, monopole.mean(0) / (4 * np.pi), rtol=1e-6)  # float32
    tensors = small_run.diffusion()
    lag = tensors.along(gradient, "k")[0] - tensors.along(gradient, "running")[0]
    # numbers of order <(r.g)^2>, up to 100, to rounding
    np.testing.assert_allclose(rule.right - rule.left, 2 * small_run.omega_t * lag, atol=1e-9)
    np.testing.assert_allclose(
        rule.left_error, standard_error(monopole.astype(float)) / (4 * np.pi), rtol=1e-5
    )


def test_another_right_side_is_refused_by_name(small_run):
    with pytest.raises(ValueError, match=r"right = 'left' must be one of 'diffusion', 'mean square'"):
        small_run.power_sum_rule(right="left")
