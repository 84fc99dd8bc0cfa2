"""What a result says about diffusion: tensors, sum rules, the regime, and pairs by opening angle."""

from __future__ import annotations

import numpy as np

from crviz import diffusion, spectra
from crviz.gradient import components, gradient_tensor
from crviz.means import covariance_of_mean, standard_error
from crviz.pairs import Separation, check_angles
from crviz.result.estimates import mean
from crviz.result.records import Diffusion


def diffusion_of(result):
    """`Diffusion` of a result."""
    data, omega_t = result.dataset, result.omega_t
    k = diffusion.diffusion_tensor(data["rp"].values)
    drift = diffusion.drift(k)
    running = diffusion.running_diffusion(data["rr"].values, omega_t)
    rr, same_k, monopole = _known_together(data["rr"].values, k, _monopole(result))
    relative = diffusion.relative_diffusion(rr, monopole, omega_t)
    relative_eq7 = diffusion.relative_from_monopole(same_k, monopole, omega_t)
    return Diffusion(
        omega_t=omega_t,
        k=k.mean(0),
        k_error=standard_error(k),
        k_covariance=_covariance((k + k.swapaxes(-2, -1)) / 2),
        drift=drift.mean(0),
        drift_error=standard_error(drift),
        running=running.mean(0),
        running_error=standard_error(running),
        running_covariance=_covariance(running),
        relative=relative.mean(0),
        relative_covariance=_covariance(relative),
        relative_eq7=relative_eq7.mean(0),
        relative_eq7_covariance=_covariance(relative_eq7),
    )


def power_sum_rule(result, gradient, right):
    """Eq. 6 as a `SumRule`. Raises ValueError."""
    rights = {"diffusion": lambda: _spread(result), "mean square": lambda: result.dataset["rr"].values}
    if right not in rights:
        raise ValueError(f"right = {right!r} must be one of {', '.join(map(repr, rights))}.")
    return _sum_rule(result, gradient, _power(result), rights[right]())


def monopole_sum_rule(result, gradient):
    """Eq. 7 as a `SumRule`."""
    monopole, spread, rr = _known_together(_monopole(result), _spread(result), result.dataset["rr"].values)
    times = result.omega_t[:, None, None]
    relative = 2 * times * diffusion.relative_diffusion(rr, monopole, result.omega_t)
    return _sum_rule(result, gradient, monopole / (4 * np.pi), spread - relative)


def regime_of(result, gradient):
    """`diffusion.Regime` of a result."""
    return diffusion.regime(
        result.dataset["rr"].values, result.dataset["rp"].values, result.omega_t, gradient
    )


def separation(result, theta):
    """`pairs.Separation` from the spectra of a result. Raises ParameterError."""
    theta = check_angles(theta, smallest=np.pi / result.ell[-1])
    suffix = "_cross" if "cl_cross" in result.dataset else ""
    trace = np.einsum("...iil->...l", _each(result, f"cl{suffix}"))
    mean_square = np.einsum("rtii->rt", result.dataset["rr"].values)
    known, correlation = _known_together(mean_square, spectra.correlation(trace, theta))
    square = 2 * (known[..., None] - correlation)
    momenta = np.einsum("tiil->tl", result.dataset[f"cl_pp{suffix}"].values)
    alignment = spectra.correlation(momenta, theta)
    return Separation(
        omega_t=result.omega_t,
        theta=theta,
        square=square.mean(0),
        square_error=standard_error(square),
        alignment=alignment,
        alignment_error=np.full_like(alignment, np.nan),
        mean_square=mean_square.mean(0),
        mean_square_error=standard_error(mean_square),
    )


def _sum_rule(result, gradient, left, right):
    g = gradient_tensor(gradient)
    sides = (np.einsum("ij,rtij->rt", g, tensor) for tensor in (left, right))
    return diffusion.sum_rule(result.omega_t, *sides)


def _spread(result):
    """2 T K_ij of every realisation, (R, T, 3, 3)."""
    return 2 * result.omega_t[:, None, None] * diffusion.diffusion_tensor(result.dataset["rp"].values)


def _monopole(result):
    """C_0^{ij} of every realisation, (R, T, 3, 3), or of their mean alone, (1, T, 3, 3)."""
    if "monopole" in result.dataset:
        return result.dataset["monopole"].values.astype(float)
    return _each(result, "cl", slice(1))[..., 0]


def _power(result):
    """sum (2l + 1) C_l^{ij} / 4 pi, as `_monopole`."""
    if "power" in result.dataset:
        return result.dataset["power"].values.astype(float)
    return diffusion.power(_each(result, "cl"))


def _each(result, name, multipoles=slice(None)):
    """Cross spectra of every realisation, or of their mean alone with a first axis of 1."""
    if result.is_whole:
        return result.dataset[name].values[..., multipoles].astype(float)
    return mean(result, name)[None, ..., multipoles]


def _known_together(*arrays):
    """Arrays over realisations as they are; the means of all where one is known as a mean only, so
    that no error is claimed that lacks its scatter."""
    if len({len(array) for array in arrays}) == 1:
        return arrays
    return tuple(array.mean(0, keepdims=True) for array in arrays)


def _covariance(tensor):
    return covariance_of_mean(components(tensor))
