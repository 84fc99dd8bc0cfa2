"""A published spectrum is one file: what is in it is read, drawn, or refused with a sentence."""

import numpy as np
import pytest

from crviz import atlas, interpretation, observations, paths
from crviz.checks import ParameterError
from crviz.dashboard.panels.spectra.observed import observed_spectra
from crviz.observations.spectrum_file import read_spectra
from crviz.plots.content.spectra import power_spectra

SPECTRUM = """\
# Made up for a test. DIGITISED from nothing;
# and it is no measurement.
#: name: Observatory 2030, 20 TeV
#: experiment: Observatory
#: year: 2030
#: energy: 20
#: declination: -30 60
#: pseudo: yes
#: smoothing: 3.5
#: m0: yes
#: caption: seen at night
#: noise: the night, 20 TeV 1e-11
#: columns: cl = power, error_up = above, hidden = cloudy
#: marker: hex
#: short: Observatory
#: legend: Observatory 2030 (made up)
ell,power,above,cloudy
1,4e-7,1e-8,0
2,1e-7,,1
4,2e-8,1e-9,0
"""


@pytest.fixture
def one_file(tmp_path, monkeypatch):
    """The assets hold one file of a spectrum and nothing else."""
    (tmp_path / "observations").mkdir()
    path = tmp_path / "observations" / "observatory.csv"
    path.write_text(SPECTRUM, encoding="utf8")
    monkeypatch.setattr(paths, "assets", lambda: tmp_path)
    return path


def test_all_that_a_file_says_is_read(one_file):
    (found,) = observations.spectra()
    assert (found.name, found.experiment, found.year) == ("Observatory 2030, 20 TeV", "Observatory", 2030)
    assert (found.energy, found.smoothing) == (20.0, 3.5)
    assert found.field_of_view == observations.FieldOfView(-30, 60)
    assert found.pseudo
    assert found.measures_m0
    assert found.caption == "seen at night"
    assert found.caveats == "Made up for a test. DIGITISED from nothing; and it is no measurement."
    assert found.noise_levels == (("the night, 20 TeV", 1e-11),)
    np.testing.assert_array_equal(found.ell, [1, 2, 4])
    np.testing.assert_array_equal(found.cl, [4e-7, 1e-7, 2e-8])
    np.testing.assert_array_equal(found.error, [[np.nan] * 3, [1e-8, np.nan, 1e-9]])
    np.testing.assert_array_equal(found.hidden, [False, True, False])
    assert np.isnan(found.noise)


def test_a_file_is_all_that_the_page_and_figure_2_need(one_file, small_run, monkeypatch):
    monkeypatch.setattr(atlas, "one_sky", lambda _: None)  # its file is not among these assets
    (drawn,) = observed_spectra()
    assert (drawn["name"], drawn["marker"]) == ("Observatory 2030, 20 TeV", "hex")
    assert (drawn["key"], drawn["label"]) == ("observatory-20", "Observatory, 20 TeV")
    panel = power_spectra(small_run, "parallel", observed="observatory-20", normalization="dipole")
    (marks,) = [one for one in panel.marks if one.name == "Observatory 2030, 20 TeV"]
    assert (marks.marker, marks.legend) == ("hex", "Observatory 2030 (made up)")
    np.testing.assert_array_equal(marks.y, np.array([4e-7, 1e-7, 2e-8]) / 4e-7)
    assert [line.name for line in panel.lines if "noise" in line.name] == ["noise of the night, 20 TeV"]


def test_without_a_marker_a_spectrum_is_there_but_not_drawn(one_file):
    one_file.write_text(SPECTRUM.replace("#: marker: hex\n", ""), encoding="utf8")
    assert len(observations.spectra()) == 1
    assert observations.drawn() == ()
    assert [one["key"] for one in observed_spectra()] == ["observatory-20"]  # who wants it may choose it


def test_rows_that_differ_in_what_the_name_holds_are_spectra_of_their_own(one_file):
    head, _, _ = SPECTRUM.partition("ell,power")
    head = (
        head.replace("20 TeV", "{E} TeV").replace("energy: 20", "energy: {E}").replace("2030 (", "at {E} (")
    )
    head += "#: drawn: 30\n"
    rows = "E,ell,power,above,cloudy\n20,1,4e-7,,0\n20,2,1e-7,,0\n30,1,3e-7,,0\n30,3,1e-8,,0\n"
    one_file.write_text(head + rows, encoding="utf8")
    low, high = observations.spectra()
    assert (low.name, low.energy, low.marker) == ("Observatory 2030, 20 TeV", 20.0, "")
    assert (high.name, high.energy, high.marker) == ("Observatory 2030, 30 TeV", 30.0, "hex")
    assert high.noise_levels == (("the night, 30 TeV", 1e-11),)
    assert high.legend == "Observatory at 30 (made up)"
    np.testing.assert_array_equal(high.ell, [1, 3])
    assert observations.drawn() == (high,)


