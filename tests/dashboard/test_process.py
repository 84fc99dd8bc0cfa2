import math
import threading
import time

import pytest

from crviz import Config, run
from crviz.dashboard import Service, process
from crviz.dashboard.serving import server as serving
from crviz.library import Library


@pytest.fixture
def nobody(monkeypatch):
    """A process in which no manager was made and no page was opened; nothing is compiled."""
    monkeypatch.setattr(process, "_shared", {})
    monkeypatch.setattr(process, "_opened", threading.Event())
    monkeypatch.setattr(process.Manager, "warm_up", lambda self: None)
    yield
    for manager in process._shared.values():
        manager.close()
    process.page_opened()
    prepared()


def prepared():
    """Once nothing is prepared in the background any more."""
    for thread in threading.enumerate():
        if thread.name == "crviz-prepare":
            thread.join(20)


def test_all_visitors_share_one_manager(nobody):
    assert process.shared_manager() is process.shared_manager()


def test_the_manager_is_the_one_that_was_configured(nobody, tmp_path):
    manager = process.configure(Library(tmp_path), threads=3)
    assert process.shared_manager() is manager
    assert manager.threads == 3
    assert manager.library.folder == tmp_path


@pytest.fixture
def warmed(nobody, monkeypatch):
    """Managers that were told to compile, in a process that does not wait for pages in vain."""
    monkeypatch.setattr(process, "PATIENCE", 60.0)
    warmed = []
    monkeypatch.setattr(process.Manager, "warm_up", lambda self: warmed.append(self))
    return warmed


def test_the_first_page_has_the_processors_for_itself(warmed, tmp_path):
    manager = process.configure(Library(tmp_path))
    time.sleep(0.1)
    assert warmed == []
    process.page_opened()
    prepared()
    assert warmed == [manager]


def test_where_nobody_comes_all_is_prepared_in_the_end(warmed, monkeypatch, tmp_path):
    monkeypatch.setattr(process, "PATIENCE", 0.1)
    manager = process.configure(Library(tmp_path))
    prepared()
    assert warmed == [manager]


def test_a_server_that_has_ended_prepares_nothing(warmed, tmp_path):
    process.configure(Library(tmp_path)).close()
    process.page_opened()
    prepared()
    assert warmed == []


def test_a_server_that_ends_stops_what_it_computes(monkeypatch):
    closed = []

    class Idle:
        def close(self):
            closed.append(True)

    def interrupted(*arguments, **options):
        raise OSError("the port is taken")

    monkeypatch.setattr(serving, "configure", lambda *arguments: Idle())
    monkeypatch.setattr(serving.pn, "serve", interrupted)
    with pytest.raises(OSError, match="taken"):
        serving.serve(Service(port=0, show=False), print)
    assert closed == [True]


@pytest.mark.parametrize("public", [True, False])
def test_whether_strangers_may_come_is_known_where_pages_are_made(nobody, tmp_path, public):
    process.configure(Library(tmp_path), public=public)
    assert process.is_public() is public


def test_where_nobody_has_said_who_comes_it_may_be_strangers(nobody, tmp_path, monkeypatch):
    """Under Panel's own server; the user's library has no size there, lest results go that are wanted."""
    monkeypatch.setattr(process, "Library", lambda: Library(tmp_path))
    process.configure()
    process._shared.clear()
    assert process.shared_manager().library.size is None
    assert process.is_public()


def test_in_public_a_library_has_a_size_unless_it_was_said(nobody, tmp_path):
    sizes = [
        process.configure(Library(tmp_path, size), public=public).library.size
        for public, size in ((False, None), (True, None), (True, 5e6), (True, math.inf))
    ]
    assert sizes == [None, 2e9, 5e6, math.inf]


def test_what_pages_show_or_have_pinned_and_what_is_computed_is_in_use(nobody, tmp_path, state, result):
    stored = process.configure(Library(tmp_path)).library
    before = stored.in_use()
    process.arrived(state)
    assert stored.in_use() == before | {result.digest}
    other = run(Config(nside=1, omega_t=(0.5,), n_modes=4), 1)
    state.pinned = (other, "eq9")
    assert stored.in_use() == before | {result.digest, other.digest}
    process.left(state)
    assert stored.in_use() == before
    manager = process.shared_manager()
    asked = Config(nside=2, omega_t=(0.5,), n_modes=4)
    manager._jobs[asked.digest] = None  # as `request` does
    assert stored.in_use() == before | {asked.digest}
    manager._jobs.clear()
