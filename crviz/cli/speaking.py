"""Speaking to a terminal, a pipe or a file that may be full, closed or gone: work goes on all the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO, cast


def prepare() -> None:
    """Make a program's own streams such that all of what it says can be said, as well as they can.

    What an encoding lacks is replaced, and a log has every line at once. In the place of streams that are
    closed nothing is read and written: else the next file that is opened would be taken for one of them.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", line_buffering=True)


@contextmanager
def steady() -> Iterator[None]:
    """What is printed and cannot be written is lost, and stops nothing."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, Steady(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def check() -> None:
    """Raises OSError where something that was printed is lost; not where a reader has seen enough of it."""
    sys.stdout.flush()
    trouble = getattr(sys.stdout, "trouble", None)
    if trouble is not None and not isinstance(trouble, BrokenPipeError):
        raise OSError(trouble.errno, trouble.strerror or str(trouble), "the standard output")


class Steady:
    """A stream to which everything can be written.

    Attributes
    ----------
    trouble : OSError or None
        Why nothing arrives there any more.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.trouble: OSError | None = None

    def write(self, text: str) -> int:
        """Write as far as that is possible."""
        if self._stream is not None and self.trouble is None:
            try:
                self._stream.write(text)
            except OSError as error:
                self._give_up(error)
        return len(text)

    def flush(self) -> None:
        """Send on what was written."""
        if self._stream is not None and self.trouble is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._give_up(error)

    def isatty(self) -> bool:
        """Whether somebody may be looking."""
        return self._stream is not None and self._stream.isatty()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _give_up(self, error: OSError) -> None:
        self.trouble = error
        # what waits in the stream would be tried again when the process ends
        with suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, cast(TextIO, self._stream).fileno())
            os.close(nowhere)
