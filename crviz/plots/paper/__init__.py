"""The figures for paper: files drawn by matplotlib, the same bytes every time.

matplotlib takes a while to load: nothing else imports this package when it is loaded itself. Neither
pyplot nor the user's settings of matplotlib are used or changed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from crviz import paths
from crviz.checks import ParameterError, check_number
from crviz.plots import style
from crviz.plots.content.about import lines
from crviz.plots.content.figure import Panel
from crviz.plots.content.sky import Sky
from crviz.plots.paper.panels import figure_of_panels
from crviz.plots.paper.settings import settings
from crviz.plots.paper.sky import figure_of_sky

__all__ = ["FORMATS", "check_path", "check_width", "save_panels", "save_sky"]

#: What a file's name may end in.
FORMATS = ("png", "svg", "pdf")
#: Dots an inch of a PNG.
DPI = 200

# without dates the same figure is the same file
_METADATA: dict[str, dict[str, None]] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
#: What a kind of file calls that which it says of itself, beside its title.
_ABOUT = {"png": "Description", "svg": "Description", "pdf": "Subject"}

_Content = TypeVar("_Content", Sequence[Panel], Sky)


def check_path(path: str | Path, name: str = "output") -> Path:
    """A Path that ends in one of `FORMATS`. Raises ParameterError, with the name of the parameter."""
    path = Path(path)
    if path.suffix[1:].lower() not in FORMATS:
        raise ParameterError(name, str(path), f"must end in {', '.join('.' + kind for kind in FORMATS)}")
    return path


def check_width(width: float) -> float:
    """The width of a figure in inches, from 3 to 20. Raises ParameterError."""
    return check_number("width", width, at_least=3, at_most=20)


def save_panels(panels: Sequence[Panel], path: str | Path, *, width: float = 7.0, dark: bool = False) -> None:
    """Draw panels below each other, over one x axis, and write the file, whose metadata have the title and
    what the first panel is `about`: text of a PNG and an SVG, "Description", and the "Subject" of a PDF.

    Parameters
    ----------
    panels : one or two
    path : ends in one of `FORMATS`
    width : from 3 to 20 [inches]

    Raises
    ------
    ParameterError
    OSError where the file cannot be written.
    """
    _save(figure_of_panels, panels, panels[0], path, width, dark)


def save_sky(sky: Sky, path: str | Path, *, width: float = 7.0, dark: bool = False) -> None:
    """Draw a sky and write the file; otherwise as `save_panels`."""
    _save(figure_of_sky, sky, sky, path, width, dark)


def _save(
    draw: Callable[[_Content, float, style.Palette], Figure],
    content: _Content,
    first: Panel | Sky,
    path: str | Path,
    width: float,
    dark: bool,
) -> None:
    path, width = check_path(path), check_width(width)
    colors = style.palette(dark)
    kind = path.suffix[1:].lower()
    said = {"Title": first.title} | ({_ABOUT[kind]: lines(first.about)} if first.about else {})
    with settings(colors, width), paths.replacing(path) as part:
        figure = draw(content, width, colors)
        if kind == "png" and not any(axes.images for axes in figure.axes):
            _write_lines(figure, said, part)
        else:
            figure.savefig(part, format=kind, dpi=DPI, metadata={**_METADATA[kind], **said})


def _write_lines(figure: Figure, said: Mapping[str, str], path: Path) -> None:
    """A PNG of 256 colours, which lines do not exceed by what one sees: a third of the size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    with Image.open(buffer) as image:
        few = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    text = PngInfo()
    for word, value in said.items():
        text.add_text(word, value)
    few.save(path, format="png", optimize=True, dpi=(DPI, DPI), pnginfo=text)
