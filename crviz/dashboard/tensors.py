"""What the browser holds of a source: everything that direction, time, p and the switches move, as flat
arrays, so that a drag costs the server nothing.

All of it is linear in G_ij = g_i g_j: tensors are kept as their six components xx, yy, zz, xy, xz, yz, and
errors as the covariances between these. The dashboard's JavaScript contracts them (browser/tensor.js).
"""

from __future__ import annotations

import math
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from crviz import atlas
from crviz.arrays import Array
from crviz.atlas.fields import describe, windows
from crviz.dashboard.wire import (
    COMPONENTS,
    CORRELATION_STEPS,
    EVOLVING,
    SCATTER_STEPS,
    UNKNOWN_SCATTER,
)
from crviz.gradient import Gradient, components
from crviz.interpretation.shape import shape_errors
from crviz.plots.content.about import lines, simulated
from crviz.result import NotKept, Source, kept_times
from crviz.spectra import tensor_components

#: Fields whose dipoles are sent: more would not be seen in the quantiles.
MOST_DIPOLES = 120
#: Gradients for which errors of a spectrum's shape are sent.
_AXES: tuple[Gradient, ...] = ((0.0, 0.0), (math.pi / 2, 0.0), (math.pi / 2, math.pi / 2), "perpendicular")
_UPPER = np.triu_indices(len(COMPONENTS), 1)
#: What was made of sources that are still there, by estimator.
_known: WeakKeyDictionary[Source, dict[str, dict[str, Any]]] = WeakKeyDictionary()


def tensors_of(source: Source, estimator: str) -> dict[str, Any]:
    """The arrays of one source for one estimator: the same for all who look at it. They are not changed.

    Returns
    -------
    dict of numbers, str and flat arrays; with T times, L multipoles, 6 components, 15 pairs of them:
        omega_t (T,), power (T, 6, EVOLVING) [r_L^2], noise (T, 6); of estimate (6, L), of the plain dipole
        (6, 2), of standard, k and running (6, 1), each at T times, the value, NAME_error of the
        same shape and NAME_correlation (T, 15, .) in 1/CORRELATION_STEPS, the error of k being half of its
        68 % interval; dipole_times (D,) and dipole_vectors (D, R, 3, 3), of which only directions count,
        where single fields are kept; and what one sky scatters, see `_one_sky`.
    """
    known = _known.setdefault(source, {})
    if estimator not in known:
        known[estimator] = _made(source, estimator)
    return known[estimator]


def _made(source: Source, estimator: str) -> dict[str, Any]:
    estimate, plain = source.estimate(estimator), source.estimate(source.usable("none"))
    power = tensor_components(plain.cl)
    standard, standard_covariance = source.standard_dipole_tensor()
    tensors = source.diffusion()
    k = (tensors.k + tensors.k.swapaxes(-1, -2)) / 2
    return {
        "digest": source.digest,
        "source": source.provenance,
        "rl_over_lc": source.config.rl_over_lc,
        "about": lines({**simulated(source), "estimator": estimator}),
        "omega_t": source.omega_t.astype(float),
        "power": single(power[..., :EVOLVING]),
        "noise": single(components(estimate.noise)),
        **with_errors("estimate", tensor_components(estimate.cl), estimate.covariance),
        **with_errors("dipole", power[..., :2], plain.covariance[..., :2]),
        **_at_one_multipole("standard", standard, standard_covariance),
        **_at_one_multipole("k", k, tensors.k_spread()),
        **_at_one_multipole("running", tensors.running, tensors.running_covariance),
        **_one_sky(source),
        **_dipole_vectors(source),
        **_shape_errors(source, estimator),
    }


