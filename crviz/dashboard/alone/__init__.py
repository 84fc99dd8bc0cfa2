"""A page without a server: the same modules, and in the session's place what answers from what the page holds
(browser/alone/). Either one file, or files in a folder (`crviz.site`)."""

from crviz.dashboard.alone.contents import Contents
from crviz.dashboard.alone.document import MOST, one_file, opening, parts_of

__all__ = ["MOST", "Contents", "one_file", "opening", "parts_of"]
