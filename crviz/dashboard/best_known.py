"""What is shown as soon as the turbulence or the rigidity change, before anything is simulated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import panel as pn

from crviz import atlas, ensemble, library
from crviz.checks import ParameterError
from crviz.config import Config, is_current
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State, physics_of
from crviz.library import Entry, Library
from crviz.result import examining, fields_in_words

SHIPPED = "the paper's run (shipped)"
#: Resolution at which a place of the atlas gets a sky of one field, and whose noise is drawn.
POINT_NSIDE = 16
#: How long it takes until files that were not known are looked for again [ms].
AGAIN = 500


#: Whether a configuration with its digest is one of those that are looked for.
_Fits: TypeAlias = Callable[[Config, str], bool]


class BestKnown:
    """Shows the stored result of the parameters that are set, that most was computed for, or the atlas.

    That is so by what is known of stored files at once, and again once more is known.

    Parameters
    ----------
    stored
        None looks at the shipped results and the atlas alone.
    """

    def __init__(self, state: State, stored: Library | None) -> None:
        self._state, self._stored = state, stored
        state.param.watch(lambda *_: self.look(), state.physics)

    def look(self) -> None:
        """Show what there is for the parameters as they are set."""
        try:
            config = self._state.config
        except ParameterError:  # its sentence stands beside Run already
            return
        fits = _of_physics(config)
        fitting, looking = self._known(fits)
        self._state.show(_best_of(fitting, fits) or from_atlas(config))
        if looking:
            self._look_again(fits, fitting)

    def _look_again(self, fits: _Fits, before: list[Entry]) -> None:
        """Look whether there is something better, until all stored files are known or this is not shown."""
        shown, document = self._state.shown, pn.state.curdoc
        if document is None:
            return

        def again() -> None:
            if self._state.shown is not shown:
                return
            fitting, looking = self._known(fits)
            if fitting != before:
                self.look()
            elif looking:
                document.add_timeout_callback(again, AGAIN)

        document.add_timeout_callback(again, AGAIN)

    def again(self, digest: str, sigma2: float, rl_over_lc: float) -> tuple[LabelledSource | None, bool]:
        """The result of a digest, or the place of the atlas that has it; None where there is none any more.
        And whether that is known for certain: not while stored files are looked at.

        Raises ParameterError where there is no such place.
        """

        def fits(_: Config, other: str) -> bool:
            return other == digest

        fitting, looking = self._known(fits)
        found = _best_of(fitting, fits) or from_atlas(Config(sigma2=sigma2, rl_over_lc=rl_over_lc))
        there = found.source.digest == digest
        return (found if there else None), there or not looking

    def _known(self, fits: _Fits) -> tuple[list[Entry], int]:
        """What is known to be stored and fits, and of how many files nothing is known yet."""
        entries, looking = self._stored.known() if self._stored is not None else ([], 0)
        return [each for each in entries if each.config and fits(each.config, each.digest)], looking


def _of_physics(config: Config) -> _Fits:
    physics = physics_of(config)
    return lambda other, _: physics_of(other) == physics


def _best_of(fitting: list[Entry], fits: _Fits) -> LabelledSource | None:
    """The result that most was computed for of those that fit, shipped ones included."""
    for entry in sorted(fitting, key=_computed, reverse=True):
        if entry.shipped:
            break
        try:
            return LabelledSource(examining.load(entry.path), stored_words(entry))
        except (ValueError, FileNotFoundError):  # whoever opens it in the drawer of runs is told why
            continue
    for path in library.references():
        result = library.shipped(path)
        if fits(result.config, result.digest):
            other = f"shipped, {fields_in_words(result.n_realizations)}"
            return LabelledSource(result, SHIPPED if path == library.reference() else other)
    return None


def stored_words(entry: Entry) -> str:
    """Where a stored result comes from."""
    earlier = "" if is_current(entry.numerics) else f", computed by an earlier version ({entry.numerics})"
    return f"stored, {fields_in_words(entry.n_realizations)}{earlier}"


def _computed(entry: Entry) -> int:
    """Wave evaluations behind an entry: many fields on a coarse grid, or for a short time, are little."""
    return ensemble.work(entry.config) * entry.n_realizations if entry.config else 0


def from_atlas(config: Config) -> LabelledSource:
    """The place of a configuration in the atlas, or the point of it that is nearest."""
    table = atlas.load()
    if table.covers(config):
        point = table.interpolate(config.sigma2, config.rl_over_lc).seen_by(POINT_NSIDE)
        return LabelledSource(point, point.provenance)
    point = table.nearest(max(config.sigma2, 1e-9), config.rl_over_lc).seen_by(POINT_NSIDE)
    return LabelledSource(point, "the nearest point of the atlas, which does not cover the values set")
