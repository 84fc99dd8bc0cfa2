"""The command line. One file a command: `add` declares its options, which name the function that obeys."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence

from crviz._version import __version__
from crviz.checks import ParameterError
from crviz.cli.arguments import BAD_INPUT, Parser
from crviz.discovery import found


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = _parser()
    options, further = parser.parse_known_args(argv)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: print(f"crviz: warning: {message}", file=sys.stderr)
        try:
            if further:
                options.further(further, options)
            return options.command(options)
        except ParameterError as error:
            option = "--" + error.parameter.replace("_", "-")
            return _refuse(options, f"{option}: {error}")
        except (ValueError, FileNotFoundError) as error:
            return _refuse(options, str(error))
        except BrokenPipeError:  # whoever read along has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except OSError as error:
            return _refuse(options, f"{error.filename or 'a file'}: {error.strerror or error}.")


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

    parser.set_defaults(further=refuse)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="name")
    for add in found(__name__, "add"):
        add(commands)
    return parser
