"""What the server says of itself to those who ask whether it is there."""

import json

from tornado.testing import AsyncHTTPTestCase
from tornado.web import Application

from crviz.dashboard.serving.health import Health
from crviz.dashboard.serving.pages import MOST


class TestHealth(AsyncHTTPTestCase):
    def get_app(self):
        app = Application([("/health", Health)])
        app.applications, app.settings[MOST] = {}, 1
        return app

    def test_it_answers_and_is_kept_by_nobody(self):
        answer = self.fetch("/health?whatever=1")
        assert (answer.code, json.loads(answer.body)) == (200, {"status": "ok"})
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"].startswith("application/json")

    def test_who_wants_no_body_gets_none(self):
        answer = self.fetch("/health", method="HEAD")
        assert (answer.code, answer.body) == (200, b"")

    def test_nothing_can_be_told_to_it(self):
        assert self.fetch("/health", method="POST", body="").code == 405
