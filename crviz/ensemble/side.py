"""Fields that are finished and not in memory: those of a file that is read lazily, and a side file's.

A side file lies beside the file of a run while it grows, hidden, and takes up what is finished at once; the
file itself is made of all of it now and then. It is a row of blocks, each with its length and checksum, so
that one that was torn is seen: first what run it is of, then records of fields, each of which is a part of
the run: arrays of every field, and sums over the part as `summing` keeps them.
"""

from __future__ import annotations

import json
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from crviz import paths
from crviz.arrays import Array
from crviz.config import NUMERICS_VERSION, Config, is_current
from crviz.result import Result, kept_times, schema
from crviz.result.rows import Piece

#: A record takes what was finished in so many seconds; a longer field has one of its own.
RECORD_EVERY = 1.0
#: How often records are brought to the disk (fsync) [s] at the most, and the share of the time for it.
SYNC_EVERY, SYNC_SHARE = 5.0, 0.1
#: What a block begins with: a mark, its length without this, and its checksum.
_BLOCK = struct.Struct("<4sQI")
_MARK = b"crvz"
#: A side file may grow to so many bytes, and as large as the file of the run.
_LEAST_LIMIT = 64e6
#: Layout of side files.
_LAYOUT = 1
#: Bytes that are read at once.
_AT_ONCE = 4_000_000


def side_limit(disk: float) -> float:
    """Bytes that the side file of a run may have whose file takes so many."""
    return max(disk, _LEAST_LIMIT)


@dataclass(frozen=True, eq=False)
class Batch:
    """Fields that follow one another, with all that a run needs of them.

    Attributes
    ----------
    fields
    every : pieces (R, ...) by name
    nodes
        Sums over them, as of `summing.Sums`.
    samples
        Maps of the first of them, where it is that of the run.
    fused
        Whether all orbits were followed with fused multiply-adds.
    """

    fields: range
    every: Mapping[str, Piece]
    nodes: Mapping[range, Mapping[str, Array]]
    samples: Mapping[str, Piece]
    fused: bool


def batch_of(result: Result) -> Batch:
    """What a result holds, left where it is."""
    data = result.dataset
    return Batch(
        result.fields,
        {name: data[name].variable.data for name in schema.OF_EVERY_FIELD if name in data},
        schema.sums_of(result.sums) if result.sums is not None else {},
        {name: data[name].values for name in schema.SAMPLES},
        result.fused,
    )


class OnDisk:
    """What a run has of every field outside the memory: nothing to begin with.

    Attributes
    ----------
    number
        Of these fields, which are the first ones.
    pieces
        Their arrays.
    keeps
        Whether it takes what is in the memory too.
    """

    keeps = False

    def __init__(self) -> None:
        self.number = 0
        self.pieces: dict[str, list[Piece]] = {}

    def take(self, every: Mapping[str, Piece], number: int) -> None:
        """Take in so many fields, the next ones, that lie on a disk."""
        for name, piece in every.items():
            self.pieces.setdefault(name, []).append(piece)
        self.number += number

    @property
    def due(self) -> bool:
        """Whether what is in the memory shall be kept here now."""
        return False

    def keep(self, batch: Batch) -> None:
        """Keep the next fields."""
        raise NotImplementedError


