"""Colours, markers and dashes, by role. Every role differs in shape or dash too, never in hue alone.

Words stand in most of these colours, which are at least 4.5 to 1 against the ground; lines and marks are 3
to 1 with what shines through them (tests/plots/test_style.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Sequence of dashes for analytic curves of different p.
DASHES = ("dotted", "dashed", "dotdash")

# Okabe-Ito colours, which survive the common colour blindnesses; vermilion a little darker, for words.
_BLUE, _VERMILION, _PURPLE = "#0072b2", "#c25400", "#aa4499"


@dataclass(frozen=True)
class Palette:
    """Colours of one theme."""

    ground: str
    ink: str
    faint: str
    analytic: str
    accent: str
    monopole: str
    noise: str
    standard: str
    band: str
    multipoles: tuple[str, ...]
    windows: tuple[str, ...]
    diverging: tuple[str, ...]


LIGHT = Palette(
    ground="#ffffff",
    ink="#1a1a1a",
    faint="#c8ccd0",
    analytic="#6d747a",
    accent="#00695c",
    monopole=_BLUE,
    noise=_VERMILION,
    standard=_PURPLE,
    band="#888888",
    multipoles=("#00441b", "#024d20", "#055726", "#07602b", "#0b6930", "#107336", "#167c3b", "#1e8642"),
    windows=(_BLUE, _VERMILION, _PURPLE, "#00695c"),
    diverging=(
        "#2d004b",
        "#542788",
        "#8073ac",
        "#b2abd2",
        "#ffffff",
        "#fdb863",
        "#e08214",
        "#b35806",
        "#7f3b08",
    ),
)

DARK = Palette(
    ground="#121212",
    ink="#f2f2f2",
    faint="#43484d",
    analytic="#9aa2a9",
    accent="#4db6ac",
    monopole="#56b4e9",
    noise="#ff8a4c",
    standard="#d68fd6",
    band="#888888",
    multipoles=("#d9f2dc", "#b8e4be", "#98d6a3", "#7bc88a", "#60ba74", "#4cac62", "#3c9e53", "#309048"),
    windows=("#56b4e9", "#ff8a4c", "#d68fd6", "#4db6ac"),
    diverging=(
        "#d9ccff",
        "#a893e6",
        "#7459c4",
        "#3c2b70",
        "#121212",
        "#5c3408",
        "#ab620f",
        "#ea9a3e",
        "#ffd9a0",
    ),
)


def palette(dark: bool) -> Palette:
    """The colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def axes(colors: Palette, logy: bool = True) -> dict[str, Any]:
    """Options of an overlay on a logarithmic x axis that fills the width it is given."""
    return {
        "logx": True,
        "logy": logy,
        "responsive": True,
        "height": 330,
        "show_grid": True,
        "show_legend": False,
        "toolbar": "above",
        "default_tools": ["save", "pan", "wheel_zoom", "reset"],
        "active_tools": [],
        "gridstyle": {"grid_line_color": colors.faint, "grid_line_alpha": 0.5},
        "framewise": True,
    }


def interpolated(colors: Sequence[str], number: int = 256) -> list[str]:
    """A colour map of so many entries through a few colours given as #rrggbb."""
    channels = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors])
    at = np.arange(number) / (number - 1) * (len(colors) - 1)
    low = np.minimum(at.astype(int), len(colors) - 2)
    mixed = channels[low] + (at - low)[:, None] * (channels[low + 1] - channels[low])
    return ["#{:02x}{:02x}{:02x}".format(*color) for color in mixed.round().astype(int)]
