"""How matplotlib is set for the figures, and what TeX stands for plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib

from crviz.plots.style import Palette

#: Figures narrower than this [inches] are made for one column of a page.
NARROW = 6.0
#: Size of type [pt] in a wide and in a narrow figure; "small" is 5/6 of it.
WIDE_TYPE, NARROW_TYPE = 9, 7.8

_SYMBOLS = {
    "σ²": r"$\sigma^2$",
    "r_L/L_c": "$r_L/L_c$",
    "Ω T": r"$\Omega T$",
    "B₀": "$B_0$",
    **{f"C{index}": f"$C_{number}$" for number, index in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    "ν₀": r"$\nu_0$",
    "ν∥": r"$\nu_\parallel$",
    "Ω": r"$\Omega$",
    "θ": r"$\theta$",
    "φ": r"$\varphi$",
    "ℓ": r"$\ell$",
    "p =": "$p$ =",
    "r_L |∇n|/n": r"$r_L\,|\nabla n|/n$",
    "[(1 − x)/2]ᵖ": "$[(1-x)/2]^p$",
}
_ANY_SYMBOL = re.compile("|".join(map(re.escape, _SYMBOLS)))


@contextmanager
def settings(colors: Palette, width: float) -> Iterator[None]:
    """matplotlib with these settings alone, for a figure so many inches wide; undone in the end."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(
            {
                "font.size": NARROW_TYPE if width < NARROW else WIDE_TYPE,
                "axes.linewidth": 0.7,
                "axes.edgecolor": colors.ink,
                "axes.labelcolor": colors.ink,
                "axes.facecolor": colors.ground,
                "figure.facecolor": colors.ground,
                "text.color": colors.ink,
                "legend.facecolor": colors.ground,
                "legend.edgecolor": "none",
                "legend.framealpha": 0.85,
                "legend.fontsize": "small",
                "svg.hashsalt": "crviz",  # the names of things within the file
                "pdf.fonttype": 42,  # letters that can be edited
            }
        )
        ticks: dict[str, Any] = {"color": colors.ink, "direction": "in", "minor.visible": True}
        matplotlib.rc("xtick", top=True, bottom=True, **ticks)
        matplotlib.rc("ytick", left=True, right=True, **ticks)
        yield


def in_tex(text: str) -> str:
    """Plain text with its symbols in TeX."""
    return _ANY_SYMBOL.sub(lambda found: _SYMBOLS[found[0]], text)
