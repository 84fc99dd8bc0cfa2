"""What is shown as soon as sigma2 or r_L/L_c change, before anything is simulated."""

from __future__ import annotations

from crviz import atlas, library
from crviz.config import ParameterError
from crviz.dashboard.shown import Shown, ShownPoint
from crviz.result import Result

SHIPPED = "the paper's run, shipped"


class Exploring:
    """Shows the stored result of the parameters that are set, or the atlas at their place.

    Parameters
    ----------
    state : State
    stored : crviz.library.Library or None
        None looks at the shipped result and the atlas alone.
    """

    def __init__(self, state, stored):
        self._state, self._library = state, stored
        state.param.watch(lambda *_: self.look(), ["sigma2", "rl_over_lc"])

    def look(self):
        """Show what there is for the parameters as they are set."""
        state = self._state
        if (state.sigma2, state.rl_over_lc) == (1.0, 0.1):
            state.show(Shown(library.shipped(), SHIPPED))
            return
        try:
            found = self._nearest(state.config)
        except ParameterError:  # its sentence stands beside Run already
            return
        state.show(found)

    def _nearest(self, config):
        table = atlas.load()
        stored = self._library.get(config) if self._library is not None else None
        if isinstance(stored, Result):
            return Shown(stored, f"stored, {stored.n_realizations} fields")
        if table.covers(config):
            point = table.interpolate(config.sigma2, config.rl_over_lc)
            return ShownPoint(
                point, "interpolated from the atlas" if point.is_interpolated else "from the atlas"
            )
        point = table.nearest(config.sigma2, config.rl_over_lc)
        return ShownPoint(point, "nearest point of the atlas, which ends here: Run simulates what is set")
