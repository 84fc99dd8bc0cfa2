"""Simulations in the background: shared between those who ask for the same, cancelled when nobody
wants them any more, reported to whoever listens. Knows nothing of pages.

One `Manager` serves a process. The orbits of all jobs and skies are followed on one pool, block by block, and
a few threads draw fields and take harmonics, field by field: whose visitor has had least comes next. All of
these run at low priority, so that a page goes on answering.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from crviz import ensemble
from crviz.checks import ParameterError
from crviz.config import Config
from crviz.jobs.limits import ASSUMED_RATE, Limits, memory_of
from crviz.jobs.listeners import announce
from crviz.jobs.sharing import Accounts, Closed, Pool, Share, yield_to_others
from crviz.jobs.skies import Skies
from crviz.library import Library
from crviz.parameters import REALIZATIONS
from crviz.result import Result
from crviz.storing import begun, grow

_log = logging.getLogger(__name__)

#: Resolution of the picture that comes first.
PREVIEW_NSIDE = 8
#: Jobs that are in the middle of a field at the same time: most of it they wait for the pool.
RUNNING_AT_ONCE = 8
#: How long [s] `Manager.close` waits for jobs: whoever stops a server expects it to be gone soon.
CLOSING = 3.5


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


@dataclass(frozen=True)
class Kept:
    """Wants a job in the place of a visitor of an address who has gone."""

    address: str


class Job:
    """One configuration being simulated; its `status` is replaced, never changed.

    Made by `Manager.request` only.

    Attributes
    ----------
    wanted_by
        Who wants it, and from which address.
    stop
        Set when nobody does any more.
    ended
        Set when all is stored and said.
    """

    def __init__(self, config: Config, asked: int, places: Sequence[Keeping]) -> None:
        self.status = Status(config, "waiting", asked)
        self.places = places
        self.wanted_by: dict[Hashable, str] = {}
        self.listeners: dict[Hashable, Callable[[], object]] = {}
        self.stop, self.ended = threading.Event(), threading.Event()
        self.kept_until: dict[Hashable, float] = {}
        self.turns: Share
        self.blocks: Share
        self.steps: Iterator[None]
        self._changing = threading.Lock()
        self._told = 0.0

    @property
    def memory(self) -> float:
        """What it will take [GB]."""
        return memory_of(self.status.config, self.status.asked)

    def visitors(self) -> Collection[Hashable]:
        """Who wants it."""
        return tuple(self.wanted_by)

    def check(self) -> None:
        """Raises Stopped where nobody wants it any more."""
        if self.stop.is_set():
            raise Stopped

    def advance(self, orbits: int) -> None:
        """Count orbits after `begin`; the `Progress` of `ensemble.simulate`. Raises Stopped."""
        self.check()
        now = time.monotonic()
        self._orbits += orbits
        elapsed = now - self._begun
        if self._orbits and elapsed > 0.2 and now - self._told > 0.25:
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
    limits
        What is computed at most; None are those of somebody's own machine.
    """

    def __init__(
        self, library: Library | None = None, threads: int | None = None, limits: Limits | None = None
    ) -> None:
        self.library = library
        self.threads = threads or ensemble.thread_count()
        self.limits = limits or Limits.home()
        self.rate = ASSUMED_RATE * self.threads
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}  # those that can be joined
        self._alive: list[Job] = []
        self._compiler: subprocess.Popen[bytes] | None = None
        self._measuring: threading.Thread | None = None
        self._timer: threading.Timer | None = None
        #: How many requests were refused.
        self.refused = 0
        #: Whether `close` was called.
        self.closed = False
        accounts = Accounts()
        self.pool = Pool(self.threads, "crviz-orbits", accounts)
        self._workers = Pool(RUNNING_AT_ONCE, "crviz-job", accounts)
        #: For what is over in a moment and waited for: it does not queue behind simulations.
        self.quick = Pool(1, "crviz-quick")
        self.skies = Skies(self.pool)

    def seconds(self, config: Config, realizations: int) -> float:
        """What so many realisations will take on this machine [s], by the rate seen so far."""
        return ensemble.work(config) * realizations / self.rate

    def check(self, config: Config, realizations: int) -> None:
        """Raises ParameterError where a run is never done here, whoever asks."""
        self.limits.check(config, REALIZATIONS.check(realizations))

    def request(
        self,
        config: Config,
        realizations: int,
        listener: Callable[[], object] | None = None,
        key: Hashable = None,
        address: str = "",
    ) -> Job:
        """Ask for realisations of a configuration; joins the job that is under way, if any.

        Parameters
        ----------
        realizations
            1 at least.
        listener
            Called from a thread of the job's whenever its status changes.
        key
            Who asks, for `leave`.
        address
            From where, as far as that is known.

        Raises
        ------
        ParameterError
            Also where it is more than the limits allow.
        """
        try:
            return self._request(config, realizations, listener, key, address)
        except ParameterError:
            self.refused += 1
            raise

    def _request(
        self,
        config: Config,
        realizations: int,
        listener: Callable[[], object] | None,
        key: Hashable,
        address: str,
    ) -> Job:
        self.check(config, realizations)
        if self.closed:
            raise ParameterError("realizations", realizations, "cannot be computed: the server is closing")
        with self._lock:
            job = self._under_way(config)
            self._check_memory(config, realizations, job)
            if job is None:
                self._check_number(config, realizations, key, address)
                job = self._new(config, realizations)
                self._want(job, listener, key, address)
                job.turns.submit(self._step, job)
            else:
                self._want(job, listener, key, address)
                job.ask(realizations)
        return job

    def join(
        self,
        config: Config,
        listener: Callable[[], object],
        key: Hashable = None,
        address: str = "",
        but: Job | None = None,
    ) -> Job | None:
        """Want the job of a configuration that is under way, but for one, as `request` does; None where there
        is none."""
        with self._lock:
            job = self._under_way(config)
            if job is None or job is but:
                return None
            self._want(job, listener, key, address)
            return job

    def leave(self, job: Job, key: Hashable = None, *, keep: bool = False, for_good: bool = False) -> bool:
        """Want the job no more. It goes on where somebody else wants it, and the one who leaves
        hears no more of it; else it is told to stop, and its end is still announced.

        Parameters
        ----------
        keep
            Whether it goes on for `Limits.keep_running` in any case: who wanted it may come back.
        for_good
            Whether nobody of the same address who has gone wants it any more either.

        Returns whether it was told to stop.
        """
        with self._lock:
            address = job.wanted_by.pop(key, None)
            kept = Kept(address or "")
            if keep and address is not None and not job.stop.is_set():
                job.wanted_by[kept] = kept.address
                job.kept_until[kept] = time.monotonic() + self.limits.keep_running
                self._watch()
            elif for_good:
                job.wanted_by.pop(kept, None)
            if job.wanted_by:
                job.listeners.pop(key, None)
                return False
            self._stop(job)
            return True

    def statuses(self) -> list[Status]:
        """Of all jobs that have not ended."""
        with self._lock:
            return [job.status for job in self._alive]

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
        self._compiler = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._measuring = threading.Thread(
            target=self._measure, args=[self._compiler], name="crviz-warm-up", daemon=True
        )
        self._measuring.start()

    def close(self, patience: float = CLOSING) -> bool:
        """Stop all jobs, keep what is finished, and wait until they have ended, so many seconds
        at most. Returns whether they have."""
        end = time.monotonic() + patience
        with self._lock:
            self.closed = True
            jobs = list(self._alive)
            for job in jobs:
                self._stop(job)
            if self._timer is not None:
                self._timer.cancel()
        self.skies.close()
        if self._compiler is not None:
            self._compiler.terminate()
        for job in jobs:
            job.ended.wait(max(0.0, end - time.monotonic()))
        for pool in (self._workers, self.pool, self.quick):
            pool.shutdown()
        if self.library is not None:
            self.library.end()
        if self._measuring is not None:
            self._measuring.join(max(0.0, end - time.monotonic()))
        return all(job.ended.is_set() for job in jobs)

    def _under_way(self, config: Config) -> Job | None:
        """The job of a configuration that somebody wants."""
        job = self._jobs.get(config.digest)
        return job if job is not None and not job.stop.is_set() else None

    def _new(self, config: Config, realizations: int) -> Job:
        places = [Keeping(self.library)] if self.library is not None else []
        job = self._jobs[config.digest] = Job(config, realizations, places)
        job.turns, job.blocks = self._workers.share(job.visitors), self.pool.share(job.visitors)
        job.steps = self._steps(job)
        self._alive.append(job)
        return job

    def _wanted(self) -> list[Job]:
        """The jobs that count."""
        return [job for job in self._alive if not job.stop.is_set()]

    def _check_number(self, config: Config, realizations: int, key: Hashable, address: str) -> None:
        """Raises ParameterError where too many jobs are under way for one more."""
        jobs = self._wanted()
        for number, most, whose in (
            (sum(key in job.wanted_by for job in jobs), self.limits.of_visitor, "of one visitor"),
            (
                sum(address in job.wanted_by.values() for job in jobs) if address else 0,
                self.limits.of_address,
                "of one address",
            ),
            (len(jobs), self.limits.in_all, "in all"),
        ):
            if number >= most:
                rule = (
                    f"{whose} are under way, the limit of this server: wait for one, or run it yourself with"
                )
                raise ParameterError("runs", number, f"{rule} `{config.command(realizations)}`")

    def _check_memory(self, config: Config, realizations: int, job: Job | None) -> None:
        """Raises ParameterError where other jobs leave too little memory for one, which may be under way."""
        others = [each.memory for each in self._wanted() if each is not job]
        left = self.limits.memory_in_all - sum(others)
        if (job is None or realizations > job.status.asked) and memory_of(config, realizations) > left:
            rule = (
                f"would take more memory than the other runs under way ({len(others)}) leave, "
                f"{max(0.0, left):.3g} GB: wait, or run it yourself with `{config.command(realizations)}`"
            )
            raise ParameterError("realizations", realizations, rule)

    @staticmethod
    def _want(job: Job, listener: Callable[[], object] | None, key: Hashable, address: str) -> None:
        job.wanted_by[key] = address
        job.listeners[key] = listener or _nothing

    @staticmethod
    def _stop(job: Job) -> None:
        """End a job, whatever it is in the middle of."""
        job.stop.set()
        job.blocks.cancel()

    def _watch(self) -> None:
        """Look again when the first of those who have gone is out of time."""
        until = [end for job in self._alive for end in job.kept_until.values()]
        if until and self._timer is None:
            self._timer = threading.Timer(max(0.0, min(until) - time.monotonic()), self._forget)
            self._timer.daemon = True
            self._timer.start()

    def _forget(self) -> None:
        """Want no job any more in the place of those who have not come back in time."""
        with self._lock:
            self._timer = None
            for job in self._alive:
                for kept in [who for who, end in job.kept_until.items() if end <= time.monotonic()]:
                    del job.kept_until[kept]
                    job.wanted_by.pop(kept, None)
                if not job.wanted_by:
                    self._stop(job)
            self._watch()

    def _measure(self, compiler: subprocess.Popen[bytes]) -> None:
        yield_to_others()
        if compiler.wait() < 0 or self.closed:
            return
        config = Config(nside=PREVIEW_NSIDE, omega_t=(60.0,))  # 60 ms: long enough to be all orbits
        try:
            ensemble.run(config, 1, self.pool)  # takes the kernel from the cache, if there is one
            start = time.perf_counter()
            ensemble.run(config, 2, self.pool)
        except (CancelledError, Closed):  # the server ends
            return
        self.rate = 2 * ensemble.work(config) / (time.perf_counter() - start)

    def _step(self, job: Job) -> None:
        """One turn of a job: it does what comes next, and waits for the next turn."""
        try:
            next(job.steps, None)
            if not job.ended.is_set():
                job.turns.submit(self._step, job)
        except Exception as error:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            if job.stop.is_set():  # Stopped, or what it waited for was cancelled
                self._end(job, "cancelled")
            else:
                _log.exception("a job failed")
                self._end(job, "failed", error=f"The simulation failed: {error}")

    def _steps(self, job: Job) -> Iterator[None]:
        """What a job does, one field at a time."""
        job.check()  # it may have waited for long
        config = job.status.config
        stored = begun(config, job.status.asked, job.places)
        done = stored.n_realizations if stored is not None else 0
        job.tell(state="running", result=stored, done=done, asked=max(done, job.status.asked))
        if stored is None and config.nside > PREVIEW_NSIDE:
            coarse = config.replace(nside=PREVIEW_NSIDE, grids="single")
            job.begin(coarse.n_orbits)
            job.tell(preview=ensemble.run(coarse, 1, job.blocks, job))
            yield
            job.check()
        while True:
            asked = job.status.asked
            if job.status.done < asked:
                yield from self._continue(job, asked)
            with self._lock:  # nobody may raise the number between this look and the end
                if job.status.done >= job.status.asked:
                    self._jobs.pop(config.digest, None)
                    break
        self._end(job, "finished", seconds_left=0.0)

    def _continue(self, job: Job, asked: int) -> Iterator[None]:
        config, before = job.status.config, job.status.result
        done = before.n_realizations if before is not None and before.can_grow else 0
        job.begin((asked - done) * config.n_orbits)
        started = time.monotonic()
        with closing(
            grow(config, asked, job.places, executor=job.blocks, progress=job, resume=before)
        ) as results:
            for result in results:
                job.tell(result=result, preview=None, done=result.n_realizations)
                spent = time.monotonic() - started
                self.rate = (result.n_realizations - done) * ensemble.work(config) / spent
                yield
                job.check()

    def _end(self, job: Job, state: str, error: str = "", **changes: Any) -> None:
        with self._lock:
            if self._jobs.get(job.status.config.digest) is job:
                del self._jobs[job.status.config.digest]
            self._alive.remove(job)
        trouble = " ".join(place.trouble for place in job.places)
        job.tell(state=state, error=error or trouble, **changes)
        job.ended.set()


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
