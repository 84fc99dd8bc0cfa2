"""The noise of Eq. 9 subtracted, as the paper does.

It is what independent pixels have. Neighbouring ones are still alike, so that it takes off too much: at
high l the estimate turns negative.
"""

from __future__ import annotations

from crviz.arrays import Array
from crviz.result.estimators.estimator import Estimator
from crviz.spectra import pixel_noise


def eq9(cl: Array, rr: Array, n_pixels: int) -> tuple[Array, Array]:
    """C^_l = <C_l> - (4 pi / N_pix) <(r.g)^2>."""
    noise = pixel_noise(rr, n_pixels)
    return cl - noise[..., None], noise


ESTIMATOR = Estimator(
    "eq9", "noise of Eq. 9 subtracted", rank=1, grids=1, apply=eq9, choice="subtract Eq. 9 (as the paper)"
)
