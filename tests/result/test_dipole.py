"""Where the dipole's excess comes from."""

import numpy as np
import pytest

from crviz import Config, atlas, library, run
from crviz.gradient import gradient_vector
from crviz.result import NotKept
from crviz.result.dipole import angles
from crviz.sky import dipole


def test_straight_orbits_have_their_excess_towards_the_gradient():
    """r(-T) = -p T before anything bends it: delta I = -T p.g, so that more come from n = -p along g."""
    result = run(Config(nside=8, omega_t=(0.01, 1.0), n_modes=20), 3)
    found = result.dipole_direction((1.1, 0.4), omega_t=0.01)
    assert found.omega_t == 0.01
    # the fields turn orbits by some 0.02 rad, and the quadrature errs by 1e-3
    np.testing.assert_allclose(found.excess, np.tile(0.01 * gradient_vector((1.1, 0.4)), (3, 1)), atol=5e-4)
    assert found.to_gradient.max() < 0.05
    np.testing.assert_allclose(found.to_field, 1.1, atol=0.05)


def test_without_turbulence_only_the_part_along_the_field_stays():
    """A gradient at 60 degrees: along B0 the dipole is T cos 60, across it at most that of a gyration."""
    t = 2 * np.pi * 4  # whole turns: across B0 nothing is left
    result = run(Config(sigma2=0.0, nside=8, omega_t=(t,), step=0.01), 1)
    found = result.dipole_direction((np.pi / 3, 1.0))
    assert found.to_field == pytest.approx([0], abs=5e-3)  # of the quadrature
    assert found.to_gradient == pytest.approx([np.pi / 3], abs=5e-3)
    assert np.linalg.norm(found.mean) == pytest.approx(t / 2, rel=5e-3)
    # the other way round: against B0
    assert result.dipole_direction((2 * np.pi / 3, 1.0)).to_field == pytest.approx([np.pi], abs=5e-3)


def test_it_is_that_of_the_map(small_run):
    gradient = (0.7, 2.0)
    values, time = small_run.sky_map(gradient)
    found = small_run.dipole_direction(gradient, omega_t=time)
    np.testing.assert_allclose(
        found.excess[0], -dipole(values.astype(float)), rtol=2e-2
    )  # no iteration there
    assert 4 * np.pi / 9 * (found.excess**2).sum(-1).mean() == pytest.approx(
        small_run.spectrum(gradient, omega_t=time, estimator="none").cl[1], rel=1e-5
    )


def test_across_the_field_observers_of_both_gradients_are_pooled(small_run):
    found = small_run.dipole_direction("perpendicular", omega_t=10.0)
    of_x, of_y = (small_run.dipole_direction((np.pi / 2, phi), omega_t=10.0) for phi in (0, np.pi / 2))
    assert found.excess.shape == (12, 3)
    for name in ("to_field", "to_gradient"):
        pooled = np.concatenate([getattr(of_x, name), getattr(of_y, name)])
        np.testing.assert_allclose(getattr(found, name), pooled, rtol=1e-12)


def test_in_the_shipped_run_that_of_the_mean_sky_is_ficks_along_the_field_and_single_skies_scatter():
    """K_par is 15 times K_perp. The mean is 3 K g to the 10 % that 120 fields leave of C_1."""
    shipped = library.shipped()
    found = shipped.dipole_direction((np.pi / 4, 0.0), omega_t=100)
    k = shipped.diffusion().k[shipped.time_index(100)]
    fick = 3 * k @ gradient_vector((np.pi / 4, 0.0))
    assert np.linalg.norm(found.mean - fick) < 0.15 * np.linalg.norm(fick)
    assert np.degrees(angles(found.mean, np.array([0, 0, 1.0]))) < 12
    # of one file: 33 degrees from B0 in the median, 15 to 59 for two in three
    assert np.degrees(np.quantile(found.to_field, [0.16, 0.5, 0.84])) == pytest.approx([15, 33, 59], abs=3)


def test_no_dipole_has_no_direction(small_run):
    nothing = type(small_run.dipole_direction())(1.0, np.array([0, 0, 1.0]), np.zeros((1, 3)))
    assert np.isnan(nothing.to_field).all()


def test_the_atlas_keeps_none_of_single_fields():
    with pytest.raises(NotKept, match="Dipoles of single realisations"):
        atlas.load().interpolate(0.5, 0.1).dipole_direction()
