"""Modules of the page that know no document: tested by node, and their types checked."""

import shutil
import subprocess

import pytest
from node import ROOM, STRICT, lay_out, program, run

from crviz.jobs import fine_skies

TESTS = ROOM.parents[1] / "tests/javascript"
#: What computes and says, and touches no document.
PURE = [
    *(
        f"browser/{name}.js"
        for name in (
            "tensor",
            "shape",
            "numbers",
            "digits",
            "healpix",
            "lines",
            "series",
            "png",
            "dipole",
            "pulse",
        )
    ),
    *(f"browser/kernel/{name}.js" for name in ("pool", "worker")),
    *("browser/view.js", "browser/settings.js", "browser/settling.js", "browser/tour_steps.js"),
    *(f"panels/sky/{name}.js" for name in ("sky", "fine", "one_sky")),
    *(f"panels/{name}/{name}.js" for name in ("evolution", "spectra", "summary")),
    *(f"panels/spectra/{name}.js" for name in ("seeing", "scatter", "table", "own")),
]


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """The modules as node reads them, and their tests."""
    folder = lay_out(tmp_path_factory.mktemp("javascript"))
    shutil.copytree(TESTS, folder / "tests")
    return folder


@pytest.fixture(scope="module")
def files(laid_out):
    """Shipped files of a finer sky, and what Python reads in two of them."""
    for index in (30, 53, 54, 55):
        shutil.copy(fine_skies.folder() / f"{index}.gz", laid_out)
    for index in (30, 55):
        steps, units = fine_skies.steps(index)
        (laid_out / f"{index}.steps").write_bytes(steps.astype("i1").tobytes())
        (laid_out / f"{index}.units").write_bytes(units.tobytes())


def test_what_they_compute_and_say(laid_out, files):
    files = sorted(f"tests/{path.name}" for path in TESTS.glob("*.test.js"))
    assert "# fail 0" in run(laid_out, program("node"), "--test", "--test-reporter=tap", *files)


def test_their_types_fit(laid_out):
    run(laid_out, program("tsc"), *STRICT, "--lib", "es2022,dom,dom.iterable", *PURE)


def test_a_type_that_does_not_fit_would_be_found(laid_out):
    wrong = laid_out / "wrong.js"
    wrong.write_text('import {shape} from "./browser/shape.js"\nshape("a half", "printed", 2)\n')
    command = [program("tsc"), *STRICT, "--lib", "es2022,dom", "wrong.js"]
    done = subprocess.run(command, cwd=laid_out, capture_output=True, text=True, check=False)
    assert "wrong.js(2,7)" in done.stdout
