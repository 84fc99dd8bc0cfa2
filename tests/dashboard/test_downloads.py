"""Files to take away hold what is on the page, bit for bit or to the digits that they write."""

import csv
import io

import healpy
import numpy as np
import pytest

from crviz import library, load
from crviz._version import __version__
from crviz.config import Config
from crviz.dashboard.downloads import downloads, sky_values, spectra_csv
from crviz.dashboard.exploring import from_atlas
from crviz.dashboard.shown import Shown
from crviz.gradient import gradient_vector
from crviz.jobs.skies import Sky, rounded

GRADIENT = {"theta": 37, "phi": 211}
DIGITS = 0.6e-5  # six of them are written


def files(state, manager):
    """{file name: function that makes it}."""
    return {button.filename: button.callback for button in downloads(state, manager)}


def made(state, manager, name):
    """The bytes of a file."""
    content = files(state, manager)[name]().read()
    return content.encode() if isinstance(content, str) else content


@pytest.fixture
def place(state):
    """A state that shows a place of the atlas."""
    state.show(from_atlas(Config(sigma2=0.56, rl_over_lc=0.14)))
    return state


# --- the run


def test_the_run_loads_back_as_it_was(state, fake, result, tmp_path):
    path = tmp_path / "run.nc"
    path.write_bytes(made(state, fake, "crviz-run.nc"))
    again = load(path)
    assert again.dataset.identical(result.dataset)
    assert again.sums.identical(result.sums)  # so that it can go on
    assert again.config == result.config


def test_the_shipped_run_keeps_its_numbers(state, fake, tmp_path):
    state.show(Shown(library.shipped(), "shipped"))
    path = tmp_path / "run.nc"
    path.write_bytes(made(state, fake, "crviz-run.nc"))
    again, shipped = load(path), library.shipped()
    for estimator in ("eq9", "cross"):
        np.testing.assert_array_equal(
            again.spectrum((0.4, 1.0), omega_t=100.0, estimator=estimator).cl,
            shipped.spectrum((0.4, 1.0), omega_t=100.0, estimator=estimator).cl,
        )


def test_each_press_makes_the_file_anew(state, fake, cross_run, tmp_path):
    """What is shown when the button is pressed counts, not when the drawer was opened."""
    make = files(state, fake)["crviz-run.nc"]
    state.show(Shown(cross_run, "another"))
    path = tmp_path / "run.nc"
    path.write_bytes(make().read())
    assert load(path).digest == cross_run.digest


def test_a_run_that_is_shown_no_more_cannot_be_taken_away(state, fake):
    """A press may come in just before the drawer of another place does."""
    makes = [make for name, make in files(state, fake).items() if "run" in name]
    state.show(from_atlas(Config(sigma2=0.56, rl_over_lc=0.14)))
    for make in makes:
        with pytest.raises(ValueError, match="no file of its own"):
            make()


# --- the map


def read_map(state, manager, tmp_path):
    path = tmp_path / "sky.fits"
    path.write_bytes(made(state, manager, "crviz-sky.fits"))
    values, header = healpy.read_map(path, h=True, dtype=np.float32)
    return values, dict(header)


def at_momenta(values):
    """A map of where particles come from, as one of where they go: result maps have p = -n."""
    nside = healpy.npix2nside(len(values))
    x, y, z = healpy.pix2vec(nside, np.arange(len(values)))
    return values[healpy.vec2pix(nside, -x, -y, -z)]


def test_the_map_is_the_results_in_the_gradient_and_time_shown(state, fake, result, tmp_path):
    state.param.update(**GRADIENT, omega_t=5.0)
    values, header = read_map(state, fake, tmp_path)
    expected, time = result.sky_map(state.gradient, omega_t=5.0)
    single = 1e-6 * np.abs(expected).max()
    np.testing.assert_allclose(at_momenta(values), expected, atol=single)
    assert header["TUNIT1"] == "r_L |grad n| / n"
    assert header["FIELD"] == 0
    assert header["ORDERING"] == "RING"
    assert header["NSIDE"] == result.config.nside
    assert header["OMEGAT"] == pytest.approx(time)
    assert (header["GRADTH"], header["GRADPH"]) == (37, 211)  # [deg]
    assert header["CREATOR"] == f"crviz {__version__}"
    assert header["TTYPE1"] == "DELTA_I"


def test_the_field_that_is_shown_is_the_one_in_the_file(state, fake, result, tmp_path):
    state.param.update(**GRADIENT, omega_t=result.omega_t[7], realization=2)
    r = np.random.default_rng(5).normal(size=(12, 3, 192)).astype(np.float32)
    fake.skies.ready[result.digest, 2] = Sky(result.config, 2, *rounded(r))
    values, header = read_map(state, fake, tmp_path)
    # kept in 16 bits a component
    np.testing.assert_allclose(
        at_momenta(values), gradient_vector(state.gradient) @ r[7], atol=np.abs(r[7]).max() * 2 / 65534
    )
    assert header["FIELD"] == 2
    assert header["OMEGAT"] == pytest.approx(result.omega_t[7])


