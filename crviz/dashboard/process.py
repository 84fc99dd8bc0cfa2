"""What all visitors of one server process share: one library and one job manager."""

from __future__ import annotations

import logging
import threading
import time

from crviz import atlas, turbulence
from crviz.dashboard import description
from crviz.dashboard.state import State
from crviz.jobs import Limits, Manager
from crviz.library import Library

_log = logging.getLogger(__name__)

#: Seconds after which what is wanted next is prepared, if no page has been opened by then.
PATIENCE = 5.0

#: How often the library is looked after [s].
HOUSEKEEPING = 60.0

#: How many bytes it may take where strangers may come and nobody has said otherwise.
PUBLIC_SIZE = 2e9

_shared: dict[str, Manager] = {}
_at_home = threading.Event()
_states: dict[int, State] = {}
_opened = threading.Event()


def configure(
    library: Library | None = None,
    threads: int | None = None,
    limits: Limits | None = None,
    public: bool = False,
) -> Manager:
    """Make the shared manager, and kinds of turbulence that are installed known to the page and its links.

    Call once, before serving.

    Parameters
    ----------
    public
        Whether strangers may come: then a library that nobody gave a size has `PUBLIC_SIZE`.
    """
    for trouble in turbulence.install():
        _log.warning("%s", trouble)
    library = library or Library()
    if public and library.size is None:
        library.size = PUBLIC_SIZE
    manager = Manager(library, threads, limits)
    library.in_use = lambda: manager.under_way | _on_pages()
    (_at_home.clear if public else _at_home.set)()
    threading.Thread(target=_prepare, args=(manager,), name="crviz-prepare", daemon=True).start()
    threading.Thread(target=_keep_house, args=(manager, library), name="crviz-house", daemon=True).start()
    _shared["manager"] = manager
    return manager


def is_public() -> bool:
    """Whether strangers may come, as far as is known: under Panel's own server nobody has said so."""
    return not _at_home.is_set()


def page_opened() -> None:
    """A visitor's page is complete."""
    _opened.set()


def _prepare(manager: Manager) -> None:
    """Have the library looked at, compile, look at the atlas for the first time, and write it for browsers:
    here nobody waits.

    Beside the first page, with two processors, they would cost it a second.
    """
    if manager.library is not None:
        manager.library.known()
    _opened.wait(PATIENCE)
    if manager.closed:
        return
    manager.warm_up()
    atlas.load().interpolate(0.3, 0.3)
    try:
        description.write_atlas()
    except OSError as error:  # pages wait for the server then, when a slider is let go
        _log.warning("the atlas cannot be written for browsers: %s", error)


def arrived(state: State) -> None:
    """A visitor has come: what the page shows or has pinned stays stored until the visitor has `left`."""
    _states[id(state)] = state


def left(state: State) -> None:
    """A visitor is gone."""
    _states.pop(id(state), None)


def _on_pages() -> set[str]:
    """Digests of what visitors see or have pinned."""
    sources = [
        source
        for state in list(_states.values())
        for source in (state.shown and state.shown.source, state.pinned and state.pinned[0])
    ]
    return {source.digest for source in sources if source}


def _keep_house(manager: Manager, library: Library) -> None:
    """Have the library give up what it may, now and then."""
    while not manager.closed:
        try:
            library.keep_house()
        except OSError as error:
            _log.warning("the library cannot be looked after: %s", error)
        time.sleep(HOUSEKEEPING)


def shared_manager() -> Manager:
    """The manager of this process. Where nobody configured one, as under Panel's own server, strangers may
    come."""
    if "manager" not in _shared:
        configure(limits=Limits.public())
        _at_home.clear()
    return _shared["manager"]
