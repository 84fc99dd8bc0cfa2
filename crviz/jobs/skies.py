"""Skies of single realisations at every recorded time, computed when somebody looks at them.

A result keeps maps of its first realisation at some of its times. The orbits of any one realisation take
a second or so, far less room than they would in every file.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, Future
from dataclasses import dataclass

import numpy as np

from crviz import orbits, sky
from crviz.arrays import Array
from crviz.config import Config
from crviz.field import draw_field
from crviz.jobs.listeners import announce

#: Skies that are kept in memory; one of nside 32 at 64 times takes 5 MB.
KEPT = 8
_ORBITS_PER_TASK = 256
#: Tasks in the pool at the same time: a run that begins does not queue behind a whole sky.
_AT_ONCE = 3


@dataclass(frozen=True, eq=False)
class Sky:
    """Positions r(-T) of one realisation on grid A, rounded to 16 bits a component.

    Attributes
    ----------
    config, realization
        Which field.
    components : (T, 3, 12 nside^2) int16
        In units of scale.
    scale : (T,) [r_L]
    """

    config: Config
    realization: int
    components: Array
    scale: Array

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return sky_id(self.config, self.realization)


def sky_id(config: Config, realization: int) -> str:
    """The name of a sky: digest and index."""
    return f"{config.digest}-{realization}"


class Skies:
    """Computes skies on the threads of a pool, each once, and keeps those last looked at."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._lock = threading.RLock()
        self._ready: OrderedDict[str, Sky] = OrderedDict()
        self._wanted: dict[str, dict[Hashable, Callable[[], object]]] = {}

    def get(self, config: Config, realization: int) -> Sky | None:
        """The `Sky` if it is there, else None."""
        name = sky_id(config, realization)
        with self._lock:
            if name in self._ready:
                self._ready.move_to_end(name)  # what somebody looks at is forgotten last
            return self._ready.get(name)

    def request(
        self, config: Config, realization: int, listener: Callable[[], object], key: Hashable
    ) -> Sky | None:
        """The sky if it is there; else None, and the listener is called from a thread when it is.

        Whoever asks for another one, or leaves, wants the one before no more.

        Parameters
        ----------
        key
            Who asks.
        """
        name = sky_id(config, realization)
        with self._lock:
            ready = self.get(config, realization)
            if ready is not None:
                return ready
            self.leave(key)
            under_way = name in self._wanted
            self._wanted.setdefault(name, {})[key] = listener
        if not under_way:
            arguments = (config, realization)
            threading.Thread(target=self._make, args=arguments, name="crviz-sky", daemon=True).start()
        return None

    def leave(self, key: Hashable) -> None:
        """Want nothing more."""
        with self._lock:
            for listeners in self._wanted.values():
                listeners.pop(key, None)

    def _make(self, config: Config, realization: int) -> None:
        name = sky_id(config, realization)
        found = None
        try:
            with contextlib.suppress(RuntimeError):  # the pool has been closed: the server stops
                found = self._trace(config, realization, lambda: not self._wanted[name])
        finally:  # whatever happened, the next one who asks must not wait for this thread
            with self._lock:
                listeners = self._wanted.pop(name)
                if found is not None:
                    self._ready[name] = found
                    while len(self._ready) > KEPT:
                        self._ready.popitem(last=False)
        announce(listeners)

    def _trace(self, config: Config, realization: int, given_up: Callable[[], bool]) -> Sky | None:
        field = draw_field(config, realization)
        steps = orbits.intervals(config.omega_t, config.resolved_step)
        directions = sky.pixel_directions(config.nside)
        parts = [slice(at, at + _ORBITS_PER_TASK) for at in range(0, directions.shape[1], _ORBITS_PER_TASK)]
        r = np.empty((len(config.omega_t), 3, directions.shape[1]), np.float32)
        under_way: deque[tuple[slice, Future[tuple[Array, Array]]]] = deque()
        for part in [*parts, *[None] * _AT_ONCE]:
            if part is not None and not given_up():
                task = self._pool.submit(orbits.trace, field, directions[:, part], *steps)
                under_way.append((part, task))
            if under_way and (part is None or len(under_way) > _AT_ONCE):
                done, task = under_way.popleft()
                r[..., done] = task.result()[0]
        if given_up():
            return None
        return Sky(config, realization, *rounded(r))


def rounded(r: Array) -> tuple[Array, Array]:
    """Positions (T, 3, n) as 16-bit integers, and the unit of each time (T,)."""
    scale = np.maximum(np.abs(r).max((1, 2)), 1e-30) / 32767
    return np.rint(r / scale[:, None, None]).astype(np.int16), scale
