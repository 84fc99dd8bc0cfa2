"""The drawers in a browser: files are delivered, and stored runs opened."""

import csv
import io
import re
import xml.etree.ElementTree as ET
import zipfile

import healpy
import matplotlib.image
import numpy as np
import pytest
from PIL import Image
from visitor import Visitor, opened, wait_for_further_plots

from crviz import Config, library, load, run
from crviz._version import __version__
from crviz.library import Library

pytestmark = pytest.mark.browser

SMALL = Config(sigma2=0.7, rl_over_lc=0.3, nside=2, n_modes=10, omega_t=(0.5, 1.0))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def visitor(person, server):
    """A visitor who has chosen a direction and a time, with the drawer of downloads open; finer skies than
    that of the run, which the file has, never come."""
    still = opened(
        person,
        server + "?drawn=pixels",
        before=lambda page: page.route("**/*.gz?*", lambda route: route.abort()),
    )
    visitor = Visitor(still)
    visitor.slide(theta=60, phi=120)
    visitor.wait_for_sky()
    visitor.move_to(40)
    visitor.wait_for_picture()
    still.get_by_role("button", name="Download", exact=True).click()
    still.get_by_role("button", name="Run (NetCDF)").wait_for()
    yield visitor
    assert still.errors == []
    still.close()