def _one_sky(source: Source) -> dict[str, Array]:
    """The scatter of `atlas.one_sky`, where the atlas has it: scatter_times (Q,), and for the whole sky
    ("sky") and each window by its number N, scatter_N_cl and scatter_N_shape, flat (2, gradients, Q, L), and
    of factors scatter_N_fit and scatter_N_dipole, flat (2, gradients, Q), all as `_logarithms`."""
    found = atlas.one_sky(source)
    if found is None:
        return {}
    arrays = {"times": found.omega_t, "sky_cl": found.whole.cl, "sky_shape": found.whole.shape}
    for number, window in enumerate(map(describe, windows())):
        if window in found.seen:
            arrays |= {f"{number}_cl": found.seen[window].cl, f"{number}_shape": found.seen[window].shape}
            arrays |= {f"{number}_{name}": factor for name, factor in found.factors[window].items()}
    times = single(arrays.pop("times"))
    return {"scatter_times": times} | {f"scatter_{name}": _logarithms(each) for name, each in arrays.items()}


def _logarithms(values: Array) -> Array:
    """Logarithms of positive values in 1/SCATTER_STEPS, flat in two bytes each; what is not known is the
    least of these."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.rint(SCATTER_STEPS * np.log(values))
    known = np.isfinite(steps) & (np.abs(steps) < UNKNOWN_SCATTER)
    return np.where(known, steps, -UNKNOWN_SCATTER).astype(np.int16).ravel()


def _shape_errors(source: Source, estimator: str) -> dict[str, Array]:
    """`interpretation.shape.shape_errors` at the times of `kept_times`, which are those of the dipoles:
    shape_errors, flat (3, 4, D), of C_2/C_1, slope and noise, for gradients along z, x, y and
    "perpendicular", as `_logarithms`; nothing where none are known."""
    times = kept_times(source.omega_t)
    errors = np.full((3, len(_AXES), len(times)), np.nan)
    for axis, gradient in enumerate(_AXES):
        try:
            errors[:, axis] = shape_errors(source, gradient, times=times, estimator=estimator)
        except NotKept:
            continue
    return {} if np.isnan(errors).all() else {"shape_errors": _logarithms(errors)}


def _dipole_vectors(source: Source) -> dict[str, Array]:
    """`Source.realization_dipoles` of some fields at the times of `kept_times`, each over its largest value;
    nothing where none are kept.

    Of what a byte holds, square and sign are the value: those across B0, which are small, need it.
    """
    try:
        each = source.realization_dipoles()[:MOST_DIPOLES]
    except NotKept:
        return {}
    times = kept_times(source.omega_t)
    each = each[:, times].swapaxes(0, 1)
    largest = np.abs(each).max((-2, -1), keepdims=True)
    share = np.divide(each, largest, out=np.zeros_like(each), where=largest > 0)
    root = np.rint(127 * np.sign(share) * np.sqrt(np.abs(share))).astype(np.int8)
    return {"dipole_times": source.omega_t[times].astype(float), "dipole_vectors": root.ravel()}


def _at_one_multipole(name: str, tensor: Array, covariance: Array) -> dict[str, Array]:
    """Entries of a symmetric tensor (T, 3, 3) and the covariance of its components (T, 6, 6)."""
    return with_errors(name, components(tensor)[..., None], covariance[..., None])


def with_errors(name: str, value: Array, covariance: Array) -> dict[str, Array]:
    """Entries of a quantity (T, 6, n) and the covariance of its components (T, 6, 6, n)."""
    deviation = np.sqrt(np.maximum(np.einsum("...aal->...al", covariance), 0))
    product = deviation[..., :, None, :] * deviation[..., None, :, :]
    correlation = np.divide(covariance, product, out=np.zeros(product.shape), where=product > 0)
    upper = correlation[..., _UPPER[0], _UPPER[1], :]
    return {
        name: single(value),
        f"{name}_error": single(deviation),
        f"{name}_correlation": np.rint(CORRELATION_STEPS * np.clip(upper, -1, 1)).astype(np.int8).ravel(),
    }


def single(array: Array) -> Array:
    """Flat, in single precision: what is sent."""
    return np.ascontiguousarray(array, np.float32).ravel()
