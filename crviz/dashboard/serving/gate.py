"""What of a browser's messages is let through: what the page sends, made anew of what was found in it.

Bokeh's protocol allows much more: any property of any model may be set, models may be made and removed,
columns streamed. Nobody's page asks for that.
"""

from __future__ import annotations

import json
import time
from typing import Any, ClassVar, Protocol

from crviz.dashboard import wire

#: Characters of a fragment of a message.
MOST = 64_000
#: Fragments that Bokeh's messages have: what it is, something of no use, and the content.
_FRAGMENTS = 3
#: Events of a message, and fields of what one carries.
_MOST_EVENTS, _MOST_FIELDS = 100, 20
#: Messages that may come at once, and a second from then on.
BURST, A_SECOND = 1000, 100
#: Events that carry something, and those that do not.
_WITH_DATA, _OF_MODELS, _OF_DOCUMENT = ("data_event",), ("button_click",), ("document_ready",)


class Refused(ValueError):
    """A message that no page sends."""

    number: ClassVar[int] = 0

    def __init__(self, what: str) -> None:
        super().__init__(what)
        Refused.number += 1


def dropped() -> int:
    """How many messages were refused in this process."""
    return Refused.number


class Models(Protocol):
    """The models of a document."""

    def __contains__(self, name: Any, /) -> bool:
        """Whether there is one of that name."""


class Gate:
    """The messages of one connection."""

    def __init__(self) -> None:
        self._fragments: list[str] = []
        self._left, self._counted = float(BURST), time.monotonic()

    def take(self, fragment: str | bytes, models: Models) -> list[str]:
        """The fragments of a message, cleaned, with the last of them; before that nothing.

        Parameters
        ----------
        models
            Names of those of the document. What speaks of others was meant for what is gone.

        Raises Refused.
        """
        if isinstance(fragment, bytes) or len(fragment) > MOST:
            self._fragments = []
            raise Refused("bytes" if isinstance(fragment, bytes) else f"{len(fragment)} characters")
        self._fragments.append(fragment)
        if len(self._fragments) == 1:
            try:
                _header(fragment)
            except Refused:
                self._fragments = []
                raise
        if len(self._fragments) < _FRAGMENTS:
            return []
        (header, _, content), self._fragments = self._fragments, []
        self._count()
        kind, number = _header(header)
        said = {"msgid": number, "msgtype": kind}
        return [json.dumps(said), "{}", json.dumps(_content(kind, _read(content), models))]

    def _count(self) -> None:
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._counted) * A_SECOND) - 1
        self._counted = now
        if self._left < 0:
            self._left = 0.0
            raise Refused("too many messages a second")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("no JSON") from None


def _header(text: str) -> tuple[str, str]:
    """Kind and number of a message."""
    match _read(text):
        case {"msgtype": "PATCH-DOC" | "PULL-DOC-REQ" as kind, "msgid": str(number), **others}:
            if not others and wire.is_text(number):
                return kind, number
    raise Refused("no message of a page")


def _content(kind: str, content: Any, models: Models) -> dict[str, Any]:
    if kind == "PULL-DOC-REQ":
        return {}
    match content:
        case {"events": list(events)} if len(events) <= _MOST_EVENTS:
            return {"events": [clean for event in events if (clean := _event(event, models)) is not None]}
    raise Refused("no events")


def _event(event: Any, models: Models) -> dict[str, Any] | None:
    """An event as it is let through; None where nobody hears it."""
    match event:
        case {"kind": "ModelChanged", "model": {"id": str(model)}, "attr": str(name), "new": value}:
            if name not in wire.PROPERTIES or model not in models:  # figures tell how large they are
                return None
            if not wire.PROPERTIES[name](value):
                raise Refused("no value of a control")
            return {"kind": "ModelChanged", "model": {"id": model}, "attr": name, "new": value}
        case {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": {"name": str(name), **about}}:
            return _message(name, about, models)
    raise Refused("a change that no page makes")


def _message(name: str, about: dict[Any, Any], models: Models) -> dict[str, Any] | None:
    entries = []
    if name not in _OF_DOCUMENT:
        if name not in (*_WITH_DATA, *_OF_MODELS):
            raise Refused("an event that nobody hears")
        fields = _fields(about.get("values"))
        match fields.get("model"):
            case {"id": str(model)}:
                if model not in models:
                    return None
            case _:
                raise Refused("an event of no model")
        entries.append(["model", {"id": model}])
        if name in _WITH_DATA:
            data = _fields(fields.get("data"))
            if not all(_is_plain(value) for value in data.values()):
                raise Refused("what no page sends")
            entries.append(["data", {"type": "map", "entries": [list(pair) for pair in data.items()]}])
    values = {"type": "map", "entries": entries}
    return {
        "kind": "MessageSent",
        "msg_type": "bokeh_event",
        "msg_data": {"type": "event", "name": name, "values": values},
    }


def _fields(said: Any) -> dict[str, Any]:
    """A dictionary as Bokeh encodes it."""
    match said:
        case {"type": "map", "entries": list(entries)} if len(entries) <= _MOST_FIELDS:
            found = {}
            for entry in entries:
                match entry:
                    case [str(key), value] if wire.is_text(key):
                        found[key] = value
                    case _:
                        raise Refused("no dictionary")
            return found
    raise Refused("no dictionary")


def _is_plain(value: Any) -> bool:
    return wire.is_value(value) or wire.is_list(value)
