"""The course's address on a server."""

from __future__ import annotations

from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from crviz.dashboard.serving import headers
from crviz.dashboard.serving.document import COURSE
from crviz.learn.document import document


class Course(RequestHandler):
    """Hands out the document, the same to everybody: it holds nothing of this server's, and makes no session.

    A browser that has it asks by its digest whether it has changed.
    """

    async def get(self) -> None:
        """Answer GET and HEAD."""
        text = await IOLoop.current().run_in_executor(None, document)  # the first time it takes a second
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        policy: headers.Policy = self.settings[headers.POLICY]
        self.set_header(headers.POLICY, policy.with_scripts(*headers.script_hashes(text)))
        self.finish(text)

    head = get


def routes() -> list[tuple[str, Any]]:
    """What a server needs to answer there."""
    return [(COURSE, Course)]