def test_the_excess_lies_towards_the_gradient(state, fake, result, tmp_path):
    """The first orbits are straight: what comes from where there is more has been there (r = -p T = n T)."""
    state.param.update(theta=90, phi=90, omega_t=result.omega_t[0])
    values, _ = read_map(state, fake, tmp_path)
    y = healpy.pix2vec(result.config.nside, np.arange(len(values)))[1]
    assert np.mean(values * y) * 3 == pytest.approx(result.omega_t[0], rel=0.2)  # bent by B0 and the waves


def test_a_sky_that_is_not_there_is_not_made_up(place, fake):
    with pytest.raises(ValueError, match="not there yet"):
        sky_values(place, fake)


def test_the_picture_alone_is_changed_by_what_is_done_to_the_picture(state, fake):
    before, _ = sky_values(state, fake)
    state.param.update(without_dipole=True, smooth=True)
    np.testing.assert_array_equal(sky_values(state, fake)[0], before)


# --- the spectra


def table(text):
    """Comments, and columns by name; NaN where nothing stands."""
    lines = text.splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines[len(comments) :]))))
    return comments, {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("estimator", ["eq9", "plateau", "cross", "none"])
def test_spectra_are_the_results(state, cross_run, estimator):
    state.show(Shown(cross_run, "four fields"))
    state.param.update(**GRADIENT, omega_t=9.0, estimator=estimator)
    comments, columns = table(spectra_csv(state))
    for which, gradient in (("chosen", state.gradient), ("perpendicular", "perpendicular")):
        truth = cross_run.spectrum(gradient, omega_t=9.0, estimator=estimator)
        np.testing.assert_array_equal(columns["ell"], truth.ell)
        np.testing.assert_allclose(columns[f"C_l_{which}"], truth.cl, rtol=DIGITS)
        np.testing.assert_allclose(columns[f"error_{which}"], truth.error, rtol=DIGITS)
    time = cross_run.omega_t[cross_run.time_index(9.0)]
    assert f"sigma2 = 1, r_L/L_c = 0.1, Omega T = {time:g}, estimator {estimator}, four fields" in comments[0]


def test_the_estimator_that_is_used_is_the_one_that_is_named(state, result):
    state.estimator = "cross"  # of which a single grid knows nothing
    comments, columns = table(spectra_csv(state))
    assert "estimator eq9" in comments[0]
    np.testing.assert_allclose(
        columns["C_l_chosen"], result.spectrum("parallel", omega_t=None, estimator="eq9").cl, rtol=DIGITS
    )


def test_one_field_has_no_errors(state, lone_run):
    state.show(Shown(lone_run, "one field"))
    _, columns = table(spectra_csv(state))
    assert np.isfinite(columns["C_l_chosen"]).all()
    assert np.isnan(columns["error_chosen"]).all()


def test_spectra_of_a_place_are_the_atlass(place):
    place.param.update(**GRADIENT, omega_t=30.0)
    comments, columns = table(spectra_csv(place))
    truth = place.shown.source.spectrum(place.gradient, omega_t=30.0)
    np.testing.assert_allclose(columns["C_l_chosen"], truth.cl, rtol=DIGITS)
    np.testing.assert_allclose(columns["error_chosen"], truth.error, rtol=DIGITS)
    assert "sigma2 = 0.56, r_L/L_c = 0.14" in comments[0]
    assert "interpolated from the atlas" in comments[0]


# --- figures, and what is offered


MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml"}


@pytest.mark.parametrize("figure", ["1", "2", "sky"])
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_figures_are_of_their_kind(state, fake, figure, kind):
    content = made(state, fake, f"crviz-{figure}.{kind}")
    assert content.startswith(MAGIC[kind])
    if kind == "svg":
        assert b"</svg>" in content
        assert b'href="http' not in content  # nothing from outside


def test_a_result_has_all_files_and_a_place_those_that_it_can_fill(state, fake):
    whole = set(files(state, fake))
    assert {"crviz-run.nc", "crviz-sky.fits", "crviz-spectra.csv", "crviz-reproduce.py"} <= whole
    state.show(from_atlas(Config(sigma2=0.5)))
    # no run, and no sky of its one field yet
    figures = {f"crviz-{figure}.{kind}" for figure in "12" for kind in MAGIC}
    assert set(files(state, fake)) == {"crviz-spectra.csv", "crviz-reproduce.py", *figures}
    for name in figures:
        assert made(state, fake, name).startswith(MAGIC[name[-3:]])
