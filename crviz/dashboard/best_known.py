"""What is shown as soon as the turbulence or the rigidity change, before anything is simulated."""

from __future__ import annotations

from collections.abc import Callable

from crviz import atlas, ensemble, library
from crviz.checks import ParameterError
from crviz.config import Config, is_current
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.state import State, physics_of
from crviz.library import Entry, Library
from crviz.result import Source, examining, fields_in_words

SHIPPED = "the paper's run, shipped"
#: Resolution at which a place of the atlas gets a sky of one field, and whose noise is drawn.
POINT_NSIDE = 16


class BestKnown:
    """Shows the stored result of the parameters that are set, that most was computed for, or the atlas.

    Parameters
    ----------
    stored
        None looks at the shipped result and the atlas alone.
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
        physics = physics_of(config)
        best = self._best_stored(lambda other, _: physics_of(other) == physics)
        self._state.show(best or from_atlas(config))

    def again(self, digest: str, sigma2: float, rl_over_lc: float) -> Source | None:
        """The result of a digest, or the place of the atlas that has it; None where there is none any more.

        Raises ParameterError where there is no such place.
        """
        found = self._best_stored(lambda _, other: other == digest)
        source = (found or from_atlas(Config(sigma2=sigma2, rl_over_lc=rl_over_lc))).source
        return source if source.digest == digest else None

    def _best_stored(self, fits: Callable[[Config, str], bool]) -> LabelledSource | None:
        """Of the results whose configuration and digest fit."""
        entries = self._stored.entries() if self._stored is not None else []
        same = [entry for entry in entries if entry.config and fits(entry.config, entry.digest)]
        for entry in sorted(same, key=_computed, reverse=True):
            if entry.shipped:
                break
            try:
                return LabelledSource(examining.load(entry.path), stored_words(entry))
            except (ValueError, FileNotFoundError):  # whoever opens it in the drawer of runs is told why
                continue
        shipped = library.shipped()
        return LabelledSource(shipped, SHIPPED) if fits(shipped.config, shipped.digest) else None


def stored_words(entry: Entry) -> str:
    """Where a stored result comes from."""
    earlier = "" if is_current(entry.numerics) else f", by earlier numerics ({entry.numerics})"
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
    return LabelledSource(point, "the nearest point of the atlas, which does not reach what is set")
