"""The shipped angular power spectra of the relative intensity, with what has to be known of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crviz import paths
from crviz.observations.field_of_view import HAWC_ICECUBE, ICECUBE, FieldOfView


@dataclass(frozen=True, eq=False)
class ObservedSpectrum:
    """An observed spectrum. Arrays over the multipoles that were published.

    Attributes
    ----------
    name : str
    ell : (L,) int
    cl : (L,)
        C_l of the relative intensity, its noise included.
    error : (2, L)
        Statistical error down and up; NaN where the figure hides it.
    noise : float
        Isotropic shot-noise level of C_l; NaN where it is not known of this spectrum.
    caveats : str
        How it was obtained and what it is not: the whole text.
    caption : str
        The same in one line.
    experiment : str
    year : int
        Of publication.
    energy : float [TeV]
        Median energy of the primaries.
    field_of_view : FieldOfView
        Of the masked map behind the spectrum, which was shifted to zero mean.
    pseudo : bool
        Whether the power is that of the masked map as it is; else it was divided by f_sky.
    smoothing : float [deg]
        Radius of the top hat that smoothed the map and was divided out of `cl` again; 0 for none.
    measures_m0 : bool
        Whether power in m = 0 (equatorial) is in it. Measurements that compare right ascensions at
        the same declination do not see it.
    hidden : (L,) bool
        Where another mark partly covers the one that was read off the figure.
    noise_levels : tuple of (str, float)
        What to draw as dotted lines: whose noise, and its level of C_l.
    """

    name: str
    ell: np.ndarray
    cl: np.ndarray
    error: np.ndarray
    noise: float
    caveats: str
    caption: str
    experiment: str
    year: int
    energy: float
    field_of_view: FieldOfView
    pseudo: bool
    smoothing: float
    measures_m0: bool
    hidden: np.ndarray
    noise_levels: tuple[tuple[str, float], ...]


@lru_cache(maxsize=1)
def spectra():
    """All shipped spectra: tuple of `ObservedSpectrum`."""
    return (_hawc_icecube(), *_icecube_12yr())


def spectrum(name):
    """The shipped spectrum of a name. Raises ValueError for a name that none of them has."""
    for one in spectra():
        if one.name == name:
            return one
    raise ValueError(f"name = {name!r} must be one of {', '.join(repr(one.name) for one in spectra())}.")


@lru_cache(maxsize=1)
def noise_levels():
    """Shot-noise levels that were stated or follow from event counts: {what: (C_l, source)}."""
    rows, _ = _read("noise-levels.csv")
    return {row["what"]: (float(row["C_noise"]), f"{row['kind']}; {row['source']}") for row in rows}


def _hawc_icecube():
    rows, caveats = _read("hawc-icecube-2019-10TeV.csv")
    ell, cl, spread, beam = _columns(rows, "ell", "C_deconv", "extraction_spread", "b_ell")
    return ObservedSpectrum(
        name="HAWC + IceCube 2019, 10 TeV",
        ell=ell.astype(int),
        cl=cl,
        error=np.array([spread / beam**2] * 2),
        noise=np.nan,
        caveats=caveats,
        caption="read off the colours of the published map; declination below 69°, divided by f_sky; "
        "5° smoothing divided out; noise not subtracted; m = 0 not measured",
        experiment="HAWC + IceCube",
        year=2019,
        energy=10.0,
        field_of_view=HAWC_ICECUBE,
        pseudo=False,
        smoothing=5.0,
        measures_m0=False,
        hidden=np.zeros(ell.size, bool),
        # of each half of the sky by itself: the combined level was not stated
        noise_levels=(("HAWC alone", _level("HAWC-300")), ("IceCube alone", _level("IC86"))),
    )


def _icecube_12yr():
    rows, caveats = _read("icecube-12yr-pseudo.csv")
    for energy in dict.fromkeys(row["E_median_TeV"] for row in rows):
        own = [row for row in rows if row["E_median_TeV"] == energy]
        ell, cl, down, up, noise, hidden = _columns(
            own, "ell", "C_ell", "err_dn_stat", "err_up_stat", "noise_mean_derived", "occluded"
        )
        yield ObservedSpectrum(
            name=f"IceCube 12 years, {energy} TeV (pseudo-spectrum)",
            ell=ell.astype(int),
            cl=cl,
            error=np.array([down, up]),
            noise=float(noise[0]),
            caveats=caveats,
            caption="pseudo-spectrum of declination −90° to −25°; digitised from the figure, ±3 %; "
            "noise not subtracted; m = 0 not measured",
            experiment="IceCube",
            year=2025,
            energy=float(energy),
            field_of_view=ICECUBE,
            pseudo=True,
            smoothing=0.0,
            measures_m0=False,
            hidden=hidden.astype(bool),
            noise_levels=((f"IceCube, {energy} TeV", float(noise[0])),),
        )


def _level(experiment):
    return next(level for what, (level, _) in noise_levels().items() if what.startswith(experiment))


def _columns(rows, *names):
    return [np.array([float(row[name] or "nan") for row in rows]) for name in names]


def _read(name):
    text = (paths.assets() / "observations" / name).read_text(encoding="utf8").splitlines()
    caveats = " ".join(line.lstrip("# ") for line in text if line.startswith("#"))
    return list(csv.DictReader(line for line in text if not line.startswith("#"))), caveats
