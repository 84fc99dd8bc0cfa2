"""The atlas as a browser holds it, in one file: what is interpolated at its points, and what the weights of
these are made of, so that browser/atlas/ has `tensors.tensors_of` of any place without asking.

The file is gzip's. In it are the length of the header (four bytes, the lowest first), the header as JSON, and
the arrays, each with the first bytes of all its numbers, then the second, and so on: digits that are alike
lie together, and compress.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from crviz import atlas, observations, paths
from crviz._version import __version__
from crviz.arrays import Array
from crviz.atlas import Atlas, AtlasPoint, interpolation
from crviz.atlas.fields import describe, windows
from crviz.atlas.one_sky import FIRST, fits
from crviz.atlas.point import sampled
from crviz.atlas.quantiles import THROUGH
from crviz.dashboard import chip, wire
from crviz.dashboard.best_known import POINT_NSIDE
from crviz.dashboard.labelled_source import LabelledSource
from crviz.plots.content.about import lines, simulated
from crviz.result.times import nearest_time

#: Of these the values, errors and correlations are sent.
_TENSORS = ("cl", "k", "running", "standard_dipole")


def file(table: Atlas | None = None) -> bytes:
    """The whole file; None is the shipped atlas. It takes a second."""
    header, arrays = packed(table)
    told = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(len(told).to_bytes(4, "little") + told + arrays, mtime=0)


@cache
def digest() -> str:
    """A hash of all that makes the file of the shipped atlas, which need not be made for it."""
    made_of = [paths.assets() / "atlas.nc", Path(interpolation.__file__), Path(__file__)]
    content = b"".join(path.read_bytes() for path in made_of) + __version__.encode()
    return hashlib.sha256(content).hexdigest()[:16]


def packed(table: Atlas | None = None) -> tuple[dict[str, Any], bytes]:
    """The header, and the arrays as they lie one after the other; None is the shipped atlas.

    Returns
    -------
    header
        sigma2, rl_over_lc and omega_t of the atlas; ell, how many multipoles there are, and evolving, how
        many of them are drawn against time; spacing of the points; n_pixels, of which the noise is;
        turbulence, whose values it covers; estimators; scatter, what is known of one sky, see `_one_sky`;
        words, with {names} in place of what differs from place to place; arrays, type and length of each by
        its name.
    arrays
        For P points (sigma2 first), two gradients, T times and L multipoles: coefficients (P + 3, P); cl
        (P, 2, T, L), with cl_missing where it has no logarithm, in whose order cl_there has what is there
        instead; k, running, standard_dipole, over C_1, and exponent, all (P, 2, T); k_scale (2, T); of the
        four tensors NAME_error, NAME_rough (P, 2, T[, L]) and NAME_correlation (P, T[, L]); fields and
        fine_fields (P,); and those of `_one_sky`.
    """
    table = table or atlas.load()
    between = table.interpolation
    smooth, missing = between.smooth, between.missing
    arrays = {
        "coefficients": between.surface.coefficients,
        "cl": np.exp(smooth["cl"]).astype(np.float32),
        "cl_missing": missing,
        "cl_there": table.dataset["cl"].values.reshape(missing.shape)[missing],
        "k_scale": between.k_scale,
        "running": np.exp(smooth["running"]).astype(np.float32),
        **{name: smooth[name].astype(np.float32) for name in ("exponent", "standard_dipole")},
        **{name: table.dataset[name].values.astype(np.float32) for name in ("k", "fields", "fine_fields")},
    }
    for name in _TENSORS:
        arrays[f"{name}_error"] = np.exp(smooth[f"{name}_error"]).astype(np.float32)
        arrays[f"{name}_correlation"] = smooth[f"{name}_correlation"].astype(np.float32)
        arrays[f"{name}_rough"] = between.rough[name].astype(np.float32)
    scatter, of_one_sky = _one_sky(table)
    arrays |= of_one_sky
    place = table.interpolate(table.sigma2[0], table.rl_over_lc[0]).seen_by(POINT_NSIDE)
    header = {
        **{name: getattr(table, name).tolist() for name in (*wire.PLACE, "omega_t")},
        "ell": table.dataset.sizes["ell"],
        "evolving": wire.EVOLVING,
        "spacing": between.surface.spacing,
        "n_pixels": place.config.n_pixels,
        "turbulence": table.turbulence,
        "estimators": AtlasPoint.estimators,
        "scatter": scatter,
        "words": _words(place),
        "arrays": {name: [array.dtype.str[1:], array.size] for name, array in arrays.items()},
    }
    return header, b"".join(_shuffled(array) for array in arrays.values())


def _one_sky(table: Atlas) -> tuple[dict[str, Any], dict[str, Array]]:
    """What `atlas.one_sky` is read off. Of quantiles NAME the arrays are NAME (P, 3, 2, Q, n), those that are
    missing as at the nearest point, and NAME_missing; THROUGH, (L, n), is what a window makes of multipoles.

    Returns
    -------
    header
        times (Q,); late, the indices of these among omega_t; of, a list of names, each with whether it is of
        C_l over C_1, which of its multipoles is the first, and through what the mean is seen; a factor has
        its name alone.
    arrays
    """
    kept = table.observers
    kept = kept.isel(omega_t_quantile=kept["omega_t_quantile"].values >= FIRST)
    times, described = kept["omega_t_quantile"].values, kept["window_described"].values.tolist()
    found = {name: kept[f"{name}_quantiles"].values for name in ("cl", "shape", "seen", "seen_shape")}
    of = [{"name": f"sky_{name}", "shape": name == "shape", "first": 1} for name in ("cl", "shape")]
    quantiles = {f"sky_{name}": found[name] for name in ("cl", "shape")}
    arrays = {}
    for number, window in enumerate(windows()):
        if describe(window) not in described:
            continue
        index = described.index(describe(window))
        here = kept["seen_window"].values == kept["window"].values[index]
        through = f"{number}_through"
        arrays[through] = observations.observing_matrix(window, table.dataset.sizes["ell"] - 1).T
        for name in ("cl", "shape"):
            seen = found["seen" if name == "cl" else "seen_shape"][..., here]
            quantiles[f"{number}_{name}"] = seen
            of.append({"name": f"{number}_{name}", "shape": name == "shape", "first": 0, "through": through})
        factors = kept["sky_factor_quantiles"].isel(window=index, through=THROUGH.index("window"))
        for name, fit in fits(window).items():
            quantiles[f"{number}_{name}"] = factors.isel(fitted=fit).values
            of.append({"name": f"{number}_{name}"})
    for name, values in quantiles.items():
        flat = np.where(values > 0, values, np.nan).reshape(-1, *values.shape[2:])
        arrays[name] = table.interpolation.surface.filled_by_nearest(flat)
        arrays[f"{name}_missing"] = np.isnan(flat)
    late = [nearest_time(table.omega_t, time) for time in times]
    return {"times": times.tolist(), "late": late, "of": of}, arrays


def _words(place: AtlasPoint) -> dict[str, Any]:
    """What is said of places: about, by the tensors; chip and the values that agree, by the page's header;
    provenance, at a point and between points."""
    said = simulated(place)
    del said["result"]  # no browser has its digest
    for name in wire.PLACE:
        said["configuration"] = said["configuration"].replace(
            f"{name} = {getattr(place.config, name)}", f"{name} = {{{name}}}"
        )
    said["fields"] = f"{sampled('{fields}', '{fine_fields}')}, {{provenance}}"
    shown = LabelledSource(place, "{provenance}")
    return {
        "about": lines({**said, "estimator": "{estimator}"}),
        "chip": chip.words_of(
            place.config, "{provenance}", "{fields} fields", *(f"{{{name}}}" for name in wire.PLACE)
        ),
        "shown": chip.agreeing(shown, shown.last_time),
        "provenance": ["from the atlas", "interpolated from the atlas"],
    }


def _shuffled(array: Array) -> bytes:
    return np.ascontiguousarray(array).reshape(-1, 1).view(np.uint8).T.tobytes()
