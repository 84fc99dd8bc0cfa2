"""Spectra of a result: the estimators, their errors, and their covariances."""

from __future__ import annotations

import numpy as np

from crviz import diffusion, spectra
from crviz.gradient import contracted_error
from crviz.means import covariance_of_mean, standard_error
from crviz.result.records import Spectrum
from crviz.result.reduction import covariance_kept

#: "none" is the plain mean <C_l>, noise included, as Figure 1 of the paper shows it.
ESTIMATORS = ("eq9", "plateau", "cross", "none")
MAPS = ("positions", "full")


def estimate(result, gradient, estimator, map, times):
    """`Spectrum` of a result at times, an index or a slice. Raises ValueError."""
    _check(result, estimator, map)
    name = _variable(estimator)
    cl = spectra.contract(mean(result, name)[times], gradient)
    noise = _noise(result, gradient, estimator, times, cl)
    error = _error(result, gradient, estimator, times)
    if map == "full":
        cl, noise = _full_map(result, gradient, estimator, times)
    if estimator in ("eq9", "plateau"):
        cl = cl - np.asarray(noise)[..., None]
    return Spectrum(
        ell=result.ell,
        cl=cl,
        error=error,
        noise=noise,
        noise_variance=spectra.noise_variance(noise, result.ell),
        cosmic_variance=spectra.cosmic_variance(cl, result.ell),
        omega_t=result.omega_t[times],
    )


def fields(result, gradient, estimator, times):
    """The estimate in every realisation (R, ..., L), its own noise taken off. Raises ValueError."""
    _check(result, estimator)
    if not result.is_whole:
        raise ValueError("This result is reduced: spectra of single realisations are not in it.")
    each = spectra.contract(result.dataset[_variable(estimator)].values[:, times].astype(float), gradient)
    if estimator == "plateau":
        each = each - spectra.plateau_noise(each)[..., None]
    elif estimator == "eq9":
        each = each - _eq9_noise(result, gradient, times)[..., None]
    return each


def covariance(result, gradient, estimator, time):
    """Covariance (L, L) of the mean estimate at a time, an index. Raises ValueError."""
    if result.is_whole:
        return covariance_of_mean(fields(result, gradient, estimator, time))
    _check(result, estimator)
    plain, with_square = covariance_kept(result.dataset, _variable(estimator), gradient, result.omega_t[time])
    if estimator == "plateau":
        # the plateau is linear in the spectrum
        unit = np.eye(len(plain))
        subtract = unit - spectra.plateau_noise(unit)
        return subtract @ plain @ subtract.T
    if estimator == "eq9":
        with_noise = spectra.pixel_noise(with_square, result.config.n_pixels)
        of_noise = standard_error(_eq9_noise(result, gradient, time)) ** 2
        return plain - with_noise[:, None] - with_noise + of_noise
    return plain


def mean(result, name):
    """Ensemble mean of a cross spectrum, (T, 3, 3, L)."""
    variable = result.dataset[name]
    values = variable.values
    return values.mean(0, dtype=float) if "realization" in variable.dims else values.astype(float)


def _check(result, estimator, map="positions"):
    for name, value, allowed in (("estimator", estimator, ESTIMATORS), ("map", map, MAPS)):
        if value not in allowed:
            raise ValueError(f"{name} = {value!r} must be one of {', '.join(repr(a) for a in allowed)}.")
    if estimator == "cross" and "cl_cross" not in result.dataset:
        raise ValueError("estimator = 'cross' needs a run with grids = 'cross'.")


def _variable(estimator):
    return "cl_cross" if estimator == "cross" else "cl"


def _error(result, gradient, estimator, times):
    """Standard error of the mean; in reduced results, of the spectrum before the noise is taken off."""
    if result.is_whole:
        return standard_error(fields(result, gradient, estimator, times))
    kept = result.dataset[f"{_variable(estimator)}_covariance"].values[times].astype(float)
    return contracted_error(np.moveaxis(kept, -1, -3), gradient)


def _noise(result, gradient, estimator, times, cl):
    if estimator == "plateau":
        return spectra.plateau_noise(cl)
    return _eq9_noise(result, gradient, times).mean(0)


def _eq9_noise(result, gradient, times):
    """Eq. 9 in every realisation: (R, ...)."""
    rr = result.dataset["rr"].values[:, times, ..., None]
    return spectra.pixel_noise(spectra.contract(rr, gradient)[..., 0], result.config.n_pixels)


def _full_map(result, gradient, estimator, times):
    """Mean spectrum of the map of Eq. 4, and its noise."""
    data = result.dataset
    k = diffusion.diffusion_tensor(data["rp"].values[:, times].mean(0))
    auto, cl = (
        spectra.full_map_spectra(
            mean(result, f"cl{suffix}")[times],
            data[f"cl_rp{suffix}"].values[times],
            data[f"cl_pp{suffix}"].values[times],
            k,
            gradient,
        )
        for suffix in ("", "_cross" if estimator == "cross" else "")
    )
    if estimator == "plateau":
        return cl, spectra.plateau_noise(auto)
    moments = (data[name].values[:, times].mean(0)[..., None] for name in ("rr", "rp", "pp"))
    mean_square = spectra.full_map_spectra(*moments, k, gradient)[..., 0]
    return cl, spectra.pixel_noise(mean_square, result.config.n_pixels)
