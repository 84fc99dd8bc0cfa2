"""Skies of single realisations at every recorded time, computed when somebody looks at them.

A result keeps maps of its first realisation at some of its times. The orbits of any one realisation take
a second or so, far less room than they would in every file.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import CancelledError
from dataclasses import dataclass

import numpy as np

from crviz.arrays import Array
from crviz.config import Config
from crviz.ensemble.tracing import Silent, Tracing
from crviz.jobs.listeners import announce
from crviz.jobs.sharing import Closed, Pool, Share

_log = logging.getLogger(__name__)

#: Skies that are kept in memory; one of nside 32 at 64 times takes 5 MB.
KEPT = 8
#: Skies that are on their way at the same time: they wait for the pool, most of it.
MADE_AT_ONCE = 4


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


def size_of(config: Config) -> int:
    """Bytes that a sky takes while it is computed: positions and momenta in single precision."""
    return 2 * 4 * 3 * len(config.omega_t) * config.n_pixels


class Skies:
    """Computes skies on a pool, each once, and keeps those last looked at."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._makers = pool, Pool(MADE_AT_ONCE, "crviz-sky")
        self._lock = threading.RLock()
        self._ready: OrderedDict[str, Sky] = OrderedDict()
        self._wanted: dict[str, dict[Hashable, Callable[[], object]]] = {}
        self._blocks: dict[str, Share] = {}
        self._closed = False

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
            if ready is not None or self._closed:
                return ready
            self._leave(key, but=name)
            under_way = name in self._wanted
            self._wanted.setdefault(name, {})[key] = listener
        if not under_way:
            self._makers.share(lambda: self._visitors(name)).submit(self._make, config, realization)
        return None

    def leave(self, key: Hashable) -> None:
        """Want nothing more."""
        with self._lock:
            self._leave(key)

    def close(self) -> None:
        """Make no more skies, and leave those that are on their way."""
        self._makers.shutdown()
        with self._lock:
            self._closed = True
            for blocks in self._blocks.values():
                blocks.cancel()

    def _leave(self, key: Hashable, but: str = "") -> None:
        for name, listeners in self._wanted.items():
            if name != but and key in listeners:
                del listeners[key]
                if not listeners and name in self._blocks:
                    self._blocks[name].cancel()

    def _visitors(self, name: str) -> Collection[Hashable]:
        return tuple(self._wanted.get(name, ()))

    def _make(self, config: Config, realization: int) -> None:
        name, found, failed = sky_id(config, realization), None, False
        while found is None and self._begin(name):
            try:
                found = self._trace(config, realization, self._blocks[name])
            except CancelledError:  # the end, unless somebody has come back meanwhile
                continue
            except Closed:  # the server stops
                break
            except Exception:  # noqa: BLE001 - whatever it was, the next one who asks must not wait for it
                _log.exception("a sky failed")
                failed = True
                break
        with self._lock:
            listeners = self._wanted.pop(name)
            self._blocks.pop(name, None)
            if found is not None:
                self._ready[name] = found
                while len(self._ready) > KEPT:
                    self._ready.popitem(last=False)
        if not failed:  # else who is told would ask again for ever
            announce(listeners)

    def _begin(self, name: str) -> bool:
        """Have a share of the pool, for those who want a sky; False where nobody does."""
        with self._lock:
            self._blocks[name] = self._pool.share(lambda: self._visitors(name))
            return bool(self._wanted[name]) and not self._closed

    @staticmethod
    def _trace(config: Config, realization: int, blocks: Share) -> Sky:
        config_a = config.replace(grids="single")
        r, p = np.empty((2, len(config.omega_t), 3, config.n_pixels), np.float32)
        tracing = Tracing(config_a, realization, blocks, None)
        try:
            tracing.collect(Silent(), r, p)
        finally:
            tracing.cancel()
        return Sky(config, realization, *rounded(r))


def rounded(r: Array) -> tuple[Array, Array]:
    """Positions (T, 3, n) as 16-bit integers, and the unit of each time (T,)."""
    scale = np.maximum(np.abs(r).max((1, 2)), 1e-30) / 32767
    return np.rint(r / scale[:, None, None]).astype(np.int16), scale
