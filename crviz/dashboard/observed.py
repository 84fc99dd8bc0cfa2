"""Published spectra as the browser draws them: normalised to their dipole, with errors and noise."""

from __future__ import annotations

import numpy as np

from crviz import observations

#: What is drawn: name in `observations`, short name, marker.
_DRAWN = (
    ("HAWC + IceCube 2019, 10 TeV", "HAWC + IceCube", "circle"),
    ("IceCube 12 years, 13 TeV (pseudo-spectrum)", "IceCube", "square"),
)


def observed_spectra():
    """One dict a spectrum: name, short, marker, caption, ell, ratio, low, high (errors), noise levels."""
    return [_drawn(observations.spectrum(name), short, marker) for name, short, marker in _DRAWN]


def caveats():
    """What the drawn spectra are and are not, with their marks, in one line."""
    signs = {"circle": "○", "square": "□"}
    captions = [(signs[marker], short, observations.spectrum(name).caption) for name, short, marker in _DRAWN]
    return " ".join(f"{sign} {short}: {caption}." for sign, short, caption in captions)


def _drawn(spectrum, short, marker):
    dipole = spectrum.cl[spectrum.ell == 1][0]
    low, high = np.nan_to_num(spectrum.error, nan=-1.0) / dipole  # below zero: not published
    return {
        "name": spectrum.name,
        "short": short,
        "marker": marker,
        "ell": spectrum.ell.tolist(),
        "ratio": (spectrum.cl / dipole).tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "noise": [[whose, float(level / dipole)] for whose, level in spectrum.noise_levels],
    }
