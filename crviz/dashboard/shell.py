"""The shell: the document around what Panel draws, as plain HTML and CSS (browser/shell.html, shell.css)."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import ClassVar

import panel as pn
from jinja2 import Template
from panel.template.base import BaseTemplate
from panel.theme import Design, Theme

from crviz.dashboard import scripts
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
    """Header, sidebar and main part, with something of Panel's in each of the two.

    Parameters
    ----------
    parts
        What stands in the places that shell.html names: sidebar, content.
    """

    def __init__(self, **parts: pn.viewable.Viewable) -> None:
        super().__init__(template=_document(), design=Plain)
        self._render_items = {name: (part, []) for name, part in parts.items()}
        self._render_variables = {"heading": TITLE, "style": _style()}

    def _build_layout(self) -> pn.Column:
        """What a notebook would show: nothing."""
        return pn.Column()


@cache
def _document() -> Template:
    """Panel's environment knows how models are embedded."""
    return pn.io.resources._env.from_string(scripts.text("shell.html"))


@cache
def _style() -> str:
    """The shell's style sheet, with the colours of both themes."""
    light, dark = (_variables(palette) for palette in (style.LIGHT, style.DARK))
    return f':root {{ {light} }}\n:root[data-theme="dark"] {{ {dark} }}\n{scripts.text("shell.css")}'


def _variables(palette: style.Palette) -> str:
    colors = dataclasses.asdict(palette)
    return " ".join(f"--crviz-{role}: {colors[role]};" for role in _ROLES)
