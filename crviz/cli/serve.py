"""`crviz serve`: the dashboard in a browser."""

from __future__ import annotations

import argparse
import dataclasses
import threading
from pathlib import Path

from crviz.cli.arguments import Subparsers, check_threads, duration, library, size
from crviz.cli.ending import Ending
from crviz.jobs.limits import Limits, option
from crviz.library import shipped


def add(commands: Subparsers) -> None:
    """Declare the command and its options."""
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
    serve.add_argument(
        "--public",
        action=argparse.BooleanOptionalAction,
        help="be careful with visitors (default: with any address but this machine's, or an allowed origin)",
    )
    serve.add_argument(
        "--prefix", default="", metavar="PATH", help="path below which a proxy shows the page, such as /crviz"
    )
    serve.add_argument(
        "--behind-proxy",
        action="store_true",
        help="believe what a proxy says of where visitors come from (only where all come through it)",
    )
    serve.add_argument(
        "--framed-by",
        action="append",
        metavar="SITE",
        help="another site that may show the page in a frame; may be repeated",
    )
    serve.add_argument(
        "--passwords",
        type=Path,
        metavar="FILE",
        help="a JSON file of names and passwords: the page asks for one",
    )
    serve.add_argument("--library", metavar="DIR", help="folder of results (default: the user's)")
    serve.add_argument(
        "--library-size",
        type=size,
        metavar="SIZE",
        help="what the folder may take, such as 500MB; what was not used for longest goes "
        "(default: 2GB in public, else none)",
    )
    serve.add_argument(
        "--metrics-port",
        type=int,
        metavar="PORT",
        help="tell figures for Prometheus at this port of 127.0.0.1",
    )
    serve.add_argument("--threads", type=int, help="threads that follow orbits (default: all processors)")
    public = Limits.public()
    for each in dataclasses.fields(Limits):
        seconds, usual = each.name == "keep_running", getattr(public, each.name)
        serve.add_argument(
            "--" + option(each.name).replace("_", "-"),
            type=duration if seconds else float,
            metavar="TIME" if seconds else "NUMBER",
            help=f"{each.metadata['help']} ({usual:g}{' s' if seconds else ' with --public'})",
        )
    serve.set_defaults(command=_serve)


def _serve(options: argparse.Namespace) -> int:
    # two things that every page needs, one of them mostly decompression: side by side
    threading.Thread(target=shipped, name="crviz-shipped", daemon=True).start()
    from crviz import learn
    from crviz.dashboard import Service, serve  # brings Panel along, which no other command needs

    ending: Ending = options.ending
    check_threads(options)
    service = Service(
        port=options.port,
        address=options.address,
        show=not options.no_show,
        websocket_origin=tuple(options.allow_websocket_origin or ()),
        library=library(options.library, options.library_size),
        threads=options.threads,
        public=options.public,
        prefix=options.prefix.rstrip("/"),
        behind_proxy=options.behind_proxy,
        framed_by=tuple(options.framed_by or ()),
        passwords=options.passwords,
        metrics_port=options.metrics_port,
        limits={
            each.name: value
            for each in dataclasses.fields(Limits)
            if (value := getattr(options, option(each.name))) is not None
        },
    )
    ended = serve(
        service,
        lambda url: print(f"The dashboard is at {url}", flush=True),
        ending.instead,
        learn.routes(),
    )
    if ending.asked is None:
        return 0
    kept = (
        "what was finished is stored" if ended else "a run could not be waited for: its last fields are lost"
    )
    print(f"{ending.sentence} The dashboard is closed; {kept}.")
    return ending.status
