"""The page: state, controls, one view a file, and how it is served. The only Panel code."""

from crviz.dashboard.page import explorer
from crviz.dashboard.serving import serve

__all__ = ["explorer", "serve"]
