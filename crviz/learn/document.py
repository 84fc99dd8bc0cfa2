"""The course as one HTML document, which may stand by itself."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from crviz.dashboard import javascript
from crviz.dashboard.serving import headers
from crviz.dashboard.words import with_mathml
from crviz.learn.held import held

FOLDER = Path(__file__).parent
_CHARSET = '<meta charset="utf-8">'
#: What the file may do: run its own scripts, as threads too; ask for nothing.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data: blob:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'"
)
#: Where the explorer is, as seen from the course where both are served.
EXPLORER = "./"


@cache
def words() -> dict[str, Any]:
    """The catalogue: all that the course says, by step. A translation is another file of this kind."""
    said: dict[str, Any] = json.loads((FOLDER / "words.json").read_text(encoding="utf8"))
    return said


def steps() -> list[str]:
    """Names of the steps in their order: what follows # in a link to one."""
    return [step["id"] for step in words()["steps"]]


@cache
def script() -> str:
    """The course's modules and those that it shares with the explorer, as one."""
    return javascript.program(FOLDER / "browser/course.js")


def one_file(explorer: str | None = None) -> str:
    """The course as a file that opens from a disk or any web server, and says itself what it may do.

    Parameters
    ----------
    explorer
        Address of a page without a server that links lead to, which takes what they say after #; None leaves
        them out.
    """
    html = document(explorer, says="hash")
    scripts = " ".join(headers.script_hashes(html))
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}; script-src {scripts}">'
    return html.replace(_CHARSET, f"{_CHARSET}\n    {policy}", 1)


@cache
def document(explorer: str | None = EXPLORER, says: str = "search") -> str:
    """The whole course.

    Parameters
    ----------
    explorer
        Address of the explorer that links lead to; None leaves them out.
    says
        Which part of an address tells the explorer what to show: "search", or "hash" where it has no server.
    """
    environment = Environment(autoescape=True)
    environment.filters["math"] = with_mathml  # of words.json, which is HTML
    font = (Path(javascript.__file__).parent / "fonts/math.woff2").read_bytes()
    return environment.from_string((FOLDER / "course.html").read_text(encoding="utf8")).render(
        words=words(),
        explorer=explorer,
        says=says,
        style=(FOLDER / "course.css").read_text(encoding="utf8"),
        font=base64.b64encode(font).decode("ascii"),
        colors={theme: _variables(colors) for theme, colors in held()["palettes"].items()},
        data=_inert({"words": words(), "held": held()}),
        script=script(),
    )


def _variables(colors: dict[str, Any]) -> str:
    """Colours of a theme for the style sheet."""
    return " ".join(f"--{role}: {color};" for role, color in colors.items() if isinstance(color, str))


def _inert(data: Any) -> str:
    """JSON that ends no element of a document."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
