"""A published spectrum as a file: columns, separated by commas, below a header.

Lines that begin with "#" alone are for who reads the file, and are its caveats. Those that begin with
"#:" hold a key and a value each; a file without them is no spectrum.

    name, experiment, year, caption
    energy        median energy of the primaries [TeV]
    declination   lowest and highest that were seen [deg]
    pseudo        yes where the power is that of the masked map, no where it was divided by f_sky
    smoothing     radius of the top hat that was divided out again [deg]; 0 for none
    m0            whether the power in m = 0 was measured: yes or no
    noise         optional, any number of lines: whose noise, and its level of C_l as the last word
    columns       optional: which columns hold ell, cl, error_down, error_up, noise and hidden, as in
                  "cl = C_ell, hidden = occluded"; else they are looked for under these names, and all
                  but ell and cl may be missing
    marker        optional: one of `MARKERS`, and the spectrum is drawn; `short`, its name in few words,
                  and `legend`, what Figure 2 says of it, have to be there then
    drawn         optional: the one energy that is drawn of a file with several

"{column}" in a value stands for what the rows hold there. Rows that differ in a column that the name has
in braces are spectra of their own.

Somebody's own file needs no key (`own_spectrum`).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from crviz.arrays import Array
from crviz.observations.field_of_view import FieldOfView
from crviz.observations.sky_mask import SkyMask

#: Marks that nothing simulated has.
MARKERS = ("circle", "square", "hex", "star")

NEEDED = ("name", "experiment", "year", "energy", "declination", "pseudo", "smoothing", "m0", "caption")
OPTIONAL = ("noise", "columns", "marker", "short", "legend", "drawn")
_COLUMNS = ("ell", "cl", "error_down", "error_up", "noise", "hidden")
#: The last multipole that a map could have.
_LAST = 100_000
#: Other names of columns, where those are missing.
_ALSO = {"cl": "C_ell", "error_down": "error", "error_up": "error"}
_IN_BRACES = re.compile(r"{(.*?)}")


@dataclass(frozen=True, eq=False)
class ObservedSpectrum:
    """An observed spectrum. Arrays over the multipoles that were published.

    Attributes
    ----------
    name
    ell : (L,) int
    cl : (L,)
        C_l of the relative intensity, its noise included.
    error : (2, L)
        Statistical error down and up; NaN where the figure hides it.
    noise
        Isotropic shot-noise level of C_l; NaN where it is not known of this spectrum.
    caveats
        How it was obtained and what it is not: the whole text.
    caption
        The same in one line.
    experiment
    year
        Of publication; 0 where it is not known.
    energy : [TeV]
        Median energy of the primaries; NaN where it is not known.
    field_of_view
        Of the masked map behind the spectrum, which was shifted to zero mean: a band, or a mask.
    pseudo
        Whether the power is that of the masked map as it is; else it was divided by f_sky.
    smoothing : [deg]
        Radius of the top hat that smoothed the map and was divided out of `cl` again; 0 for none.
    measures_m0
        Whether power in m = 0 (equatorial) is in it. Measurements that compare right ascensions at
        the same declination do not see it.
    hidden : (L,) bool
        Where another mark partly covers the one that was read off the figure.
    noise_levels
        What to draw as dotted lines: whose noise, and its level of C_l.
    marker, short, legend
        Its mark, its name in few words and its entry in a legend; empty where it is not among those that are
        drawn together.
    assumed
        What its file does not say of the window and was taken, in words: nothing for shipped spectra.
    """

    name: str
    ell: Array
    cl: Array
    error: Array
    noise: float
    caveats: str
    caption: str
    experiment: str
    year: int
    energy: float
    field_of_view: FieldOfView | SkyMask
    pseudo: bool
    smoothing: float
    measures_m0: bool
    hidden: Array
    noise_levels: tuple[tuple[str, float], ...]
    marker: str
    short: str
    legend: str
    assumed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A short name of letters, digits and hyphens: experiment and energy, or its name without them."""
        words = f"{self.experiment} {self.energy:g}" if np.isfinite(self.energy) else self.name
        return re.sub(r"[^a-z0-9.]+", "-", words.lower()).strip("-")

    @property
    def label(self) -> str:
        """Experiment and energy in words, or its name where that is all there is."""
        return f"{self.experiment}, {self.energy:g} TeV" if np.isfinite(self.energy) else self.name

    @property
    def noise_level(self) -> float:
        """Its isotropic noise in C_l, or the mean of what is known of its kind; NaN where nothing is."""
        if np.isfinite(self.noise) or not self.noise_levels:
            return self.noise
        return float(np.mean([level for _, level in self.noise_levels]))


