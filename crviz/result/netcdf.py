"""Files of this project: NetCDF-4, written whole and put in place at once."""

from __future__ import annotations

import io
import math
import os
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import h5netcdf
import h5py
import xarray as xr
from xarray.backends import H5NetCDFStore
from xarray.backends.common import ArrayWriter

from crviz import machine, paths
from crviz.arrays import Array
from crviz.result.rows import Rows

_SUMS_GROUP = "sums"
# what `Run.reduced` asks for; all else that a loaded file brings along is chosen anew
_KEPT_ENCODING = {"dtype", "scale_factor", "_FillValue"}
#: Deflated bytes stand for so many at most; and so many [bytes] may be declared without being there.
_MOST_DEFLATED, _SMALL = 1032, 1_000_000
#: What a global heap of HDF5 begins with.
_HEAP = b"GCOL\x01\x00\x00\x00"
#: What this process has written, by its place.
_written: dict[str, tuple[int, ...]] = {}
#: Bytes that are written at once where an array may lie on the disk.
_SLAB = 4_000_000
#: Bytes that HDF5 remembers of each array, and of where the rows of all lie: they go by once, in order.
_CACHE, _PLACES = 2**20, 2**18


#: How files are opened for reading. They are put in place whole and never changed: HDF5's lock, which some
#: file systems lack and others' programs may hold, is not needed. What is remembered of a file is as whoever
#: opened it first in this process asked for. Those of other programs may have dimensions without names: they
#: are read, and refused then.
_ROWS_PASS: dict[str, Any] = {"locking": False, "rdcc_nbytes": _CACHE}
_OPENING: dict[str, Any] = {
    "engine": "h5netcdf",
    "driver_kwds": _ROWS_PASS,
    "phony_dims": "access",
}


class Groups(Mapping[str, xr.Dataset]):
    """Datasets that lie in a file beside the one that is read at once: each is read when it is asked for.

    Raises ValueError where the file has been replaced or removed since it was opened.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._file = _identity(self._path)
        self._read: dict[str, xr.Dataset] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> xr.Dataset:
        with self._lock:
            if name not in self._read:
                if name not in self._names:
                    raise KeyError(name)
                with damage(self._path):
                    found = xr.load_dataset(self._path, group=name, **_OPENING)
                self._check()
                self._read[name] = found
            return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        self._check()
        with damage(self._path), h5netcdf.File(self._path, "r", **_ROWS_PASS) as file:
            return tuple(file.groups)

    def _check(self) -> None:
        try:
            same = _identity(self._path) == self._file
        except FileNotFoundError:
            same = False
        if not same:
            raise ValueError(f"{self._path} has been replaced or removed since it was opened: open it again.")


def _identity(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def write(
    path: str | Path | io.BytesIO,
    dataset: xr.Dataset,
    sums: xr.Dataset | None = None,
    groups: Mapping[str, xr.Dataset] | None = None,
) -> None:
    """Write a dataset, the sums behind it if any, and groups beside it, so that a kill leaves the old file.

    `Rows` are read a few at a time: the file is never in memory, unless bytes in memory are what it shall be.

    Raises OSError with the path where it cannot be written.
    """
    groups = dict(groups or {}) | ({} if sums is None else {_SUMS_GROUP: sums})
    if isinstance(path, io.BytesIO):
        _fill(_Steady(path), dataset, groups)
        return
    try:
        with paths.replacing(Path(path)) as part, _Steady.file(part) as disk:
            _fill(disk, dataset, groups)
        _written[os.path.realpath(path)] = _identity(Path(path))
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def _fill(disk: _Steady, dataset: xr.Dataset, groups: Mapping[str, xr.Dataset]) -> None:
    with (
        h5py.File(disk, "w", track_order=True, rdcc_nbytes=_CACHE) as whole,
        h5netcdf.File(whole, "w") as file,
    ):
        _forget_places(whole)
        _write(dataset, file, disk)
        for name, values in groups.items():
            _write(values, file.create_group(name), disk)
    disk.check()


def _forget_places(file: h5py.File) -> None:
    """Bound what HDF5 remembers of where rows lie: it would be some 400 bytes for each of every array."""
    settings = file.id.get_mdc_config()
    settings.set_initial_size = True
    settings.min_size = settings.initial_size = settings.max_size = _PLACES
    file.id.set_mdc_config(settings)


class _Steady:
    """A file that never fails where HDF5 writes to it: that would crash the process, on a full disk say.

    What goes wrong, Ctrl-C included, is raised by `check`; what could not be written until then is
    remembered, as HDF5 may ask for it again when it closes its file.
    """

    def __init__(self, file: io.FileIO | io.BytesIO) -> None:
        self._file, self._at = file, 0
        self._trouble: BaseException | None = None
        self._lost: list[tuple[int, bytes]] = []

    @staticmethod
    @contextmanager
    def file(path: Path) -> Iterator[_Steady]:
        """A new file at a path."""
        with path.open("wb+", buffering=0) as file:
            yield _Steady(file)

    def check(self) -> None:
        """Raises what went wrong."""
        if self._trouble is not None:
            raise self._trouble

    def write(self, content: memoryview) -> int:
        """Write all of it, or remember it."""
        try:
            self.check()
            _put(self._file, self._at, content)
        except BaseException as trouble:  # noqa: BLE001 - `check` raises it
            self._trouble = trouble
            self._lost.append((self._at, bytes(content)))
        self._at += len(content)
        return len(content)

    def readinto(self, content: memoryview) -> int:
        """Read what was written; 0 where nothing was."""
        found = bytearray(len(content))
        self._file.seek(self._at)
        self._file.readinto(found)
        for at, lost in self._lost:
            begin, end = max(at, self._at), min(at + len(lost), self._at + len(found))
            if begin < end:
                found[begin - self._at : end - self._at] = lost[begin - at : end - at]
        content[:] = found
        self._at += len(content)
        return len(content)

    def read(self, size: int) -> bytes:
        """So many bytes."""
        content = bytearray(size)
        self.readinto(memoryview(content))
        return bytes(content)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; the end counts what could not be written."""
        if whence == os.SEEK_END:
            ends = [at + len(lost) for at, lost in self._lost]
            offset += max([self._file.seek(0, os.SEEK_END), *ends])
        self._at = offset
        return offset

    def tell(self) -> int:
        """Where the next byte goes."""
        return self._at

    def truncate(self, size: int) -> int:
        """Give the file its size."""
        try:
            self.check()
            self._file.truncate(size)
            end = self._file.seek(0, os.SEEK_END)
            if end < size:  # bytes in memory do not grow by it
                _put(self._file, end, memoryview(bytes(size - end)))
        except BaseException as trouble:  # noqa: BLE001 - `check` raises it
            self._trouble = trouble
        return size

    def flush(self) -> None:
        """Everything is written already."""


