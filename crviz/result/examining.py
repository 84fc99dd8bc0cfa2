"""Files that somebody else may have written: another process reads them first.

HDF5 may hang, or end its process, where a file is damaged or was made to do so. The process that examines
files is started with the first one and lives as long as this one; what takes it too long ends it, and the
next file has a new one. Each file is examined once, as long as its size and its time stay as they are. What
it says of itself comes back with the verdict: nobody opens it for that here.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import h5netcdf

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
#: Names of what can start the process, and what that says first.
_PYTHON = re.compile("python|pypy|graalpy", re.IGNORECASE)
_READY = "ready\n"
#: How a process ends that was told to after some time.
_KILLED = (-getattr(signal, "SIGALRM", 0), -getattr(signal, "SIGKILL", 0))

#: How much of a file is read.
Depth: TypeAlias = Literal["facts", "structure", "whole"]

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
    facts
        As of `facts_of`, of a sound file that somebody else has written.
    """

    said: str = ""
    damaged: bool = False
    facts: Mapping[str, Any] | None = None


class Reader:
    """The process that examines files: one at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._known: dict[tuple[object, ...], Verdict] = {}
        self._changed = threading.Condition()
        self._busy, self._waiting = False, 0
        self._can_start = True

    def verdict(self, path: Path, depth: Depth, patient: bool) -> Verdict:
        """As of the function `verdict`."""
        if netcdf.is_own(path) or _is_shipped(path):
            return Verdict()
        try:
            paths.check_file(path, "crviz result")
            found = path.stat()
        except ValueError as error:
            return Verdict(str(error))
        key = (str(path.absolute()), found.st_ino, found.st_size, found.st_mtime_ns, depth)
        if key not in self._known:
            with self._turn(patient):
                if key not in self._known:  # somebody else may have asked meanwhile
                    self._known[key] = self._ask(path, depth, PATIENCE + found.st_size / PACE)
                while len(self._known) > _MOST:
                    del self._known[next(iter(self._known))]
        return self._known[key]

    @contextmanager
    def _turn(self, patient: bool) -> Iterator[None]:
        """One at a time, and those who are patient after the others."""
        with self._changed:
            self._waiting += not patient
            self._changed.wait_for(lambda: not self._busy and not (patient and self._waiting))
            self._waiting -= not patient
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _ask(self, path: Path, depth: Depth, patience: float) -> Verdict:
        process = self._started()
        if process is None:
            if not self._can_start:
                return Verdict()
            return Verdict(f"{path} cannot be examined: the process for that does not start.")
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):  # it has died: it answers nothing
                process.stdin.write(json.dumps([str(path.absolute()), depth, patience]) + "\n")
                process.stdin.flush()
            answer = _line(process, patience + 5.0)  # it ends by its own clock before
        except BaseException:  # Ctrl-C: the next question shall not have the answer to this one
            process.kill()
            self._process = None
            raise
        if answer:
            said, damaged, facts = json.loads(answer)
            return Verdict(said.replace(str(path.absolute()), str(path)), damaged, facts)
        self._process = None
        if process.wait() in _KILLED:
            return Verdict(f"{path} cannot be used: reading it takes longer than {patience:.0f} s.")
        return Verdict(f"{path} is damaged: what reads it crashes.", damaged=True)

    def _started(self) -> subprocess.Popen[str] | None:
        """The process; None where it does not start, and where it cannot: this one is no Python then, but a
        program that has Python in it."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._process = None
        self._can_start = self._can_start and bool(_PYTHON.match(Path(sys.executable or "").name))
        if not self._can_start:
            return None
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C is not for it: it ends with what it reads from
            )
        except (FileNotFoundError, PermissionError):
            self._can_start = False
            return None
        atexit.register(_end, process, os.getpid())
        begun = time.monotonic()
        while (line := _line(process, _STARTING)) != _READY:  # what is said before is not its own
            took_long = time.monotonic() - begun > _STARTING
            if took_long or not line:
                self._can_start = took_long  # else it is something else
                process.kill()
                return None
        self._process = process
        return process

    def let_go(self) -> None:
        """In a process that was forked: what its parent asks and hears is not for it."""
        if self._process is not None:
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None and not stream.closed:
                    os.dup2(nothing, stream.fileno())
            os.close(nothing)
            self._process.returncode = 0  # nobody waits for it here


