"""What arrays are called in annotations; docstrings say their shapes and units."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import ArrayLike, NDArray

__all__ = ["Array", "ArrayLike"]

#: What is returned; real numbers where nothing else is said.
Array: TypeAlias = NDArray[Any]
