"""Files to take away: the run, the map, the spectra, the figures, and a script for the same numbers.

Each holds what the page shows when it is made: gradient, time, estimator, p, what the switches say, and in
Figures 1 and 2 what is pinned; and each says what it is (`content.about`).
"""

from __future__ import annotations

import contextlib
import csv
import io
import math
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import panel as pn

from crviz import sky
from crviz._version import __version__
from crviz.arrays import Array
from crviz.dashboard.drawer.reproduction import reproducing_script
from crviz.dashboard.javascript import stylesheet
from crviz.dashboard.state import State
from crviz.gradient import gradient_vector
from crviz.jobs import Manager
from crviz.parameters import VIEW
from crviz.plots.content import evolution, spectra
from crviz.plots.content import sky as sky_content
from crviz.plots.content.about import about
from crviz.plots.content.figure import Panel, described, gradient_in_words
from crviz.plots.content.table import comments, table
from crviz.result import NotKept, nearest_time

#: What its button says, its name, and what makes it.
_File: TypeAlias = tuple[str, str, Callable[[], io.BytesIO | io.StringIO]]


def downloads(state: State, manager: Manager) -> list[pn.widgets.FileDownload]:
    """The drawer: one button a file, each made when it is pressed; skies are looked up at the manager."""
    fits = ("Sky map (FITS)", "crviz-sky.fits", lambda: _fits(state, manager))
    files: list[_File] = [
        *([("Run (NetCDF)", "crviz-run.nc", lambda: _netcdf(state))] if state.shown.source.savable else []),
        # a sky that is being computed, or would take too long, cannot be taken away
        *([fits] if _positions(state, manager) is not None else []),
        ("Spectra (CSV)", "crviz-spectra.csv", lambda: io.StringIO(spectra_csv(state))),
        ("Script (Python)", "crviz-reproduce.py", lambda: io.StringIO(reproducing_script(state))),
        *_figures(state, manager),
    ]
    return [
        pn.widgets.FileDownload(
            callback=make, filename=name, label=label, width=166, margin=4, stylesheets=[stylesheet("drawer")]
        )
        for label, name, make in files
    ]


def _figures(state: State, manager: Manager) -> list[_File]:
    """Figures as they go into a paper, by the same code as the command line, and the numbers in them."""
    files: list[_File] = []
    for what, name in (("Figure 1", "1"), ("Figure 2", "2"), ("Sky figure", "sky")):
        if name == "sky" and _positions(state, manager) is None:
            continue
        files += [
            (f"{what} ({kind.upper()})", f"crviz-{name}.{kind}", partial(_figure, state, manager, name, kind))
            for kind in ("png", "svg", "pdf")
        ]
        if name != "sky":
            numbers = partial(_numbers, state, name)
            files.append((f"{what} (CSV)", f"crviz-{name}.csv", numbers))
    return files


def _figure(state: State, manager: Manager, name: str, kind: str) -> io.BytesIO:
    from crviz.plots import paper  # noqa: PLC0415 - brings matplotlib along, which no page needs to open

    if name == "sky":
        values, time = sky_values(state, manager)
        title = ", ".join(
            [
                f"{described(state.shown.source, of_one=True)} (number {state.realization or 0})",
                f"Ω T = {time:.5g}",
                f"gradient {gradient_in_words(state.gradient)}",
                *sky_content.treatment(state.smooth, state.without_dipole),
            ]
        )
        look = {"drawn": state.drawn, "limit": state.limit}
        picture = sky_content.sky(values, state.gradient, sky_content.PAPER_WIDTH, title=title, **look)
        picture = replace(picture, about=about_shown(state, of_one=True, omega_t=time))
        return _through_file(f"sky.{kind}", lambda path: paper.save_sky(picture, path))
    panel = replace(figure_shown(state, name), about=about_shown(state))
    return _through_file(f"figure.{kind}", lambda path: paper.save_panels([panel], path))


def _numbers(state: State, name: str) -> io.StringIO:
    return io.StringIO(table(replace(figure_shown(state, name), about=about_shown(state))))


