"""The sidebar starts closed where it would cover the plots."""

from __future__ import annotations

import panel as pn


class SidebarStart(pn.custom.JSComponent):
    """Takes no room; closes the sidebar in the browser, once, where the window is narrow."""

    _esm = """
    export function render({ view }) {
      if (window.innerWidth < 900) {
        for (const root of view.model.document.roots()) {
          if (root.data?.sidebar_open) root.data.sidebar_open = false
        }
      }
      return document.createElement("span")
    }
    """
