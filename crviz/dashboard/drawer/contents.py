"""What the buttons of the toolbar open above the plots: files, stored runs, further plots, help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import panel as pn
from bokeh.document import Document
from param.parameterized import Event

from crviz.dashboard import words
from crviz.dashboard.drawer import Drawer
from crviz.dashboard.drawer.downloads import downloads
from crviz.dashboard.drawer.more import plots_of, words_on
from crviz.dashboard.drawer.runs import Runs
from crviz.dashboard.javascript import stylesheet
from crviz.dashboard.session import Session
from crviz.dashboard.state import State
from crviz.jobs import Manager

#: How often a list looks for what is known by now [ms].
FOLLOWING = 500
_WIDE = {"sizing_mode": "stretch_width"}


class DrawerContents:
    """Fills the drawer of one visitor, and again where another configuration is shown.

    Parameters
    ----------
    public
        Whether strangers may come.
    """

    def __init__(
        self, drawer: Drawer, state: State, session: Session, manager: Manager, public: bool = False
    ) -> None:
        self._drawer, self._state, self._session, self._manager = drawer, state, session, manager
        self._public = public
        self._made: dict[str, tuple[str, Callable[[], list[pn.viewable.Viewable]]]] = {
            "downloads": ("Download", self._downloads),
            "runs": ("Stored runs", self._runs),
            "more": ("Diffusion and turbulence", self._more),
            "help": ("About this page", self._help),
        }
        state.param.watch(self._renew, "shown")
        state.param.watch(lambda _: self._again("more"), "dark")  # in the other theme's colours

    @property
    def presses(self) -> dict[str, Callable[[], None]]:
        """What each button of the toolbar does, by the buttons' keys."""
        return {key: partial(self._toggle, key) for key in self._made}

    def _toggle(self, key: str) -> None:
        self._drawer.toggle(self._made[key][0], lambda: self._open(key))

    def _open(self, key: str) -> None:
        heading, make = self._made[key]
        self._drawer.open(heading, make())

    def _renew(self, event: Event) -> None:
        """Another configuration may have other files, and has other plots."""
        if event.old is None or event.old.config == event.new.config:
            return
        self._again("downloads")
        self._again("more")

    def _again(self, key: str) -> None:
        """Make what is open anew."""
        if self._drawer.shows(self._made[key][0]):
            self._open(key)

    def _downloads(self) -> list[pn.viewable.Viewable]:
        return [pn.FlexBox(*downloads(self._state, self._manager), **_WIDE)]

    def _runs(self) -> list[pn.viewable.Viewable]:
        library = self._manager.library
        if library is None:  # nothing is kept
            return []
        listed = Runs(self._state, self._session, library, self._public)
        self._follow(listed)
        return [listed]

    def _follow(self, listed: Runs) -> None:
        """Have a list fill itself in, as long as it is shown, until all stored files are known."""
        document = pn.state.curdoc
        if document is None:
            return

        def follow() -> None:
            if self._drawer.holds(listed) and listed.follow(lambda: self._open("runs")):
                document.add_timeout_callback(follow, FOLLOWING)

        document.add_timeout_callback(follow, FOLLOWING)

    def _more(self) -> list[pn.viewable.Viewable]:
        """Words at once, plots one by one: between them the server has time for other pages."""
        shown = self._state.shown
        grid = pn.Column(stylesheets=[stylesheet("grid")], css_classes=["crviz-grid"], **_WIDE)
        plots, document = plots_of(shown, self._state.dark), pn.state.curdoc
        if document is None:  # no server: nobody else waits
            grid.extend(plots)
        else:
            document.add_next_tick_callback(partial(self._plot, grid, plots, document))
        return [grid, words_on(shown)]

    def _plot(self, grid: pn.Column, plots: Iterator[pn.pane.Bokeh], document: Document) -> None:
        """Add the next of some plots, unless the drawer shows something else by now."""
        if not self._drawer.holds(grid):
            return
        plot = next(plots, None)
        if plot is not None:
            grid.append(plot)
            document.add_next_tick_callback(partial(self._plot, grid, plots, document))

    def _help(self) -> list[pn.viewable.Viewable]:
        return [pn.pane.HTML(words.html("introduction"), stylesheets=[stylesheet("card")], margin=0, **_WIDE)]
