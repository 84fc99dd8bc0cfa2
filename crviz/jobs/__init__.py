"""Background work: simulations shared between those who ask for the same, and skies at all times."""

from crviz.jobs.limits import Limits
from crviz.jobs.manager import Job, Manager, Status
from crviz.jobs.skies import Skies, Sky

__all__ = ["Job", "Limits", "Manager", "Skies", "Sky", "Status"]