def read_spectra(path: Path) -> list[ObservedSpectrum]:
    """The spectra in one file; none where its header has no keys.

    Raises ValueError, with the file, the key and what is allowed, for a header or a column that is wrong.
    """
    lines = path.read_text(encoding="utf8").splitlines()
    entries = header(path.name, lines, NEEDED)
    return spectra_of(path.name, lines, entries) if entries else []


def spectra_of(
    file: str, lines: list[str], entries: dict[str, list[str]], *, own: bool = False
) -> list[ObservedSpectrum]:
    """The spectra in the lines of a file, below the entries of its header.

    Parameters
    ----------
    file
        What errors call it.
    lines, entries
    own
        Whether multipoles may begin at any one, and powers be 0 or less, as those without noise are.

    Raises ValueError.
    """
    caveats = " ".join(
        line.lstrip("# ") for line in lines if line.startswith("#") and not line.startswith("#:")
    )
    table = (line for line in lines if not line.startswith("#"))
    rows = list(csv.DictReader(table, skipinitialspace=True))
    if not rows:
        raise ValueError(f"{file}: there must be rows below the header.")
    if any(None in row for row in rows):  # where DictReader puts what is too much
        raise ValueError(f"{file}: a row holds more values than there are columns.")
    apart = _IN_BRACES.findall(entries["name"][0])
    together: dict[tuple[str | None, ...], list[dict[str, str]]] = {}
    for row in rows:  # a column that is not there is refused where the name is filled in
        together.setdefault(tuple(row.get(column) for column in apart), []).append(row)
    found = [_Reader(file, entries, each, own).spectrum(caveats) for each in together.values()]
    if "drawn" in entries and not any(one.marker for one in found):
        energies = ", ".join(f"{one.energy:g}" for one in found)
        raise ValueError(f"{file}: drawn = {entries['drawn'][0]!r} must be one of {energies}.")
    return found


