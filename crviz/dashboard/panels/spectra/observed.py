"""Observed spectra as the browser has them, and what it needs to see others through their windows."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np

from crviz import observations
from crviz.arrays import Array
from crviz.atlas.fields import describe, windows
from crviz.checks import ParameterError, check_number
from crviz.dashboard.wire import WINDOW
from crviz.observations import ObservedSpectrum

#: Multipoles of the largest grid on the page (2 nside), and those whose scatter matters to a fit; of own
#: spectra, the last whose scatter is worked out.
_LMAX, _SCATTERING, _LAST_OWN = 128, 64, 40


def observed_spectra() -> list[dict[str, Any]]:
    """One dict a spectrum: keys and words, numbers as published, and the index of its window."""
    kinds = [describe(window) for window in windows()]
    return [_told(one, kinds.index(describe(one))) for one in observations.spectra()]


def observing_windows() -> list[dict[str, Any]]:
    """One dict a window: the matrix of `observations.observing_matrix` (rows `ell`, `columns`), and the forms
    of `observations.variance_forms` for its first multipoles (one row for each m); beyond these, the modes of
    a spectrum like l^-3. Arrays are flat, in single precision, as base64."""
    return [
        _window(one, max(observations.fitted_multipoles(each)[1] for each in _alike(one)))
        for one in windows()
    ]


def own_window(message: dict[str, Any]) -> dict[str, Any]:
    """The answer to who wants the window of an own spectrum, of which the message has but the multipoles: as
    `observing_windows` has it, and the first multipole that is fitted; or what is wrong, in a sentence."""
    answer = {"kind": WINDOW, "id": message["id"]}
    try:
        low, high = message["declination"]
        ell = np.array([int(each) for each in message["ell"] if 0 < each <= _LMAX])
        if not ell.size:
            raise ParameterError("ell", message["ell"][:2], f"must begin at {_LMAX} or below")
        one = replace(
            observations.spectra()[0],
            name="own",
            ell=ell,
            cl=np.ones(ell.size),
            error=np.full((2, ell.size), np.nan),
            noise=np.nan,
            noise_levels=(),
            hidden=np.zeros(ell.size, bool),
            field_of_view=observations.FieldOfView(low, high),
            pseudo=bool(message["pseudo"]),
            smoothing=check_number("smoothing", message["smoothing"], at_least=0, at_most=180),
            measures_m0=bool(message["m0"]),
        )
        first = observations.fitted_multipoles(one)[0]
        return answer | {"window": _window(one, min(int(ell[-1]), _LAST_OWN)), "first": first}
    except ParameterError as error:
        return answer | {"error": str(error)}


def _told(one: ObservedSpectrum, window: int) -> dict[str, Any]:
    low, high = np.nan_to_num(one.error, nan=-1.0)  # below zero: not published
    return {
        "key": one.key,
        "name": one.name,
        "label": one.label,
        "marker": one.marker or observations.MARKERS[0],
        "window": window,
        "ell": one.ell.tolist(),
        "cl": one.cl.tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "noise": [list(level) for level in one.noise_levels],
        "level": float(np.nan_to_num(one.noise_level)),
        "fitted": list(observations.fitted_multipoles(one)),
        "energy": one.energy,
        "part": _part(one),
        "corrected": _corrected(one),
    }


def _part(one: ObservedSpectrum) -> str:
    view = one.field_of_view
    assert isinstance(view, observations.FieldOfView)  # as all shipped ones have
    low, high = (f"{angle:g}°".replace("-", "−") for angle in (view.dec_min, view.dec_max))
    return f"declination {low} to {high}, {100 * view.f_sky:.0f} %"


def _corrected(one: ObservedSpectrum) -> str:
    """What was done to it before it was published, in words."""
    seen = "nothing (masked map)" if one.pseudo else "fraction of the sky seen"
    smoothing = f", smoothing over {one.smoothing:g}°" if one.smoothing else ""
    missing = "" if one.measures_m0 else ", m = 0 is missing"
    return f"{seen}{smoothing}; noise is included{missing}"


def _window(one: ObservedSpectrum, last: int) -> dict[str, Any]:
    """last: up to which multipole its scatter follows from the spectrum."""
    lmax = max(_SCATTERING, int(one.ell[-1]))
    steep = np.r_[0.0, np.arange(1, lmax + 1.0) ** -3]
    forms = [
        observations.variance_forms(one.field_of_view, ell, _SCATTERING, m0=one.measures_m0)[1]
        for ell in one.ell[one.ell <= last].tolist()
    ]
    modes = 2 / np.diag(observations.relative_covariance(one, steep))[one.ell]
    return {
        "ell": one.ell.tolist(),
        "m0": one.measures_m0,
        "matrix": _packed(observations.observing_matrix(one, _LMAX)),
        "columns": _LMAX + 1,
        "forms": _packed(np.concatenate([*forms, np.empty((0, _SCATTERING + 1))])),
        "counts": [len(form) for form in forms],
        "formColumns": _SCATTERING + 1,
        "modes": modes.round(3).tolist(),
    }


def _alike(window: ObservedSpectrum) -> list[ObservedSpectrum]:
    return [one for one in observations.spectra() if describe(one) == describe(window)]


def _packed(array: Array) -> str:
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode("ascii")
