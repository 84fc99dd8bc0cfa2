"""The dipole of relative diffusion over that of standard diffusion."""

import numpy as np
import pytest

from crviz import theory


@pytest.mark.parametrize("p", [1e-12, 1e-6, 1 / 3, 1 / 2, 2 / 3, 1 - 1e-6, 1 - 1e-12])
def test_it_is_the_self_consistent_dipole_over_eq_3(p):
    k = 5.68  # any K_par will do
    nu0 = 1 / (3 * k) / 2**p
    c1 = 8 * np.pi / 3 * k * theory.spectrum(1, p, nu0=nu0, form="self-consistent")
    assert theory.dipole_excess(p) == pytest.approx(c1 / (4 * np.pi * k**2), rel=1e-8)  # gamma functions


def test_values_and_limits():
    assert theory.dipole_excess(0.5) == pytest.approx(2.13, abs=0.005)
    assert theory.dipole_excess(1e-12) == pytest.approx(1)  # no correlation: standard diffusion
    assert theory.dipole_excess(1 - 1e-12) == pytest.approx(6)


@pytest.mark.parametrize("p", [0, 1, np.nan, 2.0])
def test_powers_beyond_0_and_1_are_refused(p):
    with pytest.raises(ValueError, match="p = "):
        theory.dipole_excess(p)
