"""Simulations in the background: shared between those who ask for the same, cancelled when nobody
wants them any more, reported to whoever listens. Knows nothing of pages.

One `Manager` serves a process. A job's thread waits, takes harmonics and announces; the orbits are
followed on the manager's pool. All of these run at low priority, so that a page goes on answering.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from crviz import ensemble
from crviz.checks import ParameterError
from crviz.config import Config
from crviz.jobs.listeners import announce
from crviz.jobs.skies import Skies
from crviz.library import Library
from crviz.parameters import REALIZATIONS
from crviz.result import Result
from crviz.storing import begun, grow

_log = logging.getLogger(__name__)

#: Unix niceness of the threads that compute.
NICENESS = 10
#: Resolution of the picture that comes first.
PREVIEW_NSIDE = 8
#: Jobs that compute at the same time; others wait for their turn.
RUNNING_AT_ONCE = 2
#: Name of the threads of jobs.
_JOB = "crviz-job"
#: How long [s] `Manager.close` waits for jobs: whoever stops a server expects it to be gone soon.
CLOSING = 3.5
#: Wave evaluations a second and thread that are assumed before any were measured.
ASSUMED_RATE = 1.5e9


@dataclass(frozen=True)
class Status:
    """Where a job stands; a new one for every change.

    Attributes
    ----------
    state : "waiting", "running", "finished", "cancelled" or "failed"
    asked, done
        Realisations.
    orbits_per_second
        Since it began; 0 before the first.
    seconds_left
        None while nothing is known.
    result
        The realisations that are in.
    preview
        The first field at low resolution, until `result` is there.
    error
        One sentence, where it failed.
    """

    config: Config
    state: str
    asked: int
    done: int = 0
    orbits_per_second: float = 0.0
    seconds_left: float | None = None
    result: Result | None = None
    preview: Result | None = None
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("finished", "cancelled", "failed")


class Stopped(Exception):
    """Raised in a job's thread when nobody wants the job any more."""


class Job:
    """One configuration being simulated; its `status` is replaced, never changed.

    Made by `Manager.request` only.
    """

    def __init__(self, config: Config, asked: int, places: Sequence[Keeping]) -> None:
        self.status = Status(config, "waiting", asked)
        self.places = places
        self.listeners: dict[Hashable, Callable[[], object]] = {}
        self.stop = threading.Event()
        self._changing = threading.Lock()
        self._told = 0.0

    def advance(self, orbits: int) -> None:
        """Count orbits after `begin`; the `Progress` of `ensemble.simulate`. Raises Stopped."""
        if self.stop.is_set():
            raise Stopped
        now = time.monotonic()
        self._orbits += orbits
        elapsed = now - self._begun
        if elapsed > 0.2 and now - self._told > 0.25:
            self._told = now
            rate = self._orbits / elapsed
            left = max(0.0, (self._to_do - self._orbits) / rate)
            self.tell(orbits_per_second=rate, seconds_left=left)

    def begin(self, to_do: int) -> None:
        """Start the clock for so many orbits."""
        self._orbits, self._begun, self._to_do = 0, time.monotonic(), to_do

    def tell(self, **changes: Any) -> None:
        """Replace the status and call every listener (in the job's thread; they must be quick)."""
        with self._changing:
            self.status = replace(self.status, **changes)
        announce(self.listeners)

    def ask(self, realizations: int) -> None:
        """Ask for so many realisations at least."""
        with self._changing:
            self.status = replace(self.status, asked=max(realizations, self.status.asked))


