"""`panel serve app/*.py --index explorer`."""

from crviz.dashboard import explorer

explorer().servable()
