"""`crviz run`: simulate one configuration into a file."""

from __future__ import annotations

import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from crviz import ensemble
from crviz.checks import ParameterError, check_whole
from crviz.cli.arguments import (
    AUTOMATIC,
    Parser,
    Subparsers,
    asked,
    check_writable,
    declare,
    declare_time_limit,
    direction,
    given,
    library,
    reading,
    share,
    writing,
)
from crviz.cli.ending import Ending
from crviz.cli.progress import ProgressBar
from crviz.cli.workers import Workers, check_workers, declare_workers
from crviz.config import Config, parameters_of
from crviz.ensemble import LOOKS, Aim
from crviz.library import Library
from crviz.parameters import (
    LAMBDA_MAX,
    LAMBDA_MIN,
    N_MODES,
    N_TIMES,
    OMEGA_T_MAX,
    REALIZATIONS,
    REQUEST,
    RL_OVER_LC,
    TURBULENCE,
    backtracking_times,
)
from crviz.result import Result, Source, numbered
from crviz.storing import File, begun, check_fits, grow
from crviz.waves import automatic


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    run = commands.add_parser(
        "run", help="simulate and write a NetCDF file; continues a file of the same configuration"
    )
    run.add_argument("out", metavar="OUT.nc", type=Path)
    declare(run, (*parameters_of(TURBULENCE.default), *REQUEST))
    run.add_argument(
        "--realizations-from",
        type=int,
        metavar="A",
        help="make a part of a run that begins with field A; `crviz merge` joins parts",
    )
    run.add_argument("--to", type=int, metavar="B", help="end before field B: fields A, ..., B - 1")
    declare_workers(run)
    _declare_aim(run)
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
    if settings.get(N_MODES.name) == AUTOMATIC:
        lengths = (settings.get(each.name) for each in (LAMBDA_MIN, LAMBDA_MAX))
        settings |= automatic(settings.get(RL_OVER_LC.name, RL_OVER_LC.default), *lengths)
    last, number = asked(options, OMEGA_T_MAX), N_TIMES.check(asked(options, N_TIMES))
    return Config(**{"omega_t": backtracking_times(last, number)} | settings)


def _run(options: Namespace) -> int:
    config = _config(options)
    fields = _fields(options)
    aim = _aim(options, config)
    check_workers(options)
    check_writable(options.out)
    out = File(options.out)
    places: list[File | Library] = [out]
    if options.library:
        kept_in = library(options.library)
        kept_in.check_writable()
        places.append(kept_in)
    ending: Ending = options.ending
    with (
        out.held(),
        ending.within(options.time_limit),
        Workers(options, ensemble.of_worker(config)) as workers,
    ):
        if aim is None:
            return _continue(options, config, fields, out, places, workers)
        return _until_met(options, config, aim, fields.stop, out, places, workers)


def _declare_aim(run: ArgumentParser) -> None:
    """Declare --until-error and what it is the error of."""
    run.add_argument(
        "--until-error",
        type=share,
        metavar="SHARE",
        help="go on until C_l is known to this share, such as 2%%; --realizations is then the most. "
        f"It is looked at {', '.join(map(str, LOOKS[:4]))}, ... fields",
    )
    run.add_argument("--error-gradient", type=direction, help="of that C_l (default parallel)")
    run.add_argument("--error-omega-t", type=float, help="of that C_l (default: the last time)")
    run.add_argument("--error-estimator", help="of that C_l (default: cross of two grids, eq9 of one)")
    run.add_argument("--error-ell", type=int, help="of that C_l (default 1)")


def _aim(options: Namespace, config: Config) -> Aim | None:
    """What is to be known how well, if that was asked for."""
    given = {
        name: value
        for name in ("gradient", "omega_t", "estimator", "ell")
        if (value := getattr(options, f"error_{name}")) is not None
    }
    if options.until_error is None:
        for name in given:
            raise ParameterError(f"error_{name}", given[name], "needs --until-error")
        return None
    if options.realizations_from is not None or options.to is not None:
        raise ParameterError("until_error", options.until_error, "cannot be given beside a part of a run")
    return Aim(options.until_error, **given).checked(config)


