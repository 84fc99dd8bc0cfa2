"""Tasks in other processes, on this machine or on others: who does them, and what goes wrong on the way.

Fields are drawn where they are used, so that little more than a configuration is sent.
"""

from __future__ import annotations

import itertools
import os
import platform
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from typing import Any

from crviz import machine
from crviz._version import __version__
from crviz.config import NUMERICS_VERSION, Config

#: From this nside on a task is a block of a realisation's orbits, which come back; below, it is all of it.
LARGE = 64
#: Wave evaluations of a block: a second, beside which the milliseconds of a scheduler are few.
WORK_PER_TASK = 4e9
#: Bytes of the orbits of a block at most.
BLOCK_BYTES = 64e6
#: What tasks on their way may bring back is this share of the memory that is left here; and so many at most.
_SHARE_OF_MEMORY, _MOST_AHEAD = 0.25, 4096
#: Asked by `eval`, which every Python has, whatever crviz is there.
_WHO = """(lambda load, find: {
    "process": (load("platform").node(), load("os").getpid()),
    "crviz": load("crviz._version").__version__ if find("crviz") else None,
    "numerics": load("crviz.config").NUMERICS_VERSION if find("crviz") else None,
})(__import__("importlib").import_module, __import__("importlib.util").util.find_spec)"""
_HERE = __version__, NUMERICS_VERSION
_GONE = "the workers, or their scheduler, are gone."

_numbers = itertools.count()


class Lost(ValueError):
    """Those who computed are gone, or cannot go on."""


def is_away(executor: Executor | None) -> bool:
    """Whether the tasks of an executor run in other processes.

    Raises
    ------
    ValueError
        Where these have no crviz, or another one.
    """
    if executor is None or isinstance(executor, ThreadPoolExecutor):
        return False
    if getattr(executor, "in_this_process", False):
        return False
    client = getattr(executor, "_client", None)
    if hasattr(client, "scheduler_info"):  # of dask, which knows all of its workers
        check_workers(client)
        return True
    who = outcome(executor.submit(eval, _WHO))  # one of them; the others say so with their first task
    _check_all({_named(*who["process"]): who})
    return tuple(who["process"]) != _process()


def check_workers(client: Any) -> None:
    """Ask all workers of a client of dask. Raises ValueError where one has no crviz, or another one."""
    _check_all({f"the worker {name}": who for name, who in client.run(eval, _WHO, on_error="return").items()})


def submit(executor: Executor, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """A task that is refused where another version of crviz would do it."""
    # dask takes tasks that look alike for one, and a new one for that which was cancelled a moment ago
    unlike = (*_process(), next(_numbers))
    return executor.submit(_do, unlike, _HERE, function, arguments)


def _do(_unlike: object, asker: tuple[str, int], function: Callable[..., Any], arguments: Any) -> Any:
    if asker != _HERE:
        raise ValueError(_differ(_named(*_process()), _HERE, asker))
    return function(*arguments)


def check_there(executor: Executor) -> None:
    """Raises Lost where an executor of dask has lost its scheduler: some of its futures may never
    be done then."""
    if getattr(getattr(executor, "_client", None), "status", "running") != "running":
        raise Lost(_GONE)


def outcome(future: Future[Any]) -> Any:
    """What a task has brought. Raises what it raised, and Lost where nobody could do it."""
    try:
        return future.result()
    except (CancelledError, BrokenExecutor) as error:
        raise Lost(_GONE) from error
    except ModuleNotFoundError as error:
        raise Lost(f"a worker lacks what it needs: {error}.") from error
    except Exception as error:
        if type(error).__name__ != "KilledWorker":  # of dask, which need not be here
            raise
        rule = "several workers died one after another of the same task: they may have too little memory."
        raise Lost(rule) from error


def ahead(size: float) -> int:
    """How many may be on their way, each of which brings so many bytes back."""
    left = machine.memory()
    return max(2, min(_MOST_AHEAD, int(_SHARE_OF_MEMORY * (left or 1e9) / size)))


def most_orbits(config: Config) -> int:
    """Orbits of a block at most."""
    return max(1, int(BLOCK_BYTES / (2 * len(config.omega_t) * 3 * 8)))


def _process() -> tuple[str, int]:
    return platform.node(), os.getpid()


def _named(host: str, process: int) -> str:
    return f"the worker on {host}, process {process},"


def _check_all(found: Mapping[str, Any]) -> None:
    for name, who in found.items():
        if isinstance(who, BaseException):
            raise ValueError(f"{name} cannot say which crviz it has: {who}")
        if who["crviz"] is None:
            raise ValueError(f"{name} has no crviz: install {__version__} there, as here.")
        if (there := (who["crviz"], who["numerics"])) != _HERE:
            raise ValueError(_differ(name, there, _HERE))


def _differ(name: str, there: tuple[str, int], here: tuple[str, int]) -> str:
    (version, numerics), (version_here, numerics_here) = there, here
    return (
        f"{name} has crviz {version} with numerics {numerics}, and here is {version_here} with numerics "
        f"{numerics_here}: install the same in both places."
    )
