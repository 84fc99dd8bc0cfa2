"""How many pages are open, and how many may be."""

from __future__ import annotations

from typing import Any

#: Name of the server's setting that says how many.
MOST = "crviz_most_pages"
#: What somebody is told for whom there is no room.
FULL = "This server has as many visitors as it can take. Please come back in a minute."


def number(app: Any) -> int:
    """How many pages a server has."""
    return sum(len(list(context.sessions)) for context in app.applications.values())


def is_full(app: Any) -> bool:
    """Whether there is room for none more."""
    return number(app) >= app.settings[MOST]
