from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from crviz import observations
from crviz.parameters import OBSERVED
from crviz.plots import paper, style
from crviz.plots.content import diffusion, evolution, rate, sky, spectra
from crviz.plots.paper.panels import figure_of_panels
from crviz.plots.paper.settings import in_tex, settings
from crviz.plots.paper.sky import figure_of_sky

GRADIENT = (0.4, 1.0)
WIDTHS = pytest.mark.parametrize("width", [3.4, 7.0])


@pytest.fixture(scope="module")
def panels(small_run):
    """The panels of every figure."""
    return {
        "1": [evolution.evolution(small_run, "parallel", omega_t=10.0, p=0.5)],
        "2": [spectra.power_spectra(small_run, GRADIENT, p=0.42)],
        "diffusion": [diffusion.diffusion(small_run), diffusion.growth(small_run)],
        "rate": [rate.rate(small_run, "parallel")],
    }


NAMES = pytest.mark.parametrize("name", ["1", "2", "diffusion", "rate"])


def sky_of(small_run, dark=False):
    values, _ = small_run.sky_map(GRADIENT)
    return values, sky.sky(values, GRADIENT, 400, title="Ω T = 30", dark=dark)


@pytest.fixture(scope="module")
def drawn(panels):
    """The Axes of a figure, drawn once for each name, width and theme."""

    @cache
    def drawn(name, width=7.0, dark=False):
        colors = style.palette(dark)
        with settings(colors, width):
            figure = figure_of_panels(panels[name], width, colors)
            figure.draw_without_rendering()
        return figure.axes

    return drawn


def shown(values):
    return np.where(np.asarray(values) > 0, values, np.nan)


# --- what is drawn is what the content says


@NAMES
def test_every_line_of_the_content_is_drawn_as_it_is(panels, drawn, name):
    for axes, panel in zip(drawn(name), panels[name], strict=True):
        lines = axes.get_lines()
        for line in panel.lines:
            expected = shown(line.y) if panel.y.log else line.y
            found = [
                one
                for one in lines
                if one.get_color() == line.color
                and len(one.get_xdata()) == len(line.x)
                and np.array_equal(one.get_ydata(), expected, equal_nan=True)
            ]
            assert found, line.name
            np.testing.assert_array_equal(found[0].get_xdata(), line.x)


def test_figure_1_shows_the_multipoles_of_the_result(small_run, drawn):
    (axes,) = drawn("1")
    expected = small_run.evolution("parallel").cl[:, 1] / (4 * np.pi)
    assert any(np.array_equal(line.get_ydata(), expected) for line in axes.get_lines())


def test_figure_2_shows_the_estimates_of_the_result(small_run, drawn):
    (axes,) = drawn("2")
    cl = small_run.spectrum(GRADIENT).cl
    (observed,) = observations.chosen(OBSERVED.default)
    seen = observations.compare(observed, cl, normalization="fit")
    diamonds = next(line for line in axes.get_lines() if line.get_marker() == "D")
    ell = diamonds.get_xdata()
    np.testing.assert_allclose(diamonds.get_ydata(), seen.simulated[np.isin(seen.ell, ell)], rtol=1e-12)


def test_the_sky_shows_the_map_of_the_result(small_run):
    values, content = sky_of(small_run)
    colors = style.LIGHT
    with settings(colors, 7.0):
        axes = figure_of_sky(content, 7.0, colors).axes[0]
    (image,) = axes.images
    picture = np.ma.filled(image.get_array(), np.nan)
    np.testing.assert_array_equal(picture, content.picture)
    assert np.abs(picture[np.isfinite(picture)]).max() <= np.abs(values).max()
    reached = np.quantile(np.abs(values), 0.99)
    assert image.get_clim() == pytest.approx((-reached, reached))
    assert image.origin == "lower"
    assert image.get_extent() == [-2, 2, -1, 1]


# --- legible


@WIDTHS
@NAMES
def test_names_beside_the_lines_do_not_overlap_and_stay_in_the_figure(drawn, name, width):
    for axes in drawn(name, width):
        boxes = [text.get_window_extent() for text in axes.texts]
        # half a pixel of antialiasing
        assert not any(one.padded(-0.5).overlaps(other.padded(-0.5)) for one, other in combinations(boxes, 2))
        frame = axes.figure.bbox
        for box in boxes:
            assert frame.x0 <= box.x0 < box.x1 <= frame.x1
            assert frame.y0 <= box.y0 < box.y1 <= frame.y1


