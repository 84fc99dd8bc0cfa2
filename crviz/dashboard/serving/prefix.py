"""A page below a path of its proxy's, whether the proxy hands the path on or takes it off."""

from __future__ import annotations

from typing import Any

from tornado.httputil import HTTPServerRequest


def strip(app: Any, prefix: str) -> None:
    """Let a server answer below a prefix as it does without: all links in the document are relative.

    Parameters
    ----------
    prefix
        "/crviz", or nothing.
    """
    if not prefix:
        return
    find = app.find_handler

    def find_handler(request: HTTPServerRequest, **options: Any) -> Any:
        if request.path == prefix or request.path.startswith(f"{prefix}/"):
            request.path = request.path[len(prefix) :]
            request.uri = request.uri[len(prefix) :] if request.uri else request.uri
        return find(request, **options)

    app.find_handler = find_handler
