"""What every page is made of, the same for all visitors of a process: figures, controls, colours, data.

It is written once, with the JavaScript that draws it, as a file that the server hands out and browsers keep.
"""

from __future__ import annotations

import atexit
import dataclasses
import hashlib
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import panel as pn
from bokeh.embed import json_item
from bokeh.embed.bundle import extension_dirs

from crviz import turbulence
from crviz.dashboard import figures, scripts, toolbar
from crviz.dashboard.controls import (
    evolution_switches,
    physics_and_run,
    sky_switches,
    spectra_switches,
)
from crviz.dashboard.observed import observed_spectra
from crviz.plots import style

#: Under which the server hands out files, below static/extensions/.
_PLACE = "crviz"


def controls() -> dict[str, list[dict[str, Any]]]:
    """Groups of controls, by the place in the document where they stand."""
    return _controls(tuple(turbulence.known()))


@cache
def _controls(_: tuple[str, ...]) -> dict[str, list[dict[str, Any]]]:
    return {
        "sidebar": physics_and_run(),
        "toolbar": toolbar.SPEC,
        "sky": sky_switches(),
        "evolution": evolution_switches(),
        "spectra": spectra_switches(),
    }


def description() -> dict[str, Any]:
    """All of it, as JSON has it."""
    return {
        "figures": {name: json_item(make()) for name, make in figures.ALL.items()},
        "controls": controls(),
        "stylesheets": {name: scripts.stylesheet(name) for name in ("controls",)},
        "palettes": {
            theme: dataclasses.asdict(colors)
            for theme, colors in (("light", style.LIGHT), ("dark", style.DARK))
        },
        "observed_spectra": observed_spectra(),
    }


def page_url() -> str:
    """Where the page's script is, what it describes included; relative to the page."""
    return _relative(_page(tuple(turbulence.known())))


def orbits_url() -> str:
    """Where the script of the orbits is, relative to the page."""
    return _relative(_written("orbits", scripts.bundle("orbits")))


def _relative(path: str) -> str:
    return f"{pn.state.rel_path}/{path}" if pn.state.rel_path else path


@cache
def _page(_: tuple[str, ...]) -> str:
    """Another one for other kinds of turbulence, which may have come since the last visitor."""
    told = json.dumps(description(), allow_nan=False, ensure_ascii=False)
    return _written("page", f"{scripts.bundle('hub')}\nopen({told})\n")


@cache
def _written(name: str, text: str) -> str:
    """The path of a file with this text on the server, which changes with the text."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    (_folder() / f"{name}-{digest}.js").write_text(text, encoding="utf8")
    return f"static/extensions/{_PLACE}/{name}-{digest}.js?v={digest}"


@cache
def _folder() -> Path:
    """A folder of this process, whose files any server of Bokeh's hands out."""
    folder = Path(tempfile.mkdtemp(prefix="crviz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    extension_dirs[_PLACE] = folder
    return folder
