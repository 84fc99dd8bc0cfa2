"""How the page is served: to one person at home, or to many."""

from crviz.dashboard.serving.server import serve
from crviz.dashboard.serving.service import Service

__all__ = ["Service", "serve"]
