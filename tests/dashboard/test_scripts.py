"""The page's JavaScript as it is put together, by reading; what it computes is tested in a browser."""

import collections
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crviz.dashboard import scripts

FOLDER = Path(scripts.__file__).parent / "browser"
MODULES = sorted(path.stem for path in FOLDER.glob("*.js"))
#: Modules that the page or a component loads; all others are part of one of these.
LOADED = [
    name
    for name in MODULES
    if re.search(r"^export function (render|open)\(", (FOLDER / f"{name}.js").read_text("utf8"), re.M)
]

_DECLARED = re.compile(
    r"^(?:export )?(?:(?:async )?function\*?|class|const|let|var) (?:\{([^}]*)\}|(\w+))", re.MULTILINE
)
_IMPORTED = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js"$', re.MULTILINE)


def declared(text):
    """Names at the top level: the modules are indented, so what begins a line is at the top."""
    return [
        name.strip()
        for several, one in _DECLARED.findall(text)
        for name in (several.split(",") if several else [one])
    ]


def test_there_is_something_to_load():
    assert {"hub", "controls", "orbits"} <= set(LOADED)


@pytest.mark.parametrize("name", MODULES)
def test_every_import_is_of_something_that_is_exported(name):
    text = (FOLDER / f"{name}.js").read_text("utf8")
    for names, other in _IMPORTED.findall(text):
        exported = re.findall(
            r"^export (?:(?:async )?function|class|const) (\w+)",
            (FOLDER / f"{other}.js").read_text("utf8"),
            re.M,
        )
        wanted = {each.strip() for each in names.split(",") if each.strip()}
        assert wanted <= set(exported), f"{name}.js wants of {other}.js what is not there"
        used = text.replace(names, "", 1)
        assert all(re.search(rf"\b{each}\b", used) for each in wanted), (
            f"{name}.js imports what it never uses"
        )


@pytest.mark.parametrize("name", LOADED)
def test_a_bundle_imports_nothing_and_exports_its_own_only(name):
    text = scripts.bundle(name)
    assert not re.search(r"^\s*import\b", text, re.M)
    own = (FOLDER / f"{name}.js").read_text("utf8")
    assert re.findall(r"^export .*$", text, re.M) == re.findall(r"^export .*$", own, re.M)


@pytest.mark.parametrize("name", LOADED)
def test_no_name_stands_twice_at_the_top_of_a_bundle(name):
    counts = collections.Counter(declared(scripts.bundle(name)))
    assert counts
    assert [each for each, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", LOADED)
def test_a_module_stands_before_what_uses_it_and_once(name):
    text = scripts.bundle(name)
    needed, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one not in needed:
            needed.add(one)
            waiting += [other for _, other in _IMPORTED.findall((FOLDER / f"{one}.js").read_text("utf8"))]
    first = {each: (FOLDER / f"{each}.js").read_text("utf8").splitlines()[0] for each in needed}
    assert all(text.count(line) == 1 for line in first.values())  # each begins with a comment of its own
    for one in needed:
        for _, other in _IMPORTED.findall((FOLDER / f"{one}.js").read_text("utf8")):
            assert text.index(first[other]) < text.index(first[one])


def test_every_module_is_part_of_a_bundle():
    loaded = "".join(map(scripts.bundle, LOADED))
    unused = [
        name for name in MODULES if (FOLDER / f"{name}.js").read_text("utf8").splitlines()[0] not in loaded
    ]
    assert unused == []


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
@pytest.mark.parametrize("name", LOADED)
def test_a_bundle_is_javascript(name, tmp_path):
    path = tmp_path / f"{name}.mjs"
    path.write_text(scripts.bundle(name), encoding="utf8")
    checked = subprocess.run(["node", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
