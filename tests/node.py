"""The page's modules outside a browser: laid out for node, run by it, and their types checked."""

import json
import os
import shutil
import subprocess

import pytest

from crviz.dashboard import javascript

ROOM = javascript.FOLDER.parent
STRICT = [
    *("--noEmit", "--allowJs", "--checkJs", "--strict"),
    *("--target", "es2022", "--module", "es2022", "--moduleResolution", "node"),
]


def modules():
    """All modules by their path below dashboard/, those that are made included."""
    files = [*javascript.FOLDER.glob("**/*.js"), *(ROOM / "panels").glob("*/*.js")]
    made = [javascript.FOLDER / name for name in javascript.MADE]
    return {str(path.relative_to(ROOM)): path for path in sorted([*files, *made])}


def program(name):
    """A program, or no test where it is not there; where all must run (CI) it must be."""
    if shutil.which(name) is None:
        if os.environ.get("CRVIZ_REQUIRE_BROWSER"):
            pytest.fail(f"no {name} on this machine")
        pytest.skip(f"no {name} on this machine")
    return name


def lay_out(folder):
    """The modules as node reads them, with what Python hands to them."""
    for name, path in modules().items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(javascript.module_text(path.resolve()), encoding="utf8")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def run(folder, *command):
    """What a command says that must succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def evaluate(folder, imports, expression, given=None):
    """The value of an expression of `given`, some modules' exports at hand: {path: "names"}."""
    lines = [f'import {{{names}}} from "./{path}"' for path, names in imports.items()]
    (folder / "given.json").write_text(json.dumps(given))
    code = [
        *lines,
        'import {readFileSync} from "node:fs"',
        "const decoded = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer  // of base64",
        'const given = JSON.parse(readFileSync("given.json"))',
        f"const value = {expression}",
        "console.log(JSON.stringify(value, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v) : v)))",
    ]
    (folder / "evaluated.js").write_text("\n".join(code), encoding="utf8")
    return json.loads(run(folder, program("node"), "evaluated.js"))
