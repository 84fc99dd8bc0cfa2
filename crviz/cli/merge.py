"""`crviz merge`: parts of a run into one file."""

from __future__ import annotations

import argparse
from pathlib import Path

from crviz.cli.arguments import Subparsers, check_writable
from crviz.ensemble import merge
from crviz.result import examining, numbered, seeds_in_words
from crviz.storing import File


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    command = commands.add_parser("merge", help="join parts of a run into the very file of one run")
    command.add_argument("parts", metavar="PARTS.nc", type=Path, nargs="+")
    command.add_argument("-o", "--out", metavar="OUT.nc", type=Path, required=True)
    command.add_argument(
        "--seeds",
        action="store_true",
        help="parts may have different seeds, whole runs of each: one ensemble, to which none can be added",
    )
    command.set_defaults(command=_merge)


def _merge(options: argparse.Namespace) -> int:
    check_writable(options.out)
    whole = merge(
        [examining.load(path, lazily=True) for path in options.parts],
        [str(path) for path in options.parts],
        seeds=options.seeds,
    )
    out = File(options.out)
    with out.held():
        out.put(whole)
    which = f"of the seeds {seeds_in_words(whole.seeds)}" if whole.seeds else numbered(whole.fields)
    print(f"{out.path}: {whole.n_realizations} realisations, {which}.")
    return 0
