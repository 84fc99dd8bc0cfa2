"""What every answer tells a browser about what it may do with it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

#: Name of the header, and of the server's setting that holds its `Policy`.
POLICY = "Content-Security-Policy"
#: What a document may load: nothing comes from other hosts. Styles stand in elements (Bokeh, Panel).
_SOURCES = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
#: What the explorer's scripts need beside: components of Panel's are modules that are made in the page, and
#: the picture of orbits in space compiles what calls its shaders (Plotly).
_OF_THE_PAGE = "blob: 'unsafe-eval'"
_INLINE = re.compile(r"<script(?P<about>(?![^>]*\bsrc=)[^>]*)>(?P<code>.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Policy:
    """What documents of a server may do.

    Attributes
    ----------
    framed_by
        Other sites that may show them in a frame.
    """

    framed_by: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self._said({})

    def with_scripts(self, *allowed: str) -> str:
        """That of a document with further scripts, as the header names them."""
        return self._said({"script-src": " ".join(["'self'", *allowed])})

    def of_the_page(self, nonce: str, hashes: Iterable[str]) -> str:
        """That of the explorer, whose own scripts carry a nonce, or have these hashes."""
        return self.with_scripts(_OF_THE_PAGE, f"'nonce-{nonce}'", *hashes)

    def _said(self, others: dict[str, str]) -> str:
        sources = {**_SOURCES, "frame-ancestors": " ".join(["'self'", *self.framed_by]), **others}
        return "; ".join(f"{name} {allowed}" for name, allowed in sources.items())


def script_hashes(html: str) -> list[str]:
    """Hashes of the scripts in a document, as a content security policy names them."""
    codes = [found["code"] for found in _INLINE.finditer(html) if _runs(found["about"])]
    return [f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" for code in codes]


def _runs(about: str) -> bool:
    kind = re.search(r'type="([^"]*)"', about)
    return kind is None or kind[1] in ("text/javascript", "module")


def for_all(app: Any, policy: Policy) -> None:
    """Have headers in all answers of a server."""
    app.settings[POLICY] = policy
    always = {
        POLICY: str(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        **({} if policy.framed_by else {"X-Frame-Options": "SAMEORIGIN"}),
    }

    class Headers(OutputTransform):
        def __init__(self, request: HTTPServerRequest) -> None:
            super().__init__(request)

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            for name, value in always.items():
                headers.setdefault(name, value)
            headers["Server"] = "crviz"
            return status_code, headers, chunk

    app.add_transform(Headers)
