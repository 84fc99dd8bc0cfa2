"""Many come at once, and many come and go: all are served, and nothing of them is left."""

import re
import sys
import threading
import time
from pathlib import Path

import pytest
from protocol import PATIENCE, Speaker, served

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")

AT_ONCE, CHURNED = 12, 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("library")) as server:
        visit(server)  # the first one has all compiled and read
        yield server


def held(server):
    """How many threads and open files the server has."""
    about = Path(f"/proc/{server.process.pid}")
    threads = int(re.search(r"Threads:\s+(\d+)", (about / "status").read_text())[1])
    return threads, len(list((about / "fd").iterdir()))


def visit(server, query=""):
    """Come, look, and go: what was there."""
    speaker = Speaker(server, f"/{query}")
    try:
        return speaker.pull()
    finally:
        speaker.close()


def test_a_dozen_who_come_at_once_are_all_served(server):
    seen, places = [], [f"?sigma2={0.1 + number / 10:.1f}" for number in range(AT_ONCE)]
    visitors = [
        threading.Thread(target=lambda place=place: seen.append(visit(server, place))) for place in places
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(PATIENCE)
    assert len(seen) == AT_ONCE
    assert all(len(document["roots"]) == 3 for document in seen)


def test_of_visitors_who_come_and_go_no_thread_and_no_file_is_left(server):
    visit(server)
    before = held(server)
    for _ in range(CHURNED):
        visit(server)
    end = time.monotonic() + PATIENCE
    while any(now > then for now, then in zip(held(server), before, strict=True)) and time.monotonic() < end:
        time.sleep(0.2)
    assert all(now <= then for now, then in zip(held(server), before, strict=True))
