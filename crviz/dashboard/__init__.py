"""The page: state, controls, one view a file, and how it is served. The only Panel code."""

from crviz.dashboard.page import explorer
from crviz.dashboard.serving import Service, serve

__all__ = ["Service", "explorer", "serve"]
