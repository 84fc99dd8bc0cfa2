"""What the course holds beside its words: arrays that Python has worked out, and the browser goes on with."""

from __future__ import annotations

import base64
import dataclasses
from functools import cache
from typing import Any

import numpy as np

from crviz import harmonics, library
from crviz.arrays import Array, ArrayLike
from crviz.dashboard.draws import draws
from crviz.dashboard.panels.spectra.observed import observed_spectra, observing_windows
from crviz.jobs import fine_skies
from crviz.plots import style

#: Of the sky that is taken apart into multipoles: the index of its time, and the last multipole.
SKY_TIME, SKY_LMAX = 40, 16
#: Of the dipoles of single fields [1/Omega].
DIPOLE_TIME = 100.0
#: Observed spectra that are compared with.
OBSERVED = ("hawc-icecube-10", "icecube-13")
#: Of numbers that stand for chance alone: the coefficients of another sky of the same power.
SEED = 2015


@cache
def held() -> dict[str, Any]:
    """As JSON has it; arrays are flat, in single precision, as base64, unless they are short.

    Returns
    -------
    palettes
        By theme, as `plots.style.Palette`.
    draws
        The bytes of `dashboard.draws` for field 0.
    times : (64,) [1/Omega]
        Those that are recorded of the shipped result, which links of the explorer reach.
    sky
        omega_t, lmax, and alm, other ((lmax + 1)^2,) [r_L]: real coefficients of field 0 for a gradient along
        x, and of a Gaussian sky of the same C_l.
    dipoles
        omega_t, and values (fields, 3, 3) [r_L]: of each component of r(-T) the dipole d of delta I = d . p.
    observed
        Spectra and windows as the explorer has them.
    """
    shipped = library.shipped()
    return {
        "palettes": {
            theme: dataclasses.asdict(colors)
            for theme, colors in (("light", style.LIGHT), ("dark", style.DARK))
        },
        "draws": base64.b64encode(draws(realizations=[0])).decode("ascii"),
        "times": [float(f"{time:.6g}") for time in shipped.omega_t],
        "sky": _sky(float(shipped.omega_t[SKY_TIME])),
        "dipoles": _dipoles(),
        "observed": _observed(),
    }


def _sky(omega_t: float) -> dict[str, Any]:
    positions = fine_skies.positions(SKY_TIME)
    assert positions is not None  # one of the times that have a file
    alm = harmonics.real_coefficients(positions[0], fine_skies.NSIDE, SKY_LMAX)
    return {"omega_t": omega_t, "lmax": SKY_LMAX, "alm": _packed(alm), "other": _packed(_alike(alm))}


def _alike(alm: Array) -> Array:
    """Coefficients by chance whose C_l are those of others."""
    rng = np.random.default_rng(np.random.SeedSequence(SEED))
    drawn = rng.normal(size=alm.size)
    for ell in range(SKY_LMAX + 1):
        own = slice(ell**2, (ell + 1) ** 2)
        drawn[own] *= np.linalg.norm(alm[own]) / np.linalg.norm(drawn[own])
    return drawn


def _dipoles() -> dict[str, Any]:
    dataset = library.shipped().dataset.sel(omega_t=DIPOLE_TIME, method="nearest")
    # coefficients of m = -1, 0, 1 belong to sqrt(3/4 pi) times y, z, x
    vectors = dataset.dipole.values[..., [2, 0, 1]] * np.sqrt(3 / (4 * np.pi))
    return {"omega_t": float(dataset.omega_t), "values": _packed(vectors)}


def _observed() -> dict[str, Any]:
    spectra = [one for one in observed_spectra() if one["key"] in OBSERVED]
    windows = observing_windows()
    return {"spectra": spectra, "windows": windows[: 1 + max(one["window"] for one in spectra)]}


def _packed(values: ArrayLike) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")
