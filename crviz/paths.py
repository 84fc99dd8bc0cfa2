"""Where assets and results are, who may write there, and how a file is put in its place."""

from __future__ import annotations

import errno
import glob
import os
import stat
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import platformdirs

#: Whether the system has locks that end with their process.
LOCKS = sys.platform != "win32"
if LOCKS:
    import fcntl

#: How often a lock is tried for [s].
_POLL = 0.05


def assets() -> Path:
    """The folder of the shipped assets. Raises FileNotFoundError where it is not there."""
    return _shipped("assets")


def citation() -> Path:
    """The file that says how to cite. Raises FileNotFoundError where it is not there."""
    return _shipped("CITATION.cff")


def documentation() -> Path | None:
    """The folder of the documentation as HTML: that of an installed package, or what was built in a checkout.
    None where there is none."""
    package = Path(__file__).parent
    built = (package / "documentation", package.parent / "docs" / "_build" / "html")
    return next((folder for folder in built if (folder / "index.html").is_file()), None)


def _shipped(name: str) -> Path:
    """What lies inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    for path in (package / name, package.parent / name):
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} of crviz is missing: install it again.")


def library() -> Path:
    """The folder that holds this user's results; made when it is first written to."""
    return Path(platformdirs.user_data_dir("crviz", appauthor=False)) / "results"


def check_file(path: Path, what: str) -> None:
    """Raises FileNotFoundError where there is nothing, and ValueError where that is no file and so nothing of
    this name, before it is opened: a pipe would never end."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"{path} does not exist.") from None
    except OSError as error:  # a loop of symbolic links, say
        raise ValueError(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from error
    if stat.S_ISDIR(mode):
        raise ValueError(f"{path} cannot be read: {os.strerror(errno.EISDIR)}.")
    if not stat.S_ISREG(mode):
        raise ValueError(f"{path} is not a {what}: it is not a file, but a pipe, a socket or a device.")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside the place that is put there at once in the end: a kill leaves the old one whole.

    A symbolic link stays one: what it leads to is replaced. What was begun for the place by processes that
    are gone is removed. Raises OSError.
    """
    place = _target(path)
    _clear(place)
    part = _beside(place, "part")
    with _locked_file(part, shared=True):  # shared, as readers lock it once it is in place
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, place)
    _settle(place.parent)


@contextmanager
def lock(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Be the only one, process or thread, that writes to a place.

    The lock, a file beside it, ends with the process. Where there are no such locks (Windows, some file
    systems) nothing is locked.

    Parameters
    ----------
    patience
        How long it is waited for [s].

    Raises
    ------
    BlockingIOError
        Where somebody else writes there all that time.
    OSError
        Where it cannot be written.
    """
    place = _target(path)
    side = place.with_name(f".{place.name}.lock")
    end = time.monotonic() + patience
    while True:
        try:
            with ExitStack() as stack:
                if stack.enter_context(_locked_file(side)):
                    held = stack.pop_all()
                    break
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        if time.monotonic() >= end:
            raise BlockingIOError(errno.EAGAIN, "another process is writing to it", str(path))
        time.sleep(_POLL)
    with held:
        yield


def side(path: Path) -> tuple[Path, int]:
    """A new file beside a place and its number, open and locked until it is closed or its process is gone.

    Raises OSError.
    """
    made = _beside(_target(path), "fields")
    number = _taken(made, shared=False)
    if number is None:  # its name is drawn at random
        raise BlockingIOError(errno.EAGAIN, "another process is writing to it", str(made))
    return made, number


def left_sides(path: Path) -> Iterator[Path]:
    """What `side` made beside a place for processes that are gone; nobody else takes it up meanwhile."""
    return _left(_target(path), "fields")


def unlock(number: int) -> None:
    """Let others take up a file that `side` made, while it is open here."""
    fcntl.flock(number, fcntl.LOCK_UN)


def _beside(place: Path, ending: str) -> Path:
    """A new name, hidden, beside a place."""
    return place.with_name(f".{place.name}.{uuid.uuid4().hex[:12]}.{ending}")


def _target(path: Path) -> Path:
    """Where a file is, or will be, without symbolic links."""
    return Path(os.path.realpath(path))


@contextmanager
def _locked_file(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """A file that is locked while the context lasts, and removed at its end. It is waited for where it is
    shared; else the value says whether nobody had it locked."""
    file = _taken(path, shared) if LOCKS else None
    try:
        yield not LOCKS or file is not None
    finally:
        if file is not None or not LOCKS:
            path.unlink(missing_ok=True)
        if file is not None:
            os.close(file)


def _taken(path: Path, shared: bool) -> int | None:
    """A locked file by its number, or None."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except OSError:  # a file system without locks
            return file
        if _is(path, file):
            return file
        os.close(file)  # whoever had it has removed it: once more


def _is(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _clear(place: Path) -> None:
    """Remove what was begun for a place by processes that are gone: nobody holds it locked."""
    for left in _left(place, "part"):
        with suppress(OSError):
            left.unlink()


def _left(place: Path, ending: str) -> Iterator[Path]:
    """Files of such a name beside a place that nobody holds locked; each is locked while it is handed on."""
    if not LOCKS:
        return
    for left in place.parent.glob(f".{glob.escape(place.name)}.*.{ending}"):
        with suppress(OSError), left.open("rb+") as file:  # OSError: it is locked, or cannot be
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield left


def _settle(folder: Path) -> None:
    """Have the names in a folder written to the disk, where the system can."""
    with suppress(OSError):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
