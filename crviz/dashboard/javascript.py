"""The page's JavaScript: modules of browser/ and of the panels, put together for the browser to load."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from crviz.dashboard import wire

FOLDER = Path(__file__).parent / "browser"
_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w/.]+\.js)"\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=class|const|(?:async )?function)", re.MULTILINE)


def bundle(module: str | Path) -> str:
    """A module and all that it imports, each once and before it is used, as one ES module.

    Names must differ between the modules; only the exports of this one stay exports.

    Parameters
    ----------
    module
        Of browser/, by its name, or the path of one.
    """
    parts = _collected([_path(module)])
    *needed, own = parts.values()
    return "\n".join([*(_EXPORT.sub("", part) for part in needed), own])


def program(*modules: str | Path) -> str:
    """Some modules and all that they import, which export nothing."""
    return "\n".join(_EXPORT.sub("", part) for part in _collected(map(_path, modules)).values())


def _path(module: str | Path) -> Path:
    return module if isinstance(module, Path) else FOLDER / f"{module}.js"


def _collected(paths: Iterable[Path]) -> dict[Path, str]:
    parts: dict[Path, str] = {}
    for path in paths:
        _collect(path.resolve(), parts)
    return parts


def _collect(path: Path, parts: dict[Path, str]) -> None:
    if path in parts:
        return
    source = module_text(path)
    for other in _IMPORT.findall(source):
        _collect((path.parent / other).resolve(), parts)
    parts[path] = _IMPORT.sub("", source)


def module_text(path: Path) -> str:
    """A module; of those that are `MADE` there are no files."""
    for name, made in MADE.items():
        if path == FOLDER.resolve() / name:
            return made()
    return path.read_text(encoding="utf8")


def _kernel_program() -> str:
    """The text of browser/kernel/program.js."""
    comment = "// What the workers of the kernel run, put together by crviz/dashboard/javascript.py."
    return f"{comment}\n\nexport const PROGRAM = {json.dumps(program('kernel/worker'))}\n"


#: Modules of browser/ that are no files, and what makes them.
MADE = {"wire.js": wire.module, "kernel/program.js": _kernel_program}


def stylesheet(name: str) -> str:
    """One of the style sheets beside the modules."""
    return text(f"{name}.css")


@cache
def text(name: str) -> str:
    """A file of browser/."""
    return (FOLDER / name).read_text(encoding="utf8")
