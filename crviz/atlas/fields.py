"""What an atlas keeps of one field, worked out while its orbits are at hand.

Of every field: spectra along and across B0, K and <rr>/2T, and the dipoles of the position components. Of a
field on fine grids also what single observers see, along B0 and along x and y: spectra, and pseudo-spectra
through the window of each observation, where B0 points by default. The two grids' coefficients are taken
through the window one by one, and multiplied then: there is no noise bias in pseudo-spectra either.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np

from crviz import diffusion, kernels, observations, sky, spectra
from crviz.arrays import Array, ArrayLike
from crviz.config import Config
from crviz.harmonics import real_coefficients
from crviz.observations import FieldOfView, ObservedSpectrum
from crviz.result.schema import Quantity

_GRADIENT = ("gradient", "omega_t")
#: Of every field.
OF_EVERY_FIELD = {
    "cl": Quantity((*_GRADIENT, "ell"), "r_L^2", "C_l of r(-T).g, cross spectrum of two grids"),
    "k": Quantity(_GRADIENT, "r_L^2 Omega", "K_ij = -<r_i(-T) p_j(-T)>, symmetric part"),
    "running": Quantity(_GRADIENT, "r_L^2 Omega", "<r_i r_j> / 2T"),
    "k_antisymmetric": Quantity(("omega_t",), "r_L^2 Omega", "(K_xy - K_yx) / 2: drift"),
    "dipole": Quantity(
        ("omega_t", "i", "m"),
        "r_L",
        "real l = 1 coefficients of r_i(-T): y, z, x; 0 for some on coarse grids",
    ),
}
#: And of fields on fine grids.
OF_FINE_FIELDS = {
    "cl_across": Quantity(("across", "omega_t_quantile", "ell"), "r_L^2", "C_l of r_x(-T) and of r_y(-T)"),
    "seen_cl": Quantity(("axis", "omega_t_quantile", "seen"), "r_L^2", "C_l of r_i(-T) through the windows"),
}
#: Sums over all fields: what spectra of one grid have more than those of two.
SUMS = {
    "noise": Quantity((*_GRADIENT, "ell"), "r_L^2"),
    "seen_noise": Quantity(("gradient", "omega_t_quantile", "seen"), "r_L^2"),
}
#: Binary digits of what is kept of a field, which scatters by a tenth or more at all but the earliest times:
#: there the rounding, of 2e-3 for one field, is what errors are made of.
_DIGITS = 8
#: Fewer of what quantiles are of, and of dipoles: 8e-3 for one field.
_FEW_DIGITS, _ROUGH = 6, ("cl_across", "seen_cl", "dipole")
#: The coefficients y, z, x of the dipoles of r_x, r_y, r_z whose mean is not 0 by symmetry about B0: all that
#: the dipole of the mean map needs.
OF_MEAN_DIPOLE = np.array([[True, False, True], [True, False, True], [False, True, False]])


def kept(config: Config, index: int, r: Array, p: Array, late: Array | None) -> dict[str, Array]:
    """What is kept of one field, {name: array}: `OF_EVERY_FIELD` and, with late, `OF_FINE_FIELDS`; rounded,
    without a bias. And what is summed over fields: `SUMS`.

    Parameters
    ----------
    index
        Of the realisation.
    r, p : (T, 3, config.n_orbits)
        Its orbits on two grids.
    late : (Q,) int or None
        Where quantiles are kept of the times.
    """
    n, lmax = config.n_pixels, 2 * config.nside
    grids = (r[..., :n], None), (r[..., n:], sky.random_rotation(config, index))
    a, b = (real_coefficients(maps, config.nside, lmax, rotation) for maps, rotation in grids)
    cross, one = _power(a, b), (_power(a, a) + _power(b, b)) / 2
    k = diffusion.diffusion_tensor(kernels.mean_products(r, p, r.shape[-1]))
    running = diffusion.running_diffusion(kernels.mean_products(r, r, r.shape[-1]), config.omega_t)
    each = {
        "cl": two_gradients(cross),
        "k": two_gradients(np.einsum("tii->ti", k)),
        "running": two_gradients(np.einsum("tii->ti", running)),
        "k_antisymmetric": diffusion.drift(k)[..., 2],
        "dipole": (a + b)[..., 1:4] / 2,
    }
    sums = {"noise": two_gradients(one - cross)}
    if late is None:
        each["dipole"] = each["dipole"] * OF_MEAN_DIPOLE
    else:
        seen, seen_one = _seen(a[late], b[late])
        each["cl_across"] = cross[late, :2].swapaxes(0, 1)
        each["seen_cl"] = seen.swapaxes(0, 1)
        sums["seen_noise"] = two_gradients(seen_one - seen)
    rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(index, 2)))
    rounded = {
        name: _rounded(values, _FEW_DIGITS if name in _ROUGH else _DIGITS, rng)
        for name, values in each.items()
    }
    return rounded | {name: values.astype(np.float32) for name, values in sums.items()}


def two_gradients(components: ArrayLike) -> Array:
    """Parallel, and the mean of both perpendicular ones: x, y, z (T, 3, ...) -> (2, T, ...)."""
    components = np.asarray(components, float)
    return np.stack([components[:, 2], (components[:, 0] + components[:, 1]) / 2])


def windows() -> tuple[ObservedSpectrum, ...]:
    """A shipped observation for each window and choice of multipoles that any of them has."""
    return _windows_of(observations.spectra())


@cache
def _windows_of(spectra: tuple[ObservedSpectrum, ...]) -> tuple[ObservedSpectrum, ...]:
    found = {describe(one): one for one in reversed(spectra)}
    return tuple(one for one in spectra if found[describe(one)] is one)


def describe(observed: ObservedSpectrum) -> str:
    """The window of an observation and its multipoles, as JSON."""
    view = observed.field_of_view
    return json.dumps(
        {
            "declination": [view.dec_min, view.dec_max] if isinstance(view, FieldOfView) else None,
            "pseudo": observed.pseudo,
            "smoothing": observed.smoothing,
            "m0": observed.measures_m0,
            "ell": observed.ell.tolist(),
        }
    )


def seen_multipoles(lmax: int) -> list[Array]:
    """The multipoles of each of `windows`, which follow each other in `seen`."""
    return [observations.common_multipoles(one, lmax) for one in windows()]


def _seen(a: Array, b: Array) -> tuple[Array, Array]:
    """Spectra through all windows (T, 3, S): of two grids, and the mean of those of one."""
    lmax = int(np.sqrt(a.shape[-1])) - 1
    cross, one = [], []
    for observed in windows():
        seen_a, seen_b = (observations.seen_coefficients(observed, each) for each in (a, b))
        cross.append(observations.seen_spectra(observed, seen_a, seen_b, lmax))
        one.append(
            sum(observations.seen_spectra(observed, each, each, lmax) for each in (seen_a, seen_b)) / 2
        )
    return np.concatenate(cross, -1), np.concatenate(one, -1)


def _power(a: Array, b: Array) -> Array:
    """C_l of each component: (T, 3, (lmax + 1)^2) twice -> (T, 3, lmax + 1)."""
    return spectra.cross_spectra(a[:, :, None], b[:, :, None])[..., 0, 0, :]


def _rounded(values: Array, digits: int, rng: np.random.Generator) -> Array:
    """Single precision with few binary digits, which compresses; up or down at random, so that means stay."""
    mantissa, exponent = np.frexp(values)
    whole = np.floor(mantissa * 2.0**digits + rng.random(values.shape))
    return np.ldexp(whole, exponent - digits).astype(np.float32)
