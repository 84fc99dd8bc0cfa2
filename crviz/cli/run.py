"""`crviz run`: simulate one configuration into a file."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from pathlib import Path

from crviz import ensemble
from crviz.cli.arguments import (
    Parser,
    Subparsers,
    asked,
    check_threads,
    check_writable,
    declare,
    declare_time_limit,
    given,
    library,
    reading,
    writing,
)
from crviz.cli.ending import Ending
from crviz.cli.progress import ProgressBar
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
    declare_time_limit(run)
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
    settings = given(options, (*parameters_of(TURBULENCE.default), *parameters_of(_kind(options))))
    last, number = asked(options, OMEGA_T_MAX), N_TIMES.check(asked(options, N_TIMES))
    return Config(**{"omega_t": backtracking_times(last, number)} | settings)


def _run(options: Namespace) -> int:
    config = _config(options)
    realizations = REALIZATIONS.check(asked(options, REALIZATIONS))
    check_threads(options)
    check_writable(options.out)
    out = File(options.out)
    places: list[Place] = [out, *([library(options.library)] if options.library else [])]
    with reading(out.path):
        stored = out.stored(config)
    for held in stored:
        if held.n_realizations >= realizations:
            print(f"{out.path} has {held.n_realizations} realisations already: nothing to compute.")
            return 0
        if not held.can_grow:
            raise ValueError(f"{out.path} holds means only and cannot be continued: it is not overwritten.")
    # the file shall be one that can grow: a summary in the library does not do
    with reading(Path(options.library or out.path)):
        there = begun(config, realizations, places, summaries=False)
    ending: Ending = options.ending
    with ending.within(options.time_limit):
        done = _grow(options, config, realizations, places, there)
    if ending.asked is not None and not (ending.time_is_up and done >= realizations):
        kept = f"{out.path} holds" if done else "Nothing was finished:"
        print(f"{ending.sentence} {kept} {done} of {realizations} realisations; the same command continues.")
        return ending.status
    print(f"{out.path}: {done} realisations.")
    return 0


def _grow(
    options: Namespace, config: Config, realizations: int, places: list[Place], there: Result | None
) -> int:
    """Follow the orbits, and say how far they are, until all is done or shall end: how many realisations
    there are then. They are stored."""
    ending: Ending = options.ending
    done = there.n_realizations if there is not None else 0
    work = max(0, realizations - done) * config.n_orbits
    with (
        ending.accepted(),
        writing(options.out),
        ending.pool(options.threads or ensemble.thread_count()) as pool,
        ProgressBar("realisations", realizations, work, done=done, speed="orbits/s") as bar,
        closing(
            grow(config, realizations, places, resume=there, executor=pool, progress=ending.watch(bar))
        ) as growing,
    ):
        for result in growing:
            done = result.n_realizations
            bar.done(done)
    return done