class Side(OnDisk):
    """The side file of a run that grows; it is made with the first record.

    Parameters
    ----------
    place
        The file of the run.
    first
        The first field of the run.
    map_times
        Times of its maps [1/Omega]; None are those of a new run.
    limit
        Bytes beyond which it is `full`.
    """

    keeps = True

    def __init__(
        self, place: Path, config: Config, first: int, map_times: Array | None, limit: float
    ) -> None:
        super().__init__()
        self._place, self._limit = place, limit
        if map_times is None:
            map_times = np.array(config.omega_t)[kept_times(config.omega_t)]
        self._header = {
            "layout": _LAYOUT,
            "config": config.to_dict(),
            "numerics": NUMERICS_VERSION,
            "first": first,
            "omega_t_map": map_times.tolist(),
        }
        self._file: _File | None = None
        self._next_record = time.monotonic()
        self._next_sync = time.monotonic() + SYNC_EVERY

    @property
    def full(self) -> bool:
        """Whether the file of the run shall take over what is here."""
        return self._file is not None and self._file.size > self._limit

    @property
    def due(self) -> bool:
        """Whether the last record is long ago."""
        return time.monotonic() >= self._next_record

    def keep(self, batch: Batch) -> None:
        """Append a record. Raises OSError."""
        if self._file is None:
            self._file = _File.new(self._place, self._header)
        self.take(self._file.append(batch), len(batch.fields))
        now = time.monotonic()
        if now >= self._next_sync:
            self._file.sync()
            now, took = time.monotonic(), time.monotonic() - now
            self._next_sync = now + max(SYNC_EVERY, took / SYNC_SHARE)
        self._next_record = now + RECORD_EVERY

    def settle(self, result: Result, number: int) -> None:
        """The file of the run, read lazily, has so many fields by now: they are read there, and the side file
        begins anew."""
        self.remove()
        self.number, self.pieces = 0, {}
        self.take({name: _First(rows, number) for name, rows in batch_of(result).every.items()}, number)

    def remove(self) -> None:
        """All that is in the side file lies elsewhere too."""
        if self._file is not None:
            self._file.remove()
            self._file = None

    def close(self) -> None:
        """Leave the side file to whoever goes on with the run."""
        if self._file is not None:
            self._file.leave()
            self._file = None


class _First:
    """The first rows of others."""

    def __init__(self, others: Piece, number: int) -> None:
        self._others, self.shape, self.dtype = others, (number, *others.shape[1:]), others.dtype

    def __getitem__(self, rows: slice) -> Array:
        return self._others[slice(*rows.indices(self.shape[0]))]


class Left:
    """A side file that a process has left which is gone, as far as it is whole.

    Raises ValueError where there is nothing of use in it.

    Attributes
    ----------
    config
    first
        The first field of its run.
    map_times
        Times of its maps [1/Omega].
    """

    def __init__(self, path: Path) -> None:
        self._file = _File(path, path.open("rb", buffering=0))
        self._blocks = self._file.blocks()
        header, _ = next(self._blocks, ({}, 0))
        if header.get("layout") != _LAYOUT or not is_current(header["numerics"]):
            raise ValueError("it is torn, or of another version of crviz")
        self.config = Config.from_dict(header["config"])
        self.first = int(header["first"])
        self.map_times = np.array(header["omega_t_map"])

    def batches(self) -> Iterator[Batch]:
        """Its records, up to the first that is torn."""
        for header, at in self._blocks:
            every: dict[str, Piece] = {}
            samples: dict[str, Piece] = {}
            nodes: dict[range, dict[str, Array]] = {}
            for (kind, name), piece in self._file.pieces(header, at).items():
                if kind == "every":
                    every[name] = piece
                elif kind == "samples":
                    samples[name] = piece
                else:
                    start, stop = map(int, kind.split("/")[1:])
                    nodes.setdefault(range(start, stop), {})[name] = piece[:]
            yield Batch(range(*header["fields"]), every, nodes, samples, bool(header["fused"]))


