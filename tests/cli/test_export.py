"""`crviz export` and `crviz site`: what they write, and what they refuse."""

import numpy as np
import pytest

import crviz
from crviz import paths
from crviz.dashboard import alone, words

PARTS = {"bokeh", "page", "held", "further", "orbits", "kernel", "draws", "sky", "theme", "open", "math"}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "run.nc"
    times = tuple(np.geomspace(0.5, 10, 3).tolist())
    crviz.run(crviz.Config(nside=4, n_modes=20, omega_t=times, grids="cross"), 2).save(path)
    return path


def test_a_result_becomes_one_file(call, stored, tmp_path):
    page = tmp_path / "page.html"
    status, said, _ = call("export", stored, "-o", page)
    assert (status, said) == (
        0,
        f"{page}: {page.stat().st_size / 1e6:.1f} MB, opens in a browser by itself.\n",
    )
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert crviz.explore(crviz.load(stored))._repr_html_().startswith('<iframe srcdoc="')


@pytest.mark.parametrize(
    ("result", "page", "sentence"),
    [
        ("none.nc", "page.html", "none.nc does not exist."),
        ("text.nc", "page.html", "text.nc is not"),
        ("run.nc", "nowhere/page.html", "nowhere/page.html cannot be written: the folder"),
        ("run.nc", ".", "is a folder, not a file to write to."),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence(call, stored, tmp_path, result, page, sentence):
    (tmp_path / "text.nc").write_text("nothing of this kind")
    path = stored if result == "run.nc" else tmp_path / result
    status, _, error = call("export", path, "-o", tmp_path / page)
    assert (status, error.count("\n")) == (2, 1)
    assert sentence in error


def test_a_page_on_the_atlas_needs_no_result(call, stored, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(alone, "one_file", lambda state, **how: asked.append((state, how)) or b"page")
    page = tmp_path / "page.html"
    assert call("export", "--atlas", "-o", page)[0] == 0
    ((state, how),) = asked
    assert (state.shown.origin, how["with_atlas"], page.read_bytes()) == ("from the atlas", True, b"page")
    status, _, error = call("export", "-o", page)
    assert (status, error.count("\n")) == (2, 1)
    assert "crviz export needs a RESULT.nc, --atlas for a page on the atlas alone, or --learn." in error
    status, _, error = call("export", stored, "--atlas", "-o", page)
    assert (status, error.count("\n")) == (2, 1)
    assert "n_modes = 20 of the result is not in the atlas" in error
    assert len(asked) == 1


def test_a_page_that_is_too_large_leaves_the_one_before(call, stored, tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("the one before")

    def too_large(*_, **__):
        raise alone.TooLarge("Without any sky the page has 9.1 MB, more than 8 MB.")

    monkeypatch.setattr(alone, "one_file", too_large)
    assert call("export", stored, "-o", page)[0] == 2
    assert page.read_text() == "the one before"


def test_a_folder_is_written_as_a_whole_and_again(call, stored, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "documentation", lambda: None)  # as where it was not built
    folder, docs = tmp_path / "site", tmp_path / "built"
    docs.mkdir()
    (docs / "index.html").write_text("<p>" + 600 * "words ")
    status, said, _ = call("site", folder, "--result", stored, "--docs", docs)
    assert (status, said.endswith("hand it out as it is, with index.html first.\n")) == (0, True)
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path.name.split("-")[0] for path in (folder / "parts").iterdir()} == PARTS
    html = (folder / "index.html").read_text()
    assert all(path.name in html for path in (folder / "parts").iterdir() if path.suffix != ".gz")
    assert 'target="crviz-docs">' not in html  # who knows what these documents are
    assert 'id="learn" href="learn.html"' in html
    assert 'href="index.html" data-says="hash"' in (folder / "learn.html").read_text(encoding="utf8")
    assert {"index.html.gz", "learn.html.gz", "docs/index.html.gz"} < {str(path) for path in before}
    assert call("site", folder, "--result", stored)[0] == 0
    again = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert again == {path: content for path, content in before.items() if path.parts[0] != "docs"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["built", "site"]


def test_a_built_documentation_lies_beside_it_and_the_page_leads_on_to_it(
    call, stored, tmp_path, monkeypatch
):
    folder, docs = tmp_path / "site", tmp_path / "built"
    docs.mkdir()
    (docs / "index.html").write_text("crviz explained")
    monkeypatch.setattr(paths, "documentation", lambda: docs)
    assert call("site", folder, "--result", stored)[0] == 0
    assert (folder / "docs" / "index.html").read_text() == "crviz explained"
    assert (
        '<a href="docs/explanation/theory.html" target="crviz-docs">' in (folder / "index.html").read_text()
    )
    assert "crviz-docs" not in words.html("introduction")  # elsewhere it is as it was


def test_a_folder_of_somebody_else_is_left_as_it_is(call, stored, tmp_path):
    (tmp_path / "letters").write_text("dear")
    status, _, error = call("site", tmp_path, "--result", stored)
    assert (status, (tmp_path / "letters").read_text()) == (2, "dear")
    assert error.endswith("holds other files, and crviz site writes it as a whole: name an empty folder.\n")
    status, _, error = call("site", tmp_path / "letters", "--result", stored)
    assert (status, error.endswith("letters is a file, not a folder to write to.\n")) == (2, True)
    status, _, error = call("site", tmp_path / "new", "--result", stored, "--docs", tmp_path / "no")
    assert (status, error.endswith("no is not a folder of documents.\n")) == (2, True)
    assert not (tmp_path / "new").exists()
