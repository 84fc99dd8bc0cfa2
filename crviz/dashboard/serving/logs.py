"""Lines of the log: when, how grave, which session, and what; never a token, a query or a password."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def configure() -> None:
    """Have lines written to the standard error, the libraries' where something is wrong only."""
    logging.basicConfig(format=_FORMAT, level=logging.WARNING)
    logging.getLogger("crviz").setLevel(logging.INFO)
    # a page that goes away while something is on its way to it is nothing that anybody has to hear of
    logging.getLogger("bokeh.server.views.ws").setLevel(logging.ERROR)


def label(session_id: str) -> str:
    """What stands for a session, which its name does not follow from."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:8]


def log_request(handler: Any) -> None:
    """A line of a request that was not answered as it wished; its query is left out."""
    status = handler.get_status()
    if status >= 400:
        request = handler.request
        logging.getLogger(__name__).info(
            "%d %s %.100s from %s", status, request.method, request.path, request.remote_ip
        )
