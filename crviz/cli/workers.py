"""Who computes: threads of this process, or workers of dask's on this machine or on others."""

from __future__ import annotations

import argparse
import logging
import signal
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, Self

from crviz import ensemble, machine
from crviz.checks import ParameterError, check_whole
from crviz.cli.arguments import check_threads

#: A scheduler has so long to answer [s].
PATIENCE = 10.0
#: So often a task is done anew that has failed.
_RETRIES = 3
#: Bytes of a worker without a task: Python, and what crviz imports.
_PROCESS = 3e8


def declare_workers(parser: argparse.ArgumentParser) -> None:
    """Give a parser --threads, --scheduler and --local-cluster."""
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--threads", type=int, help="threads (default: all processors)")
    who.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="compute on the workers of this scheduler of dask, tcp://HOST:PORT (docs/cluster.md)",
    )
    who.add_argument("--local-cluster", type=int, metavar="N", help="compute in N processes, by dask")


def check_workers(options: argparse.Namespace) -> None:
    """Raises ParameterError where nobody of that kind can compute."""
    check_threads(options)
    if options.local_cluster is not None:
        check_whole("local_cluster", options.local_cluster, at_least=1)
    for name in ("scheduler", "local_cluster"):
        if (value := getattr(options, name)) is not None and not find_spec("distributed"):
            raise ParameterError(name, value, "needs dask: pip install 'crviz[cluster]'")


class Workers:
    """Who computes for a command, from when they are first asked for until its end.

    Parameters
    ----------
    task
        Bytes that a task takes.
    """

    def __init__(self, options: argparse.Namespace, task: float) -> None:
        self._options, self._task = options, task
        self._stack = ExitStack()
        self._executor: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def executor(self) -> Executor:
        """As an executor; of workers of dask's it is said who they are.

        Raises ValueError where the scheduler does not answer, or a worker has too little memory or another
        crviz.
        """
        if self._executor is None:
            options = self._options
            if options.scheduler is None and options.local_cluster is None:
                threads = options.threads or ensemble.thread_count()
                self._executor = self._stack.enter_context(options.ending.pool(threads))
            else:
                client = self._stack.enter_context(_client(options))
                _check_memory(client, self._task)
                ensemble.check_workers(client)
                self._executor = client.get_executor(pure=False, retries=_RETRIES)
        return self._executor


@contextmanager
def _client(options: argparse.Namespace) -> Iterator[Any]:
    import dask

    # what goes wrong is said in a sentence, by us
    talkers = "distributed", "distributed.client", "tornado.application"
    dask.config.set({"logging": dict.fromkeys(talkers, "critical")})
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        address = options.scheduler
        if address is None:
            left = machine.memory()
            with _undisturbed():
                cluster = LocalCluster(
                    n_workers=options.local_cluster,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    memory_limit=int(left / options.local_cluster) if left is not None else "auto",
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            address = stack.enter_context(cluster)
        try:
            client = Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            rule = f"does not answer within {PATIENCE:g} s as a scheduler of dask ({error})"
            raise ParameterError("scheduler", options.scheduler, rule) from None
        try:
            yield client
        finally:
            if client.status == "running":  # or else there is nobody to take leave of
                client.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Processes that are started here, and those that take their place, never hear Ctrl-C, which a terminal
    tells all: they inherit that from the threads that start them. This one hears it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _check_memory(client: Any, task: float) -> None:
    """Say who computes. Raises ValueError where the memory of a worker is too small."""
    found = client.scheduler_info()["workers"]
    for name, worker in found.items():
        threads, limit = worker["nthreads"], worker["memory_limit"]
        if limit and (needed := _PROCESS + threads * task) > limit:
            raise ValueError(
                f"the worker {name} has {limit / 1e9:.2g} GB of memory, and its {threads} threads take "
                f"{needed / 1e9:.2g} GB: give it more memory or fewer threads, or ask for a smaller --nside."
            )
    threads = sum(worker["nthreads"] for worker in found.values())
    print(
        f"{client.scheduler.address}: {len(found)} workers, {threads} threads; "
        f"a task takes up to {task / 1e6:.3g} MB of memory there.",
        flush=True,
    )
