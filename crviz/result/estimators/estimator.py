"""What an estimator has to say of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crviz.arrays import Array
from crviz.spectra import pixel_noise


@dataclass(frozen=True)
class Estimator:
    """One way to get at the spectrum behind the noise of pixels.

    Attributes
    ----------
    name
        In Python, in links and on the command line.
    words
        What was done, as titles say it.
    rank
        Its place among the others where they are offered.
    grids
        1 where it takes the cross spectra of one grid with itself, 2 for those of two grids.
    apply
        What it does: the estimate (..., 3, 3, L) and the level of noise (..., 3, 3), which it has
        subtracted or, where it subtracts nothing, that of Eq. 9; from C_l^{ij} (..., 3, 3, L) [r_L^2], sky
        means of r_i r_j (..., 3, 3) [r_L^2] and the number of directions of a grid. Linear in the first two.
    choice
        What the page offers it as; its name where nothing is given.
    """

    name: str
    words: str
    rank: int
    grids: int
    apply: Callable[[Array, Array, int], tuple[Array, Array]]
    choice: str = ""


def as_it_is(cl: Array, rr: Array, n_pixels: int) -> tuple[Array, Array]:
    """C_l with nothing subtracted, and the noise of Eq. 9 that one grid has."""
    return cl, pixel_noise(rr, n_pixels)