def about_shown(state: State, *, of_one: bool = False, **view: Any) -> dict[str, str]:
    """What a file of what is shown says of itself; view replaces what the state has."""
    shown = state.shown
    seen = {each.name: getattr(state, each.name) for each in VIEW} | view
    # the recorded time, and an estimator that the source has: what the file's numbers are
    known = {"omega_t": shown.recorded_time(state.omega_t), "estimator": shown.source.usable(state.estimator)}
    seen |= {"realization": seen["realization"] or 0} | known | view
    if of_one:  # the sky of a field knows of no spectrum
        seen |= {"estimator": None, "p": None, "form": None}
    return {**about(shown.source, seen, state.gradient, of_one=of_one), "shown": shown.origin}


def figure_shown(state: State, name: str) -> Panel:
    """Figure "1" or "2" as the page shows it."""
    # the direction itself, at right angles to B0 too: the mean over the azimuth is drawn beside it
    source, gradient, pinned = state.shown.source, state.gradient, state.pinned
    estimator = source.usable(state.estimator)
    if name == "1":
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


def _through_file(name: str, write: Callable[[Path], None]) -> io.BytesIO:
    """The bytes of a file that a function writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return io.BytesIO(path.read_bytes())


def _netcdf(state: State) -> io.BytesIO:
    content = io.BytesIO()  # no disk is needed, which may be full
    state.shown.source.save(content)
    content.seek(0)
    return content


def _fits(state: State, manager: Manager) -> io.BytesIO:
    """The map as the picture has it: a pixel is where particles come from, not where they go."""
    values, time = sky_values(state, manager)
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


def sky_values(state: State, manager: Manager) -> tuple[Array, float]:
    """The map as it is shown, less its dipole and smoothed where it is: (pixels,) [r_L], and its time.

    Pixels are momentum directions p; the picture shows them at n = -p.
    """
    found = _positions(state, manager)
    if found is None:
        raise ValueError("The sky of this field is not ready yet.")
    time, r = found
    values = gradient_vector(state.gradient) @ r
    return sky_content.treated(values, state.smooth, state.without_dipole), time


def _positions(state: State, manager: Manager) -> tuple[float, Array] | None:
    """The time nearest to the state's and the positions (3, pixels) [r_L] then, or None."""
    realization = state.realization or 0
    found = manager.skies.get(state.shown.sky_config, realization)
    if found is not None:
        index = nearest_time(found.config.omega_t, state.omega_t)
        return found.config.omega_t[index], found.components[index] * found.scale[index]
    if realization == state.shown.source.fields.start:  # a part of a run begins elsewhere
        with contextlib.suppress(NotKept):
            times, maps = state.shown.source.maps
            index = nearest_time(times, state.omega_t)
            return float(times[index]), maps[index]
    return None


def spectra_csv(state: State) -> str:
    """C_l at the time shown, for the chosen gradient and the perpendicular one, as CSV."""
    out = io.StringIO()
    source = state.shown.source
    columns = [
        source.spectrum(gradient, omega_t=state.omega_t, estimator=source.usable(state.estimator))
        for gradient in (state.gradient, "perpendicular")
    ]
    out.write(comments(about_shown(state)))
    out.write(
        f"# chosen gradient: theta = {state.theta:.12g} deg, phi = {state.phi:.12g} deg; "
        "perpendicular: mean over the azimuth at theta = 90 deg\n"
    )
    out.write("# C_l of delta I in units of (r_L |grad n| / n)^2; errors of the mean over fields\n")
    rows = csv.writer(out, lineterminator="\n")
    names = [f"{what}_{which}" for which in ("chosen", "perpendicular") for what in ("C_l", "error")]
    rows.writerow(["ell", *names])
    arrays = [array for column in columns for array in (column.cl, column.error)]
    for ell, *values in zip(columns[0].ell, *arrays, strict=True):
        rows.writerow([ell, *("" if math.isnan(value) else f"{value:.6g}" for value in values)])
    return out.getvalue()
