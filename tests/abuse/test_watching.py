"""Who watches over a server is told how it is, on this machine only; and who comes too late is told so."""

import socket
import subprocess
import sys
import urllib.request

import pytest
from protocol import PATIENCE, Speaker, served


@pytest.fixture(scope="module")
def port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="module")
def small(tmp_path_factory, port):
    """A server that has room for two."""
    with served(tmp_path_factory.mktemp("library"), "--most-pages", 2, "--metrics-port", port) as server:
        yield server


def told(port):
    """{name: value}"""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
        lines = answer.read().decode().splitlines()
    return {
        name: float(value) for name, value in (line.split() for line in lines if not line.startswith("#"))
    }


def test_a_server_tells_how_it_is_and_who_comes_too_late_is_told_so(small, port):
    assert told(port)["crviz_sessions"] == 0
    first, second = Speaker(small), Speaker(small)
    first.say(b"nothing")
    first.pull()
    now = told(port)
    assert now["crviz_sessions"] == 2
    assert now["crviz_messages_dropped_total"] == 1
    assert now["crviz_jobs_running"] == now["crviz_jobs_waiting"] == now["crviz_requests_refused_total"] == 0
    assert now["crviz_resident_memory_bytes"] > 1e8
    status, headers, words = small.ask()
    assert (status, headers["Retry-After"]) == (503, "60")
    assert words == "This server has as many visitors as it can take. Please come back in a minute."
    assert small.ask("/health")[0] == 503
    for speaker in (first, second):
        speaker.close()


def test_a_port_for_figures_that_is_taken_is_one_sentence(tmp_path, small, port):
    command = [sys.executable, "-m", "crviz", "serve", "--port", "0", "--no-show", "--library", tmp_path]
    ended = subprocess.run(
        [*map(str, command), "--metrics-port", str(port)], capture_output=True, text=True, timeout=PATIENCE
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "--metrics-port" in ended.stderr
    assert str(port) in ended.stderr
