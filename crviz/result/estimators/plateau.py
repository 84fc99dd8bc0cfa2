"""The mean over the highest multipoles subtracted: what of the spectrum is as white as noise."""

from __future__ import annotations

from crviz.arrays import Array
from crviz.result.estimators.estimator import Estimator
from crviz.spectra import plateau_noise


def plateau(cl: Array, rr: Array, n_pixels: int) -> tuple[Array, Array]:
    """C^_l = <C_l> - the mean of C_l over the highest quarter of the multipoles."""
    noise = plateau_noise(cl)
    return cl - noise[..., None], noise


ESTIMATOR = Estimator(
    "plateau", "plateau at high ℓ subtracted", rank=2, grids=1, apply=plateau, choice="subtract the plateau"
)
