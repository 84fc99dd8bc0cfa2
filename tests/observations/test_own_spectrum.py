"""Spectra of one's own: what `crviz observe` wrote, and anybody's table, are read and compared."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from crviz import interpretation, observations, sky
from crviz.checks import ParameterError
from crviz.observations import (
    FULL_SKY,
    FieldOfView,
    ObservedMap,
    Orientation,
    SkyMask,
    compare,
    compare_sky,
    coupling_matrix,
    fitted_multipoles,
    load,
    observe,
    save,
)
from crviz.observations.spectrum_file import read_spectra

LMAX = 32
STEEP = np.r_[0, 60.0 / np.arange(1, LMAX + 1) ** 3]
NSIDE = 16
BAND = (-70.0, 20.0)
Z = sky.pixel_directions(NSIDE)[2]


@pytest.fixture(scope="module")
def intensity(gaussian_skies):
    return gaussian_skies(np.random.default_rng(np.random.SeedSequence(3)), 1e-8 * STEEP, NSIDE, 1)[0, 0]


@pytest.fixture
def table(tmp_path):
    """Writes a table and returns its path."""

    def table(text, name="own.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf8")
        return path

    return table


@pytest.fixture
def silently():
    """Nothing is assumed: no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        yield


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"declination": BAND},
        {"declination": (-90, 69), "remove_m0": True, "smooth": 5.0},
        {"mask": np.clip(Z + 0.5, 0, 1), "remove_m0": True},
    ],
)
@pytest.mark.usefixtures("silently")
def test_what_was_measured_comes_back_with_its_window(tmp_path, intensity, how):
    measured = observe(ObservedMap(intensity, 1e-12 + 0 * intensity, source="a/own {map}.fits.gz"), **how)
    save(measured, tmp_path / "own.csv", command="crviz observe ...")
    found = load(tmp_path / "own.csv")
    np.testing.assert_array_equal(found.ell, measured.ell)
    np.testing.assert_allclose(found.cl, measured.cl, rtol=1e-9)
    np.testing.assert_allclose(found.error, [measured.error] * 2, rtol=1e-9)
    assert found.noise == pytest.approx(np.median(measured.noise), rel=1e-9)
    # all but the first two, which the shift to zero mean and m = 0 take most from
    np.testing.assert_allclose(measured.noise[2:], found.noise, rtol=0.25)
    assert found.name == "own (map)"
    assert (found.assumed, found.pseudo, found.marker) == ((), True, "")
    assert found.smoothing == measured.smooth
    assert found.measures_m0 is not measured.remove_m0
    if "mask" in how:
        np.testing.assert_allclose(found.field_of_view.weights, how["mask"], atol=1e-5)
    else:
        assert found.field_of_view == FieldOfView(*how.get("declination", (-90, 90)))


def test_the_header_says_all_that_was_done_and_the_columns_what_they_are(tmp_path, intensity):
    one = ObservedMap(intensity, 1e-12 + 0 * intensity, "galactic", "maps/own.fits", "data map / bg - 1")
    measured = observe(one, declination=BAND, smooth=5.0, remove_m0=True)
    save(measured, tmp_path / "own.csv", command="crviz observe\nmaps/own.fits")
    lines = (tmp_path / "own.csv").read_text(encoding="utf8").splitlines()
    entries = dict(line[3:].split(": ", 1) for line in lines if line.startswith("#:"))
    assert entries == {
        "name": "own",
        "caption": "measured in own; pseudo-spectrum, noise not subtracted",
        "declination": "-70.0 20.0",
        "pseudo": "yes",
        "smoothing": "5.0",
        "m0": "no",
        "file": "maps/own.fits",
        "quantity": "data map / bg - 1",
        "nside": "16",
        "coordinates": "galactic",
        "mask": "declination -70 to 20 deg",
        "f_sky": f"{measured.weights.mean():.9g}",
        "joined": "0 pixels without a value joined the mask",
        "crviz": observations.measured_file.__version__,
        "command": "crviz observe maps/own.fits",
    }
    said = " ".join(line[2:] for line in lines if line.startswith("# "))
    for words in (
        "its noise is in it",
        "error^2 = 2 / (2 ell + 1)",
        "top hat of radius 5 deg",
        "m = 0",
        "cosmic_variance: no error",
    ):
        assert words in said
    rows = [line for line in lines if not line.startswith("#")]
    assert rows[0] == "ell,C_ell,error,noise,D_ell,C_less_noise,cosmic_variance"
    ell, cl, error, noise, power, left, variance = np.loadtxt(rows[1:], delimiter=",").T
    np.testing.assert_allclose(power, ell * (ell + 1) * cl / (2 * np.pi), rtol=1e-8)
    np.testing.assert_allclose(left, cl - noise, atol=1e-9 * cl.max())
    np.testing.assert_allclose([error, variance], [measured.error, measured.cosmic_variance], rtol=1e-8)


