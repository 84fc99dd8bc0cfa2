"""Two grids crossed: what is unresolved in one is independent of what is unresolved in the other, so that
nothing has to be subtracted."""

from __future__ import annotations

from crviz.arrays import Array
from crviz.result.estimators.estimator import Estimator
from crviz.spectra import pixel_noise


def cross(cl: Array, rr: Array, n_pixels: int) -> tuple[Array, Array]:
    """The cross spectrum of two grids as it is; the noise is what one grid alone would have."""
    return cl, pixel_noise(rr, n_pixels)


ESTIMATOR = Estimator("cross", "two grids crossed", rank=3, grids=2, apply=cross)
