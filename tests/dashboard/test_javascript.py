"""The page's JavaScript as it is put together, by reading; what it computes is tested in a browser."""

import collections
import json
import re
import shutil
import subprocess

import pytest
from node import modules

from crviz.dashboard import javascript
from crviz.dashboard.panels import registered

MODULES = {
    name: path for name, path in modules().items() if path.stem not in ("theme", "loader")
}  # which run by themselves
#: What is loaded: components of their own, the page with all its panels, the atlas, which it loads later, and
#: the kernel beside it, whose workers have a program of their own.
_PANELS = [panel.script for panel in registered()]
_WORKER = javascript.program("kernel/worker")
BUNDLES = {
    name: javascript.bundle(path)
    for name, path in MODULES.items()
    if re.search(r"^export function render\(", javascript.module_text(path), re.M)
    or name == "browser/atlas/atlas.js"
} | {
    "page": javascript.program("served", *_PANELS),
    "page alone": javascript.program("alone/alone", *_PANELS),
    "page with kernel": javascript.program("served", "kernel/pool", *_PANELS).replace(
        json.dumps(_WORKER), '""'
    ),
    "worker": _WORKER,
}

_DECLARED = re.compile(
    r"^(?:export )?(?:(?:async )?function\*?|class|const|let|var) (?:\{([^}]*)\}|(\w+))", re.MULTILINE
)
_IMPORTED = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[\w/.]+\.js)"$', re.MULTILINE)


def declared(text):
    """Names at the top level: the modules are indented, so what begins a line is at the top."""
    return [
        name.strip()
        for several, one in _DECLARED.findall(text)
        for name in (several.split(",") if several else [one])
    ]


def imported(path):
    """(names, path) of all that a module imports."""
    return [
        (names, (path.parent / other).resolve())
        for names, other in _IMPORTED.findall(javascript.module_text(path))
    ]


def test_there_is_something_to_load():
    own = {"browser/controls.js", "panels/orbits/component.js", "browser/atlas/atlas.js"}
    assert set(BUNDLES) == {"page", "page alone", "page with kernel", "worker"} | own
    assert len(BUNDLES["page"]) < len(BUNDLES["page with kernel"])  # who is served has no need of it


@pytest.mark.parametrize("name", MODULES)
def test_every_import_is_of_something_that_is_exported(name):
    text = javascript.module_text(MODULES[name])
    for names, other in imported(MODULES[name]):
        exported = re.findall(
            r"^export (?:(?:async )?function|class|const) (\w+)", javascript.module_text(other), re.M
        )
        wanted = {each.strip() for each in names.split(",") if each.strip()}
        assert wanted <= set(exported), f"{name} wants of {other.name} what is not there"
        used = text.replace(names, "", 1)
        assert all(re.search(rf"\b{each}\b", used) for each in wanted), f"{name} imports what it never uses"


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_imports_nothing_and_exports_its_own_only(name):
    text = BUNDLES[name]
    assert not re.search(r"^\s*import\b", text, re.M)
    own = javascript.module_text(MODULES[name]) if name in MODULES else ""
    assert re.findall(r"^export .*$", text, re.M) == re.findall(r"^export .*$", own, re.M)


@pytest.mark.parametrize("name", BUNDLES)
def test_no_name_stands_twice_at_the_top_of_a_bundle(name):
    counts = collections.Counter(declared(BUNDLES[name]))
    assert counts
    assert [each for each, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", BUNDLES)
def test_a_module_stands_before_what_uses_it_and_once(name):
    text = BUNDLES[name]
    first = {path: javascript.module_text(path).splitlines()[0] for path in MODULES.values()}
    there = [path for path, line in first.items() if line in text]
    assert len(set(first.values())) == len(first)  # each begins with a comment of its own
    assert all(text.count(first[path]) == 1 for path in there)
    for one in there:
        for _, other in imported(one):
            assert text.index(first[other]) < text.index(first[one])


def test_no_module_of_the_page_names_a_panel():
    """What there is to draw is handed to it."""
    names = [panel.name.capitalize() + "Panel" for panel in registered()]
    for path in javascript.FOLDER.glob("*.js"):
        assert not [name for name in names if name in javascript.module_text(path)]
        assert not [other for _, other in imported(path) if "panels" in other.parts]


def test_every_module_is_part_of_a_bundle():
    loaded = "".join(BUNDLES.values())
    unused = [
        name for name, path in MODULES.items() if javascript.module_text(path).splitlines()[0] not in loaded
    ]
    assert unused == []


@pytest.mark.skipif(shutil.which("node") is None, reason="no node on this machine")
@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_javascript(name, tmp_path):
    path = tmp_path / "bundle.mjs"
    path.write_text(BUNDLES[name], encoding="utf8")
    checked = subprocess.run(["node", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
