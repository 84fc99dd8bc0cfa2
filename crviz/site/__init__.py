"""Pages without a server, published: a folder of static files, and a frame in a notebook."""

from crviz.site.folder import check, write
from crviz.site.notebook import Explored, explore

__all__ = ["Explored", "check", "explore", "write"]
