"""`crviz atlas`: the table over sigma2 and r_L/L_c, made and described."""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
import xarray as xr

from crviz import ensemble
from crviz.arrays import Array
from crviz.atlas import Atlas
from crviz.atlas.making import Part
from crviz.checks import check_whole
from crviz.cli.arguments import (
    Subparsers,
    check_writable,
    declare_time_limit,
    reading,
    writing,
)
from crviz.cli.ending import Ending
from crviz.cli.progress import ProgressBar
from crviz.cli.workers import Workers, check_workers, declare_workers
from crviz.result.schema import GRADIENTS
from crviz.result.times import nearest_time


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    atlas = commands.add_parser("atlas", help="the table of spectra over sigma2 and r_L/L_c")
    actions = atlas.add_subparsers(title="actions", required=True, metavar="ACTION")
    make = actions.add_parser(
        "make",
        help="simulate all points and write the table; continues what a folder holds",
        description="The shipped table is made by: crviz atlas make --parts DIR --out assets/atlas.nc",
    )
    make.add_argument("--parts", metavar="DIR", type=Path, required=True, help="folder of the parts")
    make.add_argument("--out", metavar="FILE.nc", type=Path, help="write the table here (replaces a file)")
    make.add_argument(
        "--rounds",
        type=int,
        help="stop after so many of the rounds, each of which is a complete table with smaller errors; "
        "0 only writes the table from what is there (default: all)",
    )
    declare_workers(make)
    declare_time_limit(make)
    make.set_defaults(command=_make)
    info = actions.add_parser("info", help="say what a table holds and how good it is")
    info.add_argument("file", metavar="FILE.nc", type=Path, nargs="?", help="default: the shipped one")
    info.set_defaults(command=_info, prints=True)


def _make(options: argparse.Namespace) -> int:
    from crviz.atlas import assembly, making

    check_workers(options)
    if options.rounds is not None:
        check_whole("rounds", options.rounds, at_least=0)
    if options.parts.exists() and not options.parts.is_dir():
        raise ValueError(f"{options.parts} is a file, not a folder.")
    if options.out is not None:
        check_writable(options.out)
    ending: Ending = options.ending
    try:
        with ending.within(options.time_limit):
            parts = making.missing(options.parts, rounds=options.rounds)
            if parts:
                _simulate(options, parts)
                print(f"{options.parts}: {len(parts)} of {len(parts)} parts.")
            else:
                print(f"{options.parts}: nothing to simulate.")
        ending.release()
        if options.out is not None:
            table = assembly.assemble(options.parts)
            with writing(options.out):
                assembly.save(table, options.out)
            print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB.")
    except KeyboardInterrupt:
        print(f"{ending.sentence} {options.parts} holds what is finished; the same command continues.")
        return ending.status
    return 0


def _simulate(options: argparse.Namespace, parts: list[Part]) -> None:
    from crviz.atlas import making

    with (
        Workers(options, max(ensemble.of_worker(part.config) for part in parts)) as workers,
        # parts differ: their speed is averaged over long
        ProgressBar("parts", len(parts), sum(part.work for part in parts), period=600) as bar,
    ):
        watched = options.ending.watch(bar)
        for done, _ in enumerate(
            making.make(options.parts, parts, executor=workers.executor, progress=watched), 1
        ):
            bar.done(done)


def _info(options: argparse.Namespace) -> int:
    from crviz.atlas import load

    with reading(options.file or Path("the shipped atlas")):
        _describe(load(options.file), options.file)
    return 0


def _describe(atlas: Atlas, path: Path | None) -> None:
    from crviz.atlas.assembly import OLDEST_SCHEMA

    data = atlas.dataset
    print(f"{path or 'shipped'}: made by crviz {data.attrs['crviz_version']} on {data.attrs['created']}")
    for name in ("sigma2", "rl_over_lc"):
        print(f"  {name:<12} {' '.join(f'{value:g}' for value in data[name].values)}")
    print(f"  {'omega_t':<12} {atlas.omega_t[0]:.3g} to {atlas.omega_t[-1]:g}")
    for name, value in atlas.turbulence.items():
        print(f"  {name:<12} {value:g}" if isinstance(value, float) else f"  {name:<12} {value}")
    counts = data["fields"].values, data["fine_fields"].values
    if data.attrs["schema"] > OLDEST_SCHEMA:  # other fields on coarse grids than on fine ones
        counts = counts[0] - counts[1], counts[1]
    for nside, numbers in zip(data.attrs["nside"], counts, strict=True):
        print(f"  nside {nside:<6} {_range(numbers)} fields a point")
    _print_errors(atlas)
    if data.attrs["schema"] > OLDEST_SCHEMA:
        _print_quantiles(atlas.observers)


def _print_quantiles(data: xr.Dataset) -> None:
    """Up to which l quantiles are known, and what of their width was noise."""
    times = data.omega_t_quantile.values
    print(
        f"quantiles of what one observer sees at {len(times)} times from {times[0]:.3g} to {times[-1]:g}: "
        "last l known at points, least, median, largest"
    )
    rows = {"C_l": data["cl_last"], "C_l/C_1": data["shape_last"]}
    rows |= {f"C_l, {name}": data["seen_last"].sel(window=name) for name in data.window.values}
    for omega_t in (10, 100, 300):
        at = {"omega_t_quantile": times[abs(times - omega_t).argmin()]}
        print(f"at Omega T = {at['omega_t_quantile']:.3g}")
        for label, table in rows.items():
            for gradient in table.gradient.values:
                shown = table.sel(gradient=gradient, **at).quantile([0, 0.5, 1]).values
                print(f"  {label:<50} {gradient:<14}" + " ".join(f"{number:4.0f}" for number in shown))


def _print_errors(atlas: Atlas) -> None:
    """What errors are at the points, and what interpolation adds to them in the middles of all cells."""
    print(
        "errors [%], at points: least, median, largest; of interpolation between them: median, largest; "
        "left-out points predicted: 50, 90 % within"
    )
    middles = [np.sqrt(axis[1:] * axis[:-1]) for axis in (atlas.sigma2, atlas.rl_over_lc)]
    between = [atlas.interpolate(*place) for place in itertools.product(*middles)]
    predicted = atlas.interpolation.left_out_errors()
    for time in dict.fromkeys(nearest_time(atlas.omega_t, omega_t) for omega_t in (10, 100, 300)):
        print(f"at Omega T = {atlas.omega_t[time]:.3g}")
        rows = [(f"C_{ell}", "cl", ell) for ell in (1, 2, 5, 20) if ell in atlas.ell]
        for (label, name, ell), gradient in itertools.product((*rows, ("K", "k", None)), GRADIENTS):
            at = (GRADIENTS.index(gradient), time) if ell is None else (GRADIENTS.index(gradient), time, ell)
            values, errors = (atlas.dataset[each].values[:, :, *at] for each in (name, f"{name}_error"))
            added = [
                point.interpolation_error(which=name, gradient=gradient)[at[1:]]
                / abs(point.dataset[name].values[at])
                for point in between
            ]
            shown = (
                *np.quantile(errors / abs(values), [0, 0.5, 1]),
                *np.nanquantile(added, [0.5, 1]),
                *predicted[name][:, *at],
            )
            print(f"  {label:<5} {gradient:<14}" + " ".join(f"{100 * each:6.1f}" for each in shown))


def _range(numbers: Array) -> str:
    least, most = numbers.min(), numbers.max()
    return f"{least}" if least == most else f"{least} to {most}"
