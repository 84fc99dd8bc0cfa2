"""Panel's busy indicator, which the page goes without."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import panel as pn
from param.parameterized import Watcher


@contextlib.contextmanager
def without_busy_indicator() -> Iterator[None]:
    """Pages made within are not told how busy the server is.

    Else whatever one visitor does is told to the pages of all, twice, and a page is never forgotten.
    """
    before = _listeners()
    yield
    for listener in _listeners():
        if listener not in before:
            pn.state.param.unwatch(listener)


def _listeners() -> list[Watcher]:
    return list(pn.state.param.watchers.get("busy", {}).get("value", []))
