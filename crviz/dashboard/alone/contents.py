"""What a page without a server holds of a source: words, arrays, skies."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from crviz import atlas, ensemble, theory
from crviz.arrays import Array
from crviz.atlas import AtlasPoint
from crviz.checks import ParameterError
from crviz.dashboard import chip, wire, words
from crviz.dashboard.alone import settings
from crviz.dashboard.alone.skies import Skies, told
from crviz.dashboard.controls import Groups
from crviz.dashboard.draws import draws
from crviz.dashboard.panels.orbits.content import content
from crviz.dashboard.state import State
from crviz.gradient import components
from crviz.jobs import Limits
from crviz.jobs.skies import sky_id
from crviz.kernels import LANES
from crviz.plots.content.about import stem
from crviz.plots.content.series import ANALYTIC
from crviz.result import Source

#: Powers p between which the analytic evolution is interpolated: it is wrong by 3e-5 at most then.
_POWERS = 31
_KINDS = {"float32": "f4", "float64": "f8", "int8": "i1", "int16": "i2"}
_ELSEWHERE = "where crviz runs (crviz serve)"


@dataclass(frozen=True, eq=False)
class Contents:
    """What is shown, and how.

    Attributes
    ----------
    state
        What is shown and set.
    estimators
        Those that it can be seen with, the one that is set among them.
    skies
        None where there are none, for a reason that `why` says.
    why
    atlas
        Whether all places of the atlas can be seen, with skies that the browser follows itself.
    """

    state: State
    estimators: tuple[str, ...]
    skies: Skies | None
    why: str = ""
    atlas: bool = False

    @cached_property
    def controls(self) -> dict[str, Groups]:
        """Groups of controls, by the place in the document where they stand."""
        return settings.controls(self.estimators, self.has_orbits, self._axes)

    @property
    def _axes(self) -> dict[str, tuple[float, float]]:
        """From where to where the atlas reaches, by key; nothing where there is none."""
        if not self.atlas:
            return {}
        axes = {name: getattr(atlas.load(), name) for name in wire.PLACE}
        return {name: (float(axis[0]), float(axis[-1])) for name, axis in axes.items()}

    @property
    def field(self) -> int:
        """Whose sky and orbits it shows."""
        return self.skies.field if self.skies else 0

    @cached_property
    def draws(self) -> bytes | None:
        """The waves of its fields, along which the browser follows orbits itself (browser/kernel/); None
        where it does not know of them, or would take other steps."""
        config = self.state.shown.sky_config
        fields = settings.FIELDS if self.atlas else [self.field]
        try:
            return draws(config, fields) if config.step is None else None
        except ParameterError:  # another kind of turbulence
            return None

    @cached_property
    def orbit(self) -> bytes | None:
        """In place of these, the orbits that arrive from the gradient's direction and near it; None where
        these take too long to be followed."""
        state, shown = self.state, self.state.shown
        config = shown.sky_config
        if self.draws or not Limits.public().allows_look(LANES * ensemble.work(config) / config.n_orbits):
            return None
        return _packed(content(config, self.field, state.theta, state.phi, shown.last_time))

    @property
    def has_orbits(self) -> bool:
        """Whether any can be seen."""
        return self.draws is not None or self.orbit is not None

    @property
    def estimator(self) -> str:
        """The one that it opens with."""
        return self.state.shown.source.usable(self.state.estimator)

    def further(self) -> bytes:
        """What is fetched when it is asked for: arrays of other estimators, and the analytic evolution."""
        shown = self.state.shown
        others = {each: shown.tensors(each) for each in self.estimators if each != self.estimator}
        modes = {"modes": _modes()} if self.atlas else {}
        return _packed({"tensors": others, "evolved": _evolved(shown.source), **modes})

    def first(self) -> bytes:
        """What the page is drawn of."""
        state, source = self.state, self.state.shown.source
        config, estimator = source.config, self.estimator
        name = f"{sky_id(config.replace(grids='single'), self.field)}-held" if self.skies else ""
        place = {name: getattr(config, name) for name in wire.PLACE}
        own = {**place, "realization": self.field} if self.atlas else {}
        held = {
            "values": settings.values(state, self.controls) | own | {"estimator": estimator},
            "omega_t": state.shown.recorded_time(state.omega_t),
            "rules": settings.rules(self.controls),
            "texts": self._texts() | {"orbit": True},
            "sentences": self._sentences(),
            "place": place,
            "atlas": self.atlas,
            "of_atlas": isinstance(source, AtlasPoint),
            "followed": {"realization": self.field, "omega_t": config.omega_t} if self.draws else None,
            "stem": stem(config),
            "figures": {"sky": "Sky", "evolution": "Figure 1", "spectra": "Figure 2"},
            "tensors": {estimator: state.shown.tensors(estimator)},
            "sky": told(self.skies, config, name) | {"stem": stem(config)} if self.skies else {},
            "skies": [
                {"name": f"sky-{index}", "nside": nside}
                for index, nside in enumerate(self.skies.nsides if self.skies else ())
            ],
            "help": words.html("introduction"),
        }
        return _packed(held)

    def _texts(self) -> dict[str, Any]:
        """Words by the keys of the controls, as a session has them, and those of the chip."""
        shown = self.state.shown
        return {
            "what": chip.shown_words(shown),
            "shown": chip.agreeing(shown, shown.last_time) if self.atlas else [],
            "job": "",
            "progress": None,
            "cancel": self.atlas,  # what is set and not shown follows by itself: no run is offered
            "lost": {},
            "fixed": self._fixed(),
            "no_fit": f"p is fitted {_ELSEWHERE}.",
            "no_run": f"In this page: spectra at {len(shown.source.omega_t)} times"
            f"{f'; {self.skies}' if self.skies else f'. {self.why}'}.",
        }

    def _fixed(self) -> str:
        """Where else one may go."""
        if not self.atlas:
            return (
                "This page holds one result. Other σ² and r_L/L_c, runs and further plots are there "
                f"{_ELSEWHERE}."
            )
        (low, high), (least, most) = self._axes.values()
        first, *_, last = settings.FIELDS
        return (
            f"This page holds the atlas: σ² from {low:g} to {high:g}, r_L/L_c from {least:g} to {most:g}, "
            f"spectra as means over fields. Skies of fields {first} to {last} are followed in the browser. "
            f"Runs and further plots are there {_ELSEWHERE}."
        )

    def _sentences(self) -> dict[str, str]:
        """What is said when it is asked for."""
        return {
            "window": f"the window of an own spectrum is worked out {_ELSEWHERE}",
            "orbits": f"This page holds the orbits that arrive from θ = {self.state.theta:g}°, φ = "
            f"{self.state.phi:g}° and near it; others are followed {_ELSEWHERE}.",
            "downloads": "The run (NetCDF), the map (FITS), figures for print and an archive of all are made "
            f"{_ELSEWHERE}; a film of the sky is made below its picture.",
        }


def _evolved(source: Source) -> dict[str, Any] | None:
    """The analytic evolution of `interpretation.analytic_evolution` for each component of g_i g_j, over 4 pi,
    at Chebyshev's nodes between the powers that can be set: (nodes, 6, T, multipoles); None without a rate.
    """
    tensors = source.diffusion()
    parallel = tensors.along("parallel")[0][-1]
    if not parallel > 0:
        return None
    nodes = _nodes()
    mean_square = np.nan_to_num(2 * source.omega_t[:, None] * components(tensors.running))
    grown = [
        theory.evolve_by_diffusion(source.omega_t, np.array(ANALYTIC), mean_square, parallel, p=power)
        for power in _powers()
    ]
    table = np.swapaxes(grown, 1, 2) / (4 * np.pi)
    return {
        "nodes": nodes,
        "ell": list(ANALYTIC),
        "table": table.astype(np.float32).ravel(),
        "omega_t": source.omega_t.astype(float),
    }


def _nodes() -> Array:
    """Chebyshev's nodes between the powers that can be set, both ends included."""
    low, high = State.param["p"].bounds
    return (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * np.arange(_POWERS) / (_POWERS - 1))


