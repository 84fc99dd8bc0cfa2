"""A page without a server: the same modules, and in the session's place what answers from what the page holds
(browser/alone/). Either one file, or files in a folder (`crviz.site`)."""

from crviz.dashboard.alone.document import (
    MOST,
    TooLarge,
    check_atlas,
    contents_of,
    has_atlas,
    labelled,
    one_file,
    opening,
    paper,
)

__all__ = [
    "MOST",
    "TooLarge",
    "check_atlas",
    "contents_of",
    "has_atlas",
    "labelled",
    "one_file",
    "opening",
    "paper",
]
