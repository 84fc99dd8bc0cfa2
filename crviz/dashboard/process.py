"""What all visitors of one server process share: one library and one job manager."""

from __future__ import annotations

import threading

from crviz import atlas
from crviz.jobs import Manager
from crviz.library import Library

_shared = {}


def configure(library=None, threads=None):
    """Make the shared manager and let it compile in the background. Call once, before serving."""
    manager = Manager(library or Library(), threads)
    manager.warm_up()
    threading.Thread(target=_read_atlas, name="crviz-atlas", daemon=True).start()
    _shared["manager"] = manager
    return manager


def _read_atlas():
    """The first look at the atlas takes half a second: here nobody waits for it."""
    first = atlas.load()
    first.interpolate(0.3, 0.3)


def shared_manager():
    """The manager of this process; made with the defaults where nobody configured one."""
    return _shared.get("manager") or configure()