def _end(process: subprocess.Popen[str], owner: int) -> None:
    if owner == os.getpid():
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


def _begin_anew() -> None:
    global _reader
    _reader.let_go()
    _reader = Reader()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def _is_shipped(path: Path) -> bool:
    with suppress(FileNotFoundError):
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(paths.assets()))
    return False


def verdict(path: Path, depth: Depth = "structure", *, patient: bool = False) -> Verdict:
    """What there is to say against a file.

    Parameters
    ----------
    depth
        How much of it is read: what it says of itself, what its arrays are said to be too, or all of them.
    patient
        Whether those who ask later may be answered before.

    Raises FileNotFoundError where there is none.
    """
    return _reader.verdict(path, depth, patient)


def facts_of(path: Path) -> dict[str, Any]:
    """What a result's file says of itself: "config", "created", "numerics", how many "fields", the "first" of
    them, whether it has "sums", and its "seeds" where it has several. Raises OSError, KeyError, TypeError or
    ValueError where it does not."""
    with h5netcdf.File(path, "r", locking=False) as file:
        attributes = file.attrs
        return {
            "config": str(attributes["config"]),
            "created": str(attributes["created"]),
            "numerics": int(attributes.get("numerics", 1)),  # the first did not say so
            "fields": file.dimensions["realization"].size,
            "first": int(file.variables["realization"][0]),
            "sums": "sums" in file.groups,
            "seeds": str(attributes.get("seeds", "")),  # where there are several
        }


def load(path: str | Path, *, lazily: bool = False) -> Run | Summary:
    """Read a result from a file.

    Another process reads a file first that this one has not written, once: HDF5 never comes back from some
    that are damaged or made so. It is started with the first such file, which takes a second. Where there is
    no Python to start, in a program that has Python in it, the file is read at once.

    Parameters
    ----------
    lazily
        As of `result.load`.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is not a crviz result, damaged, too large for the memory, of a layout that this version
        does not know, or takes longer than 20 s and a second for each 5 MB: a sentence with its path. Nothing
        else is raised, whatever is in the file.
    """
    path = Path(path)
    against = verdict(path, "whole")
    if against.said:
        raise (netcdf.Damaged if against.damaged else ValueError)(against.said)
    return result.load(path, lazily=lazily)


def serve() -> None:
    """Examine files whose names come from the standard input, until it ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    print(_READY, end="", file=answers, flush=True)
    for line in sys.stdin:
        path, depth, patience = json.loads(line)
        _alarm(patience)
        answer = _examined(Path(path), depth)
        _alarm(0.0)
        print(json.dumps(answer), file=answers, flush=True)


def _examined(path: Path, depth: Depth) -> tuple[str, bool, dict[str, Any] | None]:
    if depth == "facts":
        with suppress(Exception):  # whatever it is, it is said of the structure
            netcdf.check_heaps(path)
            return "", False, facts_of(path)
    try:
        found = result.load(path, lazily=True)
        if depth == "whole":
            with netcdf.damage(path):
                schema.check_rows(found.dataset)
                if isinstance(found, Summary):
                    schema.check_groups(found.groups)
    except (ValueError, FileNotFoundError) as error:
        # a kind of turbulence that is known in the other process only: it says so itself where it is not
        if not isinstance(error.__cause__, ParameterError):
            return str(error), isinstance(error, netcdf.Damaged), None
    try:
        return "", False, facts_of(path)
    except (OSError, KeyError, TypeError, ValueError):  # the other process says what is wrong
        return "", False, None


def _alarm(seconds: float) -> None:
    """End this process after so many seconds, whatever it is in the middle of; 0 is never."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
