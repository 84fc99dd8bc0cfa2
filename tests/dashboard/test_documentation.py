"""The documentation as the server hands it out, at an address of its own and below a proxy's path."""

import base64
import hashlib
import tempfile
from pathlib import Path

from tornado.testing import AsyncHTTPTestCase
from tornado.web import Application

from crviz import paths
from crviz.dashboard.serving import documentation, headers, prefix

SCRIPT = 'document.body.dataset.theme = "auto"'


class Served(AsyncHTTPTestCase):
    PREFIX = ""

    def get_app(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "index.html").write_text(f"<script>{SCRIPT}</script><p>ν</p>", encoding="utf8")
        (folder / "_static").mkdir()
        (folder / "_static" / "own.css").write_text("p { color: red; }")
        app = Application(documentation.patterns(folder))
        headers.for_all(app, headers.Policy())
        prefix.strip(app, self.PREFIX)
        return app

    def ask(self, path, **options):
        return self.fetch(self.PREFIX + path, follow_redirects=False, **options)


class TestAtAnAddressOfItsOwn(Served):
    def test_a_document_may_run_its_own_scripts_and_no_other(self):
        answer = self.ask("/docs/index.html")
        own = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
        assert answer.code == 200
        assert "ν" in answer.body.decode()
        (scripts,) = (
            each for each in answer.headers[headers.POLICY].split("; ") if each.startswith("script")
        )
        assert scripts == f"script-src 'self' 'sha256-{own}'"

    def test_the_folder_is_its_index(self):
        assert self.ask("/docs/").body == self.ask("/docs/index.html").body
        moved = self.ask("/docs")
        assert moved.code == 301
        assert moved.headers["Location"] == "docs/"  # relative: right below any path of a proxy

    def test_other_files_have_their_kind_and_the_usual_policy(self):
        answer = self.ask("/docs/_static/own.css")
        assert answer.headers["Content-Type"] == "text/css"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers[headers.POLICY] == str(headers.Policy())

    def test_nothing_beside_the_folder_is_handed_out(self):
        for path in ("/docs/../secret", "/docs/%2e%2e/secret", "/docs//etc/passwd", "/docs/nothing.html"):
            assert self.ask(path).code in (403, 404), path


class TestBelowAPath(Served):
    PREFIX = "/crviz"

    def test_it_is_there_too(self):
        assert self.ask("/docs/index.html").code == 200
        assert self.ask("/docs").headers["Location"] == "docs/"


def test_without_a_built_documentation_there_is_no_address(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "crviz" / "paths.py"))
    assert paths.documentation() is None
    assert documentation.patterns(paths.documentation()) == []


def test_that_of_the_package_comes_before_that_of_a_checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "crviz" / "paths.py"))
    for folder in ("docs/_build/html", "crviz/documentation"):
        (tmp_path / folder).mkdir(parents=True)
        assert paths.documentation() != tmp_path / folder  # an empty folder is none
        (tmp_path / folder / "index.html").touch()
        assert paths.documentation() == tmp_path / folder
