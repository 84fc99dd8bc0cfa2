"""Files that somebody else may have written: another process reads them first.

HDF5 may hang, or end its process, where a file is damaged or was made to do so. The process that examines
files is started with the first one and lives as long as this one; what takes it too long ends it, and the
next file has a new one. Each file is examined once, as long as its size and its time stay as they are.
"""

from __future__ import annotations

import atexit
import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crviz import paths, result
from crviz.checks import ParameterError
from crviz.result import netcdf, schema
from crviz.result.run import Run
from crviz.result.summary import Summary

#: How long a file may take [s], and how many of its bytes a second beyond that.
PATIENCE, PACE = 20.0, 5e6
#: How long the process may take to start [s]: the machine may be busy.
_STARTING = 120.0
#: Files of which is remembered how they are.
_MOST = 4096

_PROGRAM = "import sys; sys.path[:] = {path!r}; from crviz.result import examining; examining.serve()"


@dataclass(frozen=True)
class Verdict:
    """What there is to say against a file.

    Attributes
    ----------
    said
        A sentence; nothing where the file is sound.
    damaged
        Whether it is not what crviz has written, or no longer.
    pending
        Whether it is not known yet.
    """

    said: str = ""
    damaged: bool = False
    pending: bool = False


class Reader:
    """The process that examines files: one at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._queue = ThreadPoolExecutor(1, "crviz-examining")
        self._known: dict[tuple[object, ...], Future[Verdict]] = {}

    def verdict(self, path: Path, *, whole: bool, wait: float | None) -> Verdict:
        """As of the function `verdict`."""
        if netcdf.is_own(path):
            return Verdict()
        try:
            paths.check_file(path, "crviz result")
            found = path.stat()
        except ValueError as error:
            return Verdict(str(error))
        key = (str(path.absolute()), found.st_ino, found.st_size, found.st_mtime_ns, whole)
        with self._lock:
            if key not in self._known:
                patience = PATIENCE + found.st_size / PACE
                self._known[key] = self._queue.submit(self._ask, path, whole, patience)
                while len(self._known) > _MOST:
                    del self._known[next(iter(self._known))]
            future = self._known[key]
        try:
            return future.result(wait)
        except TimeoutError:
            return Verdict(f"{path} is being examined: look again in a while.", pending=True)

    def _ask(self, path: Path, whole: bool, patience: float) -> Verdict:
        process = self._started()
        if process is None:
            return Verdict(f"{path} cannot be examined: the process for that does not start.")
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it has died: it answers nothing
            process.stdin.write(json.dumps([str(path.absolute()), whole, patience]) + "\n")
            process.stdin.flush()
        answer = _line(process, patience + 5.0)  # it ends by its own clock before
        if answer:
            said, damaged = json.loads(answer)
            return Verdict(said.replace(str(path.absolute()), str(path)), damaged)
        self._process = None
        if process.wait() in (-getattr(signal, "SIGALRM", 0), -getattr(signal, "SIGKILL", 0)):
            return Verdict(f"{path} cannot be used: reading it takes longer than {patience:.0f} s.")
        return Verdict(f"{path} is damaged: what reads it crashes.", damaged=True)

    def _started(self) -> subprocess.Popen[str] | None:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C is not for it: it ends with what it reads from
            )
            atexit.register(_end, self._process)
            if not _line(self._process, _STARTING):
                self._process = None
        return self._process


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def _line(process: subprocess.Popen[str], patience: float) -> str:
    """The next line of a process that is ended after so many seconds; nothing where it has ended."""
    timer = threading.Timer(patience, process.kill)
    timer.start()
    try:
        assert process.stdout is not None
        return process.stdout.readline()
    finally:
        timer.cancel()


_reader = Reader()


def verdict(path: Path, *, whole: bool = False, wait: float | None = None) -> Verdict:
    """What there is to say against a file.

    Parameters
    ----------
    whole
        Whether the arrays of every field are read too, or only what they are said to be.
    wait
        For how long [s]; None is until it is known.

    Raises FileNotFoundError where there is none.
    """
    return _reader.verdict(path, whole=whole, wait=wait)


def load(path: Path, *, lazily: bool = False) -> Run | Summary:
    """`result.load`, once the file was examined: it comes back also where HDF5 would not. Raises as that."""
    against = verdict(path, whole=True)
    if against.said:
        raise (netcdf.Damaged if against.damaged else ValueError)(against.said)
    return result.load(path, lazily=lazily)


def serve() -> None:
    """Examine files whose names come from the standard input, until it ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        path, whole, patience = json.loads(line)
        _alarm(patience)
        answer = _examined(Path(path), whole)
        _alarm(0.0)
        print(json.dumps(answer), file=answers, flush=True)


def _examined(path: Path, whole: bool) -> tuple[str, bool]:
    try:
        found = result.load(path, lazily=True)
        if whole:
            with netcdf.damage(path):
                schema.check_rows(found.dataset)
                if isinstance(found, Summary):
                    schema.check_groups(found.groups)
    except (ValueError, FileNotFoundError) as error:
        # a kind of turbulence that is known in the other process only: it says so itself where it is not
        if isinstance(error.__cause__, ParameterError):
            return "", False
        return str(error), isinstance(error, netcdf.Damaged)
    return "", False


def _alarm(seconds: float) -> None:
    """End this process after so many seconds, whatever it is in the middle of; 0 is never."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
