"""What the views of a result have in common."""

from __future__ import annotations

import holoviews as hv
import panel as pn
import panel_material_ui as pmui
import param

from crviz.dashboard.state import State


class PlotView(pn.viewable.Viewer):
    """A card with a heading and one plot that is drawn anew, in place, when what it shows changes.

    Subclasses give `heading`, the names of the state's parameters that they `follow`, and `draw`.
    """

    state = param.ClassSelector(class_=State)

    heading = ""
    follow = ()

    def __init__(self, state):
        super().__init__(state=state)
        parameters = hv.streams.Params(state, ["result", "dark", *self.follow])
        self._plot = hv.DynamicMap(lambda **_: self.draw(), streams=[parameters])

    def draw(self):
        """The element for the state as it is."""
        raise NotImplementedError

    def caption(self):
        """A line under the heading, or something bound that yields one."""
        return ""

    def __panel__(self):
        return card(
            self.heading,
            self.caption(),
            pn.pane.HoloViews(
                self._plot,
                sizing_mode="stretch_width",
                height=330,
                linked_axes=False,
                styles={"font-size": "12px"},  # the theme gives all text of a plot in em
            ),
            *self.below(),
        )

    def below(self):
        """What stands below the plot."""
        return ()


def card(heading, caption, *objects):
    """A plain card: heading, caption, content."""
    return pmui.Paper(
        pmui.Typography(heading, variant="subtitle1", margin=(6, 12, 0, 12)),
        pmui.Typography(caption, variant="caption", margin=(0, 12)),
        *objects,
        elevation=0,
        variant="outlined",
        sizing_mode="stretch_width",
        margin=6,
    )
