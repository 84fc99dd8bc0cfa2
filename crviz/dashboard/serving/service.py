"""What is served, where, and to whom."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crviz.checks import ParameterError
from crviz.jobs import Limits
from crviz.library import Library

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Service:
    """How the explorer is served.

    Attributes
    ----------
    port
        0 takes any free port.
    address
        To listen on.
    show
        Whether a browser is opened.
    websocket_origin
        Host names under which the page may be reached, beside the local ones.
    library, threads
        As of `Manager`; None is this user's library.
    public
        Whether strangers may come; None is where they can.
    prefix
        Path below which a proxy shows the page, whether it hands the path on or takes it off.
    behind_proxy
        Whether a proxy tells where visitors come from (X-Forwarded-For): only where all come through it.
    framed_by
        Other sites that may show the page in a frame.
    passwords
        A JSON file of names and passwords, of which the page asks for one; None asks for nothing.
    limits
        What is computed at most, by the names of `Limits`, where that is neither `Limits.public` nor
        `Limits.home`.
    metrics_port
        Of this machine, where `metrics` are told; None is nowhere.

    Raises ParameterError.
    """

    port: int = 5006
    address: str = "127.0.0.1"
    show: bool = True
    websocket_origin: tuple[str, ...] = ()
    library: Library | None = None
    threads: int | None = None
    public: bool | None = None
    prefix: str = ""
    behind_proxy: bool = False
    framed_by: tuple[str, ...] = ()
    passwords: Path | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    metrics_port: int | None = None

    def __post_init__(self) -> None:
        for name, port in (("port", self.port), ("metrics_port", self.metrics_port or 0)):
            if not 0 <= port <= 65535:
                raise ParameterError(name, port, "must lie between 0 and 65535")
        if self.prefix and not re.fullmatch(r"(/[\w.~-]+)+", self.prefix):
            raise ParameterError("prefix", self.prefix, "must be a path such as /crviz")
        for site in self.framed_by:
            if not re.fullmatch(r"(https?://)?[\w*.:-]+", site):
                raise ParameterError("framed_by", site, "must be a site such as https://lectures.example.org")
        if self.passwords is not None:
            _check_passwords(self.passwords)

    @property
    def is_public(self) -> bool:
        """Whether strangers may come: who listens beyond this machine, or for other host names, is told to be
        careful unless it is said otherwise."""
        if self.public is not None:
            return self.public
        return self.address not in _LOOPBACK or bool(self.websocket_origin or self.prefix)

    @property
    def most(self) -> Limits:
        """What is computed at most. Raises ParameterError."""
        return (Limits.public if self.is_public else Limits.home)(**self.limits)

    def url(self, port: int) -> str:
        """Where the page is, on this machine."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"http://{host}:{port}{self.prefix}/"


def _check_passwords(path: Path) -> None:
    rule = 'must be a JSON file of names and passwords, {"ada": "...", "max": "..."}'
    try:
        said = json.loads(path.read_text(encoding="utf8"))
    except OSError as error:
        raise ParameterError("passwords", str(path), f"cannot be read: {error.strerror}") from None
    except ValueError:
        raise ParameterError("passwords", str(path), rule) from None
    known = isinstance(said, dict) and said and all(isinstance(each, str) and each for each in said.values())
    if not known:
        raise ParameterError("passwords", str(path), rule)
