"""What is shown as soon as the turbulence or the rigidity change, before anything is simulated."""

from __future__ import annotations

from crviz import atlas, ensemble, library
from crviz.config import ParameterError
from crviz.dashboard.shown import Shown, ShownPoint, fields_in_words
from crviz.result import load

SHIPPED = "the paper's run, shipped"
#: What tells one physical situation from another.
PHYSICS = ("sigma2", "rl_over_lc", "gamma", "lambda_min", "lambda_max", "n_modes")


class Exploring:
    """Shows the stored result of the parameters that are set, that most was computed for, or the atlas.

    Parameters
    ----------
    state : State
    stored : crviz.library.Library or None
        None looks at the shipped result and the atlas alone.
    """

    def __init__(self, state, stored):
        self._state, self._stored = state, stored
        state.param.watch(lambda *_: self.look(), list(PHYSICS))

    def look(self):
        """Show what there is for the parameters as they are set."""
        try:
            config = self._state.config
        except ParameterError:  # its sentence stands beside Run already
            return
        self._state.show(self._best_stored(config) or from_atlas(config))

    def _best_stored(self, config):
        entries = self._stored.entries() if self._stored is not None else []
        same = [entry for entry in entries if entry.config and _same_physics(entry.config, config)]
        for entry in sorted(same, key=_computed, reverse=True):
            if entry.shipped:
                break
            try:
                return Shown(load(entry.path), f"stored, {fields_in_words(entry.n_realizations)}")
            except (ValueError, FileNotFoundError):  # whoever opens it in the drawer of runs is told why
                continue
        if _same_physics(library.shipped().config, config):
            return Shown(library.shipped(), SHIPPED)
        return None


def _computed(entry):
    """Wave evaluations behind an entry: many fields on a coarse grid, or for a short time, are little."""
    return ensemble.work(entry.config) * entry.n_realizations


def _same_physics(one, other):
    return all(getattr(one, name) == getattr(other, name) for name in PHYSICS)


def from_atlas(config):
    """The place of a configuration in the atlas, or the point of it that is nearest: `ShownPoint`."""
    table = atlas.load()
    if table.covers(config):
        point = table.interpolate(config.sigma2, config.rl_over_lc)
        return ShownPoint(point, "interpolated from the atlas" if point.is_interpolated else "from the atlas")
    point = table.nearest(max(config.sigma2, 1e-9), config.rl_over_lc)
    return ShownPoint(point, "the nearest point of the atlas, which does not reach what is set")
