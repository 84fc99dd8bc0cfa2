"""Files to take away hold what is on the page, bit for bit or to the digits that they write."""

import asyncio
import base64
import csv
import gzip
import io
import json
import re
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs
from xml.etree import ElementTree

import healpy
import numpy as np
import pytest
from PIL import Image

from crviz import library, load, observations, run, theory
from crviz._version import __version__
from crviz.config import Config
from crviz.dashboard import address
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.drawer import skies
from crviz.dashboard.drawer.downloads import downloads, figure_shown
from crviz.dashboard.drawer.skies import sky_values
from crviz.dashboard.drawer.spectra_table import spectra_csv
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State
from crviz.gradient import gradient_vector
from crviz.interpretation import analytic_evolution
from crviz.jobs import fine_skies
from crviz.jobs.skies import Sky, rounded
from crviz.parameters import NORMALIZATIONS
from crviz.plots import mollweide, paper, style
from crviz.plots.paper.panels import figure_of_panels
from crviz.plots.paper.settings import settings
from crviz.sky import pixel_directions

GRADIENT = {"theta": 37, "phi": 211}
GRADIENTS = ("chosen", "perpendicular")
DIGITS = 0.6e-5  # six of them are written
FOUR_PI = 4 * np.pi


FILES = {"1": "figure-1", "2": "figure-2", "sky": "sky"}
NAME = re.compile(r"crviz_s2-[\d.]+_rl-[\d.]+(_T[\d.]+_th[\d.]+_ph[\d.]+)?(_field-\d+)?_(.*)")