class Manager:
    """Runs jobs, one for each configuration, however many ask for it.

    Parameters
    ----------
    library
        Where finished realisations are looked up and kept; None keeps nothing.
    threads
        Threads that follow orbits; None is one a processor.
    most_work
        Wave evaluations above which a request is refused; None refuses nothing.
    """

    def __init__(
        self, library: Library | None = None, threads: int | None = None, most_work: float | None = None
    ) -> None:
        self.library = library
        self.threads = threads or ensemble.thread_count()
        self.most_work = most_work
        self.rate = ASSUMED_RATE * self.threads
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._turns = threading.Semaphore(RUNNING_AT_ONCE)
        self._threads: list[threading.Thread] = []
        self._compiler: subprocess.Popen[bytes] | None = None
        #: Whether `close` was called.
        self.closed = False
        self.pool = ThreadPoolExecutor(self.threads, "crviz-orbits", initializer=_yield_to_others)
        #: For what is over in a moment and waited for: it does not queue behind simulations.
        self.quick = ThreadPoolExecutor(1, "crviz-quick")
        self.skies = Skies(self.pool)

    def seconds(self, config: Config, realizations: int) -> float:
        """What so many realisations will take on this machine [s], by the rate seen so far."""
        return ensemble.work(config) * realizations / self.rate

    def request(
        self,
        config: Config,
        realizations: int,
        listener: Callable[[], object] | None = None,
        key: Hashable = None,
    ) -> Job:
        """Ask for realisations of a configuration; joins the job that is under way, if any.

        Parameters
        ----------
        realizations
            1 at least.
        listener
            Called from the job's thread whenever its status changes.
        key
            Who asks, for `leave`.

        Raises
        ------
        ParameterError
        """
        REALIZATIONS.check(realizations)
        if self.most_work is not None and ensemble.work(config) * realizations > self.most_work:
            allowed = int(self.most_work / ensemble.work(config))
            raise ParameterError(
                "realizations", realizations, f"is more than this server computes: {allowed} at most here"
            )
        with self._lock:
            job = self._jobs.get(config.digest)
            if job is None or job.stop.is_set():
                places = [Keeping(self.library)] if self.library is not None else []
                job = self._jobs[config.digest] = Job(config, realizations, places)
                job.listeners[key] = listener or _nothing
                self._start(_JOB, self._work, job)
            else:
                job.listeners[key] = listener or _nothing
                job.ask(realizations)
        return job

    def leave(self, job: Job, key: Hashable = None) -> bool:
        """Want the job no more. It goes on where somebody else wants it, and the one who leaves
        hears no more of it; else it is told to stop, and its end is still announced.

        Returns whether it was told to stop.
        """
        with self._lock:
            if set(job.listeners) - {key}:
                job.listeners.pop(key, None)
                return False
            job.stop.set()
            return True

    @property
    def under_way(self) -> set[str]:
        """Digests of what is computed, or waits for its turn."""
        with self._lock:
            return set(self._jobs)

    def warm_up(self) -> None:
        """Make the compiled kernel ready and measure its rate, in the background.

        The compiler would hold up the page for seconds, so a process of its own fills the cache.
        """
        command = [sys.executable, "-c", "import crviz.kernels as k; k.compile_trace()"]
        compiler = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._compiler = compiler
        self._start("crviz-warm-up", self._measure, compiler)

    def close(self, patience: float = CLOSING) -> bool:
        """Stop all jobs, keep what is finished, and wait until they have ended, so many seconds
        at most. Returns whether they have."""
        self.closed = True
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()
        if self._compiler is not None:
            self._compiler.terminate()
        end = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        # without cancelling: futures that a pool cancels wake nobody who waits for them
        self.pool.shutdown(wait=False)
        self.quick.shutdown(wait=False, cancel_futures=True)
        if self.library is not None:
            self.library.end()
        return not any(thread.is_alive() for thread in self._threads if thread.name == _JOB)

    def _start(self, name: str, function: Callable[..., None], *arguments: object) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=function, args=arguments, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _measure(self, compiler: subprocess.Popen[bytes]) -> None:
        _yield_to_others()
        if compiler.wait() < 0:  # ended by `close`
            return
        config = Config(nside=PREVIEW_NSIDE, omega_t=(60.0,))  # 60 ms: long enough to be all orbits
        ensemble.run(config, 1, self.pool)  # takes the kernel from the cache, if there is one
        start = time.perf_counter()
        ensemble.run(config, 2, self.pool)
        self.rate = 2 * ensemble.work(config) / (time.perf_counter() - start)

    def _work(self, job: Job) -> None:
        _yield_to_others()
        try:
            with self._turns:
                if job.stop.is_set():  # while it waited
                    raise Stopped
                self._simulate(job)
        except Exception as error:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            if job.stop.is_set():  # Stopped, or the pool was closed before the job noticed
                self._end(job, "cancelled")
            else:
                _log.exception("a job failed")
                self._end(job, "failed", error=f"The simulation failed: {error}")

    def _simulate(self, job: Job) -> None:
        config = job.status.config
        stored = begun(config, job.status.asked, job.places)
        done = stored.n_realizations if stored is not None else 0
        job.tell(state="running", result=stored, done=done, asked=max(done, job.status.asked))
        if stored is None and config.nside > PREVIEW_NSIDE:
            coarse = config.replace(nside=PREVIEW_NSIDE, grids="single")
            job.begin(coarse.n_orbits)
            job.tell(preview=ensemble.run(coarse, 1, self.pool, job))
        while True:
            asked = job.status.asked
            if job.status.done < asked:
                self._continue(job, asked)
            with self._lock:  # nobody may raise the number between this look and the end
                if job.status.done >= job.status.asked:
                    self._jobs.pop(config.digest, None)
                    break
        self._end(job, "finished", seconds_left=0.0)

    def _continue(self, job: Job, asked: int) -> None:
        config, before = job.status.config, job.status.result
        done = before.n_realizations if before is not None and before.can_grow else 0
        job.begin((asked - done) * config.n_orbits)
        started = time.monotonic()
        for result in grow(config, asked, job.places, executor=self.pool, progress=job, resume=before):
            job.tell(result=result, preview=None, done=result.n_realizations)
            spent = time.monotonic() - started
            self.rate = (result.n_realizations - done) * ensemble.work(config) / spent

    def _end(self, job: Job, state: str, error: str = "", **changes: Any) -> None:
        with self._lock:
            if self._jobs.get(job.status.config.digest) is job:
                del self._jobs[job.status.config.digest]
        trouble = " ".join(place.trouble for place in job.places)
        job.tell(state=state, error=error or trouble, **changes)


class Keeping:
    """A library that a growing result is kept in, as far as that is possible.

    Attributes
    ----------
    trouble
        What prevented it the last time, in a sentence; nothing where it was kept.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.trouble = ""

    def stored(self, config: Config) -> list[Result]:
        """What the library has of a configuration, in memory: the page asks for all after each field."""
        return self._library.stored(config, lazily=False)

    def put(self, result: Result) -> None:
        """Keep a result; the run goes on where it cannot be."""
        try:
            self._library.put(result)
            self.trouble = ""
        except OSError as error:
            _log.warning("a result could not be stored: %s", error)
            self.trouble = f"The result could not be stored: {error.strerror or error}."


def _nothing() -> None:
    pass


def _yield_to_others() -> None:
    """Lower the priority of the calling thread, where the system has that per thread."""
    if sys.platform == "linux":
        with contextlib.suppress(PermissionError):  # some sandboxes forbid it: then all are equal
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
