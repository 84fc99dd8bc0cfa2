"""The document of a page without a server, and its parts."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import cache
from pathlib import Path

from bokeh.resources import Resources

from crviz import atlas
from crviz.arrays import Array
from crviz.config import Config
from crviz.dashboard import atlas_tensors, description, javascript, panels, presets, shell
from crviz.dashboard.alone.contents import Contents
from crviz.dashboard.alone.skies import COARSER, NoSkies, skies_of
from crviz.dashboard.best_known import SHIPPED, from_atlas
from crviz.dashboard.labelled_source import LabelledSource
from crviz.dashboard.panels import Panel, registered
from crviz.dashboard.state import State
from crviz.dashboard.wire import PLACE
from crviz.result import Source, fields_in_words

#: Bytes of a file that goes with a mail.
MOST = 8_000_000
#: What such a file may do: run what is in it, and ask nothing of any host.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; media-src blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
)


#: What Bokeh calls a model, or a document.
_NAME = re.compile(r'"(?:p\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"')


class TooLarge(ValueError):
    """A page would be larger than a file to mail may be."""


def labelled(source: Source, *, shipped: bool = False) -> LabelledSource:
    """A source as a page calls it."""
    fields = fields_in_words(source.n_realizations)
    return LabelledSource(source, SHIPPED if shipped else f"simulated, {fields}")


def paper() -> LabelledSource:
    """The paper's point of the atlas, on which a page with the atlas alone opens."""
    return from_atlas(Config())


def check_atlas(source: Source) -> None:
    """Raises ValueError where a page on a source cannot have the atlas beside it."""
    config, table = source.config, atlas.load()
    allowed = {name: (value, value) for name, value in table.turbulence.items()}
    allowed |= {name: (axis[0], axis[-1]) for name in PLACE for axis in [getattr(table, name)]}
    if config.step is not None:
        raise ValueError(
            f"step = {config.step:g} is the result's own, the atlas has none: leave --atlas out."
        )
    for name, (low, high) in allowed.items():
        value = getattr(config, name, None)
        if value is None or not low <= value <= high:
            known = low if low == high else f"{low:g} to {high:g}"
            raise ValueError(
                f"{name} = {value} of the result is not in the atlas, which has {known}: leave --atlas out."
            )


def has_atlas(source: Source) -> bool:
    """Whether a page on a source can have the atlas beside it."""
    try:
        check_atlas(source)
    except ValueError:
        return False
    return True


def opening(shown: LabelledSource) -> State:
    """What a page opens on that tells the story: a source, its gradient across B0."""
    state = State(shown=shown)
    view = {key: presets.PRESETS[presets.OPENING][key] for key in ("theta", "phi", "omega_t")}
    state.param.update(**view)
    state.param.update(omega_t=shown.recorded_time(state.omega_t))
    return state


def one_file(
    state: State,
    *,
    story: bool = False,
    with_atlas: bool = False,
    most: int = MOST,
    known: Array | None = None,
    executor: Executor | None = None,
) -> bytes:
    """A page on what is shown and set, in one HTML file.

    Skies get coarser, and estimators fewer, where it would be too large.

    Parameters
    ----------
    story
        Whether it opens on the story.
    with_atlas
        Whether it holds the atlas, so that sigma^2 and r_L/L_c can be moved: see `check_atlas`.
    most
        Bytes that it may have.
    known, executor
        See `skies_of`.

    Raises
    ------
    TooLarge
    """
    html = ""
    for contents in _smaller(state, with_atlas, known, executor):
        html = _file(contents, story)
        if len(html.encode()) <= most:
            return html.encode()
    raise TooLarge(
        f"Without any sky the page has {len(html.encode()) / 1e6:.1f} MB, more than {most / 1e6:g} MB: a "
        "run of fewer times (--n-times) or of a smaller nside fits."
    )


def contents_of(state: State, executor: Executor | None = None, *, with_atlas: bool = False) -> Contents:
    """What a page holds that may be of any size."""
    return next(_smaller(state, with_atlas, None, executor))


