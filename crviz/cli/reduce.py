"""`crviz reduce`: a small copy of a result."""

from __future__ import annotations

import argparse
from pathlib import Path

from crviz.cli.arguments import Subparsers, check_writable
from crviz.result import load


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    reduce = commands.add_parser("reduce", help="write a small copy: means and covariances, no realisations")
    reduce.add_argument("result", metavar="RESULT.nc", type=Path)
    reduce.add_argument("out", metavar="OUT.nc", type=Path)
    reduce.set_defaults(command=_reduce)


def _reduce(options: argparse.Namespace) -> int:
    result = load(options.result)
    check_writable(options.out)
    if options.out.exists():
        raise ValueError(f"{options.out} exists: it is not overwritten.")
    result.reduced().save(options.out)
    size = options.out.stat().st_size / 1e6
    print(f"{options.out}: means over {result.n_realizations} realisations, {size:.1f} MB.")
    return 0
