"""A button that delivers a file, which is made in another thread when it is pressed, of what is seen then."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

import panel as pn

from crviz.dashboard.javascript import stylesheet
from crviz.dashboard.state import State

#: What makes the content of a file, of what is seen.
Maker: TypeAlias = Callable[[State], bytes | str]

#: matplotlib's settings are those of the process, and files of many megabytes are made one at a time.
_ONE_AT_A_TIME = threading.Lock()


class Delivery(pn.widgets.FileDownload):
    """One file.

    Parameters
    ----------
    name_of
        The file's name, of what is seen.
    """

    def __init__(self, label: str, state: State, name_of: Callable[[State], str], make: Maker) -> None:
        self._words, self._seen, self._name_of, self._make = label, state, name_of, make
        super().__init__(
            callback=self._made,
            filename=name_of(state),
            label=label,
            width=166,
            margin=4,
            stylesheets=[stylesheet("drawer")],
        )

    async def _made(self) -> io.BytesIO:
        """Its content, which the browser is given under its name."""
        seen = copy_of(self._seen)  # whatever is set while it is made
        self.label = f"{self._words}: making it …"
        try:
            content = await asyncio.to_thread(self._make_alone, seen)
        except (ValueError, OSError) as error:  # a sentence for who has pressed
            self.label = f"{self._words}: {error}"
            raise
        self.filename, self.label = self._name_of(seen), self._words
        return io.BytesIO(content.encode() if isinstance(content, str) else content)

    def _make_alone(self, seen: State) -> bytes | str:
        with _ONE_AT_A_TIME:
            return self._make(seen)

    async def _async_sync_data(self) -> None:
        try:
            await super()._async_sync_data()
        except (ValueError, OSError):  # it is said at the button
            return


def copy_of(state: State) -> State:
    """A state that nobody sets."""
    values: dict[str, Any] = {name: getattr(state, name) for name in state.param if name != "name"}
    return State(**values)