def finished(coroutine):
    """What it returns; in a thread, as tests in a browser leave a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def files(state, manager):
    """{end of the file's name, which says what it is: function that makes it}."""
    return {
        NAME.fullmatch(button.filename)[3]: lambda button=button: finished(button.callback())
        for button in downloads(state, manager)
    }


def made(state, manager, name):
    """The bytes of a file."""
    return files(state, manager)[name]().read()


@pytest.fixture
def place(state):
    """A state that shows a place of the atlas."""
    state.show(from_atlas(Config(sigma2=0.56, rl_over_lc=0.14)))
    return state


@pytest.fixture
def saved(fake, monkeypatch):
    """What a figure's button draws: the content of the sky's, the panel of another."""
    calls = []

    def record(content, path, dark):
        calls.append(content)
        path.write_bytes(b"")

    def saved(state, figure):
        made(state, fake, f"{FILES[figure]}.svg")
        return calls[-1] if figure == "sky" else calls[-1][0]

    monkeypatch.setattr(paper, "save_panels", record)
    monkeypatch.setattr(paper, "save_sky", record)
    return saved


# --- the run


def test_the_run_loads_back_as_it_was(state, fake, result, tmp_path):
    path = tmp_path / "run.nc"
    path.write_bytes(made(state, fake, "run.nc"))
    again = load(path)
    assert again.dataset.identical(result.dataset)
    assert again.sums.identical(result.sums)  # so that it can go on
    assert again.config == result.config


def test_the_shipped_run_keeps_its_numbers(state, fake, tmp_path):
    state.show(LabelledSource(library.shipped(), "shipped"))
    path = tmp_path / "run.nc"
    path.write_bytes(made(state, fake, "run.nc"))
    again, shipped = load(path), library.shipped()
    for estimator in ("eq9", "cross"):
        np.testing.assert_array_equal(
            again.spectrum((0.4, 1.0), omega_t=100.0, estimator=estimator).cl,
            shipped.spectrum((0.4, 1.0), omega_t=100.0, estimator=estimator).cl,
        )


def test_each_press_makes_the_file_anew(state, fake, cross_run, tmp_path):
    """What is shown when the button is pressed counts, not when the drawer was opened."""
    make = files(state, fake)["run.nc"]
    state.show(LabelledSource(cross_run, "another"))
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
    path.write_bytes(made(state, manager, "sky.fits"))
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
    with pytest.raises(ValueError, match="not ready yet"):
        sky_values(place, fake)


def test_maps_of_a_part_of_a_run_are_those_of_its_own_first_field(state, fake):
    """They passed for those of field 0."""
    part = run(Config(nside=2, omega_t=(1.0,), n_modes=10), 4, first=3)
    state.show(LabelledSource(part, "a part"))
    with pytest.raises(ValueError, match="not ready yet"):
        sky_values(state, fake)  # field 0, which is not among them
    state.realization = 3
    values, _ = sky_values(state, fake)
    np.testing.assert_allclose(values, gradient_vector(state.gradient) @ part.maps[1][0], rtol=1e-6)


def as_on_the_page(values, without_dipole, smooth):
    """A map at momenta as the page shows it: its dipole is taken off first, means over discs last."""
    n = pixel_directions(healpy.npix2nside(len(values)))
    if without_dipole:
        values = values - 3 * (n * values).mean(1) @ n
    near = n.T @ n >= np.cos(np.radians(smooth))
    return near @ values / near.sum(1) if smooth else values


@pytest.fixture
def ready(state, fake, result):
    """A state whose sky is one of nside 16, on which 10 degrees are some 25 pixels."""
    config = result.config.replace(nside=16)
    r = np.random.default_rng(5).normal(size=(12, 3, 3072)) + pixel_directions(16)
    fake.skies.ready[result.digest, 0] = Sky(config, 0, *rounded(r.astype(np.float32)))
    state.param.update(**GRADIENT, omega_t=result.omega_t[7])
    return state, gradient_vector(state.gradient) @ r[7]


TREATMENTS = pytest.mark.parametrize(
    ("without_dipole", "smooth"), [(False, 0), (True, 0), (False, 10), (True, 10), (False, 17.5)]
)


@TREATMENTS
def test_the_map_is_treated_as_the_pages_and_says_so(ready, fake, tmp_path, without_dipole, smooth):
    state, values = ready
    state.param.update(without_dipole=without_dipole, smooth=smooth)
    found, header = read_map(state, fake, tmp_path)
    expected = as_on_the_page(values, without_dipole, smooth)
    # kept in 16 bits a component, of at most some 5 r_L
    np.testing.assert_allclose(at_momenta(found), expected, atol=5e-4)
    assert np.abs(expected - values).max() > 0.5 or not (without_dipole or smooth)
    assert header["DIPOLE"] == ("removed" if without_dipole else "kept")
    assert header["SMOOTHED"] == smooth  # [deg]
    assert header["PIXELS"] == "n = -p, where a particle comes from"


@TREATMENTS
def test_the_sky_figure_is_treated_as_the_pages_and_says_so(ready, fake, saved, without_dipole, smooth):
    state, values = ready
    state.param.update(without_dipole=without_dipole, smooth=smooth, drawn="pixels", limit=3.0)
    picture = saved(state, "sky")
    assert picture.limit == 3
    index = mollweide.pixel_index(16, picture.picture.shape[1])
    expected = as_on_the_page(values, without_dipole, smooth)
    np.testing.assert_allclose(picture.picture[index >= 0], expected[index[index >= 0]], atol=5e-4)
    assert "gradient θ = 37°, φ = 211°" in picture.title
    assert f"Ω T = {state.omega_t:.4g}" in picture.title
    assert (f"smoothed {smooth:g}°" in picture.title) is bool(smooth)
    assert ("dipole removed" in picture.title) is without_dipole


# --- the spectra


def table(text):
    """Comments, and columns by name; NaN where nothing stands."""
    lines = text.splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines[len(comments) :]))))
    return comments, {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("estimator", ["eq9", "plateau", "cross", "none"])
def test_spectra_are_the_results(state, cross_run, estimator):
    state.show(LabelledSource(cross_run, "four fields"))
    state.param.update(**GRADIENT, omega_t=9.0, estimator=estimator)
    comments, columns = table(spectra_csv(state))
    for which, gradient in (("chosen", state.gradient), ("perpendicular", "perpendicular")):
        truth = cross_run.spectrum(gradient, omega_t=9.0, estimator=estimator)
        np.testing.assert_array_equal(columns["ell"], truth.ell)
        np.testing.assert_allclose(columns[f"C_l_{which}"], truth.cl, rtol=DIGITS)
        np.testing.assert_allclose(columns[f"error_{which}"], truth.error, rtol=DIGITS)
    time = cross_run.omega_t[cross_run.time_index(9.0)]
    assert f"# Omega T: {float(time)!r}" in comments
    assert f"# estimator: {estimator}" in comments
    assert "# shown: four fields" in comments
    assert "theta = 37 deg, phi = 211 deg" in comments[-3]


def test_what_is_pinned_stands_in_the_table_as_far_as_it_reaches(state, result, cross_run):
    state.param.update(**GRADIENT, omega_t=9.0)
    state.show(LabelledSource(cross_run, "four fields"))
    assert not any("pinned" in column for column in table(spectra_csv(state))[1])
    state.pinned = (result, "eq9")
    comments, columns = table(spectra_csv(state))
    truth = result.spectrum(state.gradient, omega_t=9.0, estimator="eq9")
    assert len(columns["ell"]) == max(len(truth.ell), len(cross_run.ell))
    np.testing.assert_allclose(columns["C_l_pinned"][: len(truth.cl)], truth.cl, rtol=DIGITS)
    np.testing.assert_allclose(columns["error_pinned"][: len(truth.cl)], truth.error, rtol=DIGITS)
    time = result.omega_t[result.time_index(9.0)]
    assert comments[-1] == (
        "# pinned: σ² = 1, r_L/L_c = 0.1, 3 fields of 192 directions, "
        f"result {result.digest}, eq9, Omega T = {time:.5g}"
    )


def across_at_30_degrees_and_in_the_mean():
    """C_2 / C_1 of the shipped result at right angles to B0, for one azimuth and for all."""
    gradients = ((np.pi / 2, np.radians(30)), "perpendicular")
    spectra = [library.shipped().spectrum(one, omega_t=100.0, estimator="cross").cl for one in gradients]
    chosen, mean = (cl[2] / cl[1] for cl in spectra)
    assert abs(chosen / mean - 1) > 0.1  # else nothing tells one from the other
    return chosen, mean


def test_at_right_angles_the_table_has_the_direction_and_the_mean_over_the_azimuth(state):
    state.show(LabelledSource(library.shipped(), "shipped"))
    state.param.update(theta=90, phi=30, omega_t=100.0)
    comments, columns = table(spectra_csv(state))
    ratios = [columns[f"C_l_{which}"][2] / columns[f"C_l_{which}"][1] for which in GRADIENTS]
    np.testing.assert_allclose(ratios, across_at_30_degrees_and_in_the_mean(), rtol=1e-4)
    assert "theta = 90 deg, phi = 30 deg" in comments[-3]


def test_the_estimator_that_is_used_is_the_one_that_is_named(state, result):
    state.estimator = "cross"  # of which a single grid knows nothing
    comments, columns = table(spectra_csv(state))
    assert "# estimator: eq9" in comments
    np.testing.assert_allclose(
        columns["C_l_chosen"], result.spectrum("parallel", omega_t=None, estimator="eq9").cl, rtol=DIGITS
    )


def test_one_field_has_no_errors(state, lone_run):
    state.show(LabelledSource(lone_run, "one field"))
    _, columns = table(spectra_csv(state))
    assert np.isfinite(columns["C_l_chosen"]).all()
    assert np.isnan(columns["error_chosen"]).all()


def test_spectra_of_a_place_are_the_atlass(place):
    place.param.update(**GRADIENT, omega_t=30.0)
    comments, columns = table(spectra_csv(place))
    truth = place.shown.source.spectrum(place.gradient, omega_t=30.0)
    np.testing.assert_allclose(columns["C_l_chosen"], truth.cl, rtol=DIGITS)
    np.testing.assert_allclose(columns["error_chosen"], truth.error, rtol=DIGITS)
    assert any("sigma2 = 0.56, rl_over_lc = 0.14" in line for line in comments)
    assert "# fields: atlas: 480 fields, 40 of them on fine grids, interpolated from the atlas" in comments
    (link,) = [line for line in comments if line.startswith("# link")]
    assert "realizations" not in link  # of a place: nobody made 480 fields at once there


def test_the_table_of_spectra_has_ratios_noise_theory_and_data(state):
    shipped = library.shipped()
    state.show(LabelledSource(shipped, "shipped"))
    keys = "hawc-icecube-10,icecube-13"
    state.param.update(
        **GRADIENT, omega_t=100.0, estimator="cross", p=0.4, form="self-consistent", observed=keys
    )
    _, columns = table(spectra_csv(state))
    truth = shipped.spectrum(state.gradient, omega_t=100.0, estimator="cross")
    for name, values in (
        ("ratio_chosen", truth.cl / truth.cl[1]),
        ("ratio_error_chosen", truth.error / truth.cl[1]),
        ("noise_chosen", np.full(len(truth.ell), truth.noise)),
        ("cosmic_chosen", np.sqrt(truth.cosmic_variance)),
    ):
        np.testing.assert_allclose(columns[name], values, rtol=DIGITS)
    analytic = theory.spectrum(truth.ell[1:], 0.4, form="self-consistent")
    np.testing.assert_allclose(columns["theory"][1:], analytic / analytic[0], rtol=DIGITS)
    for one in observations.chosen(keys):
        there = np.isin(truth.ell, one.ell)
        assert (np.isfinite(columns[one.key]) == there).all()
        known = np.isin(one.ell, truth.ell)
        np.testing.assert_allclose(columns[one.key][there], one.cl[known], rtol=DIGITS)
        np.testing.assert_allclose(columns[f"{one.key}_error_up"][there], one.error[1][known], rtol=DIGITS)


# --- figures, and what is offered


MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}