def _put(file: io.FileIO | io.BytesIO, at: int, content: memoryview) -> None:
    """Write all of some bytes to a place in a file. Raises OSError."""
    file.seek(at)
    while content:
        content = content[file.write(content) :]


def read(
    path: str | Path,
    *,
    what: str,
    carries: str,
    schema: int,
    oldest: int | None = None,
    lazily: bool = False,
) -> xr.Dataset:
    """The dataset of a file.

    Parameters
    ----------
    what
        "result" or "atlas", for the sentence that refuses another one.
    carries
        The attribute by which it is known, beside the schema.
    schema, oldest
        The newest and the oldest layout that are read; None is the newest.
    lazily
        Leave arrays of every field on the disk, as `Rows` that hold the file open.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is something else, damaged (`Damaged`), too large for the memory, or of a layout that
        this version does not know.
    """
    path = Path(path)
    paths.check_file(path, f"crviz {what}")
    with damage(path, what):
        declared = _declared(path) if path.stat().st_size else 0
    left = machine.memory()
    if not lazily and left is not None and declared > left:
        raise ValueError(
            f"{path} takes {declared / 1e9:.3g} GB of memory to be read, and {left / 1e9:.3g} GB are left."
        )
    with damage(path, what):
        dataset = (_load_all_but_rows if lazily else xr.load_dataset)(path, **_OPENING)
        attributes = dict(dataset.attrs)
        layout = int(attributes.get("schema", 0))
    if not {"schema", carries} <= set(attributes):
        raise ValueError(f"{path} is not a crviz {what}: it carries no crviz {carries}.")
    if not (schema if oldest is None else oldest) <= layout <= schema:
        raise ValueError(f"{path} has the layout {layout}, but this version of crviz reads {schema}.")
    return dataset


class Damaged(ValueError):
    """A file that is not, or no longer, what crviz has written."""


@contextmanager
def damage(path: Path, what: str = "") -> Iterator[None]:
    """What the libraries make of damaged bytes is said in a sentence, as what is no crviz `what` where that
    is given. Raises Damaged, and ValueError where it is the system that has something against reading."""
    try:
        yield
    except Damaged:
        raise
    except Exception as error:
        if isinstance(error, MemoryError):
            raise ValueError(f"{path} cannot be read: there is not enough memory left.") from error
        if isinstance(error, OSError) and error.errno is not None:
            raise ValueError(f"{path} cannot be read: {os.strerror(error.errno)}.") from error
        if what:
            raise Damaged(f"{path} is not a crviz {what}: it cannot be read as NetCDF-4.") from error
        words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise Damaged(f"{path} is damaged: {words}.") from error


def is_own(path: Path) -> bool:
    """Whether a file is as this process has written it."""
    try:
        return _written.get(os.path.realpath(path)) == _identity(path)
    except OSError:
        return False


def _declared(path: Path) -> int:
    """Bytes that a file says that it holds. Raises Damaged where that is more than can be in it, or is spread
    over other files."""
    total = 0

    def look(name: str, item: h5py.Dataset | h5py.Group) -> None:
        nonlocal total
        if not isinstance(item, h5py.Dataset) or not item.size or _is_bare_dimension(item):
            return
        declared = max(item.size, math.prod(item.chunks or ())) * item.dtype.itemsize
        if item.is_virtual or item.external:
            raise Damaged(f"{path} is damaged: {name} lies in another file.")
        if declared > _MOST_DEFLATED * item.id.get_storage_size() + _SMALL:
            raise Damaged(
                f"{path} is damaged: it declares {declared / 1e6:.3g} MB of {name} that are not there."
            )
        total += declared

    check_heaps(path)
    with h5py.File(path, "r", **_ROWS_PASS) as file:
        file.visititems(look)
    return total


