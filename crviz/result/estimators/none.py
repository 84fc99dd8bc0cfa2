"""The plain mean <C_l>, noise included, as Figure 1 of the paper shows it."""

from __future__ import annotations

from crviz.arrays import Array
from crviz.result.estimators.estimator import Estimator
from crviz.spectra import pixel_noise


def plain(cl: Array, rr: Array, n_pixels: int) -> tuple[Array, Array]:
    """<C_l> as it is, and the noise of Eq. 9 that is in it."""
    return cl, pixel_noise(rr, n_pixels)


ESTIMATOR = Estimator("none", "noise included", rank=4, grids=1, apply=plain)
