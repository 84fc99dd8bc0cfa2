"""How a command ends before its time: by a signal, or because the time that it was given is up.

This file imports nothing that takes long: signals are heard while the rest is imported.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

#: Exit status of work that --time-limit ended before it was complete: the same command goes on.
TIME_UP = 75
#: A server is gone so many seconds after a signal at the latest.
LAST_RESORT = 4.5

#: Ctrl-C, a batch queue or a service that stops, a terminal that is closed; not all systems have all.
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_ALARM = getattr(signal, "SIGALRM", None)


class Ended(KeyboardInterrupt):
    """The work shall end: by a signal, or because its time is up."""


class Progress(Protocol):
    """What work tells of itself."""

    def advance(self, work: float) -> None:
        """So much more is done."""


class Ending:
    """Hears the signals of one command.

    Until work has begun to get on, a signal raises `Ended` at once, wherever the main thread is: nothing is
    lost. From then on it is only noted, and `Ended` is raised where the work says how far it is. So nothing
    comes between a result and its file.

    Parameters
    ----------
    program
        Whether the process is the command's own, and may end with it.

    Attributes
    ----------
    asked : int or None
        The first signal that came; that of the alarm where the time was up.
    over
        Whether all is done, so that signals mean nothing any more.
    """

    def __init__(self, *, program: bool) -> None:
        self.program = program
        self.asked: int | None = None
        self.over = False
        self._held = False
        self._instead: Callable[[], object] | None = None

    @property
    def status(self) -> int:
        """The exit status of work that was ended: 128 and the signal, or TIME_UP."""
        if self.asked is None:
            return 128 + signal.SIGINT
        return TIME_UP if self.time_is_up else 128 + self.asked

    @property
    def time_is_up(self) -> bool:
        """Whether it was the time that ended the work."""
        return self.asked is not None and self.asked == _ALARM

    @property
    def sentence(self) -> str:
        """What ended the work, for people."""
        if self.time_is_up:
            return "The time limit is reached."
        if self.asked in (None, signal.SIGINT):
            return "Stopped."
        return f"Stopped by {signal.Signals(self.asked).name}."

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear signals; those that the process was started to ignore, by nohup or `&`, stay ignored."""
        before = self._listen(_SIGNALS)
        try:
            yield
        finally:
            self._unlisten(before)

    @contextmanager
    def within(self, seconds: float | None) -> Iterator[None]:
        """End the work after so many seconds; None is no limit. Raises ValueError where the system cannot."""
        if seconds is None:
            yield
            return
        if _ALARM is None:
            raise ValueError("--time-limit: this system has no alarm clock for programs.")
        before = self._listen([_ALARM])
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._unlisten(before)

    def check(self) -> None:
        """The work gets on: raises Ended where it was asked to end, and else signals only do so here."""
        self._held = True
        if self.asked is not None:
            raise Ended

    @contextmanager
    def accepted(self) -> Iterator[None]:
        """Work that ends early by what is raised inside, whoever raised it, and is stored then."""
        try:
            yield
        except KeyboardInterrupt:
            self._held, self.asked = True, self.asked or signal.SIGINT

    def release(self) -> None:
        """What was at work is stored: signals end the command at once again. Raises Ended where one came."""
        self._held = False
        if self.asked is not None and not self.time_is_up:
            raise Ended

    def watch(self, progress: Progress) -> Watched:
        """A progress that also ends the work."""
        return Watched(self, progress)

    def instead(self, stop: Callable[[], object]) -> None:
        """Call this where a signal comes, in place of raising Ended. It must do no more than wake someone.

        The process is gone `LAST_RESORT` seconds later, whatever its threads are in the middle of.
        """
        self._instead = stop
        self._listen(_SIGNALS)  # who serves has put its own in our place
        if self.asked is not None:
            stop()

    @contextmanager
    def pool(self, threads: int) -> Iterator[ThreadPoolExecutor]:
        """Threads that nobody waits for once the work was ended: a compiler takes its time."""
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(threads)
        try:
            yield pool
        finally:
            pool.shutdown(wait=self.asked is None, cancel_futures=True)

    def _listen(self, numbers: list[int]) -> dict[int, object]:
        if threading.current_thread() is not threading.main_thread():
            return {}
        heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
        return {number: signal.signal(number, self._heard) for number in heard}

    @staticmethod
    def _unlisten(before: dict[int, object]) -> None:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        if self.over:
            return
        first, self.asked = self.asked is None, self.asked or number
        if self._instead is not None:
            if first:
                self._leave_at_last()
                self._instead()
        elif not self._held:
            raise Ended

    def _leave_at_last(self) -> None:
        if self.program:
            timer = threading.Timer(LAST_RESORT, os._exit, [self.status])
            timer.daemon = True
            timer.start()


class Watched:
    """A progress that ends the work where that was asked for."""

    def __init__(self, ending: Ending, progress: Progress) -> None:
        self._ending, self._progress = ending, progress

    def advance(self, work: float) -> None:
        """Count so much work. Raises Ended."""
        self._ending.check()
        self._progress.advance(work)
