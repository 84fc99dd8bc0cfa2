"""The server behind `crviz serve`."""

from __future__ import annotations

import errno
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import Any

import panel as pn
from bokeh.settings import settings

from crviz import machine, paths
from crviz.checks import ParameterError
from crviz.dashboard import javascript, words
from crviz.dashboard.page import explorer
from crviz.dashboard.process import configure
from crviz.dashboard.serving import (
    document,
    documentation,
    gate,
    headers,
    logs,
    metrics,
    pages,
    prefix,
    routes,
)
from crviz.dashboard.serving.browser import open_browser
from crviz.dashboard.serving.health import Health
from crviz.dashboard.serving.service import Service
from crviz.dashboard.serving.socket import ORIGINS

#: A request that is not complete after so many seconds is dropped, and a connection that asks nothing.
PATIENCE = 60
#: Bytes of the headers of a request, and of what it brings: nobody uploads anything.
_MOST_HEADERS, _MOST_BODY = 32_000, 100_000
#: For how long a document may wait for its connection [s]: a tab that was opened in the background.
_TOKENS_LIVE = 3600


def serve(
    service: Service,
    tell: Callable[[str], object],
    hear: Callable[[Callable[[], object]], object] | None = None,
    beside: Sequence[tuple[str, Any]] = (),
) -> bool:
    """Serve the explorer at `/` until it is stopped.

    Parameters
    ----------
    tell
        Is given the address of the page as soon as it can be opened.
    hear
        Is given what stops the server, for who hears signals: it may be called in a signal's handler.
    beside
        Further addresses and what of tornado's answers there.

    Returns whether all runs came to their end, so that what they had finished is stored.

    Raises
    ------
    ParameterError
        Where the port is taken or the address is not this machine's.
    """
    logs.configure()
    machine.give_back_what_is_freed()
    manager = configure(service.library, service.threads, service.most, service.is_public)
    try:
        server = _made(service, beside)
        if hear is not None:
            hear(lambda: server.io_loop.asyncio_loop.call_soon_threadsafe(server.io_loop.stop))
        server.start()
        if service.metrics_port is not None:
            metrics.listen(service.metrics_port, lambda: metrics.figures(server._tornado, manager))
        tell(service.url(server.port))
        if service.show:
            open_browser(service.url(server.port))
        server.io_loop.start()
    except OSError as error:
        raise _in_words(error, service) from None
    finally:
        ended = manager.close()
    return ended


def _made(service: Service, beside: Sequence[tuple[str, Any]]) -> Any:
    """A server that listens. Raises OSError."""
    if (built := paths.documentation()) is not None:
        words.link_documentation()
    with routes.of_our_own():
        server: Any = pn.serve(
            {"/": explorer},
            port=service.port,
            address=service.address,
            show=False,
            title="crviz",
            verbose=False,
            start=False,
            location=False,  # it splits the host at colons, of which IPv6 has many
            sign_sessions=True,
            secret_key=settings.secret_key_bytes() or secrets.token_bytes(32),
            session_token_expiration=_TOKENS_LIVE,
            websocket_max_message_size=gate.MOST,
            use_xheaders=service.behind_proxy,
            extra_patterns=[("/health", Health), *documentation.patterns(built), *beside],
            **_entrance(service),
            http_server_kwargs={
                "idle_connection_timeout": PATIENCE,
                "body_timeout": PATIENCE,
                "max_header_size": _MOST_HEADERS,
                "max_body_size": _MOST_BODY,
            },
        )
    server._tornado.settings.update(
        {
            ORIGINS: service.websocket_origin,
            pages.MOST: service.most.pages,
            document.BESIDE: [address for address, _ in beside],
            "log_function": logs.log_request,
        }
    )
    headers.for_all(server._tornado, headers.Policy(service.framed_by))
    prefix.strip(server._tornado, service.prefix)
    return server


def _entrance(service: Service) -> dict[str, Any]:
    """Where visitors say who they are, if they have to."""
    if service.passwords is None:
        return {}
    login, logout = (service.prefix + place for place in prefix.ENTRANCES)
    return {
        "basic_auth": str(service.passwords),
        "login_endpoint": login,
        "logout_endpoint": logout,
        "basic_login_template": str(javascript.FOLDER / "login.html"),
        "cookie_secret": secrets.token_hex(32),
        "cookie_path": f"{service.prefix}/",
        "root_path": f"{service.prefix}/",
    }


def _in_words(error: OSError, service: Service) -> Exception:
    """What is wrong with the address or the port; other errors as they are."""
    port, address = service.port, service.address
    if isinstance(error, metrics.PortTaken):
        return ParameterError("metrics_port", service.metrics_port, "is taken, or not free to all")
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return ParameterError("address", address, "is no address of this machine")
    if error.errno == errno.EACCES:
        rule = "is one that only the system's own services may take; those from 1024 on are free to all"
        return ParameterError("port", port, rule)
    if error.errno == errno.EADDRINUSE:
        return ParameterError("port", port, "is taken by another program; 0 takes any free one")
    return error
