"""Published spectra as the browser draws them: normalised to their dipole, with errors and noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from crviz import observations

#: `observations.MARKERS` in a line of text.
_SIGNS = dict(zip(observations.MARKERS, "○□⬡☆", strict=True))


def observed_spectra() -> list[dict[str, Any]]:
    """One dict a spectrum: name, short, marker, caption, ell, ratio, low, high (errors), noise levels."""
    return [_drawn(one) for one in observations.drawn()]


def caveats() -> str:
    """What the drawn spectra are and are not, with their marks, in one line."""
    return " ".join(f"{_SIGNS[one.marker]} {one.short}: {one.caption}." for one in observations.drawn())


def _drawn(spectrum: observations.ObservedSpectrum) -> dict[str, Any]:
    dipole = spectrum.cl[spectrum.ell == 1][0]
    low, high = np.nan_to_num(spectrum.error, nan=-1.0) / dipole  # below zero: not published
    return {
        "name": spectrum.name,
        "short": spectrum.short,
        "marker": spectrum.marker,
        "ell": spectrum.ell.tolist(),
        "ratio": (spectrum.cl / dipole).tolist(),
        "low": low.tolist(),
        "high": high.tolist(),
        "noise": [[whose, float(level / dipole)] for whose, level in spectrum.noise_levels],
    }
