"""What arrays are called in annotations (docstrings say shapes and units), and how draws are rounded."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Array", "ArrayLike", "rounded"]

#: What is returned; real numbers where nothing else is said.
Array: TypeAlias = NDArray[Any]


def rounded(drawn: Array) -> Array:
    """What was drawn, to 24 bits of mantissa.

    Sines and logarithms differ in the 53rd bit from one library and processor to another, and orbits magnify
    any difference without bound; of what is rounded so, one value in 5e8 differs.
    """
    return drawn.astype(np.float32).astype(float)
