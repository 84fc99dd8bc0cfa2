"""What stands beside the panels: explanations with the paper's equations, as HTML with MathML.

The texts are in help/, and beside each panel, with LaTeX between $ (in the line) and $$ (by itself).
Browsers draw MathML themselves, in a font of the page (fonts/): without one that has tables for mathematics,
as on a bare Linux, scripts stand too high.

A link to docs/ leads to the documentation, and [[word]] to that word of its glossary, as [[words|word]] does.
They are links where it is served beside the page; elsewhere their words remain, and of a paragraph of the
class "further", which is nothing but links, nothing does.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from latex2mathml.converter import convert

_FOLDER = Path(__file__).parent / "help"
_BOLD = re.compile(r'<mi mathvariant="bold">([A-Za-z])</mi>')
_MATH = re.compile(r"(\$\$?)(.+?)\1", re.DOTALL)
_FURTHER = re.compile(r'<p class="further">.*?</p>\n?', re.DOTALL)
_WORD = re.compile(r"\[\[(?P<words>[^]|]+)(\|(?P<word>[^]]+))?\]\]")
_LINK = re.compile(r'<a (?P<place>href="docs/[^"]*")>(?P<words>.*?)</a>', re.DOTALL)

_documented = threading.Event()


def link_documentation() -> None:
    """From now on the texts of this process lead on to the documentation, at docs/ beside the page."""
    _documented.set()


@contextmanager
def linked(documented: bool) -> Iterator[None]:
    """Whether they do meanwhile."""
    before = _documented.is_set()
    (_documented.set if documented else _documented.clear)()
    try:
        yield
    finally:
        (_documented.set if before else _documented.clear)()


def html(name: str) -> str:
    """One of the texts of help/ as HTML."""
    return html_of(_FOLDER / f"{name}.html")


def html_of(path: Path) -> str:
    """A text as HTML."""
    return _html_of(path, _documented.is_set())


def with_mathml(text: str) -> str:
    """A text whose LaTeX, between $ and $$, is MathML."""
    return _MATH.sub(_found_equation, text)


@cache
def _html_of(path: Path, documented: bool) -> str:
    text = _WORD.sub(_to_glossary, with_mathml(path.read_text(encoding="utf8")))
    if documented:
        return _LINK.sub(r'<a \g<place> target="crviz-docs">\g<words></a>', text)
    return _LINK.sub(r"\g<words>", _FURTHER.sub("", text))


def term(word: str) -> str:
    """The id of a word of the glossary in the documentation."""
    return "term-" + re.sub(r"\W+", "-", word.lower()).strip("-")


def equation(latex: str, *, block: bool) -> str:
    """An equation as MathML, in the line or by itself."""
    math = convert(latex.strip(), display="block" if block else "inline")
    return _BOLD.sub(lambda letter: f'<mi mathvariant="normal">{_bold(letter[1])}</mi>', math)


def _to_glossary(found: re.Match[str]) -> str:
    place = term(found["word"] or found["words"])
    return f'<a href="docs/glossary.html#{place}">{found["words"]}</a>'


def _found_equation(found: re.Match[str]) -> str:
    return equation(found[2], block=found[1] == "$$")


def _bold(letter: str) -> str:
    """A letter of Unicode's bold mathematical alphabet, which the font has: others would be smeared ones."""
    return chr(0x1D400 + ord(letter) - ord("A") - (6 if letter.islower() else 0))
