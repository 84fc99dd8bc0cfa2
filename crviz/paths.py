"""Where assets and results are, and how a file is put in its place."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside the place that is put there at once in the end: a kill leaves the old one whole."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
