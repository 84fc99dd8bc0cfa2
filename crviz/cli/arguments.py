"""What the commands share: the parser, and the checks of what they were given."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from crviz.checks import ParameterError, check_whole
from crviz.library import Library
from crviz.parameters import Parameter

#: Exit status of bad input, and of work that Ctrl-C ended.
BAD_INPUT, INTERRUPTED = 2, 130


class Parser(argparse.ArgumentParser):
    """Refuses in one line, like everything else here."""

    def error(self, message: str) -> NoReturn:
        """Leave with what is wrong."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


#: What `add` of a command declares itself in.
Subparsers: TypeAlias = "argparse._SubParsersAction[Parser]"


def declare(parser: argparse.ArgumentParser, parameters: Iterable[Parameter]) -> None:
    """Give a parser the options of some parameters; one that is not given is None."""
    for parameter in parameters:
        default, listed = parameter.default, parameter.kind is tuple
        shown = f"{default:.6g}" if isinstance(default, float) else default
        parser.add_argument(
            parameter.option,
            type=numbers if listed else parameter.kind,
            metavar="T1,T2,..." if listed else None,
            help=parameter.help + ("" if listed or default is None else f" (default {shown})"),
        )


def given(options: argparse.Namespace, parameters: Iterable[Parameter]) -> dict[str, object]:
    """The values of parameters that were given as options."""
    values = {parameter.name: getattr(options, parameter.name, None) for parameter in parameters}
    return {name: value for name, value in values.items() if value is not None}


def asked(options: argparse.Namespace, parameter: Parameter) -> Any:
    """The value of a parameter: as it was given, or its default."""
    return given(options, [parameter]).get(parameter.name, parameter.default)


def numbers(text: str) -> list[float]:
    """The type of an option that takes numbers with commas between them."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be numbers with commas between them.") from None


def check_threads(options: argparse.Namespace) -> None:
    """Raises ParameterError where --threads was given and is no number of threads."""
    if options.threads is not None:
        check_whole("threads", options.threads, at_least=1)


def library(folder: str | None) -> Library:
    """The Library in a folder; None is the user's. Raises ParameterError where it is a file."""
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ParameterError("library", str(folder), "must be a folder")
    return Library(folder)


def check_writable(path: Path) -> None:
    """Raises ValueError where a file cannot be written to, before anything is computed for it."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a file to write to.")
    if not path.parent.is_dir():
        raise ValueError(f"{path} cannot be written: the folder {path.parent} does not exist.")
    probe = path.with_name(f".{path.name}.probe.part")
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}.") from None
