import pytest

from crviz import units
from crviz.checks import ParameterError


def test_protons_of_10_tev_in_6_microgauss_have_370_au():
    """The paper's example: r_L of some 370 AU, about 1.8e-5 of 100 pc; its digits allow 2 %."""
    assert units.proton_energy(1.8e-5) == pytest.approx(10, rel=0.02)
    au_per_parsec = 206265
    assert units.proton_energy(370 / au_per_parsec / 100) == pytest.approx(10, rel=0.02)


def test_energy_is_in_proportion_to_the_field_and_the_scale():
    assert units.proton_energy(0.1, b0=3.0, lc=50.0) == pytest.approx(units.proton_energy(0.1) / 4)


def test_what_is_not_above_zero_is_refused():
    with pytest.raises(ParameterError, match="b0 = 0 must be a finite number above 0"):
        units.proton_energy(0.1, b0=0.0)
