"""A measured spectrum as a file, in the way of published ones, with all that was done in its header."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from crviz import paths
from crviz._version import __version__
from crviz.observations.field_of_view import FieldOfView
from crviz.observations.measuring import Measurement


def save(measured: Measurement, path: str | Path, *, command: str = "") -> None:
    """Write a measurement as a CSV file, which `load` reads. Raises OSError.

    Parameters
    ----------
    measured
    path
    command
        What it was made by, for its header.
    """
    with paths.replacing(Path(path)) as part:
        part.write_text(to_text(measured, command=command), encoding="utf8")


def to_text(measured: Measurement, *, command: str = "") -> str:
    """What `save` writes."""
    entries = _entries(measured) | ({"command": command} if command else {})
    head = [f"# {line}" for line in _remarks(measured)]
    head += [f"#: {key}: {_in_a_line(value)}" for key, value in entries.items()]
    columns = {
        "ell": measured.ell,
        "C_ell": measured.cl,
        "error": measured.error,
        "noise": measured.noise,
        "D_ell": measured.ell * (measured.ell + 1) * measured.cl / (2 * np.pi),
        "C_less_noise": measured.cl - measured.noise,
        "cosmic_variance": measured.cosmic_variance,
    }
    rows = [
        ",".join("" if np.isnan(value) else f"{value:.10g}" for value in row)
        for row in zip(*columns.values(), strict=True)
    ]
    return "\n".join([*head, ",".join(columns), *rows, ""])


def _entries(measured: Measurement) -> dict[str, str]:
    """What `load` needs, and where it is from."""
    source, view = measured.source, measured.field_of_view
    name = measured.name
    if isinstance(view, FieldOfView):
        window = {"declination": f"{view.dec_min!r} {view.dec_max!r}"}
    else:
        window = {"window": view.to_text()}
    return {
        "name": name,
        "caption": f"measured in {name}; pseudo-spectrum, noise not subtracted",
        **window,
        "pseudo": "yes",
        "smoothing": repr(measured.smooth),
        "m0": "no" if measured.remove_m0 else "yes",
        "file": source.source,
        "quantity": source.quantity,
        "nside": str(source.nside),
        "coordinates": source.coordinates,
        "mask": measured.mask,
        "f_sky": f"{measured.weights.mean():.9g}",
        "joined": f"{measured.joined} pixels without a value joined the mask",
        "crviz": __version__,
    }


def _in_a_line(text: str) -> str:
    """Text without ends of lines, and with marks for what is no text in the name of a file."""
    return " ".join(text.split()).encode("utf8", "replace").decode("utf8")


def _remarks(measured: Measurement) -> list[str]:
    """What the columns are, in lines."""
    counted = measured.source.variance is not None
    said = [
        _SPECTRUM,
        _SMOOTHED.format(measured.smooth) if measured.smooth else "",
        "The power in m = 0 of the equatorial frame was left out of the sum." if measured.remove_m0 else "",
        _COUNTED if counted else _UNKNOWN,
        _SCATTER.format("C_less_noise" if counted else "C_ell, noise included,"),
    ]
    return [line for part in said for line in part.splitlines()]


_SPECTRUM = """\
Angular power spectrum of a map, measured by crviz: a pseudo-spectrum.
C_ell = sum over m of |a_lm|^2 / (2 ell + 1) of the relative intensity, shifted to zero mean inside the mask
and 0 outside of it, not divided by f_sky; its noise is in it. D_ell = ell (ell + 1) C_ell / (2 pi)."""
_SMOOTHED = """\
The map was smoothed with a top hat of radius {:g} deg, the mean over the pixels of a disk that are seen;
C_ell was divided by its b_ell^2, and ends where b_ell falls below 0.1."""
_COUNTED = """\
noise: the mean power of the counting noise in C_ell, from the variances of the pixels, data / background^2,
where the background is taken as exact.
C_less_noise = C_ell - noise.
error: one standard deviation by that noise alone, the sky held fixed:
error^2 = 2 / (2 ell + 1) (M[u,u] + 2 s M[w^2,u]), with the weights w of the mask, s = C_less_noise / <w^2>,
u = 4 pi / N_pix w^2 variance, M[a,b] the diagonal of the mode coupling by the cross spectrum of a and b.
On the whole sky, evenly exposed, that is 2 / (2 ell + 1) (noise^2 + 2 noise C_less_noise)."""
_UNKNOWN = """\
noise, error and C_less_noise are empty: a map of the relative intensity alone does not say its noise."""
_SCATTER = """\
cosmic_variance: no error of the measurement, and not in error: the variance of Gaussian skies of the power
P = {} about the mean over skies, 2 / (2 ell + 1) s^2 M[w^2,w^2] with s = P / <w^2>; on the whole sky
2 P^2 / (2 ell + 1). Steep spectra seen in a part of the sky vary more."""