def check_heaps(path: Path) -> None:
    """Raises Damaged where HDF5 would walk through a global heap, which holds texts and references, for ever:
    free space of no size, which a block of zeros stands for."""
    size = path.stat().st_size
    with path.open("rb") as file:  # not mapped: the pages of all of it would count as this process's memory
        for heap in list(_places(file, _HEAP)):
            (length,) = _unpacked("<Q", file, heap + 8) or (0,)
            at, end = heap + 16, min(heap + length, size)
            while at + 16 <= end and (found := _unpacked("<H6xQ", file, at)):
                number, taken = found
                if not number and not taken:
                    raise Damaged(f"{path} is damaged: a heap of it has zeros.")
                at += 16 + -(-taken // 8) * 8 if number else taken


def _places(file: io.BufferedReader, mark: bytes) -> Iterator[int]:
    """Where a file has a mark, read from its beginning a piece at a time."""
    begin, before = 0, b""
    while piece := file.read(_SLAB):
        content = before + piece
        at = content.find(mark)
        while at >= 0:
            yield begin + at
            at = content.find(mark, at + 1)
        before = content[-len(mark) + 1 :]
        begin += len(content) - len(before)


def _unpacked(form: str, file: io.BufferedReader, at: int) -> tuple[int, ...]:
    """Numbers at a place in a file; none where it has ended before."""
    file.seek(at)
    content = file.read(struct.calcsize(form))
    return struct.unpack(form, content) if len(content) == struct.calcsize(form) else ()


def _is_bare_dimension(item: h5py.Dataset) -> bool:
    """Whether it stands for a dimension only: nothing is stored of it, and nothing is read."""
    return bytes(item.attrs.get("NAME", b"")).startswith(
        b"This is a netCDF dimension but not a netCDF variable"
    )


def read_sums(path: str | Path) -> xr.Dataset | None:
    """The sums behind a run; None where a file holds means only. Raises what the libraries raise where they
    are there and cannot be read."""
    with h5netcdf.File(path, "r", **_ROWS_PASS) as file:
        if _SUMS_GROUP not in file.groups:
            return None
    return xr.load_dataset(path, group=_SUMS_GROUP, **_OPENING)


class _Stored:
    """A variable of a file that is read whenever it is asked for: a `Piece`."""

    def __init__(self, file: h5py.File, name: str) -> None:
        self._file, self._variable = file, file[name]  # without the file the variable would be closed
        self._path = Path(file.filename)
        self.shape, self.dtype = self._variable.shape, self._variable.dtype

    def __getitem__(self, rows: slice) -> Array:
        with damage(self._path):
            return self._variable[rows]


def _load_all_but_rows(path: Path, **options: Any) -> xr.Dataset:
    """A dataset of which the arrays of every field are `Rows`."""
    with xr.open_dataset(path, **options) as dataset:
        file = h5py.File(path, "r", **_ROWS_PASS)
        _forget_places(file)
        variables = {
            name: xr.Variable(variable.dims, Rows([_Stored(file, str(name))]), variable.attrs)
            if variable.dims[:1] == ("realization",) and variable.ndim > 1
            else variable.load()
            for name, variable in dataset.variables.items()
        }
        return xr.Dataset(variables, attrs=dataset.attrs)


class _Slabs(ArrayWriter):
    """Writes arrays a few rows at a time, as far as the file takes them."""

    def __init__(self, disk: _Steady) -> None:
        super().__init__()
        self._disk = disk

    def add(self, source: Any, target: Any, region: Any = None) -> None:
        """Write an array. Raises what went wrong with the file."""
        chunks = target.get_array().chunks
        if not chunks or chunks[0] > 1 or not source.nbytes:
            super().add(source, target, region)
            self._disk.check()
            return
        rows = max(1, _SLAB * len(source) // source.nbytes)
        for start in range(0, len(source), rows):
            target[start : start + rows] = source[start : start + rows]
            self._disk.check()


def _write(dataset: xr.Dataset, group: h5netcdf.Group, disk: _Steady) -> None:
    # one realisation a chunk: what is equal in C_l^{ij} and C_l^{ji} is then stored once
    encoding = {
        name: {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": _chunk(variable)}
        | {key: variable.encoding[key] for key in _KEPT_ENCODING & set(variable.encoding)}
        for name, variable in dataset.variables.items()
        if variable.ndim
    }
    dataset.dump_to_store(H5NetCDFStore(group), writer=_Slabs(disk), encoding=encoding)


def _chunk(variable: xr.Variable) -> tuple[int, ...]:
    return tuple(
        1 if dim in ("realization", "omega_t_map") and variable.ndim > 1 else size
        for dim, size in variable.sizes.items()
    )
