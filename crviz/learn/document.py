"""The course as one HTML document, which may stand by itself."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from crviz.dashboard import javascript
from crviz.dashboard.words import with_mathml
from crviz.learn.held import held

FOLDER = Path(__file__).parent
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


@cache
def document(explorer: str | None = EXPLORER) -> str:
    """The whole course.

    Parameters
    ----------
    explorer
        Address of the explorer that links lead to; None leaves them out.
    """
    environment = Environment(autoescape=True)
    environment.filters["math"] = with_mathml  # of words.json, which is HTML
    font = (Path(javascript.__file__).parent / "fonts/math.woff2").read_bytes()
    return environment.from_string((FOLDER / "course.html").read_text(encoding="utf8")).render(
        words=words(),
        explorer=explorer,
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