def test_what_is_not_known_of_the_noise_is_empty_and_said(tmp_path, intensity):
    save(observe(ObservedMap(intensity)), tmp_path / "own.csv")
    text = (tmp_path / "own.csv").read_text(encoding="utf8")
    assert "noise, error and C_less_noise are empty" in text
    assert "C_ell, noise included," in text
    assert text.splitlines()[-1].startswith("32,")
    assert text.splitlines()[-1].split(",")[2:4] == ["", ""]
    found = load(tmp_path / "own.csv")
    assert np.isnan(found.error).all()
    assert np.isnan(found.noise)


@pytest.mark.parametrize("remove_m0", [False, True])
@pytest.mark.usefixtures("silently")
def test_a_spectrum_through_a_mask_is_compared_through_it(tmp_path, gaussian_skies, remove_m0):
    """Of many skies the mean is what `compare` says of the mean spectrum, and scatters as it says."""
    x, y, _ = sky.pixel_directions(NSIDE)
    mask = (x + 0.4 * y > -0.3) & (Z < 0.7)
    maps = gaussian_skies(np.random.default_rng(np.random.SeedSequence(6)), STEEP, NSIDE, 100).reshape(
        300, -1
    )
    found = [observe(ObservedMap(1e-4 * one), mask=mask, remove_m0=remove_m0) for one in maps]
    save(found[0], tmp_path / "own.csv")
    seen = np.array([one.cl for one in found])
    own = replace(load(tmp_path / "own.csv"), cl=seen.mean(0))
    compared = compare(own, STEEP, normalization="fit", fitted=(1, 12))
    low = compared.ell <= 12
    # the gradient that was put in; 300 skies: 1 % of the power for each of some 100 modes
    assert compared.factor == pytest.approx(1e-8, rel=0.03)
    error = seen.std(0) / np.sqrt(len(seen))
    assert (np.abs(compared.simulated - compared.observed) < 4 * error + 0.04 * compared.observed)[low].all()
    # variances of skewed numbers, of 300 and of 1000 skies
    np.testing.assert_allclose(compared.cosmic_variance[low], seen.var(0)[low], rtol=0.5)


def test_a_simulated_sky_is_seen_through_the_mask(tmp_path, intensity):
    mask = SkyMask(np.clip(Z + 0.5, 0, 1))
    save(observe(ObservedMap(intensity), mask=mask.weights), tmp_path / "own.csv")
    own = load(tmp_path / "own.csv")
    maps = np.stack([intensity, 0 * intensity, 0 * intensity])
    upright = Orientation(0, 90, 180)
    # a pixel of results is p = -n: the mask is turned over
    found = compare_sky(own, maps[:, sky.pixels_at(NSIDE, *_opposite())], (np.pi / 2, 0), orientation=upright)
    np.testing.assert_allclose(found.simulated, found.observed, rtol=1e-3)
    assert found.factor == pytest.approx(1, rel=1e-3)


