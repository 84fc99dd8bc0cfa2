"""The shipped spectra: each is a file in assets/observations, as `spectrum_file` describes it."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from crviz import paths
from crviz.checks import check_choice
from crviz.observations.spectrum_file import ObservedSpectrum, read_spectra

#: Of most of the sky, and the better measured: what is fitted where no other is named.
WIDEST = "HAWC + IceCube 2019, 10 TeV"
#: In place of keys: no spectrum.
NONE = "none"


def spectra() -> tuple[ObservedSpectrum, ...]:
    """All shipped spectra, in the order of their files' names.

    Raises ValueError for a file that is wrong.
    """
    return _spectra_in(_folder())


def drawn() -> tuple[ObservedSpectrum, ...]:
    """Those of `spectra` that are drawn: those with a marker."""
    return tuple(one for one in spectra() if one.marker)


def spectrum(name: str) -> ObservedSpectrum:
    """The shipped spectrum of a name. Raises ValueError for a name that none of them has."""
    for one in spectra():
        if one.name == name:
            return one
    raise ValueError(f"name = {name!r} must be one of {', '.join(repr(one.name) for one in spectra())}.")


def chosen(keys: str) -> tuple[ObservedSpectrum, ...]:
    """The shipped spectra of some keys (`ObservedSpectrum.key`), with commas between them; "none" is none.

    Raises ParameterError for a key that none of them has.
    """
    if keys == NONE:
        return ()
    known = {one.key: one for one in spectra()}
    wanted = [key.strip() for key in keys.split(",")]
    for key in wanted:
        check_choice("observed", key, (*known, NONE))
    return tuple(known[key] for key in dict.fromkeys(wanted))


@cache
def noise_levels() -> dict[str, tuple[float, str]]:
    """Shot-noise levels that were stated or follow from event counts: {what: (C_noise, source)}."""
    text = (_folder() / "noise-levels.csv").read_text(encoding="utf8").splitlines()
    rows = csv.DictReader(line for line in text if not line.startswith("#"))
    return {row["what"]: (float(row["C_noise"]), f"{row['kind']}; {row['source']}") for row in rows}


def _folder() -> Path:
    return paths.assets() / "observations"


@cache
def _spectra_in(folder: Path) -> tuple[ObservedSpectrum, ...]:
    found: list[ObservedSpectrum] = []
    for path in sorted(folder.glob("*.csv")):
        for one in read_spectra(path):
            if one.name in [other.name for other in found]:
                raise ValueError(f"{path.name}: name = {one.name!r} must not be that of another spectrum.")
            if one.marker and one.marker in [other.marker for other in found]:
                raise ValueError(
                    f"{path.name}: marker = {one.marker!r} must not be that of another spectrum."
                )
            found.append(one)
    return tuple(found)