@dataclass(frozen=True)
class _Reader:
    """What a file says of one of its spectra: entries of its header, and the rows of this spectrum."""

    file: str
    entries: dict[str, list[str]]
    rows: list[dict[str, str]]
    own: bool

    def spectrum(self, caveats: str) -> ObservedSpectrum:
        columns = self.columns()
        if self.own:
            columns = [values[columns[0] != 0] for values in columns]
        ell, cl, down, up, noise, hidden = columns
        good = (np.diff(ell, prepend=0) > 0) & (ell == np.floor(ell)) & (ell <= _LAST)
        good[:1] &= self.own | (ell[:1] == 1)
        if not (ell.size and good.all()):
            upto = np.flatnonzero(~good)[:1].sum() + 1
            least = f"1 or more, {_LAST} at most" if self.own else "1"
            self.refuse("ell", ell[:upto][-2:].tolist(), f"whole numbers that increase from {least}")
        good = np.isfinite(cl) & (self.own | (cl > 0))
        if not good.all():
            self.refuse("cl", cl[~good].tolist(), f"{'finite' if self.own else 'above 0'} everywhere")
        energy = self.number("energy") if "energy" in self.entries else np.nan
        marked = "marker" in self.entries and ("drawn" not in self.entries or energy == self.number("drawn"))
        return ObservedSpectrum(
            name=self.text("name"),
            ell=ell.astype(int),
            cl=cl,
            error=np.array([down, up]),
            noise=float(np.median(noise)),  # some multipoles of own spectra have less, or more
            caveats=caveats,
            caption=self.text("caption"),
            experiment=self.text("experiment"),
            year=int(self.number("year")),
            energy=energy,
            field_of_view=self.field_of_view(),
            pseudo=self.yes("pseudo"),
            smoothing=self.number("smoothing"),
            measures_m0=self.yes("m0"),
            hidden=np.nan_to_num(hidden).astype(bool),
            noise_levels=self.noise_levels(),
            marker=self.one_of("marker", MARKERS) if marked else "",
            short=self.text("short") if marked else "",
            legend=self.text("legend") if marked else "",
        )

    def refuse(self, key: str, value: object, allowed: str) -> NoReturn:
        raise ValueError(f"{self.file}: {key} = {value!r} must be {allowed}.")

    def text(self, key: str) -> str:
        return self.filled(key, self.entries[key][0])

    def filled(self, key: str, value: str) -> str:
        """A value with what the rows hold in place of columns in braces."""
        row = self.rows[0]
        if not set(_IN_BRACES.findall(value)) <= set(row):
            self.refuse(key, value, f"without braces but for those around {', '.join(row)}")
        return _IN_BRACES.sub(lambda found: row[found[1]] or "", value)

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in allowed:
            self.refuse(key, value, f"one of {', '.join(allowed)}")
        return value

    def yes(self, key: str) -> bool:
        return self.one_of(key, ("yes", "no")) == "yes"

    def number(self, key: str) -> float:
        (value,) = self.numbers(key, [self.text(key)], "a number")
        if not np.isfinite(value):
            self.refuse(key, value, "finite")
        return value

    def numbers(self, key: str, values: list[str], allowed: str) -> list[float]:
        found = []
        for value in values:
            try:
                found.append(float(value or "nan"))
            except ValueError:
                self.refuse(key, value, allowed)
        return found

    def field_of_view(self) -> FieldOfView | SkyMask:
        if "window" in self.entries:
            try:
                return SkyMask.from_text(self.text("window"))
            except ValueError:
                self.refuse("window", self.text("window")[:40], "a mask as crviz observe writes it")
        allowed = "two numbers, -90 to 90, the lower one first"
        limits = self.numbers("declination", self.text("declination").split(), allowed)
        try:
            low, high = limits
            return FieldOfView(low, high)
        except ValueError:
            self.refuse("declination", self.text("declination"), allowed)

    def noise_levels(self) -> tuple[tuple[str, float], ...]:
        levels: list[tuple[str, float]] = []
        for entry in self.entries.get("noise", []):
            whose, _, last = self.filled("noise", entry).rpartition(" ")
            (level,) = self.numbers("noise", [last], "words and then a number")
            if not (whose and level > 0):
                self.refuse("noise", entry, "words and then a number above 0")
            levels.append((whose, level))
        return tuple(levels)

    def columns(self) -> list[Array]:
        """The values (L,) of each of `_COLUMNS`, NaN where there is nothing."""
        names = {name: name for name in _COLUMNS}
        for entry in self.entries["columns"][0].split(",") if "columns" in self.entries else ():
            name, _, column = (part.strip() for part in entry.partition("="))
            if name not in names or column not in self.rows[0]:
                self.refuse("columns", entry.strip(), f"one of {', '.join(names)}, = and a column")
            names[name] = column
        for name, other in _ALSO.items():
            if names[name] not in self.rows[0] and other in self.rows[0]:
                names[name] = other
        for name in ("ell", "cl"):
            if names[name] not in self.rows[0]:
                self.refuse("columns", ", ".join(self.rows[0]), f"such that one of them is {name}")
        return [
            np.array(self.numbers(column, [row.get(column) or "" for row in self.rows], "numbers or nothing"))
            for column in names.values()
        ]


def header(
    file: str, lines: list[str], needed: tuple[str, ...], further: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    """The values of each key in a header, checked for keys that are missing, unknown or there twice.

    Parameters
    ----------
    file
        What errors call it.
    lines
    needed
        Keys that have to be there, if any is.
    further
        Keys that may be there, beside `NEEDED` and `OPTIONAL`.

    Raises ValueError.
    """
    entries: dict[str, list[str]] = {}
    allowed = NEEDED + OPTIONAL + further
    for line in lines:
        if line.startswith("#:"):
            key, _, value = (part.strip() for part in line[2:].partition(":"))
            if key not in allowed:
                raise ValueError(f"{file}: {key!r} must be one of {', '.join(allowed)}.")
            entries.setdefault(key, []).append(value)
    if "marker" in entries:
        needed = (*needed, "short", "legend")
    for key in needed if entries else ():
        if not entries.get(key, [""])[0]:
            raise ValueError(f"{file}: {key} must be in the header, which needs {', '.join(needed)}.")
    for key, values in entries.items():
        if len(values) > 1 and key != "noise":
            raise ValueError(f"{file}: {key} must be in the header once; only noise may have several lines.")
    return entries