@pytest.mark.parametrize("figure", ["1", "2", "sky"])
@pytest.mark.parametrize("kind", MAGIC)
def test_figures_are_of_their_kind(state, fake, figure, kind):
    content = made(state, fake, f"{FILES[figure]}.{kind}")
    assert content.startswith(MAGIC[kind])
    if kind == "svg":
        assert b"</svg>" in content
        assert b'href="http' not in content  # nothing from outside


@pytest.fixture
def drawn(saved):
    """The lines of a figure's Axes, marks among them, and its panel."""

    def drawn(state, figure):
        panel = saved(state, figure)
        with settings(style.LIGHT, 7.0):
            return figure_of_panels([panel], 7.0, style.LIGHT).axes[0].get_lines(), panel

    return drawn


def with_marker(lines, marker, color):
    """The multipoles and heights of the filled marks of a kind."""
    found = [line for line in lines if line.get_marker() == marker and line.get_markeredgecolor() == color]
    filled = next(line for line in found if line.get_markerfacecolor() == color)
    return np.asarray(filled.get_xdata()), np.asarray(filled.get_ydata())


DIRECTIONS = pytest.mark.parametrize(("theta", "phi"), [(0, 0), (90, 0), (90, 30), (90, 135), (37, 211)])


@pytest.fixture
def shipped(state):
    """A state that shows the shipped run at the paper's time, as the paper does: the whole sky."""
    state.observed = "none"
    state.show(LabelledSource(library.shipped(), "shipped"))
    state.omega_t = 100.0
    return state


