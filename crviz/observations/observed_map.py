"""Maps of the relative intensity as people have them: one column of it, or counts and the expected counts."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crviz import sky
from crviz.arrays import Array
from crviz.checks import ParameterError, check_choice
from crviz.observations.healpix_file import read_healpix
from crviz.observations.orientation import FRAMES

#: Columns by their names, without what is no letter or digit: those of a map of counts, and those of a
#: relative intensity among others.
_DATA = re.compile(r"^(data|on|counts?|events?)(map|counts?|events?)?$")
_BACKGROUND = re.compile(r"^(background|bkgd?|bg|off|expect(ed|ation))(map|counts?|events?)?$")
_INTENSITY = re.compile(r"relative|relint|intensity|anisotropy|deltai")


@dataclass(frozen=True, eq=False)
class ObservedMap:
    """A map of the relative intensity at the directions n that particles come from.

    That is how experiments draw it; a pixel of crviz's own results is the momentum p = -n.

    Parameters
    ----------
    intensity : (12 nside^2,)
        In ring order. NaN, infinite or UNSEEN where it is not known.
    variance : (12 nside^2,)
        Of the noise of each pixel, which is independent of that of others; None where it is not known.
    coordinates : "celestial" or "galactic"
    source
        What to call it, such as the path of a file.
    quantity
        What its intensity was made of, in words.

    Raises
    ------
    ParameterError
    """

    intensity: Array
    variance: Array | None = None
    coordinates: str = "celestial"
    source: str = "a map"
    quantity: str = "relative intensity"

    def __post_init__(self) -> None:
        intensity = np.asarray(self.intensity, float)
        nside = sky.nside_of(intensity, "intensity")
        if intensity.ndim != 1 or nside & (nside - 1):
            rule = "must be one map, whose nside is a power of 2"
            raise ParameterError("intensity", list(intensity.shape), rule)
        object.__setattr__(self, "intensity", intensity)
        if self.variance is not None:
            variance = np.asarray(self.variance, float)
            if variance.shape != intensity.shape:
                raise ParameterError("variance", list(variance.shape), f"must be {list(intensity.shape)}")
            object.__setattr__(self, "variance", variance)
        check_choice("coordinates", self.coordinates, tuple(FRAMES))

    @property
    def nside(self) -> int:
        """Of its grid."""
        return sky.nside_of(self.intensity)

    @property
    def known(self) -> Array:
        """Which pixels have a value, and a variance where there are variances: (12 nside^2,) bool."""
        known = sky.known(self.intensity)
        return known if self.variance is None else known & sky.known(self.variance) & (self.variance >= 0)


def read_map(path: str | Path, *, column: str | None = None, coordinates: str | None = None) -> ObservedMap:
    """Read a map from a FITS file in the HEALPix format.

    Columns named like "data map" and "background map" are counts and the counts that an isotropic sky would
    have given: the relative intensity is data / background - 1, its variance data / background^2, that of
    counting alone (the background is taken as exact; further columns, such as a "local map", are not used).
    Where the background is 0 or less, or the data below 0, a pixel has no value. A single column is the
    relative intensity itself, of which no variance is known; so is one of several that is named like it.

    Parameters
    ----------
    path
    column
        The name of the column that holds the relative intensity; None looks for it.
    coordinates : "celestial" or "galactic"
        None takes what the header says (COORDSYS), and celestial, with a warning, where it says nothing.

    Raises
    ------
    FileNotFoundError, ValueError, ParameterError
    """
    if coordinates is not None:
        check_choice("coordinates", coordinates, tuple(FRAMES))
    found = read_healpix(path)
    if coordinates is None:
        coordinates = found.coordinates
        if not coordinates:
            warnings.warn(
                f"{path} has no COORDSYS in its header: celestial coordinates are assumed.", stacklevel=2
            )
            coordinates = "celestial"
    elif found.coordinates not in ("", coordinates):
        raise ParameterError("coordinates", coordinates, f"must be what {path} says: {found.coordinates}")
    names = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in found.columns}
    variance = None
    data, background = (_matching(names, pattern) for pattern in (_DATA, _BACKGROUND))
    if column is None and data and background:
        quantity = f"{data} / {background} - 1"
        counts, expected = found.columns[data], found.columns[background]
        good = (counts >= 0) & (expected > 0)
        expected = np.where(good, expected, np.nan)
        intensity, variance = counts / expected - 1, counts / expected**2
    else:
        quantity = _intensity_column(path, found.columns, names, column)
        intensity = found.columns[quantity]
    return ObservedMap(intensity, variance, coordinates, str(path), quantity)


def _matching(names: dict[str, str], pattern: re.Pattern[str]) -> str | None:
    """The only column of such a name."""
    found = [name for plain, name in names.items() if pattern.search(plain)]
    return found[0] if len(found) == 1 else None


def _intensity_column(
    path: str | Path, columns: dict[str, Array], names: dict[str, str], column: str | None
) -> str:
    """Which column is the relative intensity. Raises ValueError or ParameterError."""
    if column is not None:
        if column not in columns:
            raise ParameterError(
                "column", column, f"must be one of {', '.join(map(repr, columns))} of {path}"
            )
        return column
    named = next(iter(columns)) if len(columns) == 1 else _matching(names, _INTENSITY)
    if named is None:
        raise ValueError(
            f"{path} holds {', '.join(map(repr, columns))}: say which of them is the relative intensity "
            "(column); counts are known by names such as data map and background map."
        )
    return named
