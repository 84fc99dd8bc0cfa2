"""The page's JavaScript: modules in browser/, put together into one for the browser to load."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "browser"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js"\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=class|const|function)", re.MULTILINE)


def bundle(name: str) -> str:
    """A module and all that it imports, each once and before it is used, as one ES module.

    Names must differ between the modules; only the exports of the named one stay exports.
    """
    parts: dict[str, str] = {}
    _collect(name, parts)
    *needed, own = parts.values()
    return "\n".join([*(_EXPORT.sub("", part) for part in needed), own])


def _collect(name: str, parts: dict[str, str]) -> None:
    source = text(f"{name}.js")
    for other in _IMPORT.findall(source):
        if other not in parts:
            _collect(other, parts)
    parts[name] = _IMPORT.sub("", source)


def stylesheet(name: str) -> str:
    """One of the style sheets beside the modules."""
    return text(f"{name}.css")


@cache
def text(name: str) -> str:
    """A file of the folder."""
    return (_FOLDER / name).read_text(encoding="utf8")
