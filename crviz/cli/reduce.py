"""`crviz reduce`: a small copy of a result."""

from __future__ import annotations

import argparse
from concurrent.futures import Executor
from pathlib import Path

import numpy as np

from crviz import ensemble
from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.cli.arguments import Subparsers, check_threads, check_writable, complete, loaded, writing
from crviz.cli.progress import ProgressBar
from crviz.config import is_current
from crviz.ensemble.tracing import Tracing
from crviz.result import Result

#: nside of the finest sky that is followed: positions and momenta at 64 times take 1.2 GB there.
_LARGEST = 256


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    reduce = commands.add_parser("reduce", help="write a small copy: means and covariances, no realisations")
    reduce.add_argument("result", metavar="RESULT.nc", type=Path)
    reduce.add_argument("out", metavar="OUT.nc", type=Path)
    reduce.add_argument(
        "--sky-nside",
        type=int,
        metavar="NSIDE",
        help="also follow the first field on this finer grid, and keep its sky at all times",
    )
    reduce.add_argument(
        "--smallest",
        action="store_true",
        help="maps at the last time only, and spectra and covariances rounded to three digits",
    )
    reduce.add_argument("--threads", type=int, help="threads for that sky (default: all processors)")
    reduce.set_defaults(command=_reduce)


def _reduce(options: argparse.Namespace) -> int:
    nside = options.sky_nside
    check_threads(options)
    result = loaded(options.result)
    with complete(options.result):
        small = result.reduced()
    if options.smallest:
        small = small.smallest()
    if nside is not None:
        _check_sky(nside, result, options.result)
    check_writable(options.out)
    if options.out.exists():
        raise ValueError(f"{options.out} exists: it is not overwritten.")
    if nside is not None:
        with options.ending.pool(options.threads or ensemble.thread_count()) as pool:
            small = small.with_sky(nside, _positions(result, nside, pool))
    with writing(options.out):
        small.save(options.out)
    size = options.out.stat().st_size / 1e6
    sky = "" if nside is None else f", the sky of realisation {result.fields.start} at nside {nside}"
    print(f"{options.out}: means over {result.n_realizations} realisations{sky}, {size:.1f} MB.")
    return 0


def _check_sky(nside: int, result: Result, path: Path) -> None:
    coarse = result.config.nside
    if not coarse < nside <= _LARGEST or nside & (nside - 1):
        rule = f"must be a power of 2 above {coarse}, the run's own, and {_LARGEST} at most"
        raise ParameterError("sky_nside", nside, rule)
    if not is_current(result.numerics):
        raise ValueError(
            f"{path} was computed with numerics {result.numerics}, not the present ones: its first field "
            "cannot be followed again."
        )


def _positions(result: Result, nside: int, pool: Executor) -> Array:
    """r(-T) of the first field (T, 3, 12 nside^2), in single precision, as a run of that nside would keep."""
    fine = result.config.replace(nside=nside, grids="single")
    r, p = np.empty((2, len(fine.omega_t), 3, fine.n_orbits), np.float32)
    with ProgressBar("skies", 1, fine.n_orbits) as bar:
        tracing = Tracing(fine, result.fields.start, pool, None)
        try:
            tracing.collect(bar, r, p)
        finally:
            tracing.cancel()
    return r
