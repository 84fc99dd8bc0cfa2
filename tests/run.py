"""All tests: those of the page, which wait for a browser most of the time, beside the others.

    python tests/run.py

Further arguments are pytest's. `python -m pytest` runs the same one after another.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = "tests/browser"


def main(further):
    """Exit status: 0 where both have passed."""
    pytest = [sys.executable, "-m", "pytest", "--durations=10", *further]
    with tempfile.TemporaryFile("w+") as said:
        page = subprocess.Popen([*pytest, PAGE], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            others = subprocess.run([*pytest, "tests", f"--ignore={PAGE}"], cwd=ROOT, check=False)
            page.wait()
        finally:
            page.terminate()  # where this was interrupted
        said.seek(0)
        sys.stdout.write(said.read())
    return others.returncode or page.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
