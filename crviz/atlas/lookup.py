"""What can be shown of a configuration before anything is simulated."""

from __future__ import annotations

from crviz.atlas.table import load
from crviz.library import Library


def nearest(config, library=None, atlas=None):
    """The stored thing nearest to a configuration.

    Parameters
    ----------
    config : Config
    library : Library or None
        None is the user's.
    atlas : Atlas or None
        None is the shipped one.

    Returns
    -------
    Result or AtlasPoint
        The stored result of just this configuration; or else the atlas at its place, where it covers
        it; or else the nearest stored result, whatever its turbulence.

    Raises
    ------
    ValueError
        Where the stored file of this configuration is spoilt.
    """
    library = library or Library()
    stored = library.get(config)
    if stored is not None:
        return stored
    atlas = atlas or load()
    if atlas.covers(config):
        return atlas.interpolate(config.sigma2, config.rl_over_lc)
    return library.nearest(config)
