"""The sky map's data: a series of skies at the recorded times, handed out one by one when asked for."""

from __future__ import annotations

from collections.abc import Callable
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
from crviz.jobs.skies import Sky, rounded, size_of, sky_id
from crviz.result import NotKept

#: A sky that takes more than this (half a second) is seen on a coarse grid until it is there.
SOON = 3e9
COARSE_NSIDE = 8


class SkyFeed:
    """Keeps the hub's series of skies in step with what is shown."""

    def __init__(self, state: State, hub: Hub, manager: Manager) -> None:
        self._state, self._hub, self._manager = state, hub, manager
        self._document = pn.state.curdoc
        self._series: dict[str, tuple[Array, Array]] = {}
        hub.on(wire.SKY, self._hand_out)
        state.param.watch(self.follow, ["shown", "realization"])

    def follow(self, *_: Event) -> None:
        """Show the best that is there of the realisation, ask for what is not, and say what is awaited."""
        config, realization = self._state.shown.sky_config, self._state.realization or 0
        whole = self._sky(config, realization, "whole")
        kept = None if whole else self._kept(realization)
        first_look = None
        if whole is None and kept is None and config.nside > COARSE_NSIDE and _work(config) > SOON:
            first_look = self._sky(config.replace(nside=COARSE_NSIDE), realization, "coarse")
        sky = whole or first_look
        if sky is not None:
            times, parts = np.array(sky.config.omega_t), (sky.components, sky.scale)
            self._offer(sky.id, sky.config, realization, times, lambda: parts)
        elif kept is not None:
            times, r = kept
            name = f"{sky_id(config, realization)}-{len(times)}"
            self._offer(name, config, realization, times, lambda: rounded(r))
        self._hub.awaited = (
            {} if whole or kept else self._awaited(config, realization, first_look is not None)
        )

    def _sky(self, config: Config, realization: int, which: str) -> Sky | None:
        """A sky if it is there; else it is asked for, where that is no more than a look may take: beyond it
        skies are shown at the times that the result keeps."""
        skies = self._manager.skies
        if self._affordable(config):
            return skies.request(config, realization, self._wake, (which, id(self)))
        return skies.get(config, realization)

    def _affordable(self, config: Config) -> bool:
        return self._manager.limits.allows_look(_work(config), size_of(config))

    def _kept(self, realization: int) -> tuple[Array, Array] | None:
        """Times and positions that the result keeps of its first realisation."""
        source = self._state.shown.source
        if realization != source.fields.start:
            return None
        try:
            return source.maps
        except NotKept:
            return None

    def close(self) -> None:
        """The visitor is gone."""
        self._document = None
        for which in ("whole", "coarse"):
            self._manager.skies.leave((which, id(self)))

    def _wake(self) -> None:
        document = self._document
        if document is not None:
            document.add_next_tick_callback(self.follow)

    def _offer(
        self,
        name: str,
        config: Config,
        realization: int,
        times: Array,
        parts: Callable[[], tuple[Array, Array]],
    ) -> None:
        if self._hub.sky.get("id") == name:
            return
        self._series = {name: parts()}
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

    def _awaited(self, config: Config, realization: int, coarse: bool) -> dict[str, Any]:
        """What is not there yet, or never will be, in words; `old` where the sky shown is another's,
        `lost` in their place while the browser has no connection."""
        what = f"field {realization} at nside {config.nside}"
        if self._affordable(config):
            later = f"the sky of {what} will be shown when the connection is back"
            return {"words": f"computing the sky of {what} …", "old": not coarse, "lost": later}
        return {"words": f"the sky of {what} would take too long to compute on demand", "old": not coarse}

    def _hand_out(self, message: dict[str, Any]) -> None:
        """One sky, unless another series has taken its place meanwhile."""
        name, index = message["id"], int(message["index"])
        if name in self._series and 0 <= index < len(self._series[name][1]):
            self._hub.send(
                {"kind": wire.SKY, "id": name, "nside": self._hub.sky["nside"], **self._one(name, index)}
            )


def _work(config: Config) -> int:
    return ensemble.work(config.replace(grids="single"))
