"""The shell: the document around what Panel draws, as plain HTML and CSS (browser/shell.html, shell.css)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar

import panel as pn
from bokeh.document import Document
from jinja2 import Template
from panel.io.resources import LOCAL_DIST, patch_model_css
from panel.template.base import BaseTemplate
from panel.theme import Design, Theme

from crviz.dashboard import description, javascript, words
from crviz.dashboard.panels import Panel, registered
from crviz.plots import style

TITLE = "crviz · small-scale anisotropies of cosmic rays"
#: Roles whose colours style sheets use, as --crviz-ROLE.
_ROLES = ("ground", "ink", "faint", "accent")


class _Uncoloured(Theme):
    """Leaves colours to the shell's style sheet."""


class Plain(Design):
    """Adds no style sheet to any component."""

    _themes: ClassVar[dict[str, type[Theme]]] = {"default": _Uncoloured, "dark": _Uncoloured}


class Shell(BaseTemplate):
    """Header, sidebar and cards, which the browser fills (browser/page.js).

    Parameters
    ----------
    story
        Whether it tells the story, as where no link says what to show.
    course
        Whether the course is served beside it, to which a link leads then.
    parts
        What of Panel's stands in the document: bridge, drawer, and the components of panels by their names.
    """

    def __init__(self, *, story: bool, course: bool, **parts: pn.viewable.Viewable) -> None:
        super().__init__(template=_document(), design=Plain, location=False)
        self._render_items = {name: (part, []) for name, part in parts.items()}
        self._render_variables = {
            **variables(registered()),
            "script": description.page_url(),
            "font": description.font_url(),
            "theme": javascript.text("theme.js"),
            "story": story,
            "course": "learn" if course else "",
        }

    def _init_doc(self, *arguments: Any, **options: Any) -> Document:
        """Panel tells components where its style sheets are when it renders their document: here that was
        done before, without them."""
        document = super()._init_doc(*arguments, **options)
        place = f"{pn.state.rel_path}/{LOCAL_DIST}" if pn.state.rel_path else LOCAL_DIST
        document._template_variables["dist_url"] = place
        for root in document.roots:
            patch_model_css(root, dist_url=place)
        return document

    def _build_layout(self) -> pn.Column:
        """What a notebook would show: nothing."""
        return pn.Column()


def variables(panels: Iterable[Panel]) -> dict[str, Any]:
    """What every document has, by the names in its template: heading, style sheet, and a card a panel."""
    return {"heading": TITLE, "style": _style(), "cards": [_card(panel) for panel in panels]}


def alone(head: str, tail: str, **others: Any) -> str:
    """The document of a page without a server (alone/document.py).

    Parameters
    ----------
    head, tail
        What stands in its head, and at its end.
    others
        Further variables of the template.
    """
    return _document().render(title=TITLE, theme_name="default", alone={"head": head, "tail": tail}, **others)


@cache
def _document() -> Template:
    """Panel's environment knows how models are embedded."""
    return pn.io.resources._env.from_string(javascript.text("shell.html"))


@cache
def _style() -> str:
    """The shell's style sheet, with the colours of both themes."""
    light, dark = (_variables(palette) for palette in (style.LIGHT, style.DARK))
    sheets = "\n".join(
        javascript.stylesheet(name) for name in ("shell", "card", "page", "chip", "story", "tour")
    )
    return f':root {{ {light} }}\n:root[data-theme="dark"] {{ {dark} }}\n{sheets}'


def _card(panel: Panel) -> dict[str, Any]:
    """What the document says of a panel."""
    return {
        "name": panel.name,
        "heading": panel.heading,
        "help": words.html_of(panel.folder / "help.html") if panel.heading else "",
        "figure": panel.figure is not None,
        "controls": bool(panel.controls()),
        "of_panel": panel.of_panel,
        "wide": panel.wide,
    }


def _variables(palette: style.Palette) -> str:
    colors = dataclasses.asdict(palette)
    return " ".join(f"--crviz-{role}: {colors[role]};" for role in _ROLES)
