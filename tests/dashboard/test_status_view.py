import dataclasses

import panel as pn
import panel_material_ui as pmui
import pytest

from crviz.dashboard.status_view import StatusView


@pytest.fixture
def session(state, join, fake):
    return join(state, fake)


@pytest.fixture
def strip(state, session):
    return StatusView(state=state, session=session).__panel__()


def texts(strip):
    return [text.object for text in strip.select(pmui.Typography)]


def percent(strip):
    (bar,) = strip.select(pmui.LinearProgress)
    return bar.value


def notice(strip):
    (alert,) = strip.select(pmui.Alert)
    return alert


def tell(job, document, **changes):
    job.status = dataclasses.replace(job.status, **changes)
    job.tell()
    document.turn()


def test_it_says_what_is_shown(strip):
    assert "Shown: σ² = 1, r_L = 0.1 L_c, made for the tests" in texts(strip)


def test_before_a_run_nothing_is_said_of_one(strip):
    assert percent(strip) == 0
    assert not any("realisations" in text for text in texts(strip))


def test_it_says_how_far_a_run_is(strip, session, fake, document):
    session.run(8)
    tell(fake.requests[0], document, state="running", done=2, orbits_per_second=12345.6, seconds_left=40.2)
    assert "running: 2 of 8 realisations · 12,346 orbits/s · 40 s left" in texts(strip)
    assert percent(strip) == 25


def test_it_says_that_a_run_is_finished(strip, session, fake, document):
    session.run(8)
    tell(fake.requests[0], document, state="finished", done=8, orbits_per_second=1e4, seconds_left=0.0)
    assert "finished: 8 of 8 realisations" in texts(strip)
    assert percent(strip) == 100


def test_a_notice_is_seen_while_there_is_one(strip, session, fake, document):
    assert not notice(strip).visible
    session.run()
    tell(fake.requests[0], document, state="failed", error="The simulation failed: no luck.")
    assert notice(strip).visible
    assert [text.object for text in notice(strip).select(pn.pane.Markdown)] == [
        "The simulation failed: no luck."
    ]
    session.run()
    assert not notice(strip).visible


def test_everything_in_it_can_be_put_on_a_page(strip):
    assert isinstance(pn.panel(strip), pn.viewable.Viewable)
