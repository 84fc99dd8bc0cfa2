"""Background work: simulations shared between those who ask for the same, and skies at all times."""

from crviz.jobs.manager import Job, Manager, Status
from crviz.jobs.skies import Skies, Sky

__all__ = ["Job", "Manager", "Skies", "Sky", "Status"]
