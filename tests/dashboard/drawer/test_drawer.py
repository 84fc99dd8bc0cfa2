"""The place above the plots where something is shown on demand, alone and as the page uses it."""

import types

import panel as pn
import pytest
from bokeh.models import ColumnDataSource
from panel.io.state import set_curdoc

from crviz import Config
from crviz.dashboard.best_known import from_atlas
from crviz.dashboard.drawer import Drawer
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.page import Visit
from crviz.library import Library
from crviz.plots.style import palette
from crviz.result import Run


def contents(drawer):
    """Everything that is in a drawer, whatever it is nested in."""
    return drawer.__panel__().select(lambda part: not isinstance(part, pn.layout.ListLike))


def test_it_starts_closed_and_empty():
    drawer = Drawer()
    assert not drawer.__panel__().visible
    assert contents(drawer) == []
    assert not drawer.shows("")


def test_it_shows_one_thing_at_a_time_under_its_heading():
    drawer, one, other = Drawer(), pn.pane.HTML("one"), pn.pane.HTML("other")
    drawer.open("First", [one])
    drawer.open("Second", [other])
    assert drawer.__panel__().visible
    assert drawer.shows("Second")
    assert not drawer.shows("First")
    assert other in contents(drawer)
    assert one not in contents(drawer)
    assert any("<h2>Second</h2>" in str(getattr(part, "object", "")) for part in contents(drawer))


def test_closed_it_keeps_nothing():
    drawer = Drawer()
    drawer.open("First", [pn.pane.HTML("one")])
    (close,) = [part for part in contents(drawer) if getattr(part, "name", "") == "Close"]
    close.clicks += 1
    assert not drawer.__panel__().visible
    assert contents(drawer) == []
    assert not drawer.shows("First")


def test_the_same_button_opens_and_closes_and_another_one_changes():
    drawer, opened = Drawer(), []

    def opening(heading):
        def open():
            opened.append(heading)
            drawer.open(heading, [])

        return open

    for heading in ("A", "A", "A", "B"):
        drawer.toggle(heading, opening(heading))
    assert opened == ["A", "A", "B"]
    assert drawer.shows("B")


# --- on the page


@pytest.fixture
def visit(fake, tmp_path, document):
    fake.library = Library(tmp_path)
    fake.quick = types.SimpleNamespace(submit=lambda *_: None)
    with set_curdoc(document):
        visit = Visit(fake, {})
    yield visit
    visit.close()


def press(visit, key):
    visit.hub._handle_msg({"kind": "press", "key": key})


def labels(visit):
    return {part.label for part in contents(visit.drawer) if isinstance(part, pn.widgets.FileDownload)}


@pytest.mark.parametrize(
    ("key", "heading"),
    [("downloads", "Download"), ("runs", "Stored runs"), ("help", "About this page")],
)
def test_buttons_open_their_drawers_and_close_them(visit, key, heading):
    press(visit, key)
    assert visit.drawer.shows(heading)
    press(visit, key)
    assert contents(visit.drawer) == []


def test_where_nothing_is_stored_no_runs_are_listed(visit):
    visit.manager.library = None
    press(visit, "runs")
    assert visit.drawer.shows("Stored runs")


def test_downloads_follow_what_is_shown(visit):
    """A place of the atlas has no run to take away, though the drawer was opened over one."""
    press(visit, "downloads")
    assert "Run (NetCDF)" in labels(visit)
    visit.state.show(from_atlas(Config(sigma2=0.5)))
    figures = {f"Figure {n} ({kind})" for n in (1, 2) for kind in ("PNG", "SVG", "PDF", "CSV")}
    assert (
        labels(visit) - {"Sky map (FITS, nside 16)"}
        == {"Everything (ZIP)", "Spectra (CSV)", "Script (Python)", "This page (HTML)"} | figures
    )


def test_a_drawer_that_is_closed_stays_closed(visit):
    visit.state.show(from_atlas(Config(sigma2=0.5)))
    assert contents(visit.drawer) == []


def test_a_pin_is_what_was_shown_until_pressing_again_takes_it_away(visit):
    press(visit, "pin")
    assert visit.hub.pinned["digest"] == visit.state.shown.config.digest
    first = visit.hub.pinned
    visit.state.sigma2 = 0.5
    assert visit.hub.pinned is first
    assert visit.hub.tensors["digest"] != first["digest"]
    press(visit, "pin")
    assert visit.hub.pinned == {}
    press(visit, "pin")
    assert visit.hub.pinned["digest"] == visit.hub.tensors["digest"]


def test_a_pin_keeps_the_source_and_the_estimator_by_which_it_is_shown(visit, result):
    visit.state.show(LabelledSource(result, "of one grid"))
    visit.state.estimator = "cross"  # of which a single grid knows nothing
    press(visit, "pin")
    assert visit.state.pinned == (result, "eq9")
    press(visit, "pin")
    assert visit.state.pinned is None


def test_a_result_of_earlier_numerics_can_be_unpinned_too(visit, result):
    """Its digest is not that of its configuration today."""
    visit.state.show(LabelledSource(Run(result.dataset.assign_attrs(numerics=1)), "stored"))
    press(visit, "pin")
    assert visit.hub.pinned
    press(visit, "pin")
    assert visit.hub.pinned == {}


def plots_in(visit):
    return [part for part in contents(visit.drawer) if isinstance(part, pn.pane.Bokeh)]


@pytest.fixture
def more(visit, document):
    """The visit with its further plots asked for, of which none is drawn yet."""
    while not document.ticks.empty():
        document.ticks.get()
    with set_curdoc(document):
        press(visit, "more")
    assert plots_in(visit) == []
    return visit


def test_further_plots_come_one_by_one_beside_their_words(more, document):
    assert any("turbulence" in str(part.object).lower() for part in contents(more.drawer))
    for number in (1, 2, 3):
        document.turn()
        assert len(plots_in(more)) == number
    document.turn_until(document.ticks.empty)
    assert len(plots_in(more)) == 4


def test_further_plots_come_at_once_where_there_is_no_document(visit):
    press(visit, "more")
    assert len(plots_in(visit)) == 4


def written(visit):
    """All that is in the sources of the further plots, colours among it."""
    sources = [each for plot in plots_in(visit) for each in plot.object.select({"type": ColumnDataSource})]
    return {str(value) for source in sources for column in source.data.values() for value in column}


def test_further_plots_are_drawn_anew_in_the_colours_of_the_other_theme(more, document):
    light, dark = (palette(dark).ink for dark in (False, True))
    document.turn_until(document.ticks.empty)
    assert light in written(more)
    with set_curdoc(document):
        more.state.dark = True
    document.turn_until(document.ticks.empty)
    assert len(plots_in(more)) == 4
    assert dark in written(more)
    assert light not in written(more)


@pytest.mark.parametrize("keys", [("more",), ("help",), ("more", "more")])
def test_plots_of_a_drawer_that_shows_something_else_are_drawn_no_more(more, document, keys):
    document.turn()
    with set_curdoc(document):
        for key in keys:
            press(more, key)
    stale = document.ticks.get()
    stale()
    assert plots_in(more) == []
