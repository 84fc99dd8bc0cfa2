"""The atlas: spectra and diffusion over sigma2 and r_L/L_c, made, stored, and read between its points."""

from crviz.atlas.lookup import nearest
from crviz.atlas.point import AtlasPoint, Quantiles
from crviz.atlas.table import Atlas, load

__all__ = ["Atlas", "AtlasPoint", "Quantiles", "load", "nearest"]
