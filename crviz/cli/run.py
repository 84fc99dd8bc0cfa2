"""`crviz run`: simulate one configuration into a file."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crviz import ensemble
from crviz.cli.arguments import INTERRUPTED, check_threads, check_writable, library, numbers
from crviz.config import Config, backtracking_times, check_realizations, check_whole
from crviz.result import load

_FIELDS = {
    "sigma2": (float, "mean square of the turbulent field over B0^2"),
    "rl_over_lc": (float, "Larmor radius over the scale L_c of the turbulence"),
    "gamma": (float, "exponent of the spectrum of the turbulence"),
    "lambda_min": (float, "shortest wave [L_c]"),
    "lambda_max": (float, "longest wave [L_c]"),
    "n_modes": (int, "number of waves"),
    "nside": (int, "HEALPix resolution: 12 nside^2 directions"),
    "step": (float, "integration step [1/Omega]; chosen from the configuration if not given"),
    "seed": (int, "root of all random numbers"),
    "grids": (str, "single, or cross for a second, rotated grid"),
}


def add(commands):
    """Declare the command and its options."""
    run = commands.add_parser(
        "run", help="simulate and write a NetCDF file; continues a file of the same configuration"
    )
    run.add_argument("out", metavar="OUT.nc", type=Path)
    defaults = {field.name: field.default for field in dataclasses.fields(Config)}
    for name, (kind, what) in _FIELDS.items():
        default = defaults[name]
        number = f"{default:.6g}" if isinstance(default, float) else default
        shown = "" if default is None else f" (default {number})"
        run.add_argument("--" + name.replace("_", "-"), type=kind, default=default, help=what + shown)
    run.add_argument("--omega-t-max", type=float, default=100.0, help="last backtracking time [1/Omega]")
    run.add_argument("--n-times", type=int, default=64, help="number of times, log-spaced (default 64)")
    run.add_argument(
        "--omega-t", type=numbers, metavar="T1,T2,...", help="the times themselves, in place of these two"
    )
    run.add_argument("--realizations", type=int, default=10, help="fields in the end (default 10)")
    run.add_argument("--threads", type=int, help="threads (default: all processors)")
    run.add_argument("--library", metavar="DIR", help="also read from and store in this folder of results")
    run.set_defaults(command=_run)


def _config(options):
    times = options.omega_t
    if times is None:
        check_whole("n_times", options.n_times, at_least=1)
        times = backtracking_times(options.omega_t_max, options.n_times)
    return Config(omega_t=times, **{name: getattr(options, name) for name in _FIELDS})


def _run(options):
    config = _config(options)
    realizations = check_realizations(options.realizations)
    check_threads(options)
    check_writable(options.out)
    before = _result_to_continue(options.out, config)
    shelf = library(options.library) if options.library else None
    stored = shelf.get(config) if shelf else None
    if stored is not None and (before is None or stored.n_realizations > before.n_realizations):
        before = stored
    if before is not None and before.n_realizations >= realizations:
        if before is stored:
            before.save(options.out)
        print(f"{options.out} has {before.n_realizations} realisations already: nothing to compute.")
        return 0
    result, interrupted = _simulate(options, config, realizations, before)
    if shelf and result is not None:
        shelf.put(result)
    done = result.n_realizations if result is not None else 0
    if interrupted:
        kept = f"{options.out} holds" if done else "Nothing was finished:"
        print(f"\nStopped. {kept} {done} of {realizations} realisations; the same command continues.")
        return INTERRUPTED
    print(f"{options.out}: {done} realisations.")
    return 0


def _simulate(options, config, realizations, before):
    """Follow the orbits with a progress bar, storing on the way: the last Result, and whether
    Ctrl-C came."""
    result, saved, interrupted = before, before, False
    next_store = time.monotonic() + 5
    with (
        ThreadPoolExecutor(options.threads or ensemble.thread_count()) as pool,
        _ProgressBar(config, realizations, before) as bar,
    ):
        try:
            for result in ensemble.simulate(config, realizations, pool, bar, before):
                bar.done(result.n_realizations)
                if time.monotonic() > next_store:
                    start = time.monotonic()
                    result.save(options.out)
                    saved = result
                    # storing shall not take more than a tenth of the time
                    next_store = time.monotonic() + max(5, 10 * (time.monotonic() - start))
        except KeyboardInterrupt:
            interrupted = True
    if result is not None and (result is not saved or not options.out.exists()):
        result.save(options.out)
    return result, interrupted


def _result_to_continue(path, config):
    """The result in a file, or None. Raises ValueError where it is not one of this configuration."""
    if not path.exists():
        return None
    result = load(path)
    if result.digest != config.digest:
        other = result.config.to_dict()
        ours = config.to_dict()
        differing = [name for name in ours if ours[name] != other[name] and name != "omega_t"]
        words = [f"{name} = {other[name]} there, {ours[name]} here" for name in differing]
        if ours["omega_t"] != other["omega_t"]:
            words.append("other times")
        raise ValueError(
            f"{path} holds another configuration ({'; '.join(words) or 'made by another version'}): "
            "it is not overwritten."
        )
    return result


class _ProgressBar:
    """A line on the terminal: realisations, orbits a second, time left."""

    def __init__(self, config, realizations, before):
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        done = before.n_realizations if before else 0
        self._bar = Progress(
            TextColumn("{task.fields[done]} of {task.fields[asked]} realisations"),
            BarColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("left"),
        )
        self._task = self._bar.add_task(
            "", total=(realizations - done) * config.n_orbits, done=done, asked=realizations, rate=""
        )

    def __enter__(self):
        self._bar.start()
        return self

    def __exit__(self, *exc):
        self._bar.stop()

    def advance(self, orbits):
        """The `Progress` of `ensemble.simulate`."""
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, advance=orbits, rate=f"{speed:,.0f} orbits/s" if speed else "")

    def done(self, realizations):
        """So many realisations are in."""
        self._bar.update(self._task, done=realizations)
