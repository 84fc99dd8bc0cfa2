"""What the commands share: the parser, and the checks of what they were given."""

from __future__ import annotations

import argparse
import math
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from crviz.checks import ParameterError, check_whole
from crviz.cli.ending import TIME_UP
from crviz.gradient import Gradient
from crviz.library import Library
from crviz.parameters import N_MODES, Parameter
from crviz.result import Run, Summary, examining

#: Exit status of bad input.
BAD_INPUT = 2


class Parser(argparse.ArgumentParser):
    """Refuses in one line, like everything else here."""

    def error(self, message: str) -> NoReturn:
        """Leave with what is wrong."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


#: What `add` of a command declares itself in.
Subparsers: TypeAlias = "argparse._SubParsersAction[Parser]"


#: In place of a number of waves: as many as a rigidity asks for.
AUTOMATIC = "auto"


def waves(text: str) -> int | str:
    """The type of an option that takes a number of waves."""
    if text == AUTOMATIC:
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, or {AUTOMATIC}.") from None


def declare(parser: argparse.ArgumentParser, parameters: Iterable[Parameter]) -> None:
    """Give a parser the options of some parameters; one that is not given is None."""
    for parameter in parameters:
        default, listed = parameter.default, parameter.kind is tuple
        kind = waves if parameter is N_MODES else parameter.kind
        shown = f"{default:.6g}" if isinstance(default, float) else default
        parser.add_argument(
            parameter.option,
            type=numbers if listed else kind,
            metavar="T1,T2,..." if listed else None,
            help=parameter.help + ("" if listed or default is None else f" (default {shown})"),
        )


def given(options: argparse.Namespace, parameters: Iterable[Parameter]) -> dict[str, Any]:
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


def direction(text: str) -> Gradient:
    """The type of an option that takes a gradient."""
    if text in ("parallel", "perpendicular"):
        return text
    try:
        theta, phi = (math.radians(float(part)) for part in text.split(","))
    except ValueError:
        theta = phi = math.nan
    if not (0 <= theta <= math.pi and math.isfinite(phi)):
        raise argparse.ArgumentTypeError(
            f"{text!r} must be parallel, perpendicular or THETA,PHI in degrees, THETA from 0 to 180."
        )
    return theta, phi


def share(text: str) -> float:
    """The type of an option that takes a share in per cent."""
    parts = re.fullmatch(r"(\d+\.?\d*)%", text)
    if not parts or not 0.1 <= float(parts[1]) <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} must be a share from 0.1% to 100%, such as 2%.")
    return float(parts[1]) / 100


def declare_time_limit(parser: argparse.ArgumentParser) -> None:
    """Give a parser --time-limit, in seconds."""
    parser.add_argument(
        "--time-limit",
        type=duration,
        metavar="TIME",
        help=f"stop after so long (90s, 50m, 1.5h), keep what is done; exit status {TIME_UP} if more is left",
    )


def duration(text: str) -> float:
    """The type of an option that takes a time with its unit [s]."""
    parts = re.fullmatch(r"(\d+\.?\d*)([smhd])", text)
    seconds = float(parts[1]) * _SECONDS[parts[2]] if parts else 0.0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} must be a number and its unit, such as 90s, 50m, 1.5h or 2d, a year at most."
        )
    return seconds


_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = 365 * _SECONDS["d"]


def size(text: str) -> float:
    """The type of an option that takes a number of bytes, which may be any."""
    if text == "none":
        return math.inf
    parts = re.fullmatch(r"(\d+\.?\d*)([kMGT]B)", text)
    if not parts or not float(parts[1]):
        raise argparse.ArgumentTypeError(
            f"{text!r} must be a number and its unit, such as 500MB or 2GB, or none."
        )
    return float(parts[1]) * _BYTES[parts[2]]


_BYTES = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}


def check_threads(options: argparse.Namespace) -> None:
    """Raises ParameterError where --threads was given and is no number of threads."""
    if options.threads is not None:
        check_whole("threads", options.threads, at_least=1)


def library(folder: str | None, size: float | None = None) -> Library:
    """The Library in a folder, of some bytes at most; None is the user's. Raises ParameterError where it is a
    file."""
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ParameterError("library", str(folder), "must be a folder")
    return Library(folder, size)


@contextmanager
def complete(path: Path) -> Iterator[None]:
    """What is missing in a file is said with its name: raises ValueError."""
    try:
        yield
    except KeyError as error:
        raise ValueError(f"{path} is damaged, or made by another version: it lacks {error}.") from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """What is read of a file here goes wrong with its name: raises ValueError or FileNotFoundError."""
    try:
        with complete(path):
            yield
    except ParameterError as error:  # of the file, not one that was given here
        raise ValueError(f"{path} is damaged, or made by another version of crviz: {error}") from error
    except (ValueError, FileNotFoundError) as error:
        if str(path) in str(error):
            raise
        raise ValueError(f"{path} cannot be used: {error}") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}.") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What is written to a file here goes wrong with its name: raises ValueError."""
    try:
        yield
    except OSError as error:
        # what lies beside it are its own temporary files
        elsewhere = error.filename and Path(os.fsdecode(error.filename)).parent != path.parent
        where = error.filename if elsewhere else path
        raise ValueError(f"{where} could not be written: {error.strerror or error}.") from error


def loaded(path: Path, *, lazily: bool = False) -> Run | Summary:
    """A result, also of a file that would hold up this process. Raises ValueError or FileNotFoundError."""
    return examining.load(path, lazily=lazily)


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
