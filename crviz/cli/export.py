"""`crviz export`: a result, the atlas, or both as one HTML file, which needs no server and no network."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from crviz import ensemble, library, paths
from crviz.cli.arguments import Subparsers, check_writable, complete, loaded, writing

if TYPE_CHECKING:
    from crviz.dashboard.state import State


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    export = commands.add_parser("export", help="write a result as one HTML file that opens without a server")
    export.add_argument("result", metavar="RESULT.nc", type=Path, nargs="?")
    export.add_argument(
        "--atlas", action="store_true", help="with sliders of sigma^2 and r_L/L_c, also without a result"
    )
    export.add_argument(
        "--learn", action="store_true", help="the course in place of a result: eight steps that compute"
    )
    export.add_argument("-o", "--output", required=True, type=Path, metavar="PAGE.html")
    export.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> int:
    check_writable(options.output)
    if options.learn:
        if options.result is not None or options.atlas:
            raise ValueError("crviz export --learn is the course alone: name no result, and no --atlas.")
        from crviz import learn

        return _written(options.output, learn.one_file().encode())
    if options.result is None and not options.atlas:
        raise ValueError("crviz export needs a RESULT.nc, --atlas for a page on the atlas alone, or --learn.")
    state = opened(options.result)
    from crviz.dashboard import alone

    if options.atlas:
        alone.check_atlas(state.shown.source)
    held = complete(options.result) if options.result else nullcontext()
    with held, options.ending.pool(ensemble.thread_count()) as pool:
        page = alone.one_file(state, story=True, with_atlas=options.atlas, executor=pool)
    return _written(options.output, page)


def _written(path: Path, page: bytes) -> int:
    with writing(path), paths.replacing(path) as part:
        part.write_bytes(page)
    print(f"{path}: {len(page) / 1e6:.1f} MB, opens in a browser by itself.")
    return 0


def opened(path: Path | None) -> State:
    """What a page on a result opens on; None is the atlas's point of the paper. Raises ValueError or
    FileNotFoundError."""
    result = None if path is None else loaded(path)
    from crviz.dashboard.alone import labelled, opening, paper  # brings Panel along

    if path is None or result is None:
        return opening(paper())
    with complete(path):
        return opening(labelled(result, shipped=path.samefile(library.reference())))
