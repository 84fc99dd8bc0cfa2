"""Opening a browser for who has started a server."""

from __future__ import annotations

import threading
import webbrowser


def open_browser(url: str) -> None:
    """Open the user's browser, in a thread of its own: some start only when others have ended."""
    threading.Thread(target=_open, args=(url,), name="crviz-browser", daemon=True).start()


def _open(url: str) -> None:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:  # there is none: the address was printed
        return
    # those of this very class are for terminals, and would take the server's
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(url)