@DIRECTIONS
@pytest.mark.parametrize(
    ("estimator", "normalization"),
    [("cross", "dipole"), ("eq9", "absolute"), ("plateau", "fit"), ("none", "absolute")],
)
def test_figure_2_has_the_spectra_of_the_page(shipped, drawn, theta, phi, estimator, normalization):
    """The direction that is chosen, also at right angles to B0, and the mean over the azimuth beside it."""
    shipped.param.update(theta=theta, phi=phi, estimator=estimator, normalization=normalization)
    lines, panel = drawn(shipped, "2")
    source = library.shipped()
    series = (
        ((np.radians(theta), np.radians(phi)), "D", style.LIGHT.ink),
        ("perpendicular", "^", style.LIGHT.monopole),
    )
    for gradient, marker, color in series:
        cl = source.spectrum(gradient, omega_t=100.0, estimator=estimator).cl
        ell, height = with_marker(lines, marker, color)
        assert list(ell[:3]) == [1, 2, 3]
        unit = FOUR_PI if normalization == "absolute" else cl[1]  # without observed spectra nothing is fitted
        np.testing.assert_allclose(height, cl[ell] / unit, rtol=1e-9)
    assert panel.y.label.startswith("C_ℓ / 4π" if normalization == "absolute" else "C_ℓ / C₁")


def test_at_right_angles_figure_2_is_not_the_mean_over_the_azimuth(shipped, drawn):
    shipped.param.update(theta=90, phi=30, estimator="cross")
    lines, _ = drawn(shipped, "2")
    chosen, mean = across_at_30_degrees_and_in_the_mean()
    assert with_marker(lines, "D", style.LIGHT.ink)[1][1] == pytest.approx(chosen)
    assert with_marker(lines, "^", style.LIGHT.monopole)[1][1] == pytest.approx(mean)


@DIRECTIONS
def test_figure_1_has_the_evolution_of_the_page(shipped, drawn, theta, phi):
    """With the noise in it, whatever the estimator; solid as chosen, dotted in the mean over the azimuth."""
    shipped.param.update(theta=theta, phi=phi, estimator="eq9")
    lines, panel = drawn(shipped, "1")
    source = library.shipped()
    for gradient, dashed in (((np.radians(theta), np.radians(phi)), False), ("perpendicular", True)):
        cl = source.evolution(gradient, estimator="none").cl / FOUR_PI
        dipole, monopole = (
            next(
                line.get_ydata()
                for line in lines
                if line.get_color() == color
                and (line.get_linestyle() != "-") is dashed
                and len(line.get_xdata()) == len(source.omega_t)
            )
            for color in (style.LIGHT.ink, style.LIGHT.monopole)
        )
        np.testing.assert_allclose(dipole, cl[:, 1], rtol=1e-9)
        np.testing.assert_allclose(monopole, cl[:, 0], rtol=1e-9)
    error = source.evolution((np.radians(theta), np.radians(phi)), estimator="none").error[:, 1] / FOUR_PI
    dipole = {line.name: line.y for line in panel.lines}["C₁"]
    np.testing.assert_allclose(panel.bands[0].high - dipole, error, rtol=1e-6)


