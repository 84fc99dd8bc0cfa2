"""A page below a path of its proxy's, whether the proxy hands the path on or takes it off."""

from __future__ import annotations

from typing import Any

from tornado.httputil import HTTPServerRequest

#: Where visitors log in and out, where they have to: redirections there are not relative.
ENTRANCES = ("/login", "/logout")


def strip(app: Any, prefix: str) -> None:
    """Let a server answer below a prefix as it does without: all links in the document are relative.

    Parameters
    ----------
    prefix
        "/crviz", or nothing.
    """
    find = app.find_handler

    def find_handler(request: HTTPServerRequest, **options: Any) -> Any:
        whole = request.path == prefix or request.path.startswith(f"{prefix}/")
        bare = request.path[len(prefix) :] if whole else request.path
        request.path = prefix + bare if bare in ENTRANCES else bare
        request.uri = prefix + bare + (f"?{request.query}" if request.query else "")
        return find(request, **options)

    if prefix:
        app.find_handler = find_handler
