"""What the page draws, a folder each: its description, its JavaScript, its explanation.

A panel is there as soon as its folder is. `description.py` holds a `PANEL`; `panel.js` exports a class
NamePanel, whose methods the page calls (browser/page.js says which); `help.html` is unfolded beside the
heading.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bokeh.plotting import figure

from crviz.dashboard.controls import Groups


def _none() -> Groups:
    return []


@dataclass(frozen=True)
class Panel:
    """One panel.

    Parameters
    ----------
    name
        Of its place in the document; its JavaScript exports a class NamePanel.
    folder
        Where panel.js is, and help.html where there is a heading.
    order
        Of the panels, from the top.
    heading
        Empty where it has none.
    figure
        Makes an empty figure for the browser to fill; None where it needs none.
    controls
        What stands below it. It is drawn anew when one of these is moved.
    depends
        What else it is drawn anew for: settings of the sidebar, and what the session sends.
    of_panel
        Whether a component of Panel's stands in its card, which the shell is given by the panel's name.
    wide
        Whether it takes all columns.
    """

    name: str
    folder: Path
    order: int
    heading: str = ""
    figure: Callable[[], figure] | None = None
    controls: Callable[[], Groups] = _none
    depends: tuple[str, ...] = ()
    of_panel: bool = False
    wide: bool = False

    @property
    def script(self) -> Path:
        """Its JavaScript."""
        return self.folder / "panel.js"


_added: list[Panel] = []


def registered() -> tuple[Panel, ...]:
    """All panels, from the top."""
    return tuple(sorted((*_own(), *_added), key=lambda panel: panel.order))


@contextlib.contextmanager
def also(panel: Panel) -> Iterator[None]:
    """Another panel on all pages that are made within, from a folder anywhere."""
    _added.append(panel)
    try:
        yield
    finally:
        _added.remove(panel)


def _own() -> Iterator[Panel]:
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            yield importlib.import_module(f"{__name__}.{module.name}.description").PANEL
