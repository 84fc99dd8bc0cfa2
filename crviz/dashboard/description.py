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
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import panel as pn
from bokeh.embed import json_item
from bokeh.embed.bundle import extension_dirs

from crviz import paths, turbulence
from crviz.dashboard import atlas_tensors, javascript, panels, toolbar
from crviz.dashboard.controls import Groups, keys_of, physics_and_run
from crviz.dashboard.panels.spectra.observed import observed_spectra, observing_windows
from crviz.dashboard.state import on_page
from crviz.jobs import fine_skies
from crviz.plots import style

#: Under which the server hands out files, below static/extensions/.
_PLACE = "crviz"
_ONE_AT_A_TIME = threading.Lock()


def _known() -> tuple[tuple[str, ...], tuple[panels.Panel, ...]]:
    """What it depends on: kinds of turbulence, parameters and panels may have come since the last visitor."""
    parameters = (parameter.name for parameter in on_page())
    return (*turbulence.known(), *parameters), panels.registered()


def controls() -> dict[str, Groups]:
    """Groups of controls, by the place in the document where they stand."""
    own = {panel.name: panel.controls() for panel in panels.registered()}
    return {"sidebar": physics_and_run(), "toolbar": toolbar.SPEC, **own}


def keys() -> list[str]:
    """Keys of all controls."""
    return [key for groups in controls().values() for key in keys_of(groups)]


def description(every: Iterable[panels.Panel]) -> dict[str, Any]:
    """All of it, of some panels, as JSON has it."""
    return {
        "panels": [_described(panel) for panel in every],
        "controls": controls(),
        "stylesheets": {"controls": javascript.stylesheet("controls")},
        "palettes": {
            theme: dataclasses.asdict(colors)
            for theme, colors in (("light", style.LIGHT), ("dark", style.DARK))
        },
        "skies": _skies(),
        "atlas": _atlas(),
        "observed": {"spectra": observed_spectra(), "windows": observing_windows()},
    }


def _described(panel: panels.Panel) -> dict[str, Any]:
    return {
        "name": panel.name,
        "depends": [*panel.depends, *keys_of(panel.controls())],
        "figure": json_item(panel.figure()) if panel.figure is not None else None,
    }


@cache
def _skies() -> str:
    """Where the files of `fine_skies` are, relative to the page's script; their place changes with them."""
    name = f"{_PLACE}-skies-{fine_skies.digest()}"
    extension_dirs[name] = fine_skies.folder()
    return f"../{name}/"


def _atlas() -> dict[str, str]:
    """Where the script and the file of the atlas are, relative to the page's script."""
    script = _written("atlas", javascript.bundle("atlas/atlas"))
    return {"script": script.rpartition("/")[2], "file": f"{_atlas_file()}?v=1"}


def _atlas_file() -> str:
    return f"atlas-{atlas_tensors.digest()}.gz"


def write_atlas() -> None:
    """Have the file of the atlas at its place, which takes a second: pages that want it sooner wait for the
    server instead."""
    with paths.replacing(_folder() / _atlas_file()) as part:
        part.write_bytes(atlas_tensors.file())


def page_url() -> str:
    """Where the page's script is, what it describes included; relative to the page."""
    return _relative(_page(_known()))


def orbits_url() -> str:
    """Where the script of the orbits is, relative to the page."""
    return _relative(
        _written("orbits", javascript.bundle(Path(panels.__file__).parent / "orbits/component.js"))
    )


def font_url() -> str:
    """Where the font of equations is, relative to the page."""
    return _relative(_font())


def _relative(path: str) -> str:
    return f"{pn.state.rel_path}/{path}" if pn.state.rel_path else path


@cache
def _page(_: object) -> str:
    every = panels.registered()
    code = javascript.program("served", *(panel.script for panel in every))
    classes = ", ".join(f"{panel.name}: {panel.name.capitalize()}Panel" for panel in every)
    told = json.dumps(description(every), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return _written("page", f"{code}\nopen({told}, {{{classes}}})\n")


@cache
def _font() -> str:
    return _written("math", (Path(__file__).parent / "fonts/math.woff2").read_bytes(), "woff2")


@cache
def _written(name: str, content: str | bytes, kind: str = "js") -> str:
    """The path of a file with this content on the server, which changes with the content."""
    content = content if isinstance(content, bytes) else content.encode()
    digest = hashlib.sha256(content).hexdigest()[:16]
    (_folder() / f"{name}-{digest}.{kind}").write_bytes(content)
    return f"static/extensions/{_PLACE}/{name}-{digest}.{kind}?v={digest}"


def _folder() -> Path:
    """A folder of this process, whose files any server of Bokeh's hands out."""
    with _ONE_AT_A_TIME:
        return _made_folder()


@cache
def _made_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="crviz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    extension_dirs[_PLACE] = folder
    return folder
