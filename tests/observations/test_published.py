import numpy as np
import pytest

from crviz import observations

ALL = observations.spectra()


def test_hawc_with_icecube_and_four_or_more_energies_are_there():
    names = [one.name for one in ALL]
    assert any("HAWC" in name for name in names)
    assert sum("IceCube 12 years" in name for name in names) >= 4
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_multipoles_increase_from_the_dipole_and_power_is_positive(one):
    assert one.ell.dtype.kind == "i"
    assert one.ell[0] == 1
    assert (np.diff(one.ell) > 0).all()
    assert one.cl.shape == one.ell.shape
    assert (one.cl > 0).all()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_power_is_that_of_an_anisotropy_of_one_in_a_thousand(one):
    # dipoles of a part in 1e4 to 1e3 (C_1 = 4 pi / 9 A^2), and power falls towards small scales
    assert 1e-9 < one.cl[0] < 1e-5
    assert one.cl[-1] < 0.5 * one.cl.max()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_errors_are_non_negative_or_unknown(one):
    assert one.error.shape == (2, one.ell.size)
    assert (np.isnan(one.error) | (one.error >= 0)).all()
    assert np.isnan(one.noise) or 0 < one.noise < one.cl.max()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_every_spectrum_says_how_it_was_obtained(one):
    assert "DERIVED" in one.caveats or "DIGITISED" in one.caveats
    assert "arXiv" in one.caveats


def test_masked_spectra_are_called_pseudo():
    for one in ALL:
        if "IceCube 12 years" in one.name:
            assert "pseudo" in one.name
            assert "mask" in one.caveats


def test_the_dipole_of_hawc_and_icecube_is_the_published_one():
    hawc = next(one for one in ALL if "HAWC" in one.name)
    # published components (9.16, 7.25)e-4; C_1 of the m = +-1 part alone is 4 pi / 9 A^2. The map's 5 degrees
    # were divided out and f_sky enters: 5 %
    assert hawc.cl[0] == pytest.approx(4 * np.pi / 9 * (9.16**2 + 7.25**2) * 1e-8, rel=0.05)


def test_noise_levels_are_positive_and_carry_their_source():
    levels = observations.noise_levels()
    assert len(levels) >= 5
    for level, source in levels.values():
        assert level > 0
        assert source


def test_noise_of_counted_events_is_4_pi_over_their_number():
    levels = observations.noise_levels()
    icecube = next(level for what, (level, _) in levels.items() if "N=7.92e11" in what)
    assert icecube == pytest.approx(4 * np.pi / 7.92e11, rel=1e-3)  # quoted to four digits


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_every_spectrum_says_in_one_line_what_it_is_not(one):
    assert len(one.caption) < 200
    assert "noise not subtracted" in one.caption
    assert "m = 0" in one.caption
    assert ("pseudo" in one.caption) == one.pseudo == ("pseudo" in one.name)
    assert ("smoothing" in one.caption) == (one.smoothing > 0)
    for edge in (one.field_of_view.dec_min, one.field_of_view.dec_max):
        assert edge == -90 or f"{abs(edge):g}°" in one.caption


def test_what_is_known_of_each_experiment():
    hawc = observations.spectrum("HAWC + IceCube 2019, 10 TeV")
    icecube = [one for one in ALL if one.name.startswith("IceCube 12 years")]
    assert (hawc.year, hawc.energy) == (2019, 10.0)
    assert (hawc.field_of_view, hawc.smoothing) == (observations.HAWC_ICECUBE, 5.0)
    for one in icecube:
        assert (one.year, one.smoothing) == (2025, 0.0)
        assert one.field_of_view == observations.ICECUBE
    energies = [one.energy for one in icecube]
    assert energies == sorted(energies)
    assert (energies[0], energies[-1]) == (13.0, 5300.0)
    assert not any(one.measures_m0 for one in (hawc, *icecube))


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_noise_levels_to_draw_lie_below_the_dipole(one):
    assert one.noise_levels
    for label, level in one.noise_levels:
        assert label
        assert 0 < level < one.cl[0]
    if one.pseudo:
        assert dict(one.noise_levels).popitem()[1] == one.noise


def test_marks_that_are_partly_hidden_are_marked():
    by_energy = {one.energy: one for one in ALL if one.pseudo}
    np.testing.assert_array_equal(by_energy[42.0].ell[by_energy[42.0].hidden], [1])
    assert not by_energy[13.0].hidden.any()


def test_spectra_are_found_by_name():
    assert observations.spectrum(ALL[1].name) is ALL[1]
    with pytest.raises(ValueError, match="Milagro"):
        observations.spectrum("Milagro")
