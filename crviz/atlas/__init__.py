"""The atlas: spectra and diffusion over sigma2 and r_L/L_c, made, stored, and read between its points."""

from crviz.atlas.lookup import nearest
from crviz.atlas.one_sky import OneSky, axis_of, one_sky
from crviz.atlas.point import AtlasPoint, Quantiles
from crviz.atlas.table import Atlas, load

__all__ = ["Atlas", "AtlasPoint", "OneSky", "Quantiles", "axis_of", "load", "nearest", "one_sky"]
