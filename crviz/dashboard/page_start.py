"""How the page starts: without a bar that says the server is busy, and on a phone with the sidebar closed."""

from __future__ import annotations

import panel as pn


class PageStart(pn.custom.JSComponent):
    """Takes no room; sets the page in the browser, once.

    Panel passes on no parameter that is None, so that `busy_indicator=None` would leave the bar there,
    nameless and at rest for ever. Where the window is narrow the sidebar would cover the plots; there it
    is a dialogue that comes and goes, and has no name of its own.
    """

    _esm = """
    export function render({ view }) {
      for (const root of view.model.document.roots()) {
        if (root.data?.busy_indicator) root.data.busy_indicator = null
        if (root.data?.sidebar_open && window.innerWidth < 900) root.data.sidebar_open = false
      }
      const page = view.root.shadow_el
      const name = () => page.querySelector(".sidebar[role=dialog]")?.setAttribute("aria-label", "Settings")
      new MutationObserver(name).observe(page, { childList: true, subtree: true })
      return document.createElement("span")
    }
    """
