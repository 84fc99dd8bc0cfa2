"""All tests, two at a time: those that wait for a browser or a server leave the processor to others.

    python tests/run.py

Further arguments are pytest's. `python -m pytest` runs the same one after another.
"""

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parent
#: What takes longest begins first.
LONGEST = ("browser", "dashboard", "faults")
NOTHING_CHOSEN = 5  # pytest's status


def parts():
    """Folders of tests, and the files beside them together, as pytest is given them; small folders go
    together, since each start of it takes some seconds."""
    folders = sorted(each for each in TESTS.iterdir() if any(each.rglob("test_*.py")))
    long = [each for name in LONGEST for each in folders if each.name == name]
    short = [each for each in folders if each not in long]
    files = sorted(TESTS.glob("test_*.py"))
    return [long[:1], files, *([each] for each in long[1:]), short[::2], short[1::2]]


def run(part, further, scratch):
    """Exit status of pytest, whose words are written once it has ended. Its temporary files lie in a folder
    of their own: of those that it finds beside each other it deletes the oldest."""
    began = time.monotonic()
    options = ["--durations=10", f"--basetemp={scratch}/{part[0].name}", *further]
    command = [sys.executable, "-m", "pytest", *options, *map(str, part)]
    done = subprocess.run(
        command, cwd=TESTS.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    sys.stdout.write(f"{part[0].name}: {time.monotonic() - began:.0f} s\n{done.stdout}\n")
    sys.stdout.flush()
    return done.returncode


def main(further):
    """Exit status: 0 where all have passed, and some were there."""
    with tempfile.TemporaryDirectory(prefix="crviz-tests-") as scratch, ThreadPoolExecutor(2) as both:
        found = set(both.map(lambda part: run(part, further, scratch), parts()))
    failed = found - {0, NOTHING_CHOSEN}
    return 1 if failed else min(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
