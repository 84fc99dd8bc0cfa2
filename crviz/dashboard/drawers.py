"""What the buttons of the toolbar open above the plots: files, stored runs, further plots, help."""

from __future__ import annotations

from functools import partial

import panel as pn

from crviz.dashboard import words
from crviz.dashboard.downloads import downloads
from crviz.dashboard.more import plots_of, words_on
from crviz.dashboard.runs import runs
from crviz.dashboard.scripts import stylesheet

_WIDE = {"sizing_mode": "stretch_width"}


class Drawers:
    """Fills the drawer of one visitor, and again where another configuration is shown.

    Parameters
    ----------
    drawer : Drawer
    state : State
    session : Session
    manager : crviz.jobs.Manager
    """

    def __init__(self, drawer, state, session, manager):
        self._drawer, self._state, self._session, self._manager = drawer, state, session, manager
        self._made = {
            "downloads": ("Download", self._downloads),
            "runs": ("Stored runs", self._runs),
            "more": ("Diffusion and turbulence", self._more),
            "help": ("What this is", self._help),
        }
        state.param.watch(self._renew, "shown")
        state.param.watch(lambda _: self._again("more"), "dark")  # in the other theme's colours

    @property
    def presses(self):
        """What each button of the toolbar does: dict of callables, by the buttons' keys."""
        return {key: lambda key=key: self._toggle(key) for key in self._made}

    def _toggle(self, key):
        self._drawer.toggle(self._made[key][0], lambda: self._open(key))

    def _open(self, key):
        heading, make = self._made[key]
        self._drawer.show(heading, make())

    def _renew(self, event):
        """Another configuration may have other files, and has other plots."""
        if event.old is None or event.old.config == event.new.config:
            return
        self._again("downloads")
        self._again("more")

    def _again(self, key):
        """Make what is open anew."""
        if self._drawer.shows(self._made[key][0]):
            self._open(key)

    def _downloads(self):
        return [pn.FlexBox(*downloads(self._state, self._manager), **_WIDE)]

    def _runs(self):
        return [runs(self._state, self._session, self._manager.library, lambda: self._open("runs"))]

    def _more(self):
        """Words at once, plots one by one: between them the server has time for other pages."""
        shown = self._state.shown
        grid = pn.Column(stylesheets=[stylesheet("grid")], css_classes=["crviz-grid"], **_WIDE)
        later = pn.state.curdoc.add_next_tick_callback
        later(partial(self._plot, grid, plots_of(shown, self._state.dark), later))
        return [grid, words_on(shown)]

    def _plot(self, grid, plots, later):
        """Add the next of some plots, unless the drawer shows something else by now."""
        if not self._drawer.holds(grid):
            return
        plot = next(plots, None)
        if plot is not None:
            grid.append(plot)
            later(partial(self._plot, grid, plots, later))

    def _help(self):
        return [pn.pane.HTML(words.html("introduction"), stylesheets=[stylesheet("card")], margin=0, **_WIDE)]
