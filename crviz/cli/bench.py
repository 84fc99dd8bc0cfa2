"""`crviz bench`: speed and accuracy on this machine."""

from __future__ import annotations

import argparse
import json

from crviz._version import __version__
from crviz.cli.arguments import Subparsers


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    bench = commands.add_parser("bench", help="measure speed and accuracy on this machine")
    bench.add_argument("--json", action="store_true", help="a machine-readable record")
    bench.add_argument("--quick", action="store_true", help="some 15 s in place of a minute")
    bench.set_defaults(command=_bench, prints=True)


def _bench(options: argparse.Namespace) -> int:
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
