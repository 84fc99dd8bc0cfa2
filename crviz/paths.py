"""Where assets and caches are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def assets() -> Path:
    """The folder of the shipped assets: inside an installed package, or beside it in a checkout.

    Raises FileNotFoundError where neither is there.
    """
    package = Path(__file__).parent
    for folder in (package / "assets", package.parent / "assets"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the assets of crviz are missing: install it again.")


def library() -> Path:
    """The folder that holds this user's results; made when it is first written to."""
    return Path(platformdirs.user_data_dir("crviz", appauthor=False)) / "results"
