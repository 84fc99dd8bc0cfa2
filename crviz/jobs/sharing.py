"""Threads that many share: a fixed number of them, and turns by what each visitor has had."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Hashable
from concurrent.futures import CancelledError, Executor, Future
from functools import partial
from typing import Any, TypeAlias

from crviz import orbits

#: Unix niceness of the threads that compute.
NICENESS = 10
#: What can be done in pieces, so that others have their turns in between, and how.
_IN_PIECES = {orbits.trace: orbits.trace_in_pieces}
#: What a pool does, piece by piece; what it returns is what its future gives.
Task: TypeAlias = Generator[object, None, Any]
#: Visitors above which accounts that mean nothing any more are closed.
_MOST_ACCOUNTS = 1000


class Closed(RuntimeError):
    """A pool takes nothing more."""


class Accounts:
    """What each visitor has had of the processors [s].

    Who comes, or comes back, begins with what those have had who were served last: nobody saves up turns, and
    nobody waits until others have caught up.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._had: dict[Hashable, float] = {}
        self._now = 0.0

    def _of(self, wanted_by: Collection[Hashable]) -> tuple[float, Hashable]:
        """What the one of some has had who has had least, and who that is."""
        return min(
            ((max(self._had.get(who, 0.0), self._now), who) for who in wanted_by),
            key=lambda one: one[0],
            default=(-1.0, None),
        )

    def of(self, wanted_by: Collection[Hashable]) -> float:
        """What the one of some has had who has had least. What nobody wants comes first, to end."""
        with self._lock:
            return self._of(wanted_by)[0]

    def serve(self, wanted_by: Collection[Hashable]) -> None:
        """It is the turn of one of these."""
        with self._lock:
            self._now = max(self._now, self._of(wanted_by)[0])

    def charge(self, wanted_by: Collection[Hashable], seconds: float) -> None:
        """Seconds that were spent for some are those of the one who has had least."""
        with self._lock:
            had, who = self._of(wanted_by)
            if wanted_by:
                self._had[who] = had + seconds
            if len(self._had) > _MOST_ACCOUNTS:
                self._had = {who: had for who, had in self._had.items() if had > self._now}


class Pool(Executor):
    """A fixed number of threads, of low priority, for tasks of many `Share`s.

    Whoever's visitor has had least is served next, one task at a time. The threads are daemons: nobody waits
    for what they are in the middle of when the process ends.
    """

    def __init__(self, threads: int, name: str, accounts: Accounts | None = None) -> None:
        self._most, self._name = threads, name
        self._accounts = accounts or Accounts()
        self._changed = threading.Condition()
        self._waiting: list[Share] = []
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._own = self.share(lambda: (None,))

    def share(self, wanted_by: Callable[[], Collection[Hashable]]) -> Share:
        """An executor for what some want, who may come and go."""
        return Share(self, wanted_by)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """A task of nobody in particular."""
        return self._own.submit(function, *arguments, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more, and drop what has not begun; the threads end with what they are doing."""
        with self._changed:
            self._closed = True
            shares = list(self._waiting)
            self._changed.notify_all()
        for share in shares:
            share.cancel()

    def put(self, share: Share, future: Future[Any], task: Task) -> None:
        """Take a task of a share. Raises CancelledError where that has ended, Closed where the pool has."""
        with self._changed:
            if self._closed:
                raise Closed("nothing more is computed here.")
            if share.ended:
                raise CancelledError
            share.tasks.append((future, task))
            if share not in self._waiting:
                self._waiting.append(share)
            queued = sum(len(each.tasks) for each in self._waiting)
            if self._idle < queued and len(self._threads) < self._most:
                thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()

    def drop(self, share: Share) -> list[Future[Any]]:
        """End a share; returns the futures that nobody will fill any more."""
        with self._changed:
            share.ended = True
            dropped = [future for future, _ in share.tasks] + list(share.under_way)
            share.tasks.clear()
            share.under_way.clear()
            if share in self._waiting:
                self._waiting.remove(share)
        return dropped

    def _next(self) -> tuple[Share, Future[Any], Task] | None:
        """The task whose turn it is, as soon as there is one; None where the pool is closed."""
        with self._changed:
            self._idle += 1
            while not self._waiting and not self._closed:
                self._changed.wait()
            self._idle -= 1
            if self._closed:
                return None
            share = min(self._waiting, key=lambda each: self._accounts.of(each.wanted_by()))
            self._accounts.serve(share.wanted_by())
            future, task = share.tasks.popleft()
            share.under_way.add(future)
            self._waiting.remove(share)
            if share.tasks:  # behind those who have had as much
                self._waiting.append(share)
        return share, future, task

    def _serve(self) -> None:
        yield_to_others()
        while (found := self._next()) is not None:
            share, future, task = found
            begun = time.thread_time()
            give: Callable[[], object] | None = None
            try:
                if not future.cancelled():
                    next(task)
            except StopIteration as end:
                give = partial(future.set_result, end.value)
            except BaseException as error:  # noqa: BLE001 - whoever waits for the future hears of it
                give = partial(future.set_exception, error)
            self._accounts.charge(share.wanted_by(), time.thread_time() - begun)
            if give is None:
                if self._goes_on(share, future, task):
                    continue
                future.cancel()
            if self._takes(share, future) and give is not None:
                give()
            del found, share, future, task, give  # what was computed is not held until the next one comes

    def _goes_on(self, share: Share, future: Future[Any], task: Task) -> bool:
        """Have the next piece of a task done in the next turn of its share, if anybody waits for it."""
        with self._changed:
            if future not in share.under_way or self._closed or future.cancelled():
                return False
            share.under_way.remove(future)
            share.tasks.appendleft((future, task))
            if share not in self._waiting:
                self._waiting.append(share)
            self._changed.notify()
        return True

    def _takes(self, share: Share, future: Future[Any]) -> bool:
        """Whether a future that is over for its share takes what was found; else it wakes those who wait."""
        with self._changed:
            if future not in share.under_way:  # it was dropped
                return False
            share.under_way.remove(future)
        return future.set_running_or_notify_cancel()


class Share(Executor):
    """What one of many has in a `Pool`: an executor whose futures can be cancelled at any time, also while
    they are computed."""

    in_this_process = True

    def __init__(self, pool: Pool, wanted_by: Callable[[], Collection[Hashable]]) -> None:
        self._pool, self.wanted_by = pool, wanted_by
        self.tasks: deque[tuple[Future[Any], Task]] = deque()
        self.under_way: set[Future[Any]] = set()
        self.ended = False

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """As any executor does. Raises CancelledError once it was cancelled."""
        future: Future[Any] = Future()
        self._pool.put(self, future, _IN_PIECES.get(function, _whole(function))(*arguments, **named))
        return future

    def cancel(self) -> None:
        """Take nothing more, and wake all who wait for what was taken."""
        for future in self._pool.drop(self):
            future.cancel()
            future.set_running_or_notify_cancel()


def _whole(function: Callable[..., Any]) -> Callable[..., Task]:
    """A function as a task of one piece."""

    def task(*arguments: Any, **named: Any) -> Task:
        yield from ()
        return function(*arguments, **named)

    return task


def yield_to_others() -> None:
    """Lower the priority of the calling thread, where the system has that per thread."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # some sandboxes forbid it: then all are equal
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