@pytest.mark.parametrize("analytic", [False, True])
def test_figure_1_has_the_analytic_evolution_where_the_page_has_it(shipped, saved, analytic):
    shipped.param.update(theta=90, phi=30, p=0.4, analytic=analytic)
    curves = {line.name: line.y for line in saved(shipped, "1").lines if line.name.startswith("analytic")}
    assert list(curves) == (
        ["analytic C₁", "analytic C₂", "analytic C₃", "analytic C₅", "analytic C₉"] if analytic else []
    )
    if analytic:
        expected = analytic_evolution(library.shipped(), shipped.gradient, np.array([1, 2, 3, 5, 9]), p=0.4)
        np.testing.assert_allclose(np.transpose([*curves.values()]), expected / FOUR_PI, rtol=1e-12)


@pytest.mark.parametrize("observed", ["none", "icecube-24", "hawc-icecube-10,icecube-13"])
@pytest.mark.parametrize("normalization", NORMALIZATIONS)
def test_figure_2_has_the_observed_spectra_where_the_page_has_them(shipped, saved, observed, normalization):
    shipped.param.update(observed=observed, normalization=normalization)
    names = {mark.name for mark in saved(shipped, "2").marks}
    chosen = {one.name for one in observations.chosen(observed)}
    published = {one.name for one in observations.spectra()}
    assert names & published == (set() if normalization == "absolute" else chosen)


@pytest.mark.parametrize("form", theory.FORMS)
def test_figure_2_has_the_power_and_the_form_of_the_page(shipped, saved, form):
    shipped.param.update(p=0.62, form=form)
    panel = saved(shipped, "2")
    curve = next(line for line in panel.lines if line.name == "p = 0.62")
    expected = theory.spectrum(curve.x, 0.62, form=form)
    np.testing.assert_allclose(curve.y, expected / expected[0], rtol=1e-12)
    assert f"p = 0.62, {form} form" in panel.title


def test_titles_say_gradient_time_estimator_and_power(shipped, saved):
    shipped.param.update(**GRADIENT, estimator="plateau", p=0.4, analytic=True)
    time = library.shipped().omega_t[library.shipped().time_index(100.0)]
    for figure, estimator in (("1", "noise included"), ("2", "plateau at high ℓ subtracted")):
        title = saved(shipped, figure).title
        assert f"gradient θ = 37°, φ = 211°, Ω T = {time:.5g}, {estimator}, p = 0.4" in title
    shipped.analytic = False
    assert "p =" not in saved(shipped, "1").title  # of curves that are not there


def test_the_noise_of_figure_1_is_that_of_the_chosen_estimator(shipped, saved):
    """As on the page; it was the level of Eq. 9 whatever was chosen."""
    shipped.param.update(**GRADIENT, estimator="plateau")
    noise = {line.name: line.y for line in saved(shipped, "1").lines}["noise"]
    expected = library.shipped().evolution(shipped.gradient, estimator="plateau").noise
    np.testing.assert_allclose(noise, expected / FOUR_PI, rtol=1e-12)


def numbers_in(state, fake, figure):
    """{series: (x, y, low, high)} of the table of a figure, and its comments."""
    text = made(state, fake, f"{FILES[figure]}.csv").decode()
    comments = [line for line in text.splitlines() if line.startswith("#")]
    series = {}
    for row in csv.DictReader(io.StringIO("\n".join(text.splitlines()[len(comments) :]))):
        series.setdefault(row["series"], []).append(
            [float(row[name] or "nan") for name in ("x", "y", "low", "high")]
        )
    return {name: np.transpose(rows) for name, rows in series.items()}, comments


@pytest.mark.parametrize("figure", ["1", "2"])
def test_tables_of_figures_hold_what_is_drawn(shipped, fake, saved, figure):
    shipped.param.update(theta=90, phi=30, analytic=True)
    panel = saved(shipped, figure)
    series, comments = numbers_in(shipped, fake, figure)
    assert list(series) == [each.name for each in (*panel.lines, *panel.marks, *panel.bands)]
    for each in (*panel.lines, *panel.marks):
        np.testing.assert_allclose(series[each.name][:2], [each.x, each.y], rtol=1e-8)
    (band,) = panel.bands
    np.testing.assert_allclose(series[band.name][2:], [band.low, band.high], rtol=1e-8)
    assert panel.title in comments[0]
    assert panel.y.label in comments[1]


def test_at_right_angles_the_table_of_figure_2_is_not_the_mean_over_the_azimuth(shipped, fake):
    shipped.param.update(theta=90, phi=30, estimator="cross")
    series, _ = numbers_in(shipped, fake, "2")
    chosen, mean = across_at_30_degrees_and_in_the_mean()
    assert series["chosen gradient"][1, 1] == pytest.approx(chosen)
    assert series["perpendicular"][1, 1] == pytest.approx(mean)


BOTH, FIRST, SECOND = ("1", "2"), ("1",), ("2",)