class _File:
    """One side file: blocks at its end, and what was written of it read again."""

    def __init__(self, path: Path, file: FileIO) -> None:
        self._path, self._file = path, file
        self._lock = threading.Lock()
        self.size = os.fstat(file.fileno()).st_size
        self._has_records = False

    def __del__(self) -> None:
        self._file.close()

    @classmethod
    def new(cls, place: Path, header: Mapping[str, Any]) -> _File:
        """A new one beside a place. Raises OSError."""
        path, number = paths.side(place)
        made = cls(path, FileIO(number, "r+b"))
        try:
            made._write(header, [])
        except OSError:
            made.remove()
            raise
        return made

    def append(self, batch: Batch) -> dict[str, Piece]:
        """Write a record: its arrays of every field as they lie there now. Raises OSError."""
        arrays = {f"every/{name}": values[:] for name, values in batch.every.items()}
        arrays |= {
            f"sums/{fields.start}/{fields.stop}/{name}": values[:]
            for fields, sums in batch.nodes.items()
            for name, values in sums.items()
        }
        arrays |= {f"samples/{name}": values[:] for name, values in batch.samples.items()}
        header = {
            "fields": [batch.fields.start, batch.fields.stop],
            "fused": batch.fused,
            "arrays": {name: (array.dtype.str, array.shape) for name, array in arrays.items()},
        }
        at = self._write(header, [np.ascontiguousarray(array) for array in arrays.values()])
        self._has_records = True
        return {name: piece for (kind, name), piece in self.pieces(header, at).items() if kind == "every"}

    def pieces(self, header: Mapping[str, Any], at: int) -> dict[tuple[str, str], _Piece]:
        """The arrays of a record, which begin at a place in the file, by their kinds and names."""
        found = {}
        for key, (dtype, shape) in header["arrays"].items():
            kind, _, name = key.rpartition("/")
            found[kind, name] = piece = _Piece(self, at, np.dtype(dtype), tuple(shape))
            at += piece.nbytes
        return found

    def blocks(self) -> Iterator[tuple[dict[str, Any], int]]:
        """Header and place of what follows it, for every block up to the first that is torn."""
        at = 0
        while at + _BLOCK.size <= self.size:
            mark, length, checksum = _BLOCK.unpack(self.read(at, _BLOCK.size))
            at += _BLOCK.size
            if (
                mark != _MARK
                or length < 4
                or at + length > self.size
                or self._checksum(at, length) != checksum
            ):
                return
            (words,) = struct.unpack("<I", self.read(at, 4))
            yield json.loads(self.read(at + 4, words)), at + 4 + words
            at += length

    def _checksum(self, at: int, length: int) -> int:
        found = 0
        for start in range(at, at + length, _AT_ONCE):
            found = zlib.crc32(self.read(start, min(_AT_ONCE, at + length - start)), found)
        return found

    def _write(self, header: Mapping[str, Any], arrays: list[Array]) -> int:
        """Append a block; returns where its arrays begin. Raises OSError, and nothing is appended then."""
        words = json.dumps(header).encode()
        content: list[Any] = [
            struct.pack("<I", len(words)) + words,
            *(array.reshape(-1).view(np.uint8) for array in arrays),
        ]
        checksum = 0
        for part in content:
            checksum = zlib.crc32(part, checksum)
        length = sum(len(part) for part in content)
        with self._lock:
            try:
                self._file.seek(self.size)
                for part in (_BLOCK.pack(_MARK, length, checksum), *content):
                    rest = memoryview(part)
                    while rest:
                        rest = rest[self._file.write(rest) :]
            except OSError:
                self._file.truncate(self.size)
                raise
        at = self.size + _BLOCK.size + len(content[0])
        self.size += _BLOCK.size + length
        return at

    def read(self, at: int, size: int) -> bytes:
        """So many bytes of a place. Raises OSError where they are not there."""
        content = bytearray(size)
        with self._lock:
            self._file.seek(at)
            rest = memoryview(content)
            while rest:
                if not (got := self._file.readinto(rest)):
                    raise OSError(f"{self._path} has been cut off while it was read.")
                rest = rest[got:]
        return bytes(content)

    def sync(self) -> None:
        """Bring all of it to the disk. Raises OSError."""
        os.fsync(self._file.fileno())

    def remove(self) -> None:
        """Nobody needs it any more, but who reads it already goes on."""
        self._path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Nobody writes to it any more: it can be taken up, where there is anything in it."""
        if self._has_records:
            paths.unlock(self._file.fileno())
        else:
            self.remove()


class _Piece:
    """An array in a side file, read whenever it is asked for."""

    def __init__(self, file: _File, at: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self._file, self._at, self.dtype, self.shape = file, at, dtype, shape
        self.nbytes = dtype.itemsize * int(np.prod(shape))

    def __getitem__(self, rows: slice) -> Array:
        start, stop, _ = rows.indices(self.shape[0])
        row = self.nbytes // max(1, self.shape[0])
        content = self._file.read(self._at + start * row, (stop - start) * row)
        return np.frombuffer(content, self.dtype).reshape(stop - start, *self.shape[1:])
