"""The documentation at docs/, where it was built: its files as they are, for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.web import RedirectHandler, StaticFileHandler

from crviz.dashboard.serving import headers


class Documentation(StaticFileHandler):
    """One file of it; a document may run the scripts that stand in it."""

    def set_extra_headers(self, path: str) -> None:
        """Which scripts these are."""
        if self.absolute_path is not None and self.absolute_path.endswith(".html"):
            html = Path(self.absolute_path).read_text(encoding="utf8")
            policy = self.settings[headers.POLICY].with_scripts(*headers.script_hashes(html))
            self.set_header(headers.POLICY, policy)


def patterns(folder: Path | None) -> list[tuple[Any, ...]]:
    """The addresses of the documentation in a folder; none where there is none."""
    if folder is None:
        return []
    files = {"path": str(folder), "default_filename": "index.html"}
    # relative to what was asked for, as the server does not know below which path its proxy shows it
    return [("/docs", RedirectHandler, {"url": "docs/"}), (r"/docs/(.*)", Documentation, files)]
