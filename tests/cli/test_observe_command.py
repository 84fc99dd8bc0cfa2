"""`crviz observe`: a file of the spectrum, all of it or none, and one sentence for what is wrong."""

import os
import shlex
from functools import partial

import healpy
import numpy as np
import pytest

from crviz import observations

NSIDE = 16
N_PIXELS = 12 * NSIDE**2


@pytest.fixture
def call(call, tmp_path, monkeypatch):
    """Runs `crviz observe` with these words in a folder with maps and masks."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(np.random.SeedSequence(8))
    intensity = 1e-3 * rng.normal(size=N_PIXELS)
    exposure = np.full(N_PIXELS, 1e7)
    names = {"column_names": ["data map", "background map", "local map"]}
    counts = [rng.poisson(exposure * (1 + intensity)), exposure, exposure]
    for path, values, further in (
        ("own.fits", intensity, {}),
        ("counts.fits", counts, names),
        ("mask.fits", (np.arange(N_PIXELS) > 1000) * 1.0, {}),
        ("dark.fits", np.zeros(N_PIXELS), {}),
        ("small.fits", np.ones(12 * 8**2), {}),
        ("frameless.fits", intensity, {"coord": None}),
    ):
        healpy.write_map(path, values, **({"coord": "C", "dtype": float} | further))
    (tmp_path / "junk.fits").write_bytes(b"junk" * 1000)
    (tmp_path / "empty.fits").touch()
    (tmp_path / "folder").mkdir()
    return partial(call, "observe")


@pytest.mark.parametrize(
    "words",
    [
        "own.fits",
        "own.fits --declination -90 -25 --remove-m0",
        "own.fits --mask mask.fits --smooth 8",
        "counts.fits",
    ],
)
def test_the_file_is_what_python_measures(call, tmp_path, words):
    outcome = call(*words.split(), "-o", "out.csv")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("out.csv: l = 1 to ")
    found = observations.load("out.csv")
    how = {
        "--declination": {"declination": (-90, -25), "remove_m0": True},
        "--mask": {"mask": "mask.fits", "smooth": 8.0},
    }
    first, *options = words.split()
    measured = observations.observe(first, **how.get(options[0], {}) if options else {})
    np.testing.assert_allclose(found.cl, measured.cl, rtol=1e-9)
    np.testing.assert_allclose(found.error[0], measured.error, rtol=1e-9)
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out.csv"]
    assert not list(tmp_path.glob(".*"))


def test_the_command_in_the_file_does_it_again(call, tmp_path):
    asked = (
        "counts.fits -o 'my out.csv' --declination -50.5 69 --smooth 5 --remove-m0 --coordinates celestial"
    )
    assert call(*shlex.split(asked)).status == 0
    text = (tmp_path / "my out.csv").read_text(encoding="utf8")
    (line,) = [line for line in text.splitlines() if line.startswith("#: command: ")]
    program, name, *words = shlex.split(line.removeprefix("#: command: "))
    assert (program, name) == ("crviz", "observe")
    (tmp_path / "my out.csv").unlink()
    assert call(*words).status == 0
    assert (tmp_path / "my out.csv").read_text(encoding="utf8") == text


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
@pytest.mark.parametrize("source", ["own.fits", "counts.fits"])
def test_the_plot_is_drawn_beside_the_shipped_spectra(call, tmp_path, source, ending):
    outcome = call(source, "-o", "out.csv", "--plot", f"out.{ending}")
    assert (outcome.status, outcome.err) == (0, "")
    text = (tmp_path / f"out.{ending}").read_bytes()
    assert len(text) > 5000
    if ending == "svg":
        assert all(one.legend.split(",")[0].encode() in text for one in observations.drawn())
        assert (b"noise in it" in text) == (source == "counts.fits")


def test_names_that_matplotlib_would_take_for_formulae_are_drawn(call, tmp_path):
    (tmp_path / "own.fits").rename(tmp_path / "a$x_{$.fits")
    (tmp_path / "mask.fits").rename(tmp_path / "m$^{$.fits")
    outcome = call("a$x_{$.fits", "--mask", "m$^{$.fits", "-o", "out.csv", "--plot", "out.svg")
    assert (outcome.status, outcome.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("none.fits", "none.fits does not exist."),
        ("folder", "folder cannot be read: Is a directory."),
        ("empty.fits", "empty.fits is empty."),
        ("junk.fits", "junk.fits is not a FITS file of a map, or is damaged: "),
        ("own.fits --mask none.fits", "none.fits does not exist."),
        ("own.fits --mask junk.fits", "junk.fits is not a FITS file of a map"),
        (
            "own.fits --mask small.fits",
            "--mask: mask = 'small.fits' must have nside = 16, that of the map, and has 8.",
        ),
        ("own.fits --mask dark.fits", "--mask: mask = 'dark.fits' must show a part of the sky"),
        (
            "own.fits --mask counts.fits",
            "counts.fits holds data map, background map, local map: a mask must be one",
        ),
        (
            "own.fits --declination 5 -5",
            "--declination: declination = [5.0, -5.0] must be two numbers from -90 to 90",
        ),
        ("own.fits --declination 89.9 90", "own.fits has no value in any pixel that is seen"),
        ("own.fits --declination 1", "argument --declination: expected 2 arguments"),
        (
            "own.fits --declination 1 2 --mask mask.fits",
            "argument --mask: not allowed with argument --declination",
        ),
        ("own.fits --smooth -1", "--smooth: smooth = -1 must be a finite number at least 0 and at most 90."),
        ("own.fits --smooth nan", "--smooth: smooth = nan must be a finite number"),
        ("own.fits --column B", "--column: column = 'B' must be one of"),
        (
            "own.fits --coordinates local",
            "--coordinates: coordinates = 'local' must be one of 'celestial', 'galactic'.",
        ),
        (
            "own.fits --coordinates galactic",
            "--coordinates: coordinates = 'galactic' must be what own.fits says",
        ),
        ("own.fits --plot out.gif", "--plot: plot = 'out.gif' must end in .png, .svg, .pdf."),
        (
            "own.fits --plot nowhere/out.png",
            "nowhere/out.png cannot be written: the folder nowhere does not exist.",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(call, tmp_path, words, message):
    before = sorted(tmp_path.iterdir())
    outcome = call(*words.split(), "-o", "out.csv")
    assert outcome.status == 2
    assert outcome.err.startswith(f"crviz observe: {message}")
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert sorted(tmp_path.iterdir()) == before


def test_the_plot_does_not_take_the_place_of_the_spectrum(call):
    outcome = call("own.fits", "-o", "out.png", "--plot", "out.png")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("crviz observe: --plot: plot = 'out.png' must be another file")


@pytest.mark.parametrize("out", ["folder", "nowhere/out.csv", "own.fits"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(call, tmp_path, out):
    before = (tmp_path / "own.fits").read_bytes()
    outcome = call("own.fits", "-o", out)
    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    assert out in outcome.err
    assert (tmp_path / "own.fits").read_bytes() == before


def test_what_is_assumed_or_joined_is_said(call):
    outcome = call("frameless.fits", "-o", "out.csv")
    assert outcome.status == 0
    said = (
        "crviz: warning: frameless.fits has no COORDSYS in its header: celestial coordinates are assumed.\n"
    )
    assert outcome.err == said


def test_a_full_disk_is_one_sentence(call, small_disk, fill, tmp_path):
    fill(small_disk)
    outcome = call(tmp_path / "own.fits", "-o", small_disk / "out.csv")
    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    assert "No space left on device" in outcome.err
    assert not (small_disk / "out.csv").exists()


def test_a_name_that_is_no_text_has_marks_for_what_is_none(call, tmp_path):
    odd = os.fsdecode(b"own\xff.fits")
    (tmp_path / "own.fits").rename(tmp_path / odd)
    assert call(odd, "-o", "out.csv").status == 0
    assert observations.load("out.csv").name == "own?"
