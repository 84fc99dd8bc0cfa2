"""Which addresses a server answers to: the document, its socket, and nothing of Bokeh's beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bokeh.server.urls import per_app_patterns

from crviz.dashboard.serving.document import Page
from crviz.dashboard.serving.socket import Socket


@contextmanager
def of_our_own() -> Iterator[None]:
    """Bokeh makes a server with these handlers, in place of its own.

    Left out are those that make a session for whoever asks, to embed it elsewhere: a frame does that.
    """
    before = list(per_app_patterns)
    per_app_patterns[:] = [(r"/ws", Socket), (r"/?", Page)]
    try:
        yield
    finally:
        per_app_patterns[:] = before
