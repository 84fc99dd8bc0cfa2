"""`crviz export`: a result as one HTML file, which needs no server and no network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from crviz import ensemble, library, paths
from crviz.cli.arguments import Subparsers, check_writable, complete, loaded, writing

if TYPE_CHECKING:
    from crviz.dashboard.state import State


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    export = commands.add_parser("export", help="write a result as one HTML file that opens without a server")
    export.add_argument("result", metavar="RESULT.nc", type=Path)
    export.add_argument("-o", "--output", required=True, type=Path, metavar="PAGE.html")
    export.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> int:
    check_writable(options.output)
    state = opened(options.result)
    from crviz.dashboard.alone import one_file

    with complete(options.result), options.ending.pool(ensemble.thread_count()) as pool:
        page = one_file(state, story=True, executor=pool)
    with writing(options.output), paths.replacing(options.output) as part:
        part.write_bytes(page)
    print(f"{options.output}: {len(page) / 1e6:.1f} MB, opens in a browser by itself.")
    return 0


def opened(path: Path) -> State:
    """What a page on a result opens on. Raises ValueError or FileNotFoundError."""
    result = loaded(path)
    from crviz.dashboard.alone import labelled, opening  # brings Panel along

    with complete(path):
        return opening(labelled(result, shipped=path.samefile(library.reference())))