@pytest.mark.parametrize(
    ("change", "figures"),
    [
        ({"theta": 60}, BOTH),
        ({"phi": 120}, BOTH),
        ({"omega_t": 30.0}, BOTH),
        ({"estimator": "plateau"}, BOTH),
        ({"p": 0.7}, BOTH),
        ({"analytic": False}, FIRST),
        ({"form": "self-consistent"}, SECOND),
        ({"normalization": "absolute"}, SECOND),
        ({"observed": "icecube-13"}, SECOND),
        ({"d_ell": True}, SECOND),
    ],
    ids=str,
)
def test_whatever_changes_a_figure_on_the_page_changes_the_file(shipped, fake, change, figures):
    shipped.param.update(theta=90, phi=30, estimator="cross", analytic=True)

    def rows(figure):  # and the title; the other comments say all that the page is set to
        title, *lines = made(shipped, fake, f"{FILES[figure]}.csv").splitlines()
        return [title, *(line for line in lines if line[:1] != b"#")]

    before = {figure: rows(figure) for figure in BOTH}
    shipped.param.update(**change)
    assert tuple(figure for figure in BOTH if rows(figure) != before[figure]) == figures


def test_figures_hold_what_is_pinned_beside_what_is_shown(shipped, saved, cross_run):
    """In the direction that is chosen now, by the estimator with which it was pinned."""
    shipped.param.update(**GRADIENT, pinned=(cross_run, "plateau"), normalization="absolute")
    evolving, spectra = saved(shipped, "1"), saved(shipped, "2")
    gradient = shipped.gradient
    lines = {line.name: line for line in evolving.lines}
    assert [name for name in lines if "pinned" in name] == ["C₀, pinned", "standard C₁, pinned", "C₁, pinned"]
    cl = cross_run.evolution(gradient, estimator="none").cl / FOUR_PI
    np.testing.assert_array_equal(lines["C₁, pinned"].x, cross_run.omega_t)
    np.testing.assert_allclose(lines["C₁, pinned"].y, cl[:, 1], rtol=1e-12)
    assert (lines["C₁, pinned"].dash, lines["C₁"].dash) == ("dotdash", "solid")
    marks = {mark.name: mark for mark in spectra.marks}
    for name, which in (("pinned", gradient), ("pinned, perpendicular", "perpendicular")):
        truth = cross_run.spectrum(which, omega_t=shipped.omega_t, estimator="plateau").cl / FOUR_PI
        mark = marks[name]
        assert mark.x.size > 3
        np.testing.assert_allclose(mark.y, truth[mark.x], rtol=1e-12)
    beside = "; pinned: σ² = 1, r_L/L_c = 0.1, 4 fields of 2 × 768 directions"
    assert evolving.title.endswith(beside)
    assert spectra.title.endswith(f"{beside}, Ω T = 30, plateau at high ℓ subtracted")
    shipped.pinned = None
    assert not any("pinned" in mark.name for mark in saved(shipped, "2").marks)


def said_in(kind, content):
    """Title and description of a picture, as programs read them."""
    if kind == "png":
        text = Image.open(io.BytesIO(content)).text
        return text["Title"], text["Description"]
    if kind == "svg":
        dc = "{http://purl.org/dc/elements/1.1/}"
        root = ElementTree.fromstring(content)
        return tuple(root.find(f".//{dc}{word}").text for word in ("title", "description"))
    found = []
    for key in (b"/Title", b"/Subject"):
        raw = re.search(re.escape(key) + rb" \(((?:\\.|[^\\)])*)\)", content, re.DOTALL)[1]
        raw = re.sub(rb"\\(.)", lambda m: {b"n": b"\n", b"r": b"\r"}.get(m[1], m[1]), raw, flags=re.DOTALL)
        found.append(raw.decode("utf-16" if raw[:2] == b"\xfe\xff" else "latin-1"))
    return tuple(found)


@pytest.mark.parametrize("figure", ["1", "2", "sky"])
@pytest.mark.parametrize("kind", MAGIC)
def test_pictures_say_what_they_are_for_programs_too(shipped, fake, kind, figure):
    """Title alone, until now, and that of Figures 1 and 2 only."""
    shipped.param.update(theta=90, phi=30, p=0.6, omega_t=100.0, estimator="cross")
    title, description = said_in(kind, made(shipped, fake, f"{FILES[figure]}.{kind}"))
    if figure == "2":
        assert title == figure_shown(shipped, "figure-2").title
    said = dict(line.split(": ", 1) for line in description.splitlines())
    assert said["crviz"] == __version__
    for part in ("sigma2 = 1.0", "rl_over_lc = 0.1", "seed = 0", "nside = 32", "gamma = 3.666"):
        assert part in said["configuration"]
    assert said["gradient"] == "θ = 90°, φ = 30°"
    assert said["fields"] == (
        "field 0" if figure == "sky" else "fields 0 to 119: 120 fields of 2 × 12288 directions"
    )
    assert float(said["Omega T"]) == pytest.approx(100, rel=5e-3)
    assert ("estimator" in said) is (figure != "sky")
    assert said["shown"] == "shipped"


