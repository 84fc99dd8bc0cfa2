"""Files to take away: the run, the sky, the spectra, the figures, a script for the same numbers, and all.

Each holds what the page shows when it is made: gradient, time, estimator, p, what the switches say, and in
Figures 1 and 2 what is pinned; and each says what it is (`content.about`).
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from crviz import paths, sky
from crviz._version import __version__
from crviz.arrays import Array
from crviz.dashboard.alone import one_file
from crviz.dashboard.drawer import skies
from crviz.dashboard.drawer.about import about_shown
from crviz.dashboard.drawer.delivery import Delivery, Maker, copy_of
from crviz.dashboard.drawer.reproduction import reproducing_script
from crviz.dashboard.drawer.spectra_table import spectra_csv
from crviz.dashboard.state import State
from crviz.jobs import Manager
from crviz.plots.content import evolution, spectra
from crviz.plots.content.about import lines, stem
from crviz.plots.content.figure import Panel
from crviz.plots.content.table import table

KINDS = ("png", "svg", "pdf")


class _File(NamedTuple):
    """What its button says, how its name ends, what is in it, what makes it, and whether the time and the
    gradient count for it."""

    label: str
    ending: str
    what: str
    make: Maker
    seen: bool = True


def downloads(state: State, manager: Manager) -> list[Delivery]:
    """The drawer: one button a file, each made when it is pressed; skies are looked up at the manager."""
    everything = _File("Everything (ZIP)", "all.zip", "", partial(_everything, manager=manager))
    offered = [file for file in _files(state, manager) if file.label]
    return [Delivery(file.label, state, partial(_name, file), file.make) for file in (everything, *offered)]


def _name(file: _File, state: State) -> str:
    """What a file is called: of which turbulence, at which time, in which gradient, and what it is."""
    begin = stem(state.shown.config)
    if file.seen:
        time = state.shown.recorded_time(state.omega_t)
        begin += f"_T{time:.5g}_th{state.theta:.6g}_ph{state.phi:.6g}"
    return f"{begin}_{file.ending}"


def _files(state: State, manager: Manager) -> list[_File]:
    """All that there is of what is shown; those without a label are in the archive only."""
    there = skies.positions(state, manager) is not None
    nside = state.shown.config.nside
    files = [
        _File("Run (NetCDF)", "run.nc", "the run itself, for crviz.load", _netcdf, seen=False),
        # a sky that is being computed, or would take too long, cannot be taken away
        _File(
            f"Sky map (FITS, nside {nside})",
            f"field-{state.realization or 0}_sky.fits",
            "the sky as it is shown, on the grid of the run (HEALPix)",
            partial(_fits, manager=manager),
        ),
        _File(
            "",
            f"field-{state.realization or 0}_sky-raw.fits",
            "the sky before its dipole is removed or it is smoothed",
            partial(_raw, manager=manager),
        ),
        _File("Spectra (CSV)", "spectra.csv", "C_l, C_l/C_1, errors, noise, theory and data", spectra_csv),
        _File("Script (Python)", "reproduce.py", "makes the numbers again", reproducing_script),
        _File("This page (HTML)", "page.html", "", partial(_page, manager=manager)),
    ]
    kept = [file for file in files if "sky" not in file.ending or there]
    return [*(kept if state.shown.source.savable else kept[1:]), *_figures(state, manager, there)]


def _figures(state: State, manager: Manager, there: bool) -> list[_File]:
    """Figures as they go into a paper, by the same code as the command line, and the numbers in them."""
    files: list[_File] = []
    for words, name, what in (
        ("Figure 1", "figure-1", "the evolution of the multipoles"),
        ("Figure 2", "figure-2", "the power spectra"),
        ("Sky figure", f"field-{state.realization or 0}_sky", "the sky"),
    ):
        if words == "Sky figure" and not there:
            continue
        files += [
            _File(
                f"{words} ({kind.upper()})",
                f"{name}.{kind}",
                f"{what}, as on the page",
                partial(_figure, manager=manager, name=name, kind=kind),
            )
            for kind in KINDS
        ]
        if words != "Sky figure":
            numbers = partial(_numbers, name=name)
            files.append(_File(f"{words} (CSV)", f"{name}.csv", f"the numbers in {name}", numbers))
    if state.beside != "nothing" and skies.beside(state, manager) is not None:
        make = partial(_figure, manager=manager, name="beside", kind="png")
        files.append(_File("", "sky-beside.png", "the second sky, as on the page", make))
    return files


def _everything(state: State, manager: Manager) -> bytes:
    """An archive of all files, figures in the page's theme, with what is in each and how to cite."""
    out = io.BytesIO()
    files = [file for file in _files(state, manager) if not file.ending.endswith((".svg", ".html"))]
    told = [f"{_name(file, state)}: {file.what}" for file in files]
    about_it = lines(about_shown(state))
    readme = "\n".join(
        ["What crviz showed, to take away.", "", about_it, "", *told, "CITATION.cff: how to cite crviz", ""]
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        archive.writestr("CITATION.cff", paths.citation().read_bytes())
        for file in files:
            make = file.make
            if isinstance(make, partial) and make.func is _figure:
                make = partial(make, dark=state.dark)
            packed = zipfile.ZIP_STORED if file.ending.endswith((".nc", ".png")) else None
            archive.writestr(_name(file, state), make(state), packed)
    return out.getvalue()


def _page(state: State, manager: Manager) -> bytes:
    config, realization = state.shown.sky_config, state.realization or 0
    there = manager.skies.get(config, realization)
    known = None if there is None else there.components * there.scale[:, None, None]
    return one_file(state, known=known, executor=manager.quick)


def _figure(state: State, *, manager: Manager, name: str, kind: str, dark: bool = False) -> bytes:
    from crviz.plots import paper  # noqa: PLC0415 - brings matplotlib along, which no page needs to open

    if name.startswith("figure"):
        panel = replace(figure_shown(state, name), about=about_shown(state))
        return _through_file(f"figure.{kind}", lambda path: paper.save_panels([panel], path, dark=dark))
    seen = skies.beside(state, manager) if name == "beside" else skies.first(state, manager)
    if seen is None:
        raise ValueError(skies.NOT_READY)
    picture = skies.picture(state, seen, dark)
    return _through_file(f"sky.{kind}", lambda path: paper.save_sky(picture, path, dark=dark))


def _numbers(state: State, name: str) -> str:
    return table(replace(figure_shown(state, name), about=about_shown(state)))


def figure_shown(state: State, name: str) -> Panel:
    """Figure "figure-1" or "figure-2" as the page shows it."""
    # the direction itself, at right angles to B0 too: the mean over the azimuth is drawn beside it
    source, gradient, pinned = state.shown.source, state.gradient, state.pinned
    estimator = source.usable(state.estimator)
    if name == "figure-1":
        return evolution.evolution(
            source,
            gradient,
            omega_t=state.omega_t,
            p=state.p if state.analytic else None,
            estimator=source.usable("none"),
            noise=estimator,
            pinned=pinned and pinned[0],
        )
    return spectra.power_spectra(
        source,
        gradient,
        omega_t=state.omega_t,
        p=state.p,
        form=state.form,
        estimator=estimator,
        observed=state.observed,
        normalization=state.normalization,
        d_ell=state.d_ell,
        pinned=pinned,
    )


def _through_file(name: str, write: Callable[[Path], None]) -> bytes:
    """The bytes of a file that a function writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()


def _netcdf(state: State) -> bytes:
    content = io.BytesIO()  # no disk is needed, which may be full
    state.shown.source.save(content)
    return content.getvalue()


def _raw(state: State, manager: Manager) -> bytes:
    plain = copy_of(state)
    plain.param.update(without_dipole=False, smooth=0.0)
    return _fits(plain, manager)


def _fits(state: State, manager: Manager) -> bytes:
    """The map as the picture has it: a pixel is where particles come from, not where they go."""
    values, time = skies.sky_values(state, manager)
    config = state.shown.config
    header = {
        "TUNIT1": "r_L |grad n| / n",
        "OMEGAT": time,
        "GRADTH": state.theta,
        "GRADPH": state.phi,
        "FIELD": state.realization or 0,
        "DIPOLE": "removed" if state.without_dipole else "kept",
        "SMOOTHED": float(state.smooth),  # radius of the top hat [deg]
        "POLAXIS": "B0",
        "PIXELS": "n = -p, where a particle comes from",
        "SIGMA2": config.sigma2,
        "RLOVERLC": config.rl_over_lc,
        "SEED": config.seed,
        "CREATOR": f"crviz {__version__}",
        **_cards(about_shown(state, of_one=True, omega_t=time)),
    }
    seen = values[_antipodes(sky.nside_of(values))]
    return _through_file("sky.fits", lambda path: sky.write_map(path, seen, **header))


def _cards(said: dict[str, str]) -> dict[str, str]:
    """Cards of a FITS header that say what is not in one yet; letters beyond ASCII have no place there."""
    names = {"configuration": "CONFIG", "result": "DIGEST", "link": "LINK", "shown": "ORIGIN"}
    return {card: said[word].encode("ascii", "ignore").decode() for word, card in names.items()}


def _antipodes(nside: int) -> Array:
    """The pixel opposite to each pixel: (12 nside^2,) int."""
    x, y, z = sky.pixel_directions(nside)
    return sky.pixels_at(nside, np.arccos(-z), np.arctan2(-y, -x))
