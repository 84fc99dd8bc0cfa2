"""How kernels are compiled, and how compiled code is kept on the disk."""

from __future__ import annotations

import hashlib
import pickle
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import IndexDataCacheFile

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])

# numpy's error model: no test before a division, and NaN goes on to where it is looked for
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def jit(function: _Kernel) -> _Kernel:
    """njit with the disk cache where some folder can hold it, else compiled anew in each process."""
    try:
        kernel = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # numba found no folder to write to
        return njit(**_OPTIONS)(function)
    kernel._cache = _Cache(kernel._cache)
    return kernel


class _Cache:
    """numba's cache of one kernel, as far as it can be used: what is damaged, or cannot be read or written,
    is as if it were not there."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache
        plain = cache._cache_file
        name = plain._index_name.removesuffix(".nbi")
        self._file = cache._cache_file = _SealedFiles(plain._cache_path, name, plain._source_stamp)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The compiled code, or None."""
        try:
            return self._cache.load_overload(signature, context)
        except Exception as error:  # noqa: BLE001 - whatever a damaged file may bring about
            self._go_without(error)
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep compiled code."""
        try:
            self._cache.save_overload(signature, compiled)
        except Exception as error:  # noqa: BLE001 - a full disk, and what is found there
            self._go_without(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def _go_without(self, error: Exception) -> None:
        with suppress(OSError):  # the next one to compile begins anew
            Path(self._file._index_path).unlink()
        if not _warned.is_set():
            _warned.set()
            reason = (error.strerror if isinstance(error, OSError) else "") or str(error) or repr(error)
            warnings.warn(
                f"compiled code that is kept in {self._cache.cache_path} cannot be used ({reason}): "
                "it is compiled anew, which takes a while.",
                stacklevel=2,
            )


#: Whether it was said that the cache is of no use: once is enough.
_warned = threading.Event()


class _SealedFiles(IndexDataCacheFile):
    """The files of numba's cache, each with a checksum at its end: damaged machine code ends the process.

    The checksum is also one of the source's stamp. So code of an earlier version is not taken for the present
    one's where a process was killed between writing the index and the code.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._version += ", sealed"  # files without checksums are those of another version

    def _dump(self, obj: Any) -> bytes:
        content: bytes = super()._dump(obj)
        return content + self._seal(content)

    def _load_index(self) -> Any:
        with suppress(FileNotFoundError), open(self._index_path, "rb") as file:
            if pickle.load(file) == self._version:
                stamp, _ = pickle.loads(sealed := file.read())
                if stamp == self._source_stamp:
                    self._check(sealed)
        return super()._load_index()

    def _load_data(self, name: str) -> Any:
        self._check(Path(self._data_path(name)).read_bytes())
        return super()._load_data(name)

    def _check(self, sealed: bytes) -> None:
        size = hashlib.sha256().digest_size
        if self._seal(sealed[:-size]) != sealed[-size:]:
            raise ValueError("a file of it is damaged")

    def _seal(self, content: bytes) -> bytes:
        return hashlib.sha256(repr(self._source_stamp).encode() + content).digest()
