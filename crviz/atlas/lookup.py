"""What can be shown of a configuration before anything is simulated."""

from __future__ import annotations

from crviz.atlas.table import Atlas, load
from crviz.config import Config
from crviz.library import Library
from crviz.result import Source


def nearest(config: Config, *, library: Library | None = None, atlas: Atlas | None = None) -> Source:
    """The stored thing nearest to a configuration.

    Parameters
    ----------
    library
        None is the user's.
    atlas
        None is the shipped one.

    Returns
    -------
    Source
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
