"""Results as HoloViews elements. Knows no widget and no page."""

from crviz.plots.evolution import evolution
from crviz.plots.skymap import sky_map
from crviz.plots.spectrum import power_spectra

__all__ = ["evolution", "power_spectra", "sky_map"]
