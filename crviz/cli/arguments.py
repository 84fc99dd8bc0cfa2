"""What the commands share: the parser, and the checks of what they were given."""

from __future__ import annotations

import argparse
from pathlib import Path

from crviz.config import ParameterError, check_whole
from crviz.library import Library

#: Exit status of bad input, and of work that Ctrl-C ended.
BAD_INPUT, INTERRUPTED = 2, 130


class Parser(argparse.ArgumentParser):
    """Refuses in one line, like everything else here."""

    def error(self, message):
        """Leave with what is wrong."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def numbers(text):
    """The type of an option that takes numbers with commas between them: list of float."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} must be numbers with commas between them.") from None


def check_threads(options):
    """Raises ParameterError where --threads was given and is no number of threads."""
    if options.threads is not None:
        check_whole("threads", options.threads, at_least=1)


def library(folder):
    """The Library in a folder; None is the user's. Raises ParameterError where it is a file."""
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise ParameterError("library", str(folder), "must be a folder")
    return Library(folder)


def check_writable(path):
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
