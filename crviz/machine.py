"""What this machine has left: memory, and room on its disks."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

#: Where Linux says what is left for all, and what it gives a container: its limit, and what it uses of it.
_MEMORY, _LIMIT, _USED, _STATISTICS = (
    Path(path)
    for path in (
        "/proc/meminfo",
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory.current",
        "/sys/fs/cgroup/memory.stat",
    )
)

#: glibc's names for the bytes at the heap's end that are kept, and from how many on an array has pages of its
#: own (malloc.h), and its usual number of both: once they are said, what is freed does not raise them.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _USUAL = -1, -3, 128 * 1024


def memory() -> float | None:
    """Bytes of memory that can still be had; None where the system does not tell."""
    known = [found for found in (_of_all(), _of_container()) if found is not None]
    return min(known, default=None)


def room(place: Path) -> float | None:
    """Bytes that the disk of a place takes; None where the system does not tell."""
    try:
        return shutil.disk_usage(Path(os.path.realpath(place)).parent).free
    except OSError:
        return None


def _of_all() -> float | None:
    try:
        kilobytes = _numbers(_MEMORY)
        return 1024 * (kilobytes["MemAvailable:"] + kilobytes.get("SwapFree:", 0))
    except (OSError, KeyError, ValueError):
        return None


def _of_container() -> float | None:
    try:
        cache = _numbers(_STATISTICS).get("inactive_file", 0)
        return float(_LIMIT.read_text()) - float(_USED.read_text()) + cache
    except (OSError, ValueError):  # no container, or one without a limit
        return None


def _numbers(path: Path) -> dict[str, float]:
    """Of lines that begin with a name and a number."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0]: float(words[1]) for words in lines if len(words) > 1}


def resident() -> float | None:
    """Bytes of memory that this process holds; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def give_back_what_is_freed() -> None:
    """Have memory that is freed go back to the system at once, where glibc would keep more and more of it:
    a server keeps 0.1 MB a visitor in place of 0.4 to 0.8. Other systems do as they do."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _USUAL)
        mallopt(_MMAP_THRESHOLD, _USUAL)
