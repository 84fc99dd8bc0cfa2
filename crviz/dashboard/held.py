"""What the browser holds of a result: everything that direction, time, p and the switches move, as flat
arrays, so that a drag costs the server nothing.

All of it is linear in G_ij = g_i g_j: tensors are kept as their six components xx, yy, zz, xy, xz, yz, and
errors as the covariances between these. The dashboard's JavaScript contracts them (browser/tensor.js).
"""

from __future__ import annotations

import numpy as np

from crviz import diffusion, spectra
from crviz.gradient import PAIRS, components
from crviz.means import covariance_of_mean

#: Multipoles whose plain power is drawn against time: l = 0 to 9.
EVOLVING = 10
_UPPER = np.triu_indices(len(PAIRS), 1)


def held(result, estimator):
    """The arrays of one result for one estimator.

    Parameters
    ----------
    result : Result
    estimator : see `Result.spectrum`

    Returns
    -------
    dict of numbers, str and flat arrays; with T times, L multipoles, 6 components, 15 pairs of them:
        omega_t (T,), power (T, 6, EVOLVING) [r_L^2], noise (T, 6); of estimate (6, L), of the plain dipole
        (6, 2), of standard, k and running (6, 1), each at T times, the value, NAME_error of the
        same shape and NAME_correlation (T, 15, .) in 1/127.
    """
    data = result.dataset
    power = tensor_components(_mean(data["cl"]))
    noise, estimate, covariance = _estimate(result, estimator, power)
    standard, standard_covariance = spectra.standard_dipole_tensor(data["dipole"].values)
    content = {
        "digest": result.digest,
        "omega_t": result.omega_t.astype(float),
        "power": single(power[..., :EVOLVING]),
        "noise": single(noise),
        **with_errors("estimate", estimate, covariance),
        **with_errors("dipole", power[..., :2], _covariance(data, "cl")[..., :2]),
        **with_errors("standard", components(standard)[..., None], standard_covariance[..., None]),
    }
    for name, each in (
        ("k", diffusion.diffusion_tensor(data["rp"].values)),
        ("running", diffusion.running_diffusion(data["rr"].values, result.omega_t)),
    ):
        each = components((each + each.swapaxes(-1, -2)) / 2)
        content |= with_errors(name, each.mean(0)[..., None], covariance_of_mean(each)[..., None])
    return content


def tensor_components(tensor):
    """Components of symmetric tensors of spectra: (..., 3, 3, L) -> (..., 6, L)."""
    return np.moveaxis(components(np.moveaxis(tensor, -1, 0)), 0, -1)


def axial(parallel, perpendicular):
    """Components of tensors that are symmetric about the regular field: (T, ...) twice -> (T, 6, ...)."""
    nothing = np.zeros_like(parallel)
    return np.stack([perpendicular, perpendicular, parallel, nothing, nothing, nothing], 1)


def _estimate(result, estimator, power):
    """Noise (T, 6), the estimate (T, 6, L) and the covariance of its mean (T, 6, 6, L)."""
    data, n_pixels = result.dataset, result.config.n_pixels
    name = "cl_cross" if estimator == "cross" else "cl"
    rr = components(data["rr"].values)
    noise = spectra.pixel_noise(rr.mean(0), n_pixels)
    if estimator == "cross":
        return noise, tensor_components(_mean(data[name])), _covariance(data, name)
    if estimator == "none":
        return noise, power, _covariance(data, name)
    if estimator == "plateau":
        noise = spectra.plateau_noise(power)
    if "realization" not in data[name].dims:
        return noise, power - noise[..., None], _covariance(data, name)
    each = tensor_components(data[name].values.astype(float))
    own = spectra.plateau_noise(each) if estimator == "plateau" else spectra.pixel_noise(rr, n_pixels)
    return noise, power - noise[..., None], _between_components(each - own[..., None])


def _mean(variable):
    values = variable.values
    return values.mean(0, dtype=float) if "realization" in variable.dims else values.astype(float)


def _covariance(data, name):
    """Covariance of the mean between components: (T, 6, 6, L)."""
    if "realization" in data[name].dims:
        return _between_components(tensor_components(data[name].values))
    return data[f"{name}_covariance"].values.astype(float)


def _between_components(each):
    return np.moveaxis(covariance_of_mean(each.swapaxes(-1, -2)), -3, -1)


def with_errors(name, value, covariance):
    """Entries of a quantity (T, 6, n) and the covariance of its components (T, 6, 6, n)."""
    deviation = np.sqrt(np.maximum(np.einsum("...aal->...al", covariance), 0))
    product = deviation[..., :, None, :] * deviation[..., None, :, :]
    correlation = np.divide(covariance, product, out=np.zeros(product.shape), where=product > 0)
    upper = correlation[..., _UPPER[0], _UPPER[1], :]
    return {
        name: single(value),
        f"{name}_error": single(deviation),
        f"{name}_correlation": np.clip(np.rint(127 * upper), -127, 127).astype(np.int8).ravel(),
    }


def single(array):
    """Flat, in single precision: what is sent."""
    return np.ascontiguousarray(array, np.float32).ravel()
