"""A run outlives the page that asked for it, and is found again."""

import panel as pn
from test_churn import port_of_the_new_one
from visitor import opened

from crviz.dashboard import page as pages
from crviz.dashboard import process
from crviz.jobs import Manager
from crviz.library import Library


def test_a_page_that_is_closed_leaves_its_run_to_the_next_one(person, tmp_path, monkeypatch):
    manager = Manager(Library(tmp_path / "library"), threads=1)
    monkeypatch.setitem(process._shared, "manager", manager)
    soon = {"check_unused_sessions_milliseconds": 200, "unused_session_lifetime_milliseconds": 200}
    others = set(pn.state._servers)
    server = pn.serve({"/": pages.explorer}, port=0, address="127.0.0.1", threaded=True, show=False, **soon)
    try:
        link = f"http://127.0.0.1:{port_of_the_new_one(others)}/?nside=8&omega_t_max=50&realizations=3000"
        first = opened(person, link)
        first.get_by_role("button", name="Run", exact=True).click()
        first.get_by_text("of 3000 realisations").first.wait_for()
        (job,) = manager._alive
        assert set(job.wanted_by.values()) == {"127.0.0.1"}
        first.close()
        second = opened(person, link)
        second.get_by_text("of 3000 realisations").first.wait_for()
        assert manager._alive == [job]
        second.get_by_role("button", name="Cancel", exact=True).click()
        assert job.ended.wait(60)
        assert second.errors == []
        second.close()
    finally:
        server.stop()
        manager.close()
