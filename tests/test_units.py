import math

import pytest

from crviz import units
from crviz.checks import ParameterError


def test_protons_of_10_tev_in_6_microgauss_have_370_au():
    """The paper's example: r_L of some 370 AU, about 1.8e-5 of 100 pc; its digits allow 2 %."""
    assert units.proton_energy(1.8e-5, b0=6.0) == pytest.approx(10, rel=0.02)
    assert units.larmor_radius(1.8e-5) * units.AU_PER_PARSEC == pytest.approx(370, rel=0.02)


def test_constants_are_those_of_the_si():
    """The astronomical unit, the speed of light and the Julian year are exact; a parsec is AU / tan(1'')."""
    au, c, year = 149_597_870_700, 299_792_458, 365.25 * 86400
    parsec = au / math.radians(1 / 3600)
    assert pytest.approx(parsec / au, rel=1e-7) == units.AU_PER_PARSEC
    assert pytest.approx(parsec / c / year, rel=1e-6) == units.YEARS_PER_PARSEC
    # E / (e c B) of 1 PeV in 1e-10 T
    assert units.larmor_radius(0.1) == pytest.approx(
        units.proton_energy(0.1, b0=1.0) * 1e12 / (c * 1e-10) / parsec, rel=1e-4
    )


def test_a_time_is_that_of_light_over_larmor_radii():
    """Omega T = 100 at r_L = 0.1 x 100 pc are 1000 pc, at 370 AU some 0.58 yr."""
    assert units.years(100, 0.1) == pytest.approx(3261.6, rel=1e-4)
    assert units.years(100, 1.8e-5) == pytest.approx(0.587, rel=1e-3)
    assert units.years(0, 0.1) == 0
    assert units.years(50, 0.2, lc=10.0) == pytest.approx(units.years(100, 0.1) / 10)


def test_energy_is_in_proportion_to_the_field_and_the_scale():
    assert units.proton_energy(0.1, b0=3.0, lc=50.0) == pytest.approx(units.proton_energy(0.1) / 4)


def test_a_rigidity_is_that_of_an_energy():
    assert units.rigidity(units.proton_energy(0.3)) == pytest.approx(0.3)
    assert units.rigidity(10, b0=3.0) == pytest.approx(2 * units.rigidity(10))
    with pytest.raises(ParameterError, match="energy = 0 must be a finite number above 0"):
        units.rigidity(0)


def test_what_is_not_above_zero_is_refused():
    with pytest.raises(ParameterError, match="b0 = 0 must be a finite number above 0"):
        units.proton_energy(0.1, b0=0.0)
    with pytest.raises(ParameterError, match="lc = -1 must be a finite number above 0"):
        units.years(1, 0.1, lc=-1.0)
    with pytest.raises(ParameterError, match="omega_t = -1 must be"):
        units.years(-1, 0.1)
