"""What all pages are made of, written once a process; a session has none of it."""

import json
import types

import panel as pn
import pytest
from panel.io.state import set_curdoc

from crviz.dashboard import atlas_tensors, description, panels
from crviz.dashboard.page import Visit
from crviz.dashboard.state import State, on_page


def file_behind(url):
    """The text of a file that the server hands out."""
    path, _, version = url.partition("?v=")
    place, _, name = path.removeprefix("static/extensions/").partition("/")
    assert version in name
    return (description.extension_dirs[place] / name).read_text(encoding="utf8")


def test_the_script_of_the_page_holds_all_that_it_describes():
    text = file_behind(description.page_url())
    told = json.loads(text.splitlines()[-1].removeprefix("open(").rpartition(", {")[0])
    assert [panel["name"] for panel in told["panels"]] == [panel.name for panel in panels.registered()]
    assert told["controls"] == json.loads(json.dumps(description.controls()))
    assert len(text) < 400_000  # of which the windows of observed spectra are 58 000


def test_a_panel_more_is_in_the_script_and_leaves_the_others_as_they_are(tmp_path):
    before = description.page_url()
    (tmp_path / "panel.js").write_text("// toy\n\nexport class ToyPanel {}\n", encoding="utf8")
    with panels.also(panels.Panel("toy", tmp_path, order=25)):
        text = file_behind(description.page_url())
        assert "toy: ToyPanel" in text.splitlines()[-1]
        assert [panel.name for panel in panels.registered()].index("toy") == 2
    assert description.page_url() == before


def test_it_is_written_once():
    assert description.page_url() == description.page_url()
    assert description.orbits_url() == description.orbits_url()


def test_the_file_of_the_atlas_is_written_where_the_page_looks_for_it():
    place = description.description(())["atlas"]
    assert "export class AtlasInBrowser" in file_behind(f"static/extensions/crviz/{place['script']}")
    description.write_atlas()
    name, _, _ = place["file"].partition("?")
    content = (description.extension_dirs["crviz"] / name).read_bytes()
    assert content == atlas_tensors.file()
    assert 1e6 < len(content) < 2e6  # what a hand on a slider costs; opening costs none of it


def test_every_parameter_of_the_page_has_an_input():
    keys = {
        control["key"]
        for groups in description.controls().values()
        for group in groups
        for control in group["controls"]
    }
    apart = {"omega_t", "turbulence"}  # the time bar; a single kind needs no choice
    assert {parameter.name for parameter in on_page()} & set(State.param) - apart <= keys


@pytest.fixture
def session(fake, document):
    """The document of a visitor, as a server makes it."""
    fake.quick, fake.library = types.SimpleNamespace(submit=lambda *_: None), None
    with set_curdoc(document):
        visit = Visit(fake, {})
        visit.page.server_doc(document)
    yield document
    visit.close()


def test_a_session_holds_a_bridge_and_a_few_components_and_no_figure(session):
    models = {type(model).__name__ for model in session.models}
    assert not models & {"figure", "ColumnDataSource", "GlyphRenderer"}
    assert len(session.models) <= 10  # 215 where each session had its own figures
    assert [root.name for root in session.roots] == ["bridge", "drawer", "orbits"]
    assert pn.state.curdoc is None
