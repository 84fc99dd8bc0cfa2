"""The connection of one page: what comes through the gate, and what is said where something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bokeh.protocol.exceptions import ProtocolError
from bokeh.server.protocol_handler import ProtocolHandler
from panel.io.server import WSHandler

from crviz.dashboard.serving import logs, pages
from crviz.dashboard.serving.gate import Gate, Refused

_log = logging.getLogger(__name__)


#: Name of the server's setting that holds the names under which it may be reached.
ORIGINS = "crviz_origins"


def is_allowed(origin: str, host: str, names: Sequence[str]) -> bool:
    """Whether a page may connect.

    It may where it comes from a host that was allowed, or from this very server under a name that only this
    server can have: an address in numbers, or localhost. (Any other name may have been made to lead here by
    who owns it.)

    Parameters
    ----------
    origin
        Of the page: https://crviz.example.org.
    host
        That the connection was asked of.
    names
        Hosts that were allowed, with or without their ports; * stands for all.
    """
    said, asked = urlsplit(origin), urlsplit(f"//{host}")
    if "*" in names or {said.hostname, said.netloc.lower()} & {name.lower() for name in names}:
        return True
    if said.netloc.lower() != asked.netloc.lower() or asked.hostname is None:
        return False
    return asked.hostname == "localhost" or _is_address(asked.hostname)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class Socket(WSHandler):
    """Bokeh's, behind a `Gate`.

    What is refused is dropped, and told to the log once a connection: whoever sends it learns nothing, and
    fills nobody's disk.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gate = Gate()
        self._told = False

    def check_origin(self, origin: str) -> bool:
        """Whether a page of that origin may connect."""
        allowed = is_allowed(origin, self.request.host, self.application.settings[ORIGINS])
        if not allowed:
            _log.warning(
                "refused a page at %r: `crviz serve --allow-websocket-origin HOST` allows the host's",
                origin[:200],
            )
        return allowed

    def open(self, *args: Any, **options: Any) -> None:
        """Connect a page whose token is this server's, and not too old."""
        try:
            super().open(*args, **options)
        except (
            ProtocolError,
            ValueError,
            KeyError,
            TypeError,
        ) as error:  # of a token not ours
            self._refuse(str(error))
            self.close(1008)

    async def _async_open(self, token: str) -> None:
        if pages.is_full(self.application):
            _log.warning("no room for a page from %s: --most-pages", self.request.remote_ip)
            self.close(1013)
            return
        try:
            await super()._async_open(token)
        except Exception:  # noqa: BLE001 - a fault of ours, which the visitor is to hear of
            _log.exception("a session could not be made")
            self.close(1011)
        else:
            _log.info("%s opened from %s", self._label, self.request.remote_ip)
            self.handler = Handler()  # type: ignore[assignment]  # which it has not had before

    async def on_message(self, fragment: str | bytes) -> None:
        """Hand a message on as soon as it is whole."""
        if self.connection is None:  # nothing was asked of it yet
            return
        try:
            fragments = self._gate.take(fragment, self.connection.session.document.models)
        except Refused as error:
            self._refuse(str(error))
            return
        for each in fragments:
            await super().on_message(each)

    def on_close(self) -> None:
        """The page is gone."""
        if self.connection is not None:
            _log.info("%s closed", self._label)
        super().on_close()

    @property
    def _label(self) -> str:
        return logs.label(self.connection.session.id) if self.connection is not None else "no session"

    def _refuse(self, what: str) -> None:
        if not self._told:
            self._told = True
            _log.warning("%s: dropped what a page does not send: %s", self._label, what)


class Handler(ProtocolHandler):
    """Keeps where a fault is in this program to itself."""

    async def handle(self, message: Any, connection: Any) -> Any:
        """As Bokeh's, but that nobody is sent a traceback."""
        try:
            return await self._handlers[message.msgtype](message, connection)
        except Exception:  # noqa: BLE001 - a fault of ours
            _log.exception("a message could not be handled")
        return connection.error(message, "This could not be done.")
