"""HEALPix maps in FITS files: the columns of one, on the whole sky and in ring order."""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crviz import paths, sky
from crviz.arrays import Array
from crviz.checks import ParameterError

#: The finest grid that is taken.
FINEST = 1024
#: What COORDSYS says of the frames.
_COORDINATES = {
    "celestial": re.compile(r"C|Q|CEL.*|EQ.*|ICRS|FK5|J?2000"),
    "galactic": re.compile(r"G|GAL.*"),
}
#: Names of the column that holds the indices of the pixels, where it is not the first one.
_PIXELS = re.compile(r"^(hpx_?)?(pix|pixel|ipix|index|pixel_index|pixnum)s?$", re.IGNORECASE)
#: What astropy raises where a file is no FITS, or a damaged one.
_BAD = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
)


@dataclass(frozen=True, eq=False)
class HealpixFile:
    """What a file holds.

    Attributes
    ----------
    path
    nside
    columns
        Values (12 nside^2,) float in ring order by the names of the columns, in the order of the file; NaN
        where a pixel has no value, or is not in a file of a part of the sky.
    coordinates
        "celestial", "galactic", or empty where the header does not say.
    ordering
        "RING" or "NESTED", in the file.
    partial
        Whether the file lists its pixels.
    """

    path: Path
    nside: int
    columns: dict[str, Array]
    coordinates: str
    ordering: str
    partial: bool


def read_healpix(path: str | Path) -> HealpixFile:
    """Read a FITS file (also a gzipped one) that holds a HEALPix map as a table: the first with an NSIDE, or
    the first. Of any kind of numbers, in ring or nested order, of the whole sky or of listed pixels.

    Raises
    ------
    FileNotFoundError, ValueError
        With the path, for all else.
    """
    path = Path(path)
    paths.check_file(path, "map")
    if not path.stat().st_size:
        raise ValueError(f"{path} is empty.")
    with _sentences(path):
        return _read(path)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """What is wrong with a file is said in a sentence with its name: raises ValueError."""
    from astropy.io.fits import VerifyError  # noqa: PLC0415 - a tenth of a second that not every start needs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers that are not quite by the standard
            warnings.filterwarnings("error", message=".*truncated")
            yield
    except _Refused as error:
        raise ValueError(f"{path} {error}.") from None
    except PermissionError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    except (*_BAD, zlib.error, Warning, VerifyError) as error:
        said = " ".join(str(error).split()).rstrip(".")[:120]
        raise ValueError(f"{path} is not a FITS file of a map, or is damaged: {said}.") from error


class _Refused(Exception):
    """Why a file is not taken."""


def _read(path: Path) -> HealpixFile:
    from astropy.io import fits  # noqa: PLC0415

    with fits.open(path, memmap=False, lazy_load_hdus=False) as file:
        tables = [unit for unit in file if isinstance(unit, fits.BinTableHDU)]
        if not tables:
            image = any(unit.header.get("NAXIS", 0) > 0 for unit in file)
            raise _Refused(
                "holds an image, not a HEALPix map" if image else "holds no table, so no HEALPix map"
            )
        table = next((one for one in tables if "NSIDE" in one.header), tables[0])
        header = table.header
        nside = _nside(header)
        if header["NAXIS1"] * header["NAXIS2"] > 8 * 32 * 12 * FINEST**2:
            raise _Refused("has a header that declares more than a map can hold")
        raw = _columns(table)
    ordering = str(header.get("ORDERING", "")).strip().upper()
    if ordering not in ("RING", "NESTED", "NEST"):
        raise _Refused(f"has ORDERING = {ordering!r} in its header, which must be RING or NESTED")
    scheme = str(header.get("INDXSCHM", header.get("OBJECT", ""))).strip().upper()
    partial = scheme in ("EXPLICIT", "PARTIAL") or (not scheme and any(map(_PIXELS.match, raw)))
    pixels = _pixels(raw, nside) if partial else np.arange(12 * nside**2)
    if not raw:
        raise _Refused("has no column of numbers")
    columns = {}
    order = sky.nested_order(nside) if ordering != "RING" else np.arange(12 * nside**2)
    for name, values in raw.items():
        if values.size != pixels.size:
            raise _Refused(
                f"has {values.size} values in {name}, which must be {pixels.size}: nside is {nside}"
            )
        columns[name] = np.full(12 * nside**2, np.nan)
        columns[name][order[pixels]] = np.where(sky.known(values), values, np.nan)
    return HealpixFile(path, nside, columns, _coordinates(header), ordering, partial)