def _opposite():
    x, y, z = -sky.pixel_directions(NSIDE)
    return np.arccos(z), np.arctan2(y, x)


TABLE = "ell,C_ell,error\n2,3e-8,1e-9\n3,2e-8,\n5,-1e-10,2e-9\n"


def test_any_table_is_read_and_says_what_is_assumed(table):
    path = table(TABLE)
    with pytest.warns(
        UserWarning, match=f"^{path} does not say all .* assumed is that the whole sky was seen,"
    ):
        found = load(path)
    np.testing.assert_array_equal(found.ell, [2, 3, 5])
    np.testing.assert_array_equal(found.cl, [3e-8, 2e-8, -1e-10])
    np.testing.assert_array_equal(found.error, [[1e-9, np.nan, 2e-9]] * 2)
    assert (found.name, found.field_of_view) == ("own", FULL_SKY)
    assert found.assumed == (
        "that the whole sky was seen",
        "that no smoothing was divided out",
        "that m = 0 was measured",
    )
    assert "the whole sky" in found.caption
    assert np.isnan(found.noise)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffell,C_ell,error\n2,3e-8,1e-9\n3,2e-8,\n5,-1e-10,2e-9\n",
        "# anything\n\nell, C_ell, error, more\n2, 3e-8, 1e-9, x\n3, 2e-8, , y\n5, -1e-10, 2e-9, z\n",
        "error,ell,cl\n,0,7\n1e-9,2,3e-8\n,3,2e-8\n2e-9,5,-1e-10\n",
        "#: columns: ell = L, cl = c, error_down = e\nL,c,e\n2,3e-8,1e-9\n3,2e-8,\n5,-1e-10,2e-9\n",
    ],
)
@pytest.mark.filterwarnings("ignore:.*does not say all")
def test_tables_may_look_different(table, text):
    found = load(table(text))
    np.testing.assert_array_equal(found.ell, [2, 3, 5])
    np.testing.assert_array_equal(found.cl, [3e-8, 2e-8, -1e-10])
    np.testing.assert_array_equal(found.error[0], [1e-9, np.nan, 2e-9])


def test_what_a_header_says_is_not_assumed(table):
    head = "#: declination: -90 -25\n#: m0: no\n#: smoothing: 5\n#: name: mine\n#: energy: 20\n"
    with pytest.warns(UserWarning, match=r"assumed is that C_l was not divided by f_sky\.$"):
        found = load(table(head + TABLE))
    assert (found.name, found.energy, found.smoothing, found.measures_m0) == ("mine", 20, 5, False)
    assert found.field_of_view == FieldOfView(-90, -25)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert load(table(head + "#: pseudo: no\n" + TABLE)).assumed == ()


@pytest.mark.filterwarnings("ignore:.*does not say all")
def test_a_table_without_the_dipole_is_compared_by_a_fit(table):
    own = load(table("ell,C_ell\n" + "".join(f"{ell},{1e-8 * STEEP[ell]}\n" for ell in (2, 3, 5, 8))))
    found = compare(own, STEEP, normalization="fit")
    np.testing.assert_array_equal(found.ell, [2, 3, 5, 8])
    np.testing.assert_allclose(found.simulated, found.observed, rtol=1e-12)
    assert found.gradient_strength == pytest.approx(1e-4, rel=1e-12)
    with pytest.raises(ParameterError, match=r"^normalization = 'dipole' needs l = 1, which own has not"):
        compare(own, STEEP)
    assert 0 < interpretation.fit_observed(own, noise=0.0).p < 1


