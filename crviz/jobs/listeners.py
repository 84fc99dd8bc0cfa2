"""Those who asked to be told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

_log = logging.getLogger(__name__)


def announce(listeners: dict[Hashable, Callable[[], object]]) -> None:
    """Call every listener, here and now: they must be quick. One that fails hears no more."""
    for key, listener in list(listeners.items()):
        try:
            listener()
        except Exception:  # noqa: BLE001 - one page's trouble is not the others'
            _log.exception("a listener failed and hears no more")
            listeners.pop(key, None)