def _nside(header: Any) -> int:
    """Of a header, or of as many rows where it does not say."""
    nside = header.get("NSIDE")
    if nside is None:
        if header["TFIELDS"] < 1:
            raise _Refused("has no column of numbers")
        repeat = re.match(r"\d*", str(header["TFORM1"]))
        size = header["NAXIS2"] * int((repeat and repeat[0]) or 1)
        nside = round(np.sqrt(size / 12))
        if not nside or 12 * nside**2 != size:
            raise _Refused(f"has no NSIDE in its header, and {size} values, which is not 12 nside² of a map")
    if isinstance(nside, float) and nside.is_integer():
        nside = int(nside)
    if isinstance(nside, bool) or not isinstance(nside, int) or nside < 1 or nside & (nside - 1):
        raise _Refused(f"has NSIDE = {nside!r}, which must be a power of 2")
    if nside > FINEST:
        raise _Refused(f"has NSIDE = {nside}, which must be {FINEST} at most: make a coarser map of it")
    return nside


def _columns(table: Any) -> dict[str, Array]:
    """The columns of real numbers, each as one array, NaN where there is nothing."""
    found = {}
    for number, column in enumerate(table.columns):
        values = np.asarray(table.data.field(number))
        if values.dtype.kind not in "biuf":
            continue
        flat = values.ravel().astype(float)
        if column.null is not None and values.dtype.kind in "iu":
            flat[values.ravel() == column.null] = np.nan
        found[str(column.name or f"column {number + 1}").strip()] = flat
    return found


def _pixels(raw: dict[str, Array], nside: int) -> Array:
    """The column of pixels of a part of the sky, taken out of the others."""
    named = [name for name in raw if _PIXELS.match(name)]
    if not raw:
        raise _Refused("has no column of numbers")
    name = (named or list(raw))[0]
    pixels = raw.pop(name)
    whole = np.isfinite(pixels) & (pixels == np.floor(pixels)) & (pixels >= 0) & (pixels < 12 * nside**2)
    if not whole.all() or np.unique(pixels).size != pixels.size:
        raise _Refused(
            f"lists its pixels in {name}, which must be different whole numbers from 0 to {12 * nside**2 - 1}"
        )
    return pixels.astype(int)


def _coordinates(header: Any) -> str:
    """The frame of a header. Raises _Refused for one that is not known."""
    said = str(header.get("COORDSYS", "")).strip().upper()
    for frame, pattern in _COORDINATES.items():
        if pattern.fullmatch(said):
            return frame
    if said:
        raise _Refused(f"has COORDSYS = {said!r} in its header, which must be celestial (C) or galactic (G)")
    return ""


def read_mask(path: str | Path) -> tuple[Array, str]:
    """A mask (12 nside^2,) of weights from 0 to 1, 0 where it has no value, and its frame, or "".

    Raises FileNotFoundError, ValueError, ParameterError.
    """
    found = read_healpix(path)
    if len(found.columns) != 1:
        raise ValueError(f"{path} holds {', '.join(found.columns)}: a mask must be one column.")
    (values,) = found.columns.values()
    weights = np.nan_to_num(values)
    if not (weights.min() >= 0 and weights.max() <= 1):
        rule = f"must be weights from 0 to 1, but go from {weights.min():g} to {weights.max():g}"
        raise ParameterError("mask", str(path), rule)
    if not weights.any():
        raise ParameterError("mask", str(path), "must show a part of the sky, but hides all of it")
    return weights, found.coordinates
