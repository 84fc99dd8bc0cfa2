"""`crviz merge`: parts of a run into one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from crviz.cli.arguments import Subparsers, check_writable
from crviz.ensemble import merge
from crviz.result import examining, numbered
from crviz.storing import File


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    command = commands.add_parser("merge", help="join parts of a run into the very file of one run")
    command.add_argument("parts", metavar="PARTS.nc", type=Path, nargs="+")
    command.add_argument("-o", "--out", metavar="OUT.nc", type=Path, required=True)
    command.set_defaults(command=_merge)


def _merge(options: argparse.Namespace) -> int:
    check_writable(options.out)
    whole = merge(
        [examining.load(path, lazily=True) for path in options.parts], [str(path) for path in options.parts]
    )
    out = File(options.out)
    with out.held():
        out.put(whole)
    print(f"{out.path}: {whole.n_realizations} realisations, {numbered(whole.fields)}.")
    return 0
