"""`crviz site`: the explorer as static files, for any web server."""

from __future__ import annotations

import argparse
from pathlib import Path

from crviz import ensemble, library, paths
from crviz.cli.arguments import Subparsers, complete, writing
from crviz.cli.export import opened


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
    site = commands.add_parser("site", help="write the explorer as static files, for any web server")
    site.add_argument("folder", metavar="DIR", type=Path)
    site.add_argument("--result", metavar="RESULT.nc", type=Path, help="(default: the shipped run)")
    site.add_argument(
        "--docs",
        metavar="DIR",
        type=Path,
        help="documents to put beside it, as docs/ (default: the documentation, if built)",
    )
    site.set_defaults(command=_site)


def _site(options: argparse.Namespace) -> int:
    from crviz import site
    from crviz.dashboard import words
    from crviz.dashboard.alone import contents_of, has_atlas

    site.check(options.folder)
    if options.docs is not None and not options.docs.is_dir():
        raise ValueError(f"{options.docs} is not a folder of documents.")
    result = options.result or library.reference()
    state = opened(result)
    with words.linked(options.docs is None and paths.documentation() is not None):
        with complete(result), options.ending.pool(ensemble.thread_count()) as pool:
            contents = contents_of(state, pool, with_atlas=has_atlas(state.shown.source))
        with writing(options.folder):
            size = site.write(options.folder, contents, options.docs or paths.documentation())
    print(f"{options.folder}: {size / 1e6:.1f} MB; hand it out as it is, with index.html first.")
    return 0
