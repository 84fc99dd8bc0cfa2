"""The sky map's data: a series of skies at the recorded times, handed out one by one when asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import panel as pn
from param.parameterized import Event

from crviz import ensemble
from crviz.arrays import Array
from crviz.config import Config
from crviz.dashboard import wire
from crviz.dashboard.hub import Hub
from crviz.dashboard.state import State
from crviz.jobs import Manager, fine_skies
from crviz.jobs.skies import Sky, rounded, size_of, sky_id
from crviz.plots.content.about import stem
from crviz.result import NotKept, Source

#: A sky that takes more than this (half a second) is seen on a coarse grid until it is there.
SOON = 3e9
COARSE_NSIDE = 8


class SkyFeed:
    """Keeps the hub's series of skies in step with what is shown, and with what is to stand beside it."""

    def __init__(self, state: State, hub: Hub, manager: Manager) -> None:
        self._state, self._hub, self._manager = state, hub, manager
        self._document = pn.state.curdoc
        self._series: dict[str, _Series] = {}
        hub.on(wire.SKY, self._hand_out)
        state.param.watch(self.follow, ["shown", "realization", "pinned", "beside", "beside_field"])

    def follow(self, *_: Event) -> None:
        """Show the best that is there of the realisation, ask for what is not, and say what is awaited;
        so too for a second sky, where another result's or field's is to be seen."""
        awaited = self._show("sky", self._state.shown.source, self._state.realization or 0)
        second = self._second()
        if second is None:
            self._manager.skies.leave(self._key("second", "whole"))
            self._manager.skies.leave(self._key("second", "coarse"))
            self._series.pop("second", None)
            if self._hub.second:
                self._hub.second = {}
        else:
            words = self._show("second", *second).get("words")
            awaited |= {"second": words} if words else {}
        self._hub.awaited = awaited

    def _second(self) -> tuple[Source, int] | None:
        """Of whose field another sky is wanted, if any."""
        state = self._state
        if state.beside == "field":
            return state.shown.source, state.beside_field
        if state.beside == "pinned" and state.pinned is not None:
            return state.pinned[0], state.realization or 0
        return None

    def _show(self, place: str, source: Source, realization: int) -> dict[str, Any]:
        """Offer the best that is there of a field; what is awaited."""
        config = source.config.replace(grids="single")
        whole = self._sky(config, realization, place, "whole")
        kept = None if whole else _kept(source, realization)
        first_look = None
        if whole is None and kept is None and config.nside > COARSE_NSIDE and _work(config) > SOON:
            first_look = self._sky(config.replace(nside=COARSE_NSIDE), realization, place, "coarse")
        sky = whole or first_look
        if sky is not None:
            times, one = np.array(sky.config.omega_t), partial(_of_sky, sky)
            self._offer(place, sky.id, sky.config, realization, times, one)
        elif kept is not None:
            name = f"{sky_id(config, realization)}-{len(kept[0])}"
            self._offer(place, name, config, realization, *kept)
        return {} if whole or kept else self._awaited(config, realization, first_look is not None)

    def _sky(self, config: Config, realization: int, place: str, which: str) -> Sky | None:
        """A sky if it is there; else it is asked for, where that is no more than a look may take: beyond it
        skies are shown at the times that the result keeps."""
        skies = self._manager.skies
        if self._affordable(config):
            return skies.request(config, realization, self._wake, self._key(place, which))
        return skies.get(config, realization)

    def _key(self, place: str, which: str) -> tuple[str, str, int]:
        return place, which, id(self)

    def _affordable(self, config: Config) -> bool:
        return self._manager.limits.allows_look(_work(config), size_of(config))

    def close(self) -> None:
        """The visitor is gone."""
        self._document = None
        for place in ("sky", "second"):
            for which in ("whole", "coarse"):
                self._manager.skies.leave(self._key(place, which))

    def _wake(self) -> None:
        document = self._document
        if document is not None:
            document.add_next_tick_callback(self.follow)

    def _offer(
        self,
        place: str,
        name: str,
        config: Config,
        realization: int,
        times: Array,
        at: _At,
    ) -> None:
        if getattr(self._hub, place).get("id") == name:
            return
        self._series[place] = series = _Series(name, config.nside, len(times), at)
        index = int(np.abs(times - self._state.omega_t).argmin())
        offered = {
            "id": name,
            "nside": config.nside,
            "times": times.astype(float).tolist(),
            "field": realization,
            "stem": stem(config),
            "physics": f"σ² = {config.sigma2:.12g}, r_L = {config.rl_over_lc:.12g} L_c",
            "first": series.one(index),
        }
        if fine_skies.has(config, realization):
            offered["fine"] = {"nside": fine_skies.NSIDE, "files": fine_skies.files(times)}
        setattr(self._hub, place, offered)

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
        index = int(message["index"])
        for series in self._series.values():
            if series.name == message["id"] and 0 <= index < series.size:
                told = {"kind": wire.SKY, "id": series.name, "nside": series.nside}
                self._hub.send({**told, **series.one(index)})
                return


#: Of the index of a time: positions (3, pixels) in 16 bits, and their unit [r_L].
_At: TypeAlias = Callable[[int], tuple[Array, float]]


@dataclass(frozen=True, eq=False)
class _Series:
    """The skies of a field at some times."""

    name: str
    nside: int
    size: int
    at: _At

    def one(self, index: int) -> dict[str, Any]:
        """That of one time, as the browser has it."""
        components, scale = self.at(index)
        return {"index": index, "scale": float(scale), "components": components.ravel()}


def _of_sky(sky: Sky, index: int) -> tuple[Array, float]:
    return sky.components[index], sky.scale[index]


def _kept(source: Source, realization: int) -> tuple[Array, _At] | None:
    """Times and skies that a result keeps of its first realisation; of the shipped one's, those too that are
    kept on a finer grid."""
    if realization != source.fields.start:
        return None
    try:
        times, r = source.maps
    except NotKept:
        return None
    of_result: dict[float, Array] = dict(zip(times.tolist(), r, strict=True))
    finer: dict[float, int] = {}
    if fine_skies.has(source.config.replace(grids="single"), realization):
        recorded = source.omega_t.tolist()
        files = zip(recorded, fine_skies.files(source.omega_t), strict=True)
        finer = {time: file for time, file in files if file >= 0}
    every = sorted({*of_result, *finer})

    def at(index: int) -> tuple[Array, float]:
        time = every[index]
        found = of_result.get(time)
        if found is None:
            found = fine_skies.coarser(finer[time], source.config.nside)
        components, scale = rounded(found[None])
        return components[0], scale[0]

    return np.array(every), at


def _work(config: Config) -> int:
    return ensemble.work(config.replace(grids="single"))
