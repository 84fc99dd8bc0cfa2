"""Visitors who come and go are forgotten: their state, their page and their figures."""

import gc
import logging
import time
import weakref

import panel as pn
from visitor import opened, wait_for_further_plots

from crviz.dashboard import page as pages
from crviz.dashboard import process
from crviz.jobs import Manager
from crviz.library import Library

VISITS = 3
PATIENCE = 60  # seconds; a busy machine takes its time to end sessions


def test_a_visit_leaves_nothing_behind(person, tmp_path, monkeypatch):
    """Each visitor opens the drawers, among them figures that HoloViews draws, and leaves."""
    made = []

    class Watched(pages.Visit):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            parts = (self, self.state, self.session, self.hub, self.skies, self.orbits, self.page)
            made.append([(type(part).__name__, weakref.ref(part)) for part in parts])

    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # records keep what they speak of
    manager = Manager(Library(tmp_path / "library"), threads=1)
    monkeypatch.setitem(process._shared, "manager", manager)
    monkeypatch.setattr(pages, "Visit", Watched)
    soon = {"check_unused_sessions_milliseconds": 500, "unused_session_lifetime_milliseconds": 3000}
    others = set(pn.state._servers)
    server = pn.serve({"/": pages.explorer}, port=0, address="127.0.0.1", threaded=True, show=False, **soon)
    try:
        address = f"http://127.0.0.1:{port_of_the_new_one(others)}"
        for _ in range(VISITS):
            page = opened(person, address)
            for drawer in ("Download", "Runs", "More"):
                page.get_by_role("button", name=drawer, exact=True).click()
                page.get_by_role("button", name="Close", exact=True).wait_for()
            wait_for_further_plots(page)
            page.close()
        assert len(made) == VISITS
        left = alive(made)
        assert left == []
    finally:
        server.stop()
        manager.close()


def alive(made):
    """Names of what is still there when sessions have had their time to end."""
    end = time.monotonic() + PATIENCE
    while True:
        gc.collect()
        left = [name for parts in made for name, part in parts if part() is not None]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.5)


def port_of_the_new_one(others):
    """The port that a server in a thread has taken; others may have been there before."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for name in set(pn.state._servers) - others:
            return pn.state._servers[name][0].port
        time.sleep(0.1)
    raise TimeoutError("the server did not start")
