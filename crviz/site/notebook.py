"""A result as a page in a notebook's cell."""

from __future__ import annotations

import html
from dataclasses import dataclass

from crviz.dashboard import alone
from crviz.result import Source

#: Of the frame [pixels].
HEIGHT = 860


@dataclass(frozen=True, eq=False)
class Explored:
    """A page in a frame, which notebooks show.

    Attributes
    ----------
    page
        The page, HTML.
    height
        Of the frame [pixels].
    """

    page: bytes
    height: int = HEIGHT

    def _repr_html_(self) -> str:
        page = html.escape(self.page.decode(), quote=True)
        style = f"width: 100%; height: {self.height}px; border: 0"
        return f'<iframe srcdoc="{page}" style="{style}" title="crviz"></iframe>'


def explore(result: Source, *, height: int = HEIGHT) -> Explored:
    """The page of `crviz export` on a result, for a notebook: it is shown where it is the value of a cell.

    Parameters
    ----------
    height
        Of its frame [pixels].

    Raises
    ------
    ValueError
        Where the page would be larger than 8 MB.
    """
    return Explored(alone.one_file(alone.opening(alone.labelled(result))), height)
