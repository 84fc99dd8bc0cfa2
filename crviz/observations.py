"""Published angular power spectra of the relative intensity, with what has to be known of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crviz import paths


@dataclass(frozen=True)
class ObservedSpectrum:
    """An observed spectrum. Arrays over the multipoles that were published.

    Attributes
    ----------
    name : str
    ell : (L,) int
    cl : (L,)
        C_l of the relative intensity.
    error : (2, L)
        Statistical error down and up; NaN where the figure hides it.
    noise : float
        Isotropic shot-noise level of C_l; NaN where it is not known.
    caveats : str
        How it was obtained and what it is not.
    """

    name: str
    ell: np.ndarray
    cl: np.ndarray
    error: np.ndarray
    noise: float
    caveats: str


@lru_cache(maxsize=1)
def spectra():
    """All shipped spectra: tuple of `ObservedSpectrum`."""
    return (_hawc_icecube(), *_icecube_12yr())


@lru_cache(maxsize=1)
def noise_levels():
    """Shot-noise levels that were stated or follow from event counts: {what: (C_l, source)}."""
    rows, _ = _read("noise-levels.csv")
    return {row["what"]: (float(row["C_noise"]), f"{row['kind']}; {row['source']}") for row in rows}


def _hawc_icecube():
    rows, caveats = _read("hawc-icecube-2019-10TeV.csv")
    ell, cl, spread, beam = _columns(rows, "ell", "C_deconv", "extraction_spread", "b_ell")
    error = np.array([spread / beam**2] * 2)
    return ObservedSpectrum("HAWC + IceCube 2019, 10 TeV", ell.astype(int), cl, error, np.nan, caveats)


def _icecube_12yr():
    rows, caveats = _read("icecube-12yr-pseudo.csv")
    for energy in dict.fromkeys(row["E_median_TeV"] for row in rows):
        own = [row for row in rows if row["E_median_TeV"] == energy]
        ell, cl, down, up, noise = _columns(
            own, "ell", "C_ell", "err_dn_stat", "err_up_stat", "noise_mean_derived"
        )
        name = f"IceCube 12 years, {energy} TeV (pseudo-spectrum)"
        yield ObservedSpectrum(name, ell.astype(int), cl, np.array([down, up]), float(noise[0]), caveats)


def _columns(rows, *names):
    return [np.array([float(row[name] or "nan") for row in rows]) for name in names]


def _read(name):
    text = (paths.assets() / "observations" / name).read_text(encoding="utf8").splitlines()
    caveats = " ".join(line.lstrip("# ") for line in text if line.startswith("#"))
    return list(csv.DictReader(line for line in text if not line.startswith("#"))), caveats
