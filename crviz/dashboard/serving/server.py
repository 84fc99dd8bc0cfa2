"""The server behind `crviz serve`."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import panel as pn

from crviz.checks import ParameterError
from crviz.dashboard.page import explorer
from crviz.dashboard.process import configure
from crviz.dashboard.serving.service import Service


def serve(service: Service, hear: Callable[[Callable[[], object]], object] | None = None) -> bool:
    """Serve the explorer at `/` until it is stopped.

    Parameters
    ----------
    hear
        Is given what stops the server, for who hears signals: it may be called in a signal's handler.

    Returns whether all runs came to their end, so that what they had finished is stored.

    Raises
    ------
    ParameterError
        Where the port is taken or the address is not this machine's.
    """
    port, address = service.port, service.address
    manager = configure(service.library, service.threads)
    try:
        server = pn.serve(
            {"/": explorer},
            port=port,
            address=address,
            show=service.show,
            websocket_origin=list(service.websocket_origin) or None,
            title="crviz",
            verbose=True,
            start=False,
        )
        if hear is not None:
            hear(lambda: server.io_loop.asyncio_loop.call_soon_threadsafe(server.io_loop.stop))
        server.start()
        server.io_loop.start()
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise ParameterError("address", address, "is no address of this machine") from None
        if error.errno == errno.EACCES:
            rule = "is one that only the system's own services may take; those from 1024 on are free to all"
            raise ParameterError("port", port, rule) from None
        if error.errno != errno.EADDRINUSE:
            raise
        raise ParameterError("port", port, "is taken by another program; 0 takes any free one") from None
    finally:
        ended = manager.close()
    return ended