@pytest.mark.filterwarnings("ignore:.*does not say all")
def test_multipoles_of_fine_maps_are_fitted_as_well(table):
    """Of which part of the sky is seen the lower ones tell."""
    rows = "".join(f"{ell},{1e-8 / ell**3}\n" for ell in range(1, 300))
    assert fitted_multipoles(load(table("ell,C_ell\n" + rows))) == (2, 299)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there must be rows below the header"),
        ("ell,C_ell\n", "there must be rows below the header"),
        ("# nothing\n", "there must be rows below the header"),
        ("l,c\n1,2\n", "columns = 'l, c' must be such that one of them is ell"),
        ("ell,c\n1,2\n", "columns = 'ell, c' must be such that one of them is cl"),
        ("ell;C_ell\n1;2\n", "columns = 'ell;C_ell' must be such that one of them is ell"),
        ("ell,C_ell\n1,x\n", "C_ell = 'x' must be numbers or nothing"),
        ("ell,C_ell\n1,\n", "cl = [nan] must be finite everywhere"),
        ("ell,C_ell\n1,inf\n", "cl = [inf] must be finite everywhere"),
        ("ell,C_ell\n3,1\n2,1\n", "ell = [3.0, 2.0] must be whole numbers that increase from 1 or more"),
        ("ell,C_ell\n2,1\n2,1\n", "ell = [2.0, 2.0] must be whole numbers that increase"),
        ("ell,C_ell\n1.5,1\n", "ell = [1.5] must be whole numbers that increase"),
        ("ell,C_ell\n-1,1\n", "ell = [-1.0] must be whole numbers that increase"),
        ("ell,C_ell\n0,1\n", "ell = [] must be whole numbers that increase"),
        (
            "ell,C_ell\n1,1\n1e300,1\n",
            "ell = [1.0, 1e+300] must be whole numbers that increase from 1 or more, 1000",
        ),
        ("ell,C_ell\n1,1,1\n", "a row holds more values than there are columns"),
        ("ell,C_ell\n,1\n", "ell = [nan] must be whole numbers that increase"),
        ("#: colour: red\n" + TABLE, "'colour' must be one of name, experiment"),
        ("#: m0: perhaps\n" + TABLE, "m0 = 'perhaps' must be one of yes, no"),
        ("#: declination: 5\n" + TABLE, "declination = '5' must be two numbers"),
        ("#: window: celestial 16 AAAA\n" + TABLE, "window = 'celestial 16 AAAA' must be a mask as crviz"),
        (
            "#: window: x\n#: declination: 1 2\n" + TABLE,
            "window and declination must not both be in the header",
        ),
        ("#: name: E {E}\nE,ell,C_ell\n1,1,1\n2,1,1\n", "holds 2 spectra, E 1 and others: it must hold one"),
        (
            'ell,C_ell\n1,"' + "9" * 200000 + '"\n',
            "is not a table of a spectrum: field larger than field limit",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_the_file_and_what_is_allowed(table, text, message):
    path = table(text)
    with pytest.raises(ValueError, match=str(path)) as caught:
        load(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_table_is_refused(tmp_path):
    junk = tmp_path / "junk.csv"
    junk.write_bytes(bytes(range(256)))
    for path, error, message in (
        (junk, ValueError, "is not a table of a spectrum: it is not text"),
        (tmp_path, ValueError, "cannot be read: Is a directory"),
        (tmp_path / "none.csv", FileNotFoundError, "does not exist"),
    ):
        with pytest.raises(error, match=f"^{path} {message}"):
            load(path)


def test_shipped_files_are_asked_for_all_keys(table):
    """What somebody's own file may leave out a shipped one may not."""
    path = table(TABLE)
    assert read_spectra(path) == []
    for line in ("#: window: celestial 1 eJw=\n", "#: file: x\n", "#: name: x\n"):
        with pytest.raises(ValueError, match=r"^own\.csv: "):
            read_spectra(table(line + TABLE))


def test_the_coupling_of_the_window_is_worked_out_once(intensity):
    own = observe(ObservedMap(intensity), mask=np.clip(Z + 0.5, 0, 1))
    assert coupling_matrix(own.field_of_view, 8) is coupling_matrix(own.field_of_view, 8)
