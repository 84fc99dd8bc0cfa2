"""The sky map's data: a series of skies at the recorded times, handed out one by one when asked for."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import panel as pn
from param.parameterized import Event

from crviz import ensemble
from crviz.arrays import Array
from crviz.config import Config
from crviz.dashboard import wire
from crviz.dashboard.hub import Hub
from crviz.dashboard.state import State
from crviz.jobs import Manager
from crviz.jobs.skies import rounded, sky_id
from crviz.result import NotKept

#: Wave evaluations of one realisation (some 15 s on two cores) beyond which its sky is shown only at the
#: times that the result keeps.
MOST_WORK = 1e11


class SkyFeed:
    """Keeps the hub's series of skies in step with what is shown."""

    def __init__(self, state: State, hub: Hub, manager: Manager) -> None:
        self._state, self._hub, self._manager = state, hub, manager
        self._document = pn.state.curdoc
        self._series: dict[str, tuple[Array, Array]] = {}
        hub.on(wire.SKY, self._hand_out)
        state.param.watch(self.follow, ["shown", "realization"])

    def follow(self, *_: Event) -> None:
        """Show what is stored of the realisation at once, and ask for all of its times."""
        config, realization = self._state.shown.sky_config, self._state.realization or 0
        sky = self._manager.skies.get(config, realization)
        if sky is None and self._affordable(config):
            sky = self._manager.skies.request(config, realization, self._wake, id(self))
        if sky is not None:
            self._offer(sky.id, config, realization, np.array(config.omega_t), sky.components, sky.scale)
        elif realization == self._state.shown.source.fields.start:
            with contextlib.suppress(NotKept):
                times, r = self._state.shown.source.maps
                name = f"{sky_id(config, realization)}-{len(times)}"
                if name not in self._series:
                    self._offer(name, config, realization, times, *rounded(r))

    def close(self) -> None:
        """The visitor is gone."""
        self._document = None
        self._manager.skies.leave(id(self))

    def _affordable(self, config: Config) -> bool:
        return ensemble.work(config.replace(grids="single")) < MOST_WORK

    def _wake(self) -> None:
        document = self._document
        if document is not None:
            document.add_next_tick_callback(self.follow)

    def _offer(
        self, name: str, config: Config, realization: int, times: Array, components: Array, scale: Array
    ) -> None:
        if self._hub.sky.get("id") == name:
            return
        self._series = {name: (components, scale)}
        index = int(np.abs(times - self._state.omega_t).argmin())
        self._hub.sky = {
            "id": name,
            "nside": config.nside,
            "times": times.astype(float).tolist(),
            "caption": f"field {realization}, nside {config.nside}",
            "first": self._one(name, index),
        }

    def _one(self, name: str, index: int) -> dict[str, Any]:
        components, scale = self._series[name]
        return {"index": index, "scale": float(scale[index]), "components": components[index].ravel()}

    def _hand_out(self, message: dict[str, Any]) -> None:
        """One sky, unless another series has taken its place meanwhile."""
        name, index = message["id"], int(message["index"])
        if name in self._series and 0 <= index < len(self._series[name][1]):
            self._hub.send(
                {"kind": wire.SKY, "id": name, "nside": self._hub.sky["nside"], **self._one(name, index)}
            )
