"""What is kept of one field, against its orbits and maps."""

import numpy as np
import pytest

from crviz import ensemble, observations, run
from crviz.atlas.fields import _rounded, kept, windows
from crviz.harmonics import real_coefficients
from crviz.sky import random_rotation

LATE = np.array([1, 2])
#: What is kept has 8 binary digits, what quantiles are of 6.
ROUNDING, ROUGHLY = 2.0**-7, 2.0**-5


@pytest.fixture(scope="module")
def traced(small_grid):
    """A fine configuration, orbits of its second field, and what is kept of it."""
    _, config = small_grid.configs(1.0, 0.1)
    ((index, r, p),) = ensemble.traced(config, range(1, 2))
    return config, r, p, kept(config, index, r, p, LATE)


def test_moments_are_means_over_the_directions_of_both_grids(traced):
    config, r, p, each = traced
    mean = np.einsum("tin,tjn->tij", r, p) / config.n_orbits
    np.testing.assert_allclose(each["k"][0], -mean[:, 2, 2], rtol=ROUNDING)
    np.testing.assert_allclose(each["k"][1], -(mean[:, 0, 0] + mean[:, 1, 1]) / 2, rtol=ROUNDING)
    np.testing.assert_allclose(each["k_antisymmetric"], (mean[:, 1, 0] - mean[:, 0, 1]) / 2, rtol=ROUNDING)
    running = (r[:, 2] ** 2).mean(-1) / 2 / np.array(config.omega_t)
    np.testing.assert_allclose(each["running"][0], running, rtol=ROUNDING)


def test_spectra_are_those_of_a_run(traced):
    config, r, _, each = traced
    data = run(config, 2).dataset.isel(realization=1)
    cross, auto = (data[name].values.astype(float) for name in ("cl_cross", "cl"))
    np.testing.assert_allclose(each["cl"][0], cross[:, 2, 2], rtol=ROUNDING)
    np.testing.assert_allclose(each["cl"][1], (cross[:, 0, 0] + cross[:, 1, 1]) / 2, rtol=ROUNDING)
    for axis in (0, 1):
        np.testing.assert_allclose(each["cl_across"][axis], cross[LATE, axis, axis], rtol=ROUGHLY)
    # what one grid has more is its noise; here for the mean of both
    n = config.n_pixels
    b = real_coefficients(r[:, 2, n:], config.nside, 2 * config.nside)  # rotating it changes no power
    degree = 2 * np.arange(9) + 1
    power = np.add.reduceat(b**2, np.arange(9) ** 2, axis=-1) / degree
    np.testing.assert_allclose(
        each["noise"][0],
        (auto[:, 2, 2] + power) / 2 - cross[:, 2, 2],
        rtol=1e-4,
        atol=1e-6 * auto[:, 2, 2].max(),
    )


def test_the_dipole_of_free_flight_is_that_of_the_momentum(traced):
    # r(-T) = -p T at first: its l = 1 coefficients y, z, x are -T sqrt(4 pi / 3) for y, z, x
    config, _, _, _ = traced
    early = config.replace(omega_t=(0.01, 0.02, 0.03), n_modes=20)
    ((index, r, p),) = ensemble.traced(early, range(1))
    dipole = kept(early, index, r, p, LATE)["dipole"][0]
    expected = -0.01 * np.sqrt(4 * np.pi / 3) * np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_allclose(dipole, expected, atol=0.01 * 0.07)


def test_coarse_grids_keep_of_dipoles_what_has_a_mean(traced):
    config, r, p, each = traced
    coarse = kept(config, 1, r, p, None)
    assert "seen_cl" not in coarse
    # of r_z only z, of r_x and r_y only x and y: half a turn about B0 changes the signs of the others
    assert (coarse["dipole"][:, 2, [0, 2]] == 0).all()
    assert (coarse["dipole"][:, :2, 1] == 0).all()
    np.testing.assert_allclose(coarse["dipole"][:, 2, 1], each["dipole"][:, 2, 1], rtol=2 * ROUGHLY)


def test_what_is_seen_through_a_window_is_the_power_of_its_coefficients(traced):
    config, r, _, each = traced
    assert each["seen_cl"].shape == (
        3,
        2,
        sum(one.ell[one.ell <= 2 * config.nside].size for one in windows()),
    )
    n, ends = config.n_pixels, np.cumsum([one.ell[one.ell <= 2 * config.nside].size for one in windows()])
    rotation = random_rotation(config, 1)
    for one, end in zip(windows(), ends, strict=True):
        a, b = (
            observations.seen_coefficients(
                one, real_coefficients(maps[LATE], config.nside, 2 * config.nside, turn)
            )
            for maps, turn in ((r[..., :n], None), (r[..., n:], rotation))
        )
        there = observations.seen_spectra(one, a, b, 2 * config.nside).swapaxes(0, 1)
        np.testing.assert_allclose(each["seen_cl"][..., end - there.shape[-1] : end], there, rtol=ROUGHLY)


def test_every_observation_has_a_window_and_equals_share_one():
    described = [
        (one.field_of_view, one.smoothing, one.pseudo, one.measures_m0, tuple(one.ell)) for one in windows()
    ]
    assert len(described) == len(set(described))
    assert len(windows()) < len(observations.spectra())


def test_rounding_has_no_bias(traced):
    # 40000 numbers between 1 and 1 + 2^-7, which a rounding down or to the nearest would all take for 1
    values = np.full(40000, 1 + 0.3 * 2.0**-7)
    found = _rounded(values, 8, np.random.default_rng(1))
    assert set(found) == {np.float32(1), np.float32(1 + 2.0**-7)}
    assert found.mean(dtype=float) == pytest.approx(values[0], abs=4 * 0.46 * 2.0**-7 / 200)
    signs = np.array([0.0, -1.0, 1.0])
    np.testing.assert_array_equal(_rounded(signs, 8, np.random.default_rng(1)), signs)


def test_the_same_field_is_kept_alike_whatever_came_before(traced):
    config, r, p, each = traced
    again = kept(config, 1, r, p, LATE)
    for name, values in each.items():
        np.testing.assert_array_equal(again[name], values)
