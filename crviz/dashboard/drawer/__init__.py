"""A place above the plots where something is shown on demand: made when it is opened, gone when closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import panel as pn

from crviz.dashboard.javascript import stylesheet

#: How it is set off from the rest of the page.
_FRAME = {"border": "1px solid rgba(128, 128, 128, 0.35)", "border-radius": "4px", "padding": "6px 12px"}


class Drawer(pn.viewable.Viewer):
    """Shows one thing at a time, under its heading."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = ""
        self._close = pn.widgets.Button(label="Close", width=70, margin=0, stylesheets=[stylesheet("drawer")])
        self._close.on_click(lambda _: self.close())
        self._column = pn.Column(
            visible=False,
            css_classes=["drawer"],
            styles=_FRAME,
            sizing_mode="stretch_width",
            margin=6,
        )

    def open(self, heading: str, objects: Iterable[pn.viewable.Viewable]) -> None:
        """Show some objects in place of what was there."""
        self.heading = heading
        title = pn.pane.HTML(
            f"<h2>{heading}</h2>",
            stylesheets=[stylesheet("card")],
            margin=0,
            align="center",
            sizing_mode="stretch_width",
        )
        self._column.objects = [pn.Row(title, self._close, sizing_mode="stretch_width"), *objects]
        self._column.visible = True

    def shows(self, heading: str) -> bool:
        """Whether this heading is open."""
        return self._column.visible and self.heading == heading

    def holds(self, part: pn.viewable.Viewable) -> bool:
        """Whether this very object is shown."""
        return any(part is each for each in self._column.objects)

    def toggle(self, heading: str, opening: Callable[[], None]) -> None:
        """Close where this heading is open, else call what opens it."""
        if self.shows(heading):
            self.close()
        else:
            opening()

    def close(self) -> None:
        """Close, and keep nothing."""
        self._column.visible = False
        self._column.objects = []

    def __panel__(self) -> pn.Column:
        return self._column
