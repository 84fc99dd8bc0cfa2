"""The parser of all commands, and what goes wrong with them in one sentence."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence

from crviz._version import __version__
from crviz.checks import ParameterError
from crviz.cli import speaking
from crviz.cli.arguments import BAD_INPUT, Parser
from crviz.cli.ending import Ending
from crviz.discovery import found


def obey(argv: Sequence[str] | None, ending: Ending) -> int:
    """Do what the arguments say; returns the exit status. Raises KeyboardInterrupt where work was ended."""
    parser = _parser()
    options, further = parser.parse_known_args(argv)
    options.ending = ending
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: print(f"crviz: warning: {message}", file=sys.stderr)
        try:
            if further:
                options.further(further, options)
            status = int(options.command(options))
            if options.prints:
                speaking.check()
            return status
        except ParameterError as error:
            option = "--" + error.parameter.replace("_", "-")
            return _refuse(options, f"{option}: {error}")
        except (ValueError, FileNotFoundError) as error:
            return _refuse(options, str(error))
        except MemoryError:
            return _refuse(options, "there is not enough memory for this: a smaller --nside needs less.")
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return _refuse(options, f"{where}{error.strerror or error}.")


def _refuse(options: argparse.Namespace, sentence: str) -> int:
    print(f"crviz {options.name}: {sentence}", file=sys.stderr)
    return BAD_INPUT


def _parser() -> Parser:
    parser = Parser(
        "crviz", description="Small-scale anisotropies of cosmic rays from turbulent magnetic fields."
    )
    parser.add_argument("--version", action="version", version=f"crviz {__version__}")

    def refuse(arguments: list[str], options: argparse.Namespace) -> None:
        parser.error(f"unrecognized arguments: {' '.join(arguments)}")

    # `prints`: whether what the command prints is what it was called for
    parser.set_defaults(further=refuse, prints=False)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="name")
    for add in found("crviz.cli", "add"):
        add(commands)
    return parser