def _until_met(
    options: Namespace,
    config: Config,
    aim: Aim,
    most: int,
    out: File,
    places: Sequence[File | Library],
    workers: Workers,
) -> int:
    """Go on from one number of fields at which it is looked to the next."""
    known = _known_scatter(config)
    beforehand = f"some {_rounded(aim.needed(known))}" if known else "nobody knows yet how many"
    looks = ", ".join(map(str, LOOKS[:4]))
    print(f"{aim} shall be known to {100 * aim.share:g} %: {beforehand} fields, looked at {looks}, ...")
    for fields in [*(look for look in LOOKS if look < most), most]:
        with reading(out.path):
            stored = out.stored(config)
        if stored and stored[0].n_realizations > fields:
            continue
        if status := _continue(options, config, range(fields), out, places, workers):
            return status
        (result,) = out.stored(config)
        said = f"with {fields} fields {aim} is known to {100 * aim.error(result):.2g} %"
        if aim.is_met(result):
            print(f"{said}.")
            return 0
        print(f"{said}: it will take some {_rounded(aim.needed(result))}.", flush=True)
    print(f"--realizations: {most} fields are not enough.")
    return 0


def _known_scatter(config: Config) -> Source | None:
    """What is shipped that tells how fields of a configuration scatter."""
    from crviz import atlas, library

    for path in library.references():
        shipped = library.shipped(path)
        seen = {name: getattr(shipped.config, name) for name in ("nside", "grids", "omega_t", "step", "seed")}
        if config.replace(**seen) == shipped.config:
            return shipped
    table = atlas.load()
    return table.nearest(config.sigma2, config.rl_over_lc) if table.covers(config) else None


def _rounded(number: int) -> int:
    """Two digits of a number."""
    return int(float(f"{number:.2g}"))


def _fields(options: Namespace) -> range:
    """Which fields are asked for; the most of them where an error is asked for."""
    if options.until_error is not None and options.realizations is None:
        return range(int(REALIZATIONS.at_most))
    if options.realizations_from is None and options.to is None:
        return range(REALIZATIONS.check(asked(options, REALIZATIONS)))
    if options.realizations is not None:
        raise ParameterError("realizations", options.realizations, "cannot be given beside a part of a run")
    first = check_whole("realizations_from", options.realizations_from or 0, at_least=0)
    if options.to is None:
        raise ParameterError("to", None, "must be given: where the part ends")
    end = check_whole("to", options.to, at_least=first + 1, at_most=int(REALIZATIONS.at_most))
    if first and options.library:
        raise ParameterError("library", options.library, "keeps whole runs only, not parts of one")
    return range(first, end)


def _continue(
    options: Namespace,
    config: Config,
    fields: range,
    out: File,
    places: Sequence[File | Library],
    workers: Workers,
) -> int:
    """Compute what is missing of some fields."""
    number = len(fields)
    part = f", {numbered(fields)}" if fields.start else ""
    with reading(out.path):
        stored = out.stored(config)
    for held in stored:
        if held.fields.start != fields.start:
            raise ValueError(
                f"{out.path} holds {numbered(held.fields)}: make this part in a file of its own."
            )
        if held.n_realizations >= number:
            print(f"{out.path} has {held.n_realizations} realisations already: nothing to compute.")
            return 0
        if not held.can_grow:
            raise ValueError(f"{out.path} holds means only and cannot be continued: it is not overwritten.")
    if caveat := check_fits(
        config, number, [place.path if isinstance(place, File) else place.path(config) for place in places]
    ):
        warnings.warn(caveat, stacklevel=2)
    # the file shall be one that can grow: a summary in the library does not do
    with reading(Path(options.library or out.path)):
        there = begun(config, fields.stop, places, summaries=False, first=fields.start)
    ending: Ending = options.ending
    done, lost = _grow(options, config, fields, places, there, workers)
    kept = f"{out.path} holds" if done else "Nothing was finished:"
    kept = f"{kept} {done} of {number} realisations; the same command continues."
    if ending.asked is not None and not (ending.time_is_up and done >= number):
        print(f"{ending.sentence} {kept}")
        return ending.status
    if lost is not None:
        raise ValueError(f"{lost} {kept}")
    print(f"{out.path}: {done} realisations{part}.")
    return 0


def _grow(
    options: Namespace,
    config: Config,
    fields: range,
    places: Sequence[File | Library],
    there: Result | None,
    workers: Workers,
) -> tuple[int, ensemble.Lost | None]:
    """Follow the orbits, and say how far they are, until all is done or shall end, or who computes is
    lost: how many realisations there are then. They are stored."""
    ending: Ending = options.ending
    lost = None
    done = there.n_realizations if there is not None else 0
    first, end, number = fields.start, fields.stop, len(fields)
    work = max(0, number - done) * config.n_orbits
    with (
        ending.accepted(),
        writing(options.out),
        ProgressBar("realisations", number, work, done=done, speed="orbits/s") as bar,
        closing(
            grow(
                config,
                end,
                places,
                resume=there,
                executor=workers.executor,
                progress=ending.watch(bar),
                first=first,
            )
        ) as growing,
    ):
        try:
            for result in growing:
                done = result.n_realizations
                bar.done(done)
        except ensemble.Lost as error:
            lost = error
    return done, lost
