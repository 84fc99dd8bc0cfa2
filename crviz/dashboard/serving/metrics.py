"""Figures of a server for who watches over it, as Prometheus reads them, on a port of this machine's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from crviz import machine
from crviz.dashboard.serving import gate, pages
from crviz.jobs import Manager

#: Where Prometheus looks for them, and what it expects.
_PATH, _KIND = "/metrics", "text/plain; version=0.0.4; charset=utf-8"


class PortTaken(OSError):
    """The port cannot be had."""


@dataclass(frozen=True)
class Figure:
    """One number.

    Attributes
    ----------
    name, about
        Names of what only grows end in _total.
    """

    name: str
    value: float
    about: str

    def __str__(self) -> str:
        name = f"crviz_{self.name}"
        kind = "counter" if name.endswith("_total") else "gauge"
        return f"# HELP {name} {self.about}\n# TYPE {name} {kind}\n{name} {self.value:.12g}\n"


def figures(app: Any, manager: Manager) -> Iterable[Figure]:
    """What there is to say of a server and its jobs."""
    states = [status.state for status in manager.statuses()]
    yield Figure("sessions", pages.number(app), "Pages that are open.")
    yield Figure("jobs_running", states.count("running"), "Runs that are computed.")
    yield Figure("jobs_waiting", states.count("waiting"), "Runs that wait for their turn.")
    yield Figure("waves_per_second", manager.rate, "Wave evaluations a second, as the last run had them.")
    yield Figure("requests_refused_total", manager.refused, "Runs that were refused by a limit.")
    yield Figure("messages_dropped_total", gate.dropped(), "Messages that no page sends.")
    if (held := machine.resident()) is not None:
        yield Figure("resident_memory_bytes", held, "Memory that the server holds.")


def listen(port: int, asked: Callable[[], Iterable[Figure]]) -> HTTPServer:
    """Answer at http://127.0.0.1:PORT/metrics, on the event loop that runs. Raises PortTaken."""

    class Metrics(RequestHandler):
        def get(self) -> None:
            self.set_header("Content-Type", _KIND)
            self.write("".join(map(str, asked())))

    server = HTTPServer(Application([(_PATH, Metrics)]))
    try:
        server.listen(port, "127.0.0.1")
    except OSError as error:
        raise PortTaken(*error.args) from error
    return server
