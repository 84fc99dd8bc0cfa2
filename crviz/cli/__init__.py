"""The command line. One file a command: `add` declares its options, which name the function that obeys."""

from __future__ import annotations

import os
import sys
import warnings

from crviz._version import __version__
from crviz.cli import atlas, bench, info, plot, reduce, run, serve
from crviz.cli.arguments import BAD_INPUT, Parser
from crviz.config import ParameterError

#: In the order of the help.
COMMANDS = (serve, run, info, plot, reduce, atlas, bench)


def main(argv=None):
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(argv)
    warnings.showwarning = lambda message, *_: print(f"crviz: warning: {message}", file=sys.stderr)
    try:
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


def _refuse(options, sentence):
    print(f"crviz {options.name}: {sentence}", file=sys.stderr)
    return BAD_INPUT


def _parser():
    parser = Parser(
        "crviz", description="Small-scale anisotropies of cosmic rays from turbulent magnetic fields."
    )
    parser.add_argument("--version", action="version", version=f"crviz {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="name")
    for command in COMMANDS:
        command.add(commands)
    return parser
