"""Spectra of one's own: files of `crviz observe`, and tables of anybody.

A table has columns ell, C_ell and, if it is known, error, separated by commas. No key of `spectrum_file` has
to be in its header, and multipoles may begin at any one. There may also be

    window        in place of declination: the mask (`SkyMask.to_text`)
    file, quantity, nside, coordinates, mask, f_sky, joined, crviz, command
                  where it is from, for who reads the file
"""

from __future__ import annotations

import csv
import warnings
from dataclasses import replace
from pathlib import Path

from crviz import paths
from crviz.observations.spectrum_file import ObservedSpectrum, header, spectra_of

#: Where a spectrum is from.
_FROM = ("file", "quantity", "nside", "coordinates", "mask", "f_sky", "joined", "crviz", "command")
#: What is taken where a header does not say it, and in words what that means of the window.
_TAKEN = {
    "declination": ("-90 90", "that the whole sky was seen"),
    "pseudo": ("yes", "that C_l was not divided by f_sky"),
    "smoothing": ("0", "that no smoothing was divided out"),
    "m0": ("yes", "that m = 0 was measured"),
    "experiment": ("own", ""),
    "year": ("0", ""),
}


def load(path: str | Path) -> ObservedSpectrum:
    """A spectrum of one's own, for `compare`.

    Parameters
    ----------
    path
        A file of `crviz observe`, or any table with the columns ell, C_ell and, if it is known, error,
        separated by commas. A row of ell = 0 is left out.

    Returns
    -------
    ObservedSpectrum
        What its header does not say of the window is assumed (without any header, that the whole sky was
        seen): `assumed` and `caption` say so, and a warning does.

    Raises
    ------
    FileNotFoundError, ValueError
        With the path, for all else, and for a file of several spectra.
    """
    path = Path(path)
    paths.check_file(path, "table")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a table of a spectrum: it is not text.") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    found = parse(text, str(path), path.stem)
    if found.assumed:
        said = f"{path} does not say all of what was seen of the sky; assumed is {', '.join(found.assumed)}."
        warnings.warn(said, stacklevel=2)
    return found


def parse(text: str, file: str, name: str) -> ObservedSpectrum:
    """The spectrum in the text of a file, which has a name where its header gives none. Raises ValueError."""
    lines = [line for line in text.splitlines() if line.strip()]
    entries = header(file, lines, (), ("window", *_FROM))
    if {"window", "declination"} <= set(entries):
        raise ValueError(f"{file}: window and declination must not both be in the header.")
    window = {"window", "declination"} & set(entries)
    # what makes no difference is not assumed: f_sky where all is seen, a band where there is a mask
    aside = {"window": "declination", "declination": ""}[window.pop()] if window else "pseudo"
    assumed = tuple(words for key, (_, words) in _TAKEN.items() if key not in {*entries, aside} and words)
    caption = f"own data; assumed is {', '.join(assumed)}" if assumed else "own data"
    taken = {key: [value] for key, (value, _) in _TAKEN.items()}
    taken |= {"name": [name.translate({ord("{"): "(", ord("}"): ")"}) or "own data"], "caption": [caption]}
    try:
        found = spectra_of(file, lines, taken | entries, own=True)
    except csv.Error as error:
        raise ValueError(f"{file} is not a table of a spectrum: {error}.") from error
    if len(found) > 1:
        raise ValueError(f"{file} holds {len(found)} spectra, {found[0].name} and others: it must hold one.")
    return replace(found[0], assumed=assumed)
