"""What a folder of results gives up: files that were deleted, once nobody can want them back."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

#: For how long what was deleted can be brought back [s].
RECALL = 3600.0
#: Names of deleted files: hidden, with the name that they had and when that was [s of the epoch].
_DELETED = re.compile(r"\.(?P<name>.+)\.(?P<when>\d+)-[0-9a-f]{8}\.deleted")


def discard(path: Path) -> Path:
    """Rename a file, at once, so that no list has it; returns its new place. Raises OSError."""
    aside = path.with_name(f".{path.name}.{int(time.time())}-{uuid.uuid4().hex[:8]}.deleted")
    os.rename(path, aside)
    return aside


def place_of(aside: Path) -> Path:
    """Where a deleted file was."""
    return aside.with_name(_deleted(aside.name)["name"])


def clear(folder: Path) -> None:
    """Remove for good what was deleted long ago, by whomever."""
    for name, when in _discarded(folder):
        if time.time() - when > RECALL:
            remove(folder / name)


def remove(path: Path) -> bool:
    """Remove a file; whether that was possible."""
    with suppress(OSError):
        path.unlink()
        return True
    return False


def _discarded(folder: Path) -> Iterator[tuple[str, float]]:
    """Names of deleted files, and when that was."""
    with suppress(FileNotFoundError), os.scandir(folder) as files:
        for file in files:
            if found := _DELETED.fullmatch(file.name):
                yield file.name, float(found["when"])


def _deleted(name: str) -> re.Match[str]:
    found = _DELETED.fullmatch(name)
    assert found is not None, name
    return found
