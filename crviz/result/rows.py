"""Arrays of every field that stay on the disk until they are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Protocol

import numpy as np

from crviz.arrays import Array

#: Bytes that are read at once where not all of them are kept.
_SLAB = 4_000_000


class Piece(Protocol):
    """Consecutive rows: an array, or what reads them from a file whenever it is asked."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows first."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers."""

    def __getitem__(self, rows: slice, /) -> Array:
        """Some of the rows."""


class Rows:
    """Pieces as one array (R, ...), of which only what is asked for is read.

    xarray takes it for an array; whatever is computed of it reads it whole.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(pieces)
        self.dtype = self.pieces[0].dtype
        self.shape = (sum(piece.shape[0] for piece in self.pieces), *self.pieces[0].shape[1:])
        self.ndim = len(self.shape)
        self.size = int(np.prod(self.shape))
        self.nbytes = self.size * self.dtype.itemsize

    @cached_property
    def _starts(self) -> list[int]:
        return list(accumulate((piece.shape[0] for piece in self.pieces), initial=0))

    def read(self, start: int, stop: int) -> Array:
        """Rows start, ..., stop - 1."""
        found, number = [], bisect_right(self._starts, start) - 1
        while start < stop:
            begin, end = self._starts[number], self._starts[number + 1]
            found.append(self.pieces[number][start - begin : min(stop, end) - begin])
            start, number = end, number + 1
        return found[0] if len(found) == 1 else np.concatenate(found or [np.empty((0, *self.shape[1:]))])

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.read(0, len(self)).astype(self.dtype if dtype is None else dtype, copy=bool(copy))

    def __getitem__(self, key: Any) -> Array:
        rows, *others = key if isinstance(key, tuple) else (key,)
        if not isinstance(rows, slice):
            return np.asarray(self)[key]
        start, stop, step = rows.indices(len(self))
        if step != 1:
            return np.asarray(self)[key]
        stop = max(start, stop)
        if not others:
            return self.read(start, stop)
        inner = (slice(None), *others)
        return np.concatenate([some[inner] for some in self._slabs(start, stop)])

    def _slabs(self, start: int, stop: int) -> Iterator[Array]:
        """Rows start, ..., stop - 1, a few at a time; where there are none, none of them."""
        some = max(1, _SLAB * len(self) // max(1, self.nbytes))
        for at in range(start, max(stop, start + 1), some):
            yield self.read(at, min(at + some, stop))

    def each(self, function: Callable[[Array], tuple[Array, ...]]) -> tuple[Array, ...]:
        """What a function makes of all rows, a few at a time: (R, ...) each."""
        return tuple(map(np.concatenate, zip(*map(function, self._slabs(0, len(self))), strict=True)))

    def astype(self, dtype: Any, copy: bool = True) -> Rows | Array:
        """Itself where it is of that type already."""
        return self if dtype == self.dtype and not copy else np.asarray(self).astype(dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return getattr(ufunc, method)(*map(_whole, inputs), **options)

    def __array_function__(
        self, function: Callable[..., Any], _types: Any, arguments: Any, options: dict[str, Any]
    ) -> Any:
        return function(*map(_whole, arguments), **options)


def _whole(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(map(_whole, value))
    return np.asarray(value) if isinstance(value, Rows) else value