@pytest.fixture
def deliver(visitor, tmp_path):
    """Presses a button of the drawer: the path of the file that arrives."""

    def deliver(label):
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("button", name=label, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    return deliver


def shown_time(visitor):
    return visitor.page.evaluate("crviz.tensors.omega_t[crviz.index]")


def seen(visitor):
    """How names of files begin."""
    return f"crviz_s2-1_rl-0.1_T{shown_time(visitor):.5g}_th60_ph120"


def test_the_run_arrives_whole(deliver):
    path = deliver("Run (NetCDF)")
    assert path.name == "crviz_s2-1_rl-0.1_run.nc"
    result, shipped = load(path), library.shipped()
    assert result.digest == shipped.digest
    assert result.dataset.identical(shipped.dataset)


def test_the_sky_arrives_as_it_is_shown(visitor, deliver):
    path = deliver("Sky map (FITS, nside 32)")
    assert path.name == f"{seen(visitor)}_field-0_sky.fits"
    values, header = healpy.read_map(path, h=True, dtype=np.float32)
    header = dict(header)
    assert header["NSIDE"] == 32
    assert header["OMEGAT"] == pytest.approx(shown_time(visitor))
    assert (header["GRADTH"], header["GRADPH"]) == (60, 120)
    shown = visitor.map()
    # the browser keeps the momenta's order, and 16 bits a component
    x, y, z = healpy.pix2vec(32, np.arange(len(values)))
    np.testing.assert_allclose(
        values[healpy.vec2pix(32, -x, -y, -z)], shown, atol=1e-4 * np.abs(shown).max(), rtol=0
    )
    # and what healpy draws of the file is the picture: the pixel behind each of its points
    picture, half = visitor.picture()
    limit = visitor.page.evaluate("crviz.sky.limit")
    columns, rows = np.meshgrid(np.arange(0, picture.shape[1], 7), np.arange(0, picture.shape[0], 7))
    points = (
        (columns.ravel() + 0.5) / picture.shape[1] * 4 - 2,
        (rows.ravel() + 0.5) / picture.shape[0] * 2 - 1,
    )
    drawn = picture[rows.ravel(), columns.ravel()]
    there = np.isfinite(drawn)
    projection = healpy.projector.MollweideProj()
    pixels = healpy.vec2pix(32, *projection.xy2vec(points[0][there], points[1][there]))
    wrong = np.abs(np.clip(values[pixels], -limit, limit) - drawn[there]) > 1.1 * half
    assert wrong.mean() < 1e-3  # a point on the border of two pixels may fall to either


def test_the_spectra_arrive_with_their_numbers(visitor, deliver):
    path = deliver("Spectra (CSV)")
    assert path.name == f"{seen(visitor)}_spectra.csv"
    text = path.read_text(encoding="utf8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    gradient = tuple(np.radians([60, 120]))
    truth = library.shipped().spectrum(gradient, omega_t=shown_time(visitor), estimator="cross")
    # six digits are written
    np.testing.assert_allclose([float(row["C_l_chosen"]) for row in rows], truth.cl, rtol=0.6e-5)
    np.testing.assert_allclose([float(row["error_chosen"]) for row in rows], truth.error, rtol=0.6e-5)
    (told,) = re.findall(r"^# Omega T: (.*)$", text, re.MULTILINE)
    assert float(told) == pytest.approx(float(truth.omega_t))


def test_the_script_says_the_numbers_of_the_spectra(visitor, deliver):
    path = deliver("Script (Python)")
    assert path.name == f"{seen(visitor)}_reproduce.py"
    said = io.StringIO()
    exec(
        compile(path.read_text(encoding="utf8"), path.name, "exec"),
        {"print": lambda *words: print(*words, file=said)},
    )
    lines = [line.split() for line in said.getvalue().splitlines() if not line.startswith("#")]
    truth = library.shipped().spectrum(
        tuple(np.radians([60, 120])), omega_t=shown_time(visitor), estimator="cross"
    )
    np.testing.assert_allclose([float(line[1]) for line in lines[:-1]], truth.cl)


@pytest.mark.parametrize("figure", ["Figure 1", "Figure 2", "Sky figure"])
def test_a_figure_arrives_as_a_picture_with_something_on_it(deliver, figure):
    pixels = matplotlib.image.imread(deliver(f"{figure} (PNG)"), format="png")
    height, width = pixels.shape[:2]
    assert min(height, width) > 400  # fit for print
    ink = np.ptp(pixels[..., :3].reshape(-1, 3), axis=0)
    assert (ink > 0.5).all()  # from light to dark
    assert (pixels != pixels[0, 0]).any(-1).mean() > 0.02  # some of the ground is covered


def test_everything_arrives_in_one_archive_while_the_page_goes_on(visitor):
    """The word that it is made stands at the button meanwhile."""
    page = visitor.page
    page.evaluate("window.before = crviz.drawn")
    with page.expect_download() as download:
        page.get_by_role("button", name="Everything (ZIP)", exact=True).click()
        page.get_by_text("Everything (ZIP): making it").wait_for()
        visitor.slide(phi=119)
        visitor.slide(phi=120)
        assert page.evaluate("crviz.drawn > window.before + 1")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert download.value.suggested_filename == f"{seen(visitor)}_all.zip"
    assert {"README.txt", "CITATION.cff", f"{seen(visitor)}_figure-2.pdf"} <= set(names)


@pytest.mark.parametrize("panel", ["evolution", "spectra"])
def test_what_a_figures_own_tool_saves_says_what_it_is(visitor, panel):
    """Bokeh's pictures said nothing at all."""
    page = visitor.page
    page.once("dialog", lambda dialog: dialog.accept("mine"))
    with page.expect_download() as download:
        page.evaluate(
            """panel => [...crviz.view(panel).tool_views.values()]
              .find((tool) => tool.model.type === "SaveTool").doit()""",
            panel,
        )
    with Image.open(download.value.path()) as image:
        image.load()  # checksums included
        said = image.text
    assert said["Title"].startswith("σ² = 1, r_L = 0.1 L_c: ")
    told = dict(line.split(": ", 1) for line in said["Description"].splitlines())
    assert told["crviz"] == __version__
    assert "seed = 0" in told["configuration"]
    assert told["fields"] == "fields 0 to 119: 120 fields of 2 × 12288 directions"
    assert (told["gradient"], told["estimator"]) == ("θ = 60°, φ = 120°", "cross")
    assert float(told["Omega T"]) == pytest.approx(shown_time(visitor))
    assert told["link"] == page.url
    assert "theta=60" in page.url


@pytest.mark.parametrize("figure", ["Figure 1", "Figure 2", "Sky figure"])
def test_a_figure_arrives_as_a_drawing(visitor, deliver, figure):
    path = deliver(f"{figure} (SVG)")
    root = ET.parse(path).getroot()
    assert root.tag == f"{SVG}svg"
    assert len(list(root.iter(f"{SVG}path"))) > 20
    is_sky = figure == "Sky figure"
    assert bool(list(root.iter(f"{SVG}image"))) is is_sky  # the sky alone is made of points
    name = {"Figure 1": "figure-1", "Figure 2": "figure-2", "Sky figure": "field-0_sky"}[figure]
    assert path.name == f"{seen(visitor)}_{name}.svg"


def test_the_numbers_of_figures_are_those_on_the_screen_and_of_what_is_pinned(visitor, deliver):
    page = visitor.page
    page.get_by_role("button", name="Pin", exact=True).click()
    page.wait_for_function("() => crviz.pinned")
    visitor.settle()
    for figure, panel in (("Figure 1", "evolution"), ("Figure 2", "spectra")):
        text = deliver(f"{figure} (CSV)").read_text(encoding="utf8")
        assert "gradient θ = 60°, φ = 120°" in text
        rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
        taken = {row["series"]: ([], []) for row in rows}
        for row in rows:
            for column, value in zip(taken[row["series"]], (row["x"], row["y"]), strict=True):
                column.append(float(value or "nan"))
        shown = visitor.lines(panel)
        if panel == "spectra":
            shown |= {name: visitor.marks(name)[:2] for name in taken if name not in shown}
        assert {name for name in taken if "pinned" in name} >= {
            "evolution": {"C₁, pinned"},
            "spectra": {"pinned"},
        }[panel]
        for name, (x, y) in shown.items():
            positive = np.isfinite(y)
            if not positive.any():  # a band, which stands in a source of its own
                continue
            np.testing.assert_allclose(taken[name][0], x, rtol=1e-5)
            # of the standard dipole, which is a difference, single precision leaves less
            off = 1e-3 if "standard" in name else 1e-4
            np.testing.assert_allclose(np.array(taken[name][1])[positive], y[positive], rtol=off)
    page.get_by_role("button", name="Unpin", exact=True).click()
    page.wait_for_function("() => !crviz.pinned")


def test_what_is_taken_away_while_playing_is_of_the_time_seen(visitor, deliver):
    """A press ends playing: else the server would not know of the time."""
    page, before = visitor.page, shown_time(visitor)
    page.get_by_role("button", name="Play through the times").click()
    page.wait_for_function("t => crviz.omegaT > 1.2 * t", arg=before)
    text = deliver("Spectra (CSV)").read_text(encoding="utf8")
    assert shown_time(visitor) != before
    assert f"# Omega T: {float(shown_time(visitor))}\n" in text


def test_a_stored_run_is_opened_from_its_drawer(visit):
    page = visit("?sigma2=0.5")
    page.get_by_text("from the atlas").first.wait_for()
    page.get_by_role("button", name="Runs", exact=True).click()
    paper = page.get_by_role("group", name="shipped · σ² = 1,")
    paper.get_by_role("button", name="Open", exact=True).click()
    page.get_by_text("σ² = 1, r_L = 0.1 L_c: stored, 120 fields").wait_for()
    page.wait_for_function("() => crviz.values.sigma2 === 1 && crviz.tensors.source === 'over 120 fields'")
    assert not page.errors


def test_a_stored_run_is_deleted_once_that_is_confirmed_and_brought_back_by_keyboard(visit, library_folder):
    """Any press deleted at once, and the focus was lost with the list."""
    stored = Library(library_folder)
    stored.put(run(SMALL, 2))
    page = visit()
    page.get_by_role("button", name="Runs", exact=True).click()
    line = page.get_by_role("group", name="σ² = 0.7, r_L = 0.3 L_c")
    line.get_by_role("button", name="Delete").focus()

    def pressed(key, focused):
        page.keyboard.press(key)
        line.locator("button:focus", has_text=focused).wait_for()

    def said():
        return line.get_by_role("status").inner_text()

    for key in ("Enter", "Escape", "Enter", "Enter"):  # asked and not meant: by Escape, by "Keep"
        pressed(key, {"Enter": "Delete" if said() else "Keep", "Escape": "Delete"}[key])
    assert stored.path(SMALL).exists()
    pressed("Enter", "Keep")
    assert said() == "Delete this run?"
    pressed("Shift+Tab", "Delete")
    pressed("Enter", "Undo")
    assert said() == "deleted"
    assert not stored.path(SMALL).exists()
    assert line.get_by_role("button", name="Open").is_disabled()
    pressed("Enter", "Delete")
    assert said() == ""
    assert stored.get(SMALL).n_realizations == 2
    assert line.get_by_role("button", name="Open").is_enabled()
    stored.delete(SMALL.digest)
    assert not page.errors


def test_a_list_fills_itself_in_once_it_is_known_what_others_have_stored(visit, library_folder):
    page = visit()
    file, content = library_folder / "another.nc", io.BytesIO()
    run(SMALL.replace(sigma2=0.9), 1).save(content)
    file.write_bytes(content.getvalue())
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("group", name="σ² = 0.9, r_L = 0.3 L_c").wait_for()
    page.get_by_text("being looked at").wait_for(state="hidden")
    file.unlink()
    assert not page.errors


def test_further_plots_have_their_height(page):
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("heading", name="Diffusion and turbulence").wait_for()
    wait_for_further_plots(page)
    assert not page.errors


def test_a_notice_is_put_away(visit):
    page = visit("?p=north")
    notice = page.get_by_role("alert")
    notice.get_by_text("p = 'north'").wait_for()
    page.get_by_role("button", name="Dismiss the notice").click()
    notice.wait_for(state="hidden")
