"""The command line: serve, run, info, reduce, bench."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crviz import ensemble
from crviz._version import __version__
from crviz.config import Config, ParameterError, backtracking_times, check_realizations, check_whole
from crviz.gradient import gradient_tensor
from crviz.library import Library
from crviz.result import load

#: Exit status of bad input, and of a run that Ctrl-C ended.
BAD_INPUT, INTERRUPTED = 2, 130

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


def main(argv=None):
    """Run the command line; returns the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    warnings.showwarning = lambda message, *_: print(f"crviz: warning: {message}", file=sys.stderr)
    try:
        return options.command(options)
    except ParameterError as error:
        option = "--" + error.parameter.replace("_", "-")
        return _refuse(options, f"{option}: {error}")
    except (ValueError, FileNotFoundError) as error:
        return _refuse(options, str(error))
    except BrokenPipeError:  # whoever read along has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _refuse(options, f"{error.filename or 'a file'}: {error.strerror or error}.")


def _refuse(options, sentence):
    print(f"crviz {options.name}: {sentence}", file=sys.stderr)
    return BAD_INPUT


class _Parser(argparse.ArgumentParser):
    """Refuses in one line, like everything else here."""

    def error(self, message):
        """Leave with what is wrong."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _parser():
    parser = _Parser(
        "crviz", description="Small-scale anisotropies of cosmic rays from turbulent magnetic fields."
    )
    parser.add_argument("--version", action="version", version=f"crviz {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="name")
    _add_serve(commands)
    _add_run(commands)
    _add_info(commands)
    _add_reduce(commands)
    _add_bench(commands)
    return parser


def _add_serve(commands):
    serve = commands.add_parser("serve", help="open the dashboard in a browser")
    serve.add_argument("--port", type=int, default=5006, help="0 takes any free port")
    serve.add_argument("--address", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--no-show", action="store_true", help="do not open a browser")
    serve.add_argument(
        "--allow-websocket-origin",
        action="append",
        metavar="HOST[:PORT]",
        help="host names under which the page is reached; may be repeated",
    )
    serve.add_argument("--library", metavar="DIR", help="folder of results (default: the user's)")
    serve.add_argument("--threads", type=int, help="threads that follow orbits (default: all processors)")
    serve.set_defaults(command=_serve)


def _serve(options):
    from crviz.dashboard import serve  # brings Panel along, which no other command needs

    _check_threads(options)
    if not 0 <= options.port <= 65535:
        raise ParameterError("port", options.port, "must lie between 0 and 65535")
    serve(
        port=options.port,
        address=options.address,
        show=not options.no_show,
        websocket_origin=options.allow_websocket_origin,
        library=_library(options.library),
        threads=options.threads,
    )
    return 0


def _add_run(commands):
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
        "--omega-t", type=_numbers, metavar="T1,T2,...", help="the times themselves, in place of these two"
    )
    run.add_argument("--realizations", type=int, default=10, help="fields in the end (default 10)")
    run.add_argument("--threads", type=int, help="threads (default: all processors)")
    run.add_argument("--library", metavar="DIR", help="also read from and store in this folder of results")
    run.set_defaults(command=_run)


def _numbers(text):
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be numbers with commas between them.") from None


def _config(options):
    times = options.omega_t
    if times is None:
        check_whole("n_times", options.n_times, at_least=1)
        times = backtracking_times(options.omega_t_max, options.n_times)
    return Config(omega_t=times, **{name: getattr(options, name) for name in _FIELDS})


def _check_threads(options):
    if options.threads is not None:
        check_whole("threads", options.threads, at_least=1)


def _library(folder):
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ParameterError("library", str(folder), "must be a folder")
    return Library(folder)


def _run(options):
    config = _config(options)
    realizations = check_realizations(options.realizations)
    _check_threads(options)
    _check_writable(options.out)
    before = _result_to_continue(options.out, config)
    library = _library(options.library) if options.library else None
    stored = library.get(config) if library else None
    if stored is not None and (before is None or stored.n_realizations > before.n_realizations):
        before = stored
    if before is not None and before.n_realizations >= realizations:
        if before is stored:
            before.save(options.out)
        print(f"{options.out} has {before.n_realizations} realisations already: nothing to compute.")
        return 0
    result, interrupted = _simulate(options, config, realizations, before)
    if library and result is not None:
        library.put(result)
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


def _check_writable(path):
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a file to write to.")
    if not path.parent.is_dir():
        raise ValueError(f"{path} cannot be written: the folder {path.parent} does not exist.")
    probe = path.with_name(f".{path.name}.probe.part")
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}.") from None


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


def _add_info(commands):
    info = commands.add_parser("info", help="say what a result file holds")
    info.add_argument("result", metavar="RESULT.nc", type=Path)
    info.set_defaults(command=_info)


def _info(options):
    result = load(options.result)
    config = result.config
    print(
        f"{options.result}: {result.n_realizations} realisations, made by crviz "
        f"{result.dataset.attrs['crviz_version']} on {result.dataset.attrs['created']}"
    )
    for name, value in config.to_dict().items():
        if name == "omega_t":
            value = f"{len(value)} times from {value[0]:g} to {value[-1]:g} /Omega"
        elif name == "step" and value is None:
            value = f"{config.resolved_step:g} /Omega (chosen)"
        print(f"  {name:<12} {value}")
    for caveat in config.caveats:
        print(f"  note: {caveat}")
    tensors = result.diffusion()
    print(f"at Omega T = {result.omega_t[-1]:g}, in units of r_L and Omega:")
    for label, gradient in (("parallel", "parallel"), ("perpendicular", "perpendicular")):
        g = gradient_tensor(gradient)
        spectrum = result.spectrum(gradient, estimator="plateau")
        k, running = ((g * tensor[-1]).sum() for tensor in (tensors.k, tensors.running))
        c1, error = spectrum.cl[1], spectrum.error[1]
        print(
            f"  {label:<14} K = {k:.3g}   <r r>/2T = {running:.3g}   "
            f"C_1/4pi = {c1 / 12.566370614:.3g} +- {error / 12.566370614:.2g}"
        )
    return 0


def _add_reduce(commands):
    reduce = commands.add_parser("reduce", help="write a small copy: means and covariances, no realisations")
    reduce.add_argument("result", metavar="RESULT.nc", type=Path)
    reduce.add_argument("out", metavar="OUT.nc", type=Path)
    reduce.set_defaults(command=_reduce)


def _reduce(options):
    result = load(options.result)
    _check_writable(options.out)
    if options.out.exists():
        raise ValueError(f"{options.out} exists: it is not overwritten.")
    result.reduced().save(options.out)
    size = options.out.stat().st_size / 1e6
    print(f"{options.out}: means over {result.n_realizations} realisations, {size:.1f} MB.")
    return 0


def _add_bench(commands):
    bench = commands.add_parser("bench", help="measure speed and accuracy on this machine")
    bench.add_argument("--json", action="store_true", help="a machine-readable record")
    bench.add_argument("--quick", action="store_true", help="some 15 s in place of a minute")
    bench.set_defaults(command=_bench)


def _bench(options):
    from rich.console import Console
    from rich.table import Table

    from crviz import bench  # compiles kernels, which no other command needs at once

    record = bench.measure(options.quick)
    if options.json:
        print(json.dumps(record, indent=2))
        return 0
    table = Table("what", "measured", "", title=f"crviz {__version__}")
    for row in bench.rows(record):
        table.add_row(*row)
    Console().print(table)
    return 0