@pytest.mark.parametrize("name", ["figure-1.csv", "figure-2.csv", "spectra.csv", "sky.fits"])
def test_tables_and_maps_say_what_they_are(shipped, fake, tmp_path, name):
    shipped.param.update(theta=90, phi=30, realization=0)
    if name.endswith("fits"):
        _, header = read_map(shipped, fake, tmp_path)
        assert (header["SIGMA2"], header["RLOVERLC"], header["SEED"], header["FIELD"]) == (1.0, 0.1, 0, 0)
        assert "lambda_min = 0.01" in header["CONFIG"]
        link = header["LINK"]
    else:
        comments = [line for line in made(shipped, fake, name).decode().splitlines() if line[:1] == "#"]
        said = dict(line[2:].split(": ", 1) for line in comments if ": " in line)
        assert said["fields"].startswith("fields 0 to 119")
        assert "seed = 0" in said["configuration"]
        link = said["link"]
    assert "sigma2=1.0" in link


def test_the_link_of_a_file_shows_the_same_again(shipped, fake):
    shipped.param.update(theta=37, phi=211, p=0.61, estimator="eq9", normalization="absolute", omega_t=30.0)
    shipped.sigma2 = 0.3  # what Run would start next is not what is shown
    shipped.shown = LabelledSource(library.shipped(), "shipped")
    said = made(shipped, fake, "spectra.csv").decode()
    (link,) = re.findall(r"^# link: \?(.*)$", said, re.MULTILINE)
    again = State(shown=shipped.shown)
    notice = address.restore(
        again, {key: [each.encode() for each in got] for key, got in parse_qs(link).items()}
    )
    assert notice == ""
    assert again.config == library.shipped().config
    assert (again.theta, again.phi, again.p, again.estimator, again.normalization) == (
        37,
        211,
        0.61,
        "eq9",
        "absolute",
    )
    assert again.omega_t == shipped.shown.recorded_time(30.0)


def test_a_result_has_all_files_and_a_place_those_that_it_can_fill(state, fake):
    whole = set(files(state, fake))
    assert {"run.nc", "sky.fits", "spectra.csv", "reproduce.py"} <= whole
    state.show(from_atlas(Config(sigma2=0.5)))
    # no run, and no sky of its one field yet
    figures = {f"{FILES[figure]}.{kind}" for figure in "12" for kind in MAGIC}
    numbers = {"figure-1.csv", "figure-2.csv"}
    assert set(files(state, fake)) == {
        "all.zip",
        "spectra.csv",
        "reproduce.py",
        "page.html",
        *figures,
        *numbers,
    }
    for name in figures:
        assert made(state, fake, name).startswith(MAGIC[name[-3:]])


def test_the_page_is_on_what_is_shown_and_set(state, fake):
    fake.quick = None  # threads of its own follow the orbits
    state.param.update(theta=12.0, p=0.3)
    html = made(state, fake, "page.html").decode()
    packed = base64.b64decode(re.search(r'id="part-held">([^<]+)<', html)[1])
    held = json.loads(gzip.decompress(packed).partition(b"\n")[0])
    assert (held["values"]["theta"], held["values"]["p"]) == (12.0, 0.3)
    (tensors,) = held["tensors"].values()
    assert tensors["digest"] == state.shown.source.digest


# --- all of it


def test_names_say_of_which_turbulence_time_gradient_and_field(state, fake):
    state.param.update(theta=90, phi=12.5, omega_t=5.0, realization=0)
    names = [button.filename for button in downloads(state, fake)]
    time = f"{state.shown.recorded_time(5.0):.5g}"
    assert "crviz_s2-1_rl-0.1_run.nc" in names
    assert f"crviz_s2-1_rl-0.1_T{time}_th90_ph12.5_figure-2.pdf" in names
    assert f"crviz_s2-1_rl-0.1_T{time}_th90_ph12.5_field-0_sky.fits" in names
    (spectra,) = [button for button in downloads(state, fake) if button.filename.endswith("spectra.csv")]
    state.param.update(theta=30, omega_t=state.shown.source.omega_t[0])  # before it is pressed
    finished(spectra.callback())
    assert "_th30_" in spectra.filename
    assert spectra.filename.startswith(f"crviz_s2-1_rl-0.1_T{state.omega_t:.5g}_")


