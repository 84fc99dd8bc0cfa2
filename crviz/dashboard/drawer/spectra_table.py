"""The spectra of what is shown as a table."""

from __future__ import annotations

import csv
import io
import math
from itertools import zip_longest

import numpy as np

from crviz import observations, theory
from crviz.arrays import Array
from crviz.dashboard.drawer.about import about_shown
from crviz.dashboard.state import State
from crviz.gradient import Gradient
from crviz.plots.content.figure import described
from crviz.plots.content.table import comments
from crviz.result import Source, nearest_time

_ERRORS = ("error_down", "error_up")


def spectra_csv(state: State) -> str:
    """C_l at the time shown, for the chosen gradient and the perpendicular one, and of what is pinned for the
    chosen one, as CSV."""
    out = io.StringIO()
    source = state.shown.source
    shown = (source, source.usable(state.estimator))
    wanted: dict[str, tuple[Source, str, Gradient]] = {
        "chosen": (*shown, state.gradient),
        "perpendicular": (*shown, "perpendicular"),
    }
    if state.pinned is not None:
        wanted["pinned"] = (*state.pinned, state.gradient)
    columns = {
        which: of.spectrum(gradient, omega_t=state.omega_t, estimator=estimator)
        for which, (of, estimator, gradient) in wanted.items()
    }
    out.write(comments(about_shown(state)))
    out.write(
        f"# chosen gradient: theta = {state.theta:.12g} deg, phi = {state.phi:.12g} deg; "
        "perpendicular: mean over the azimuth at theta = 90 deg\n"
    )
    out.write("# C_l of delta I in units of (r_L |grad n| / n)^2; errors of the mean over fields\n")
    out.write(
        "# ratio: C_l / C_1, its error without that of C_1; noise: level that the pixels make; cosmic: error "
        "of one sky; theory: C_l / C_1 for p and form as above; the others are observed\n"
    )
    if state.pinned is not None:
        pinned, estimator = state.pinned
        time = pinned.omega_t[nearest_time(pinned.omega_t, state.omega_t)]
        out.write(
            f"# pinned: {described(pinned)}, result {pinned.digest}, {estimator}, Omega T = {time:.5g}\n"
        )
    named: dict[str, Array] = {}
    for which, each in columns.items():
        named |= {f"C_l_{which}": each.cl, f"error_{which}": each.error}
    for which, each in columns.items():
        named |= {
            f"ratio_{which}": each.cl / each.cl[1],
            f"ratio_error_{which}": each.error / each.cl[1],
            f"noise_{which}": np.full(len(each.ell), each.noise),
            f"cosmic_{which}": np.sqrt(each.cosmic_variance),
        }
    ell = max((each.ell for each in columns.values()), key=len)
    analytic = theory.spectrum(ell[1:], state.p, form=state.form)
    named["theory"] = np.r_[np.nan, analytic / analytic[0]]
    for one in observations.chosen(state.observed):
        at = {int(each): i for i, each in enumerate(one.ell)}
        for name, values in ((one.key, one.cl), *zip(_ERRORS, one.error, strict=True)):
            column = name if name == one.key else f"{one.key}_{name}"
            named[column] = np.array([values[at[each]] if each in at else np.nan for each in ell.tolist()])
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["ell", *named])
    for multipole, *values in zip_longest(ell, *named.values(), fillvalue=math.nan):
        rows.writerow([multipole, *("" if math.isnan(value) else f"{value:.6g}" for value in values)])
    return out.getvalue()