def _smaller(
    state: State, with_atlas: bool, known: Array | None, executor: Executor | None
) -> Iterator[Contents]:
    """Contents, each smaller than the one before: with coarser skies, of one estimator, without skies."""
    source, field = state.shown.source, state.realization or 0
    one = (source.usable(state.estimator),)
    try:
        for nside in (None, *COARSER):
            skies = skies_of(source, field, most=nside, known=known, executor=executor)
            yield Contents(state, source.estimators, skies, "", with_atlas)
        yield Contents(state, one, skies, "", with_atlas)
        why = "A sky would make this page too large."
    except NoSkies as error:
        why = str(error)
        yield Contents(state, source.estimators, None, why, with_atlas)
    yield Contents(state, one, None, why, with_atlas)


def parts_of(contents: Contents) -> dict[str, bytes]:
    """All that is unpacked by browser/alone/loader.js, packed, by name."""
    skies: tuple[bytes, ...] = contents.skies.files if contents.skies else ()
    orbits = (
        {"orbits": _orbits(), "draws": contents.draws, "orbit": contents.orbit} if contents.has_orbits else {}
    )
    if contents.draws:
        orbits["kernel"] = javascript.bundle("kernel/pool").encode()
    places = {"atlas": _packed(javascript.bundle("atlas/atlas").encode()), "places": _atlas()}
    return {
        **{name: _packed(part) for name, part in orbits.items() if part},
        **(places if contents.atlas else {}),
        "bokeh": _bokeh(),
        "page": _packed(_script(contents).encode()),
        "held": _packed(contents.first()),
        "further": _packed(contents.further()),
        **{f"sky-{index}": file for index, file in enumerate(skies)},
    }


def _panels(contents: Contents) -> tuple[Panel, ...]:
    """The panels of a page: without what it holds no data for."""
    return tuple(panel for panel in registered() if contents.has_orbits or not panel.of_panel)


def _file(contents: Contents, story: bool) -> str:
    parts = parts_of(contents)
    head = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n<script>\n{theme()}</script>'
    held = [
        f'<script type="text/plain" id="part-{name}">{base64.b64encode(part).decode()}</script>'
        for name, part in parts.items()
    ]
    listed = f'<script type="application/json" id="parts">{json.dumps(dict.fromkeys(parts))}</script>'
    tail = "\n".join([listed, *held, f'<script type="module">\n{loader()}</script>'])
    inline = f"data:font/woff2;base64,{base64.b64encode(font()).decode()}"
    return document(contents, head, tail, inline, story=story)


def document(contents: Contents, head: str, tail: str, font: str, *, story: bool, course: str = "") -> str:
    """The document around its parts; course is where the course is, if anywhere."""
    told = {"font": font, "story": story, "course": course}
    return shell.alone(head, tail, **told, **shell.variables(_panels(contents)))


def theme() -> str:
    """What is run before anything is painted."""
    return javascript.text("theme.js")


def loader() -> str:
    """What unpacks the parts and begins."""
    return javascript.text("alone/loader.js")


def font() -> bytes:
    """The font of equations."""
    return (Path(description.__file__).parent / "fonts/math.woff2").read_bytes()


def _script(contents: Contents) -> str:
    """The page's modules, with what it describes: as `description.page_url` has it of a served one."""
    every = _panels(contents)
    code = javascript.program("alone/alone", *(panel.script for panel in every))
    classes = ", ".join(f"{panel.name}: {panel.name.capitalize()}Panel" for panel in every)
    described = description.description(every) | {"controls": contents.controls}
    told = _numbered(json.dumps(described, allow_nan=False, ensure_ascii=False, separators=(",", ":")))
    return f"{code}\nexport const start = (...given) => openAlone({told}, {{{classes}}}, ...given)\n"


def _numbered(told: str) -> str:
    """With names of Bokeh's models in their order, so that the same page has the same bytes every time."""
    names: dict[str, str] = {}
    return _NAME.sub(lambda found: names.setdefault(found[0], f'"m{len(names)}"'), told)


def _orbits() -> bytes:
    """The module that draws orbits."""
    return javascript.bundle(Path(panels.__file__).parent / "orbits/component.js").encode()


@cache
def _atlas() -> bytes:
    """The file of the atlas, packed as it is."""
    return atlas_tensors.file()


@cache
def _bokeh() -> bytes:
    """BokehJS without its widgets and tables, which no panel needs."""
    (script,) = Resources(mode="inline", components=["bokeh"]).js_raw[:1]
    return _packed(script.encode())


def _packed(content: bytes) -> bytes:
    """The same bytes every time."""
    return gzip.compress(content, 9, mtime=0)
