"""What a folder of results gives up: files that were deleted, once nobody can want them back, and what was
not used for longest, where it may be so large only.

Only files that a library has named itself are removed. Several processes may do so at the same time.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crviz import paths

#: For how long what was deleted can be brought back [s].
RECALL = 3600.0
#: Which files a library has named itself, by the digest of their configuration.
OWN_NAME = re.compile(r"(?P<digest>[0-9a-f]{32})(-summary|-from-\d+)?\.nc")
#: What is added to the name of a damaged one.
ASIDE = ".damaged"
_DAMAGED = re.compile(rf"{OWN_NAME.pattern}{re.escape(ASIDE)}\d*")
#: Names of deleted files: hidden, with the name that they had and when that was [s of the epoch].
_DELETED = re.compile(r"\.(?P<name>.+)\.(?P<when>\d+)-[0-9a-f]{8}\.deleted")
#: Names of the empty files whose time says when a result was last used.
_USED = re.compile(r"\.(?P<name>.+)\.used")


@dataclass(frozen=True)
class _File:
    name: str
    size: int
    changed: float


def discard(path: Path) -> Path:
    """Rename a file, at once, so that no list has it; returns its new place. Raises OSError."""
    aside = path.with_name(f".{path.name}.{int(time.time())}-{uuid.uuid4().hex[:8]}.deleted")
    os.rename(path, aside)
    return aside


def place_of(aside: Path) -> Path:
    """Where a deleted file was."""
    found = _DELETED.fullmatch(aside.name)
    assert found is not None, aside
    return aside.with_name(found["name"])


def use(path: Path) -> None:
    """Take note that a result is used now; itself it stays as it is."""
    with suppress(OSError):  # where nothing can be written, nothing is removed either
        path.with_name(f".{path.name}.used").touch()


def clear(folder: Path) -> None:
    """Remove for good what was deleted long ago, by whomever."""
    for file in _files(folder):
        found = _DELETED.fullmatch(file.name)
        if found and time.time() - float(found["when"]) > RECALL:
            remove(folder / file.name)


def trim(folder: Path, size: float, spared: Collection[str] = ()) -> float:
    """Remove files until those of a folder take so many bytes at most: what is damaged or deleted first, then
    what was not used for longest. Returns how many bytes are still too many.

    Parameters
    ----------
    spared
        Digests of what is used now, and stays. What another process is writing stays too.
    """
    files = list(_files(folder))
    counted = [file for file in files if ".nc" in file.name and not _USED.fullmatch(file.name)]
    over = sum(file.size for file in counted) - size
    last_used = {found["name"]: file.changed for file in files if (found := _USED.fullmatch(file.name))}

    def order(file: _File) -> tuple[bool, float]:
        own = OWN_NAME.fullmatch(file.name) is not None
        return own, max(file.changed, last_used.get(file.name, 0.0))

    for file in sorted(counted, key=order):
        if over <= 0:
            break
        if _may_go(file.name, spared) and _removed(folder / file.name):
            over -= file.size
    for name in last_used.keys() - {file.name for file in _files(folder)}:
        remove(folder / f".{name}.used")
    return max(0.0, over)


def _may_go(name: str, spared: Collection[str]) -> bool:
    own = OWN_NAME.fullmatch(name)
    if own is None:
        return any(kind.fullmatch(name) for kind in (_DAMAGED, _DELETED))
    return own["digest"] not in spared


def _removed(path: Path) -> bool:
    """Remove a file unless somebody writes to its place; whether it is gone."""
    own = OWN_NAME.fullmatch(path.name)
    if own is None:
        return remove(path)
    with suppress(OSError), paths.lock(path.with_name(f"{own['digest']}.nc")):
        return remove(path)
    return False


def remove(path: Path) -> bool:
    """Remove a file; whether that was possible."""
    with suppress(OSError):
        path.unlink()
        return True
    return False


def _files(folder: Path) -> list[_File]:
    """The files of a folder, where there is one."""
    found = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # somebody else has just removed it
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    found.append(_File(entry.name, status.st_size, status.st_mtime))
    return found
