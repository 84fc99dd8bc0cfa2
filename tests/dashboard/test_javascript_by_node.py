"""Modules of the page that know no document: tested by node, and their types checked."""

import os
import shutil
import subprocess

import pytest

from crviz.dashboard import javascript
from crviz.jobs import fine_skies

ROOM = javascript.FOLDER.parent
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
    *("browser/view.js", "browser/settings.js", "browser/settling.js", "browser/tour_steps.js"),
    *(f"panels/sky/{name}.js" for name in ("sky", "fine", "one_sky")),
    *(f"panels/{name}/{name}.js" for name in ("evolution", "spectra", "summary")),
    *(f"panels/spectra/{name}.js" for name in ("seeing", "scatter", "table", "own")),
]
STRICT = [
    *("--noEmit", "--allowJs", "--checkJs", "--strict"),
    *("--target", "es2022", "--module", "es2022", "--moduleResolution", "node"),
]


def program(name):
    """A program, or no test where it is not there; where all must run (CI) it must be."""
    if shutil.which(name) is None:
        if os.environ.get("CRVIZ_REQUIRE_BROWSER"):
            pytest.fail(f"no {name} on this machine")
        pytest.skip(f"no {name} on this machine")
    return name


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    """The modules as node reads them, with what Python hands to them, and their tests."""
    folder = tmp_path_factory.mktemp("javascript")
    for path in [*ROOM.glob("browser/*.js"), *ROOM.glob("panels/*/*.js"), javascript.FOLDER / "wire.js"]:
        place = folder / path.relative_to(ROOM)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(javascript.module_text(path.resolve()), encoding="utf8")
    shutil.copytree(TESTS, folder / "tests")
    (folder / "package.json").write_text('{"type": "module"}')
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


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


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
