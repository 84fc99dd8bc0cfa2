"""The explorer as static files in a folder, which any web server hands out, also below a path of its own.

Names of files change with their content, so that browsers may keep them for ever; all but index.html, which
names them, and learn.html, the course. Text has a packed copy beside it, for servers that hand that out.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from crviz import learn
from crviz.dashboard.alone import document
from crviz.dashboard.alone.contents import Contents

#: What says that a folder was written here, and may be written anew.
MARK = "crviz-site.json"
#: The folder of most files, that of other documents, and the course.
_PARTS, _DOCS, _COURSE = "parts", "docs", "learn.html"
_TEXT = {".html", ".js", ".css", ".json", ".svg", ".xml", ".txt"}
#: Packed copies of less are no use [bytes].
_SMALL = 500
#: What the page may do: run its own scripts, those unpacked among them, and ask its own host.
_POLICY = (
    "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; media-src blob:; worker-src blob:; base-uri 'none'; "
    "form-action 'none'"
)


def write(folder: Path, contents: Contents, docs: Path | None = None) -> int:
    """Write the explorer into a folder, which is put in its place as a whole; returns how many bytes it has.

    Parameters
    ----------
    docs
        A folder of documents, which are put beside it.

    Raises
    ------
    ValueError
        Where the folder has something else in it.
    OSError
    """
    check(folder)
    folder = folder.absolute()
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as place:
        made = Path(place) / "site"
        _write(made, contents)
        if docs is not None:
            shutil.copytree(docs, made / _DOCS)
        _pack(made)
        before = Path(place) / "before"
        if folder.exists():
            folder.rename(before)
        try:
            made.rename(folder)
        except OSError:
            if before.exists():
                before.rename(folder)
            raise
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def check(folder: Path) -> None:
    """Raises ValueError where a folder holds what was not written here, or cannot be made."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file, not a folder to write to.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ValueError(
            f"{folder} holds other files, and crviz site writes it as a whole: name an empty folder."
        )
    if not folder.absolute().parent.is_dir():
        raise ValueError(f"{folder} cannot be written: the folder {folder.parent} does not exist.")


def _write(folder: Path, contents: Contents) -> None:
    (folder / _PARTS).mkdir(parents=True)

    def put(name: str, content: bytes, kind: str) -> str:
        path = f"{_PARTS}/{name}-{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        (folder / path).write_bytes(content)
        return path

    # packed: servers that know of no packing hand them out as they are
    parts = {name: put(name, content, "bin") for name, content in document.parts_of(contents).items()}
    theme, loader = (
        put(name, text.encode(), "js")
        for name, text in (("theme", document.theme()), ("open", document.loader()))
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n<script src="{theme}"></script>'
    listed = f'<script type="application/json" id="parts">{json.dumps(parts)}</script>'
    tail = f'{listed}\n<script type="module" src="{loader}"></script>'
    font = put("math", document.font(), "woff2")
    html = document.document(contents, head, tail, font, story=True, course=_COURSE)
    (folder / "index.html").write_text(html, encoding="utf8")
    (folder / _COURSE).write_text(learn.one_file("index.html"), encoding="utf8")
    (folder / MARK).write_text(
        json.dumps({"result": contents.state.shown.source.digest}) + "\n", encoding="utf8"
    )


def _pack(folder: Path) -> None:
    """Put a packed copy beside each text."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in _TEXT and path.stat().st_size > _SMALL:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
