"""Whether the server answers: for pages that have lost it, and for those who watch over it."""

from __future__ import annotations

from tornado.web import RequestHandler

from crviz.dashboard.serving import pages


class Health(RequestHandler):
    """Says that it is there, and whether it takes visitors; it makes no session and no model."""

    def get(self) -> None:
        """Answer GET and HEAD."""
        self.set_header("Cache-Control", "no-store")
        full = pages.is_full(self.application)
        self.set_status(503 if full else 200)
        self.finish({"status": "full" if full else "ok"})

    head = get
