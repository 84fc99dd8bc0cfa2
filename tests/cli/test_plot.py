from functools import partial

import numpy as np
import pytest

from crviz import Config, run, sky
from crviz.cli import plot
from crviz.plots import paper
from crviz.plots.content.sky import Sky

FIGURES = pytest.mark.parametrize("figure", list(plot.FIGURES))


@pytest.fixture(scope="module")
def single(small_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "single.nc"
    small_run.save(path)
    return path


@pytest.fixture(scope="module")
def cross(cross_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "cross.nc"
    cross_run.save(path)
    return path


@pytest.fixture
def call(call, tmp_path, monkeypatch):
    """Runs `crviz plot` with these words in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return partial(call, "plot")


@pytest.fixture
def saved(monkeypatch):
    """What was asked to be drawn, in place of drawing it: [(panels or sky, width, dark)]."""
    calls = []

    def record(content, path, width, dark):
        calls.append((content, width, dark))
        path.write_bytes(b"")

    monkeypatch.setattr(paper, "save_panels", record)
    monkeypatch.setattr(paper, "save_sky", record)
    return calls


def refused(outcome, option):
    """One sentence on the error stream that names the option, and exit status 2."""
    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    assert option in outcome.err
    return True


def lines(panel):
    return {line.name: line.y for line in panel.lines}


# --- every figure


@FIGURES
def test_every_figure_is_written(call, single, tmp_path, figure):
    outcome = call(single, "--figure", figure, "-o", "a.png")
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith("a.png: ")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_the_ending_chooses_the_format_in_either_case(call, single, tmp_path):
    assert call(single, "--figure", "sky", "-o", "a.PDF").status == 0
    assert (tmp_path / "a.PDF").read_bytes().startswith(b"%PDF-")


def test_figure_1_is_that_of_the_result_without_cursor_and_analytic_curves(call, single, saved, small_run):
    assert call(single, "--figure", 1, "-o", "a.svg").status == 0
    ([panel], width, dark) = saved[0]
    expected = small_run.evolution("parallel").cl[:, 1] / (4 * np.pi)
    np.testing.assert_allclose(lines(panel)["C₁"], expected, rtol=1e-12)
    assert panel.verticals == ()
    assert not any("analytic" in name for name in lines(panel))
    assert (width, dark) == (7.0, False)


def test_options_reach_figure_1(call, single, saved, small_run):
    words = ("--gradient", "30,90", "--omega-t", 10, "--p", 0.5, "--estimator", "plateau", "--dark")
    assert call(single, "--figure", 1, "-o", "a.svg", *words, "--width", 3.4).status == 0
    ([panel], width, dark) = saved[0]
    expected = small_run.evolution((np.pi / 6, np.pi / 2), estimator="plateau").cl[:, 1] / (4 * np.pi)
    solid = [line.y for line in panel.lines if line.name == "C₁" and line.dash == "solid"]
    np.testing.assert_allclose(solid[0], expected, rtol=1e-12)
    assert panel.verticals[0].x == small_run.omega_t[small_run.time_index(10)]
    assert "analytic C₁" in lines(panel)
    assert (width, dark) == (3.4, True)


def test_figure_2_takes_the_last_time_where_the_papers_is_later(call, single, saved):
    assert call(single, "--figure", 2, "-o", "a.svg").status == 0
    ([panel], *_) = saved[0]
    assert "Ω T = 30" in panel.title
    assert {"p = 1/3", "p = 1/2", "p = 2/3"} <= set(lines(panel))
    assert "p = 0.50" not in lines(panel)  # nobody chose one


@pytest.mark.parametrize(("fixture", "words"), [("single", "noise of Eq. 9"), ("cross", "two grids")])
def test_the_estimator_follows_the_grids(call, saved, request, fixture, words):
    assert call(request.getfixturevalue(fixture), "--figure", 2, "-o", "a.svg").status == 0
    assert words in saved[0][0][0].title


def test_the_sky_is_that_of_the_gradient(call, single, saved, small_run):
    assert call(single, "--figure", "sky", "-o", "a.png", "--gradient", "90,0").status == 0
    picture = saved[0][0]
    assert isinstance(picture, Sky)
    values, _ = small_run.sky_map((np.pi / 2, 0.0), omega_t=30)
    assert picture.limit == pytest.approx(np.quantile(np.abs(values), 0.99))
    assert picture.gradient == pytest.approx((0, 0), abs=1e-12)  # the middle of the picture


def test_the_sky_is_treated_as_it_is_asked_for(call, single, saved, small_run):
    options = ("--smooth", 15, "--without-dipole", "--drawn", "pixels", "--limit", 2)
    assert call(single, "--figure", "sky", "-o", "a.png", *options).status == 0
    picture = saved[0][0]
    values, _ = small_run.sky_map((0.0, 0.0), omega_t=30)
    expected = sky.smoothed(sky.without_dipole(values), np.radians(15)).astype(np.float32)
    assert set(picture.picture[np.isfinite(picture.picture)]) <= set(expected)
    assert picture.limit == 2
    assert "smoothed 15°, dipole removed" in picture.title
    assert refused(call(single, "--figure", "sky", "-o", "a.png", "--smooth", 21), "smooth")
    assert refused(call(single, "--figure", "1", "-o", "a.png", "--smooth", 5), "smooth")


# --- refusals


@pytest.mark.parametrize("name", ["a.gif", "a", "a.svg.gz"])
def test_other_endings_are_refused_before_anything_is_read(call, tmp_path, name):
    assert refused(call(tmp_path / "none.nc", "--figure", 1, "-o", name), "--output")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--gradient", "up"), "--gradient"),
        (("--gradient", "190,0"), "--gradient"),
        (("--gradient", "1,2,3"), "--gradient"),
        (("--gradient", "nan,0"), "--gradient"),
        (("--omega-t", "0"), "--omega-t"),
        (("--omega-t", "300"), "--omega-t"),
        (("--estimator", "best"), "--estimator"),
        (("--estimator", "cross"), "--estimator"),  # a run with one grid
        (("--p", "1"), "--p"),
        (("--form", "other"), "--form"),
        (("--width", "0"), "--width"),
        (("--width", "nan"), "--width"),
    ],
)
def test_wrong_values_are_refused_by_the_name_of_the_option(call, single, tmp_path, words, option):
    assert refused(call(single, "--figure", 2, "-o", "a.png", *words), option)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("sky", ("--p", "0.5")),
        ("diffusion", ("--gradient", "parallel")),
        ("1", ("--form", "printed")),
        ("sky", ("--estimator", "eq9")),
    ],
)
def test_options_that_mean_nothing_for_a_figure_are_refused(call, single, figure, words):
    outcome = call(single, "--figure", figure, "-o", "a.png", *words)
    assert refused(outcome, words[0])
    assert f"--figure {figure}" in outcome.err


@pytest.mark.parametrize("words", [("--figure", "3", "-o", "a.png"), ("-o", "a.png"), ("--figure", "1")])
def test_what_is_missing_or_unknown_is_refused(call, single, words):
    outcome = call(single, *words)
    assert refused(outcome, "-o" if "-o" not in words else "--figure")


def test_a_file_that_is_no_result_is_refused(call, tmp_path):
    (tmp_path / "bad.nc").write_text("no")
    assert refused(call("bad.nc", "--figure", 1, "-o", "a.png"), "bad.nc")
    assert refused(call("none.nc", "--figure", 1, "-o", "a.png"), "none.nc")


def test_a_folder_that_does_not_exist_is_refused(call, single):
    assert refused(call(single, "--figure", 1, "-o", "nowhere/a.png"), "nowhere")


def test_too_few_fields_for_the_rate_are_refused(call, lone_run, tmp_path):
    lone_run.save(tmp_path / "lone.nc")
    assert refused(call("lone.nc", "--figure", "rate", "-o", "a.png"), "multipoles")


@pytest.mark.parametrize("figure", ["1", "diffusion"])
def test_a_single_time_makes_no_figure_against_time(call, tmp_path, figure):
    run(Config(nside=1, n_modes=10, omega_t=(1.0,)), 2).save(tmp_path / "one.nc")
    assert refused(call("one.nc", "--figure", figure, "-o", "a.png"), "--figure")


def test_figure_2_is_seen_like_the_spectrum_that_is_named(call, single, saved, tmp_path):
    """By the keys of shipped ones, or the file of one's own."""
    (tmp_path / "own.csv").write_text("ell,C_ell,error\n2,3e-8,1e-9\n3,1e-8,1e-9\n5,2e-9,1e-10\n")
    words = ("--figure", 2, "-o", "a.svg", "--observed")
    outcome = call(single, *words, "own.csv")
    assert outcome.status == 0
    assert "own.csv does not say all of what was seen of the sky; assumed is" in outcome.err
    assert (
        call(single, *words, "hawc-icecube-10,icecube-24", "--normalization", "dipole", "--d-ell").status == 0
    )
    assert call(single, *words, "none").status == 0
    own, both, none = ({mark.name for mark in panels[0].marks} for panels, *_ in saved)
    published = {"HAWC + IceCube 2019, 10 TeV", "IceCube 12 years, 24 TeV (pseudo-spectrum)"}
    assert "own" in own
    assert published <= both
    assert not (own | none) & published
    assert [panels[0].y.label[:3] for panels, *_ in saved] == ["C_ℓ", "D_ℓ", "C_ℓ"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--observed", "mine"), "observed = 'mine' must be one of 'hawc-icecube-10'"),
        (("--observed", "mine.csv"), "mine.csv does not exist"),
        (("--normalization", "dipole", "--observed", "high.csv"), "'dipole' needs l = 1, which high has not"),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:.*does not say all")
def test_a_spectrum_that_cannot_be_taken_gets_its_sentence(call, single, tmp_path, words, message):
    (tmp_path / "high.csv").write_text("ell,C_ell\n2,3e-8\n3,1e-8\n")
    assert refused(call(single, "--figure", 2, "-o", "a.svg", *words), message)
    assert not (tmp_path / "a.svg").exists()


# --- what a file says of itself


@pytest.mark.parametrize("figure", ["1", "2", "sky", "diffusion"])
def test_files_say_configuration_seed_fields_and_link(call, cross, saved, figure):
    options = [] if figure == "diffusion" else ["--gradient", "30,40", "--omega-t", 10]
    assert call(cross, "--figure", figure, "-o", "a.svg", *options).status == 0
    content = saved[0][0]
    about = content.about if figure == "sky" else content[0].about
    for part in ("seed = 0", "nside = 8", "sigma2 = 1.0"):
        assert part in about["configuration"]
    assert about["fields"] == (
        "field 0" if figure == "sky" else "fields 0 to 3: 4 fields of 2 × 768 directions"
    )
    assert about["link"].startswith("?sigma2=1.0&rl_over_lc=0.1&")
    if options:
        assert about["gradient"] == "θ = 30°, φ = 40°"
        assert float(about["Omega T"]) == pytest.approx(10, rel=0.3)  # recorded ones are 1.5 apart
        assert "&theta=30.0&phi=40.0" in about["link"]
    else:
        assert "gradient" not in about
