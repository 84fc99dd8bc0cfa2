"""Real processes of the command line, each bounded in time."""

import os
import re
import subprocess
import sys
import threading
from collections import namedtuple
from pathlib import Path

import pytest

import crviz

#: No process of these tests lives longer [s]; the machine may be busy.
PATIENCE = 240

#: Runs the command line as its own program, with what `{prelude}` does before, as the only thing that
#: has a say about signals: the shell behind the tests, or nohup, may have told its children to ignore them.
_PROGRAM = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
{prelude}
runpy.run_module("crviz", run_name="__main__")
"""

#: Sends itself a signal when a module is about to be imported.
_AT_IMPORT = """
import os, sys
class Signals:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), {number})
sys.meta_path.insert(0, Signals())
"""

Outcome = namedtuple("Outcome", "status out err")


def environment(**more):
    """That of a process which finds this crviz."""
    folders = [str(Path(crviz.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(folders), "OPENBLAS_NUM_THREADS": "1"} | more


def program(*words, prelude=""):
    """What starts the command line."""
    return [sys.executable, "-c", _PROGRAM.format(prelude=prelude), *map(str, words)]


@pytest.fixture
def command():
    """The command line to its end: options of `subprocess.run`, variables of the environment, and a signal
    that comes when a module is imported."""

    def command(*words, prelude="", at_import=None, variables=None, **options):
        if at_import is not None:
            module, number = at_import
            prelude += _AT_IMPORT.format(module=module, number=int(number))
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        argv, variables = program(*words, prelude=prelude), environment(**(variables or {}))
        done = subprocess.run(argv, env=variables, text=True, timeout=PATIENCE, **options)
        return Outcome(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture
def python():
    """Runs a program in Python, whatever it warns of, to its end."""

    def python(code):
        argv = [sys.executable, "-W", "ignore", "-c", code]
        return subprocess.run(argv, env=environment(), capture_output=True, text=True, timeout=PATIENCE)

    return python


@pytest.fixture
def start():
    """Starts the command line, to be ended by the test; its progress bar takes the pipe for a terminal."""
    started = []

    def start(*words, prelude=""):
        more = {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "TERM": "xterm"}
        process = subprocess.Popen(
            program(*words, prelude=prelude),
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        started.append((process, timer))
        return process

    yield start
    for process, timer in started:
        timer.cancel()
        process.kill()
        process.communicate()


@pytest.fixture
def read_until():
    """Reads what a process says until it has said something; returns the match."""

    def read_until(process, pattern):
        seen = b""
        while chunk := process.stdout.read(4096):  # ends with the process
            seen += chunk
            if found := re.search(pattern, seen):
                return found
        pytest.fail(f"the process ended before: {seen!r} {process.stderr.read()!r}")

    return read_until
