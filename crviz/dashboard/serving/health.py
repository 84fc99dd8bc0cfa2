"""Whether the server answers: for pages that have lost it, and for those who watch over it."""

from __future__ import annotations

from tornado.web import RequestHandler


class Health(RequestHandler):
    """Says that it is there; it makes no session and no model."""

    def get(self) -> None:
        """Answer GET and HEAD."""
        self.set_header("Cache-Control", "no-store")
        self.finish({"status": "ok"})

    head = get