def _powers() -> list[float]:
    """The powers at the nodes: rounding may have carried these beyond the ends."""
    return np.clip(_nodes(), *State.param["p"].bounds).tolist()


def _modes() -> dict[str, Any]:
    """`theory.power_law_modes` at the nodes, of which the browser grows curves of places of the atlas: decay
    (nodes, M), share (nodes, multipoles, M). They are smooth in p: between the nodes right to 1e-6."""
    decay, share = zip(*(theory.power_law_modes(np.array(ANALYTIC), p=p) for p in _powers()), strict=True)
    return {
        "nodes": _nodes(),
        "ell": list(ANALYTIC),
        "decay": np.ravel(decay).astype(np.float32),
        "share": np.ravel(share).astype(np.float32),
    }


def _packed(held: dict[str, Any]) -> bytes:
    """A line of JSON, and the arrays that it names: browser/alone/held.js unpacks it."""
    arrays = _Arrays()
    named = arrays.named(held)
    line = json.dumps(named, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    # arrays of the browser begin at multiples of 8 bytes
    return line + b" " * (-(len(line) + 1) % 8) + b"\n" + arrays.content


class _Arrays:
    """Arrays one after the other, those that are alike once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._known: dict[bytes, dict[str, Any]] = {}

    @property
    def content(self) -> bytes:
        """All of them."""
        return b"".join(self._parts)

    def named(self, value: Any) -> Any:
        """A value with names of arrays in the places of these."""
        if isinstance(value, np.ndarray):
            return self._name(value)
        if isinstance(value, dict):
            return {key: self.named(each) for key, each in value.items()}
        return [self.named(each) for each in value] if isinstance(value, list | tuple) else value

    def _name(self, array: Array) -> dict[str, Any]:
        content, kind = array.tobytes(), _KINDS[array.dtype.name]
        digest = hashlib.sha256(kind.encode() + content).digest()
        if digest not in self._known:
            self._known[digest] = {"array": [kind, self._size, array.size]}
            padded = content + bytes(-len(content) % 8)
            self._parts.append(padded)
            self._size += len(padded)
        return self._known[digest]
