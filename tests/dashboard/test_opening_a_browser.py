"""A browser is opened for who starts a server, never one that would take the server's terminal."""

import threading
import webbrowser

import pytest

from crviz.dashboard.serving.browser import open_browser

URL = "http://127.0.0.1:5006/"


@pytest.fixture
def opened(monkeypatch):
    """What was opened, and by which thread."""
    seen = []
    for kind in (webbrowser.GenericBrowser, webbrowser.BackgroundBrowser):
        monkeypatch.setattr(kind, "open", lambda self, url: seen.append((url, threading.current_thread())))
    return seen


def wait():
    for thread in threading.enumerate():
        if thread.name == "crviz-browser":
            thread.join(20)


def test_a_browser_with_a_window_is_opened_beside_the_server(monkeypatch, opened):
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.BackgroundBrowser("firefox"))
    open_browser(URL)
    wait()
    ((url, thread),) = opened
    assert url == URL
    assert thread is not threading.current_thread()


def test_a_browser_for_terminals_is_left_alone(monkeypatch, opened):
    monkeypatch.setattr(webbrowser, "get", lambda: webbrowser.GenericBrowser("w3m"))
    open_browser(URL)
    wait()
    assert opened == []


def test_where_there_is_no_browser_nothing_happens(monkeypatch, opened):
    def none():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    open_browser(URL)
    wait()
    assert opened == []
