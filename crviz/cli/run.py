"""`crviz run`: simulate one configuration into a file."""

from __future__ import annotations

from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Self

from crviz import ensemble
from crviz.cli.arguments import (
    INTERRUPTED,
    Parser,
    Subparsers,
    check_threads,
    check_writable,
    declare,
    given,
    library,
)
from crviz.config import Config, parameters_of
from crviz.library import File, Place, begun, grow
from crviz.parameters import N_TIMES, OMEGA_T_MAX, REALIZATIONS, REQUEST, TURBULENCE, backtracking_times
from crviz.result import Result


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    run = commands.add_parser(
        "run", help="simulate and write a NetCDF file; continues a file of the same configuration"
    )
    run.add_argument("out", metavar="OUT.nc", type=Path)
    declare(run, (*parameters_of(TURBULENCE.default), *REQUEST))
    run.add_argument("--threads", type=int, help="threads (default: all processors)")
    run.add_argument("--library", metavar="DIR", help="also read from and store in this folder of results")
    run.set_defaults(command=_run, further=_own_options)


def _own_options(arguments: list[str], options: Namespace) -> None:
    """Options that only the kind of turbulence that was named knows."""
    own = Parser("crviz run", add_help=False)
    known = parameters_of(TURBULENCE.default)
    declare(own, [each for each in parameters_of(_kind(options)) if each not in known])
    own.parse_args(arguments, options)


def _kind(options: Namespace) -> str:
    return options.turbulence or TURBULENCE.default


def _config(options: Namespace) -> Config:
    asked = [*parameters_of(TURBULENCE.default), *parameters_of(_kind(options))]
    settings = given(options, [parameter for parameter in asked if hasattr(options, parameter.name)])
    times = {OMEGA_T_MAX.name: OMEGA_T_MAX.default, N_TIMES.name: N_TIMES.default}
    times |= given(options, (OMEGA_T_MAX, N_TIMES))
    N_TIMES.check(times[N_TIMES.name])
    return Config(**{"omega_t": backtracking_times(*times.values())} | settings)


def _run(options: Namespace) -> int:
    config = _config(options)
    asked = given(options, [REALIZATIONS]).get(REALIZATIONS.name, REALIZATIONS.default)
    realizations = REALIZATIONS.check(asked)
    check_threads(options)
    check_writable(options.out)
    out = File(options.out)
    places: list[Place] = [out, *([library(options.library)] if options.library else [])]
    for held in out.stored(config):
        if held.n_realizations >= realizations:
            print(f"{out.path} has {held.n_realizations} realisations already: nothing to compute.")
            return 0
        if not held.can_grow:
            raise ValueError(f"{out.path} holds means only and cannot be continued: it is not overwritten.")
    # the file shall be one that can grow: a summary in the library does not do
    there = begun(config, realizations, places, summaries=False)
    done, interrupted = _grow(options, config, realizations, places, there)
    if interrupted:
        kept = f"{out.path} holds" if done else "Nothing was finished:"
        print(f"\nStopped. {kept} {done} of {realizations} realisations; the same command continues.")
        return INTERRUPTED
    print(f"{out.path}: {done} realisations.")
    return 0


def _grow(
    options: Namespace, config: Config, realizations: int, places: list[Place], there: Result | None
) -> tuple[int, bool]:
    """Follow the orbits with a progress bar: how many realisations there are, and whether Ctrl-C came."""
    done, interrupted = there.n_realizations if there is not None else 0, False
    with (
        ThreadPoolExecutor(options.threads or ensemble.thread_count()) as pool,
        _ProgressBar(config, realizations, done) as bar,
        closing(grow(config, realizations, places, resume=there, executor=pool, progress=bar)) as growing,
    ):
        try:
            for result in growing:
                done = result.n_realizations
                bar.done(done)
        except KeyboardInterrupt:
            interrupted = True
    return done, interrupted


class _ProgressBar:
    """A line on the terminal: realisations, orbits a second, time left."""

    def __init__(self, config: Config, realizations: int, done: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[done]} of {task.fields[asked]} realisations"),
            BarColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("left"),
        )
        self._task = self._bar.add_task(
            "", total=max(0, realizations - done) * config.n_orbits, done=done, asked=realizations, rate=""
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def advance(self, orbits: int) -> None:
        """The `Progress` of `ensemble.simulate`."""
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, advance=orbits, rate=f"{speed:,.0f} orbits/s" if speed else "")

    def done(self, realizations: int) -> None:
        """So many realisations are in."""
        self._bar.update(self._task, done=realizations)
