"""What a page without a server holds of a source: words, arrays, skies."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from crviz import ensemble, theory
from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.dashboard import chip, words
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
    """

    state: State
    estimators: tuple[str, ...]
    skies: Skies | None
    why: str = ""

    @cached_property
    def controls(self) -> dict[str, Groups]:
        """Groups of controls, by the place in the document where they stand."""
        return settings.controls(self.estimators, self.has_orbits)

    @property
    def field(self) -> int:
        """Whose sky and orbits it shows."""
        return self.skies.field if self.skies else 0

    @cached_property
    def draws(self) -> bytes | None:
        """The waves of its field, along which the browser follows orbits itself (browser/kernel/); None where
        it does not know of them, or would take other steps."""
        config = self.state.shown.sky_config
        try:
            return draws(config, [self.field]) if config.step is None else None
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
        return _packed({"tensors": others, "evolved": _evolved(shown.source)})

    def first(self) -> bytes:
        """What the page is drawn of."""
        state, source = self.state, self.state.shown.source
        config, estimator = source.config, self.estimator
        name = f"{sky_id(config.replace(grids='single'), self.field)}-held" if self.skies else ""
        held = {
            "values": settings.values(state, self.controls) | {"estimator": estimator},
            "omega_t": state.shown.recorded_time(state.omega_t),
            "rules": settings.rules(self.controls),
            "texts": self._texts() | {"orbit": True},
            "sentences": self._sentences(),
            "place": {"sigma2": config.sigma2, "rl_over_lc": config.rl_over_lc},
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
            "shown": [],
            "job": "",
            "progress": None,
            "cancel": False,
            "lost": {},
            "fixed": "This page holds one result. Other σ² and r_L/L_c, runs and further plots are there "
            f"{_ELSEWHERE}.",
            "no_fit": f"p is fitted {_ELSEWHERE}.",
            "no_run": f"In this page: spectra at {len(shown.source.omega_t)} times"
            f"{f'; {self.skies}' if self.skies else f'. {self.why}'}.",
        }

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
    low, high = State.param["p"].bounds
    nodes = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * np.arange(_POWERS) / (_POWERS - 1))
    mean_square = np.nan_to_num(2 * source.omega_t[:, None] * components(tensors.running))
    powers = np.clip(nodes, low, high).tolist()
    grown = [
        theory.evolve_by_diffusion(source.omega_t, np.array(ANALYTIC), mean_square, parallel, p=power)
        for power in powers
    ]
    table = np.swapaxes(grown, 1, 2) / (4 * np.pi)
    return {
        "nodes": nodes,
        "ell": list(ANALYTIC),
        "table": table.astype(np.float32).ravel(),
        "omega_t": source.omega_t.astype(float),
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