def test_a_file_is_of_what_was_seen_when_it_was_pressed_and_made_in_another_thread(state, fake):
    (button,) = [each for each in downloads(state, fake) if each.filename.endswith("spectra.csv")]
    makers, words = [], []
    make = button._make

    def noted(seen):
        makers.append(threading.current_thread())
        words.append(button.label)
        state.theta = 80  # the visitor goes on
        return make(seen)

    button._make = noted
    state.theta = 20
    content = finished(button.callback()).read().decode()
    assert "# chosen gradient: theta = 20 deg" in content
    assert "_th20_" in button.filename
    assert makers != [threading.current_thread()]
    assert (words, button.label) == (["Spectra (CSV): making it …"], "Spectra (CSV)")


def test_what_cannot_be_made_is_said_at_the_button(state, fake):
    (button,) = [each for each in downloads(state, fake) if each.filename.endswith("_sky.fits")]
    state.show(from_atlas(Config(sigma2=0.56, rl_over_lc=0.14)))  # which has no sky yet
    finished(button._async_sync_data())
    assert button.label.endswith("The sky of this field is not ready yet.")
    assert button.data is None


def opened(content, tmp_path):
    """{end of the name: bytes} of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = {name: NAME.fullmatch(name) for name in archive.namelist()}
        return {found[3] if found else name: archive.read(name) for name, found in names.items()}


def test_everything_is_in_one_archive_as_it_is_on_the_screen(ready, fake, result, tmp_path):
    state, values = ready
    state.param.update(without_dipole=True, smooth=10, drawn="pixels", dark=True, beside="across")
    parts = opened(made(state, fake, "all.zip"), tmp_path)
    figures = {f"figure-{figure}.{kind}" for figure in "12" for kind in ("png", "pdf", "csv")}
    skies = {"sky.fits", "sky-raw.fits", "sky.png", "sky.pdf", "sky-beside.png"}
    texts = {"README.txt", "CITATION.cff", "spectra.csv", "reproduce.py"}
    assert set(parts) == {"run.nc", *figures, *skies, *texts}
    for name in ("spectra.csv", "figure-1.csv", "reproduce.py"):  # the same as by themselves
        assert parts[name] == made(state, fake, name)
    readme = parts["README.txt"].decode()
    assert all(f"{name}: " in readme for name in set(parts) - {"README.txt"})
    assert "θ = 37°, φ = 211°" in readme
    assert parts["CITATION.cff"].startswith(b"cff-version")
    for name, expected in (("sky", as_on_the_page(values, True, 10)), ("sky-raw", values)):
        path = tmp_path / f"{name}.fits"
        path.write_bytes(parts[f"{name}.fits"])
        found = healpy.read_map(path, dtype=np.float32)
        np.testing.assert_allclose(at_momenta(found), expected, atol=5e-4)  # 16 bits a component
    path = tmp_path / "run.nc"
    path.write_bytes(parts["run.nc"])
    assert load(path).digest == result.digest
    for name in ("figure-1.png", "sky.png", "sky-beside.png"):  # in the theme of the page
        with Image.open(io.BytesIO(parts[name])) as image:
            assert image.convert("RGB").getpixel((0, 0)) == tuple(bytes.fromhex(style.DARK.ground[1:]))


@pytest.mark.parametrize("beside", ["across", "time", "field", "pinned"])
def test_the_second_sky_is_that_of_the_page(ready, fake, result, lone_run, beside):
    state, _ = ready
    sky = fake.skies.ready[result.digest, 0]
    other = Sky(sky.config, 2, sky.components, 2 * sky.scale)
    fake.skies.ready[result.digest, 2] = other
    state.param.update(beside=beside, beside_time=result.omega_t[3], beside_field=2, theta=90, phi=30)
    if beside == "pinned":
        assert skies.beside(state, fake) is None  # there is none
        state.pinned = (lone_run, "none")
    seen = skies.beside(state, fake)
    gradient = (0.0, np.radians(210)) if beside == "across" else state.gradient
    assert seen.gradient == pytest.approx(gradient)
    index = {"time": 3, "pinned": -1}.get(beside, 7)
    expected = sky.components[index] * sky.scale[index] * (2 if beside == "field" else 1)
    if beside == "pinned":
        assert seen.source is lone_run
    else:
        np.testing.assert_allclose(seen.positions, expected)
        assert seen.time == pytest.approx(result.omega_t[index])


def test_pictures_of_the_shipped_sky_are_on_the_grid_of_the_page(shipped, saved):
    shipped.param.update(omega_t=100.0, realization=0)
    picture = saved(shipped, "sky")
    index = library.shipped().time_index(100.0)
    z = fine_skies.positions(index)[2]
    assert picture.limit == pytest.approx(np.quantile(np.abs(z), 0.99))
    assert "nside 64" in picture.title