def test_a_table_without_keys_is_no_spectrum(one_file):
    one_file.with_name("table.csv").write_text("# levels\nwhat,level\nnight,1\n", encoding="utf8")
    assert len(observations.spectra()) == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#: year: 2030\n", "", "year must be in the header, which needs name, experiment, year"),
        ("#: name: Observatory 2030, 20 TeV\n", "", "name must be in the header"),
        ("#: short: Observatory\n", "", "short must be in the header"),
        ("#: caption", "#: captoin", "'captoin' must be one of name, experiment"),
        ("#: year: 2030", "#: year: 2030\n#: year: 2031", "year must be in the header once"),
        ("marker: hex", "marker: triangle", "marker = 'triangle' must be one of circle, square, hex, star"),
        ("m0: yes", "m0: true", "m0 = 'true' must be one of yes, no"),
        ("energy: 20", "energy: twenty", "energy = 'twenty' must be a number"),
        ("energy: 20", "energy: inf", "energy = inf must be finite"),
        (
            "year: 2030",
            "year: {when}",
            "year = '{when}' must be without braces but for those around ell, power",
        ),
        ("name: Observatory", "name: {when}", "name = '{when} 2030, 20 TeV' must be without braces"),
        ("-30 60", "60 -30", "declination = '60 -30' must be two numbers, -90 to 90, the lower one first"),
        ("-30 60", "-30 60 90", "declination = '-30 60 90' must be two numbers"),
        ("-30 60", "-30", "declination = '-30' must be two numbers"),
        ("the night, 20 TeV 1e-11", "1e-11", "noise = '1e-11' must be words and then a number above 0"),
        ("marker: hex", "marker: hex\n#: drawn: 21", "drawn = '21' must be one of 20"),
        ("1e-11", "low", "noise = 'low' must be words and then a number"),
        (
            "hidden = cloudy",
            "hidden = rainy",
            "columns = 'hidden = rainy' must be one of ell, cl, error_down",
        ),
        ("cl = power, ", "", "columns = 'ell, power, above, cloudy' must be such that one of them is cl"),
        ("1,4e-7", "1,much", "power = 'much' must be numbers or nothing"),
        ("1,4e-7", "1,-4e-7", "cl = [-4e-07] must be above 0 everywhere"),
        ("1,4e-7", "3,4e-7", "ell = [3.0] must be whole numbers that increase from 1"),
        ("1,4e-7,1e-8,0\n2,1e-7,,1\n4,2e-8,1e-9,0\n", "", "there must be rows below the header"),
    ],
)
def test_what_is_wrong_is_refused_with_the_file_and_what_is_allowed(one_file, old, new, message):
    assert old in SPECTRUM
    one_file.write_text(SPECTRUM.replace(old, new), encoding="utf8")
    with pytest.raises(ValueError, match=r"^observatory\.csv: ") as caught:
        read_spectra(one_file)
    assert message in str(caught.value)


@pytest.mark.parametrize(("key", "change"), [("name", ("hex", "star")), ("marker", ("2030, 20", "2031, 20"))])
def test_two_spectra_differ_in_name_and_mark(one_file, key, change):
    one_file.with_name("other.csv").write_text(SPECTRUM.replace(*change), encoding="utf8")
    with pytest.raises(ValueError, match=rf"^other\.csv: {key} = .* must not be that of another spectrum"):
        observations.spectra()


def test_a_fit_asks_for_the_noise_where_nothing_is_known_of_it(one_file):
    one_file.write_text(SPECTRUM.replace("#: noise: the night, 20 TeV 1e-11\n", ""), encoding="utf8")
    (found,) = observations.spectra()
    with pytest.raises(ParameterError, match=r"^noise = None must be given"):
        interpretation.fit_observed(found)
    assert 0 < interpretation.fit_observed(found, noise=0.0).p < 1


def test_levels_that_are_drawn_are_those_whose_source_is_stated():
    stated = {level for level, _ in observations.noise_levels().values()}
    combined = observations.spectrum("HAWC + IceCube 2019, 10 TeV")
    assert {level for _, level in combined.noise_levels} <= stated
