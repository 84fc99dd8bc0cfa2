"""What stands beside the panels: explanations with the paper's equations, as HTML with MathML.

The texts are in help/, and beside each panel, with LaTeX between $ (in the line) and $$ (by itself).
Browsers draw MathML themselves, in a font of the page (fonts/): without one that has tables for mathematics,
as on a bare Linux, scripts stand too high.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from latex2mathml.converter import convert

_FOLDER = Path(__file__).parent / "help"
_BOLD = re.compile(r'<mi mathvariant="bold">([A-Za-z])</mi>')
_MATH = re.compile(r"(\$\$?)(.+?)\1", re.DOTALL)


def html(name: str) -> str:
    """One of the texts of help/ as HTML."""
    return html_of(_FOLDER / f"{name}.html")


@cache
def html_of(path: Path) -> str:
    """A text as HTML."""
    return _MATH.sub(_mathml, path.read_text(encoding="utf8"))


def _mathml(found: re.Match[str]) -> str:
    math = convert(found[2].strip(), display="block" if found[1] == "$$" else "inline")
    return _BOLD.sub(lambda letter: f'<mi mathvariant="normal">{_bold(letter[1])}</mi>', math)


def _bold(letter: str) -> str:
    """A letter of Unicode's bold mathematical alphabet, which the font has: others would be smeared ones."""
    return chr(0x1D400 + ord(letter) - ord("A") - (6 if letter.islower() else 0))
