"""What is kept of one realisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from crviz import kernels, sky
from crviz.arrays import Array
from crviz.config import Config
from crviz.harmonics import real_coefficients
from crviz.spectra import cross_spectra

if TYPE_CHECKING:  # half a second that not every start needs
    from scipy.spatial.transform import Rotation

#: Pixels whose harmonics are taken between two looks whether to go on: some 50 ms.
_PIXELS_AT_ONCE = 3_000_000


def observables(
    config: Config,
    index: int,
    r: Array,
    p: Array,
    lmax: int | None = None,
    check: Callable[[], object] | None = None,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """What is kept of one realisation, and what is summed: two dicts of arrays.

    Parameters
    ----------
    index
        Of the realisation.
    r, p : (T, 3, config.n_orbits)
        Its orbits, grid A first.
    lmax
        Below 3 nside; None takes 2 nside, as results hold.
    check
        Called every now and then: what it raises ends the work.
    """
    n, nside = config.n_pixels, config.nside
    lmax = 2 * nside if lmax is None else lmax

    def coefficients(maps: Array, rotation: Rotation | None = None) -> Array:
        """`real_coefficients`, a few times after another, whose bits are the same."""
        parts = []
        for few in np.array_split(maps, min(len(maps), -(-maps.size // _PIXELS_AT_ONCE))):
            if check is not None:
                check()
            parts.append(real_coefficients(few, nside, lmax, rotation))
        return np.concatenate(parts)

    r_a, p_a = r[..., :n], p[..., :n]
    a_r, a_p = coefficients(r_a), coefficients(p_a)
    each = {
        "cl": cross_spectra(a_r, a_r),
        "rr": kernels.mean_products(r, r, n),
        "rp": kernels.mean_products(r, p, n),
        "pp": kernels.mean_products(p, p, n),
        "dipole": a_r[..., 1:4],
    }
    sums = {"cl_rp": cross_spectra(a_r, a_p), "cl_pp": cross_spectra(a_p, a_p)}
    if config.grids == "cross":
        rotation = sky.random_rotation(config, index)
        b_r, b_p = coefficients(r[..., n:], rotation), coefficients(p[..., n:], rotation)
        each["cl_cross"] = _symmetric(cross_spectra(a_r, b_r))
        sums["cl_rp_cross"] = (cross_spectra(a_r, b_p) + cross_spectra(b_r, a_p)) / 2
        sums["cl_pp_cross"] = _symmetric(cross_spectra(a_p, b_p))
    return each, sums


def _symmetric(tensor: Array) -> Array:
    return (tensor + tensor.swapaxes(-3, -2)) / 2
