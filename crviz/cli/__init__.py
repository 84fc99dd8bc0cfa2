"""The command line. One file a command: `add` declares its options, which name the function that obeys.

Importing this imports nothing that takes long, so that signals are heard from the first moment on.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

from crviz.cli import speaking
from crviz.cli.ending import Ending


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status.

    Without arguments the process is the command's own: it takes those of the process, and it leaves
    without waiting for threads that are still busy.
    """
    ending = Ending(program=argv is None)
    if ending.program:
        speaking.prepare()
        # results are put in place whole, so nobody needs HDF5's locks, which some file systems lack
        os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
    with ending.listening():
        with speaking.steady():
            try:
                from crviz.cli.obeying import obey  # brings everything else along

                status = obey(argv, ending)
                ending.over = True
            except KeyboardInterrupt:
                ending.over = True
                print(f"crviz: {ending.sentence}", file=sys.stderr)
                status = ending.status
        if ending.program and (ending.asked is not None or _others_are_busy()):
            _leave(status)
    return status


def _others_are_busy() -> bool:
    """Whether there are threads that nobody would wait for: one that holds a lock of a library's when the
    interpreter ends would have it wait for ever."""
    return any(thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread())


def _leave(status: int) -> NoReturn:
    """End the process here and now, with what was registered for its end."""
    atexit._run_exitfuncs()
    os._exit(status)
