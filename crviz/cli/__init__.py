"""The command line. One file a command: `add` declares its options, which name the function that obeys.

Importing this imports nothing that takes long, so that signals are heard from the first moment on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from crviz.cli import speaking
from crviz.cli.ending import Ending


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status.

    Without arguments the process is the command's own: it takes those of the process, and where a signal
    ended the work it leaves without waiting for threads that are still busy.
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
        if ending.program and ending.asked is not None:
            os._exit(status)
    return status
