"""The document that a browser asks for: rendered once, and handed out with a token of its own.

The session is made when the page connects: whoever asks for the document alone costs next to nothing.
"""

from __future__ import annotations

import secrets
from functools import cache
from types import SimpleNamespace
from typing import Any

import panel as pn
from bokeh.document import Document
from bokeh.util.token import generate_jwt_token, generate_session_id
from panel.io.document import _cleanup_doc
from panel.io.resources import Resources
from panel.io.server import DocHandler, server_html_page_for_session
from panel.io.state import set_curdoc
from tornado.web import HTTPError, authenticated

from crviz.dashboard import address, description
from crviz.dashboard.drawer import Drawer
from crviz.dashboard.hub import Hub
from crviz.dashboard.panels.orbits.view import OrbitsPlot
from crviz.dashboard.serving import headers, pages
from crviz.dashboard.shell import Shell
from crviz.dashboard.state import State

#: Bytes of the query of an address: a link is some hundred.
LONGEST_QUERY = 4000
#: Name of the server's setting that says which addresses it answers to beside, and that of the course.
BESIDE, COURSE = "crviz_beside", "/learn"
#: Stand in the document where the token goes, and what tells its scripts from others.
_TOKEN, _NONCE = "crviz-token", "crviz-nonce"
_hashes = cache(headers.script_hashes)


class Page(DocHandler):
    """The explorer's document."""

    def get_login_url(self) -> str:
        """Where visitors say who they are: an address of its own below a prefix, which Panel's is not."""
        return str(self.application.auth_provider.login_url)

    @authenticated
    async def get(self, *_arguments: Any, **_options: Any) -> None:
        """Hand it out. Sessions whose name somebody chose are refused."""
        chosen = {"bokeh-session-id", "bokeh-token"} & set(self.request.arguments)
        if chosen or "Bokeh-Session-Id" in self.request.headers:
            raise HTTPError(403)
        if len(self.request.query) > LONGEST_QUERY:
            raise HTTPError(414)
        app = self.application
        if pages.is_full(app):
            self.set_status(503)
            self.set_header("Retry-After", "60")
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write(pages.FULL)
            return
        session_id = generate_session_id(app.secret_key, app.sign_sessions)
        # what a link says, and nothing else of the request: the token stands in the document
        said = {key: each for key, each in self.request.arguments.items() if not key.startswith("bokeh")}
        payload = {"headers": {}, "cookies": {}, "arguments": said}
        token = generate_jwt_token(
            session_id, app.secret_key, app.sign_sessions, payload, app.session_token_expiration
        )
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        dark = self.get_query_argument("theme", "") == "dark"
        story = not address.says_something(said)
        nonce, html = secrets.token_urlsafe(16), rendered(app, dark=dark, story=story)
        self.set_header(headers.POLICY, self.settings[headers.POLICY].of_the_page(nonce, _hashes(html)))
        self.write(html.replace(_TOKEN, token).replace(_NONCE, nonce))

    async def head(self, *arguments: Any, **options: Any) -> None:
        """What `get` says, without the document."""
        waited = self.get(*arguments, **options)
        if waited is not None:
            await waited


def rendered(app: Any, *, dark: bool = False, story: bool = False) -> str:
    """The document with a place for the token; a kind of turbulence that has come since has its controls."""
    return _rendered(app, description.page_url(), "dark" if dark else "default", story)


@cache
def _rendered(app: Any, _page: str, theme: str, story: bool) -> str:
    document = Document()
    with set_curdoc(document), pn.config.set(theme=theme):
        state = State()
        parts = {"bridge": Hub(state), "drawer": Drawer().__panel__(), "orbits": OrbitsPlot()}
        shell = Shell(story=story, course=COURSE in app.settings.get(BESIDE, ()), **parts)
        shell.server_doc(document, location=False)
        session: Any = SimpleNamespace(document=document, token=_TOKEN)
        html = server_html_page_for_session(
            session,
            resources=Resources.from_bokeh(app.resources()),
            title="crviz",
            token=_TOKEN,
            template=document.template,
            template_variables=document.template_variables,
        )
    _cleanup_doc(document, destroy=True)
    return html
