import numpy as np
import pytest

from crviz import Config, diffusion, run

OMEGA_T = np.array([1.0, 5.0, 20.0])


def moments(exponent, fields=2):
    """<r_i r_i> = T^a, in every field alike: K_ii = a T^(a - 1) / 2."""
    one = np.eye(3) * (OMEGA_T**exponent)[:, None, None]
    rr = np.stack([one] * fields)
    return of(rr, -exponent / (2 * OMEGA_T[:, None, None]) * rr)


def of(rr, rp):
    """Moments of which C_0 and the whole power do not matter."""
    return diffusion.Moments(OMEGA_T, rr, rp, rr, rr)


@pytest.mark.parametrize(
    ("exponent", "name"),
    [
        (2.0, "ballistic"),
        (1.95, "ballistic"),
        (1.85, "superdiffusive"),
        (1.15, "superdiffusive"),
        (1.05, "diffusive"),
        (0.95, "diffusive"),
        (0.85, "subdiffusive"),
        (0.0, "subdiffusive"),
    ],
)
@pytest.mark.parametrize("gradient", ["parallel", "perpendicular", (0.7, 2.0)])
def test_a_power_of_the_time_has_its_exponent_and_its_name(exponent, name, gradient):
    found = diffusion.regime(moments(exponent), gradient)
    np.testing.assert_allclose(found.exponent, exponent, atol=1e-12)  # rounding
    np.testing.assert_allclose(found.error, 0, atol=1e-12)
    assert found.name.tolist() == [name] * 3


@pytest.mark.parametrize(
    ("exponent", "error", "name"),
    [
        (1.3, 0.1, "superdiffusive"),
        (1.3, 0.2, "diffusive"),
        (0.7, 0.1, "subdiffusive"),
        (0.7, 0.2, "diffusive"),
        (1.7, 0.2, "ballistic"),
        (1.5, 0.2, "superdiffusive"),
        (1.5, 0.3, "undetermined"),
        (1.3, np.nan, "superdiffusive"),
        (2.15, 0.1, "ballistic"),
        (2.5, 0.1, diffusion.GYRATING),
        (-0.5, 0.1, diffusion.GYRATING),
    ],
)
def test_the_name_takes_the_error_into_account(exponent, error, name):
    """K of two fields apart by so much that the exponent has this error; <r r> the same in both."""
    fields = 1 if np.isnan(error) else 2
    alike = moments(exponent, fields)
    rp = alike.rp
    if fields == 2:  # the standard error of two values is half their distance
        rp = rp + np.array([-1, 1])[:, None, None, None] * error / (2 * OMEGA_T[:, None, None]) * alike.rr
    found = diffusion.regime(of(alike.rr, rp), "parallel")
    np.testing.assert_allclose(found.error, error, rtol=1e-10)
    assert found.name.tolist() == [name] * 3


def test_without_turbulence_the_motion_is_ballistic_along_the_field_and_goes_nowhere_across_it():
    result = run(Config(sigma2=0, n_modes=1, nside=4, omega_t=(1.0, 2.0, 20.0), step=0.01), 2)
    along = result.regime("parallel")
    np.testing.assert_allclose(along.exponent, 2, atol=1e-10)  # r_z = -p_z T: rounding
    assert set(along.name) == {"ballistic"}
    turned = result.omega_t
    # <x^2> = 2 (1 - cos T) / 3 and K_xx = sin T / 3; the rotation of a step is exact, chords for arcs
    # err by h^2 / 12, 1e-5
    expected = turned * np.sin(turned) / (1 - np.cos(turned))
    np.testing.assert_allclose(result.regime("perpendicular").exponent, expected, rtol=1e-4)


def test_the_exponent_is_the_slope_of_the_mean_square_in_turbulence_too():
    times = np.geomspace(1, 20, 121)
    result = run(Config(nside=2, omega_t=times), 3)
    for gradient, i in (("parallel", [2]), ("perpendicular", [0, 1])):
        mean_square = result.dataset["rr"].values[:, :, i, i].sum(-1).mean(0)
        slope = np.gradient(np.log(mean_square), np.log(times))[1:-1]
        # central differences over 2 x 2.5 % of T, in which gyration turns by up to 1 at the end: a few per
        # cent there; a wrong factor or index would be off by 1
        np.testing.assert_allclose(result.regime(gradient).exponent[1:-1], slope, atol=0.08)


def test_the_papers_turbulence_starts_ballistic_and_becomes_slower(small_run):
    found = small_run.regime("parallel")
    # at Omega T = 0.3 orbits are straight but for T^2 sigma^2 / 6, 1.5 %
    assert found.exponent[0] == pytest.approx(2, abs=0.05)
    assert found.name[0] == "ballistic"
    assert found.exponent[-1] < 2 - 2 * found.error[-1]
    assert set(found.name) <= set(diffusion.REGIMES)
