"""What is pinned stays beside what is shown: its arrays in the browser, itself for the files."""

import types

import pytest
from panel.io.state import set_curdoc

from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.page import Visit
from crviz.result import Run


@pytest.fixture
def visit(fake, document):
    fake.quick = types.SimpleNamespace(submit=lambda *_: None)
    with set_curdoc(document):
        visit = Visit(fake, {})
    yield visit
    visit.close()


def press_pin(visit):
    visit.hub._presses["pin"]()


def test_the_source_is_pinned_with_the_estimator_that_it_is_shown_by(visit, result, cross_run):
    visit.state.show(LabelledSource(result, "of one grid"))
    visit.state.estimator = "cross"  # of which a single grid knows nothing
    press_pin(visit)
    assert visit.state.pinned == (result, "eq9")
    assert visit.hub.pinned["digest"] == result.digest
    visit.state.show(LabelledSource(cross_run, "another"))
    press_pin(visit)
    assert visit.state.pinned == (cross_run, "cross")


@pytest.mark.parametrize("numerics", [1, 2])
def test_a_second_press_takes_the_pin_away(visit, result, numerics):
    """Of a result of earlier numerics too, whose digest is not that of its configuration today."""
    earlier = Run(result.dataset.assign_attrs(numerics=numerics))
    visit.state.show(LabelledSource(earlier, "stored"))
    press_pin(visit)
    assert visit.hub.pinned
    press_pin(visit)
    assert visit.state.pinned is None
    assert visit.hub.pinned == {}