@WIDTHS
@NAMES
def test_title_legend_and_labels_stay_in_the_figure(drawn, name, width):
    for axes in drawn(name, width):
        frame = axes.figure.bbox
        assert axes.get_tightbbox().x0 >= frame.x0
        assert axes.get_tightbbox().x1 <= frame.x1
        for legend in axes.figure.legends:
            box = legend.get_window_extent()
            assert frame.x0 <= box.x0 < box.x1 <= frame.x1
            assert box.y1 <= axes.xaxis.label.get_window_extent().y0 or axes.get_xlabel() == ""


@NAMES
def test_every_axis_says_what_it_is(drawn, name):
    axes = drawn(name)
    assert axes[-1].get_xlabel()
    assert all(one.get_ylabel() for one in axes)


def test_symbols_become_tex():
    assert in_tex("σ² = 1, Ω T = 3, p = 1/2") == r"$\sigma^2$ = 1, $\Omega T$ = 3, $p$ = 1/2"


@pytest.mark.parametrize("dark", [False, True])
def test_the_ground_is_that_of_the_theme(drawn, dark):
    (axes,) = drawn("2", dark=dark)
    ground = matplotlib.colors.to_rgba(style.palette(dark).ground)
    assert axes.figure.get_facecolor() == ground
    assert axes.get_facecolor() == ground


# --- files


@pytest.mark.parametrize("kind", paper.FORMATS)
@pytest.mark.parametrize("name", ["2", "sky"])
def test_a_file_is_of_its_kind_and_the_same_every_time(small_run, panels, tmp_path, name, kind):
    first, second = (tmp_path / f"{number}.{kind}" for number in (1, 2))
    for path in (first, second):
        if name == "sky":
            paper.save_sky(sky_of(small_run)[1], path, width=5.0)
        else:
            paper.save_panels(panels[name], path, width=5.0)
    data = first.read_bytes()
    assert data == second.read_bytes()
    if kind == "svg":
        assert ElementTree.fromstring(data).tag == "{http://www.w3.org/2000/svg}svg"
        assert b"<dc:date>" not in data
    else:
        assert data.startswith({"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-"}[kind])
        assert b"CreationDate" not in data
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"1.{kind}", f"2.{kind}"]


def test_a_png_is_as_wide_as_asked_for(panels, tmp_path):
    paper.save_panels(panels["2"], tmp_path / "a.png", width=7.0)
    header = (tmp_path / "a.png").read_bytes()[16:24]
    assert int.from_bytes(header[:4], "big") == 1400  # 200 dots an inch


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.png.txt"])
def test_other_endings_are_refused(panels, tmp_path, name):
    with pytest.raises(ValueError, match=r"^output = .* must end in \.png, \.svg, \.pdf\.$"):
        paper.save_panels(panels["2"], tmp_path / name)


@pytest.mark.parametrize("width", [2.9, 21, float("nan")])
def test_other_widths_are_refused(panels, tmp_path, width):
    with pytest.raises(ValueError, match=r"^width = "):
        paper.save_panels(panels["2"], tmp_path / "a.png", width=width)


@pytest.mark.parametrize("kind", paper.FORMATS)
def test_a_file_that_cannot_be_finished_leaves_the_old_one(panels, tmp_path, monkeypatch, kind):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(b"old")

    def half(self, where, **_):
        if hasattr(where, "write"):
            where.write(b"half")
        else:
            where.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", half)
    with pytest.raises(OSError, match="disk full"):
        paper.save_panels(panels["2"], path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_settings_of_matplotlib_are_neither_used_nor_changed(panels, tmp_path):
    paper.save_panels(panels["2"], tmp_path / "a.svg")
    with matplotlib.rc_context({"font.family": "monospace", "xtick.major.size": 20}):
        before = dict(matplotlib.rcParams)
        paper.save_panels(panels["2"], tmp_path / "b.svg")
        assert dict(matplotlib.rcParams) == before
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
