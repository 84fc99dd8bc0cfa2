"""Simulated spectra put through what was done to an observed one, and set beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from crviz import sky, spectra
from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError
from crviz.observations.coupling import coupling_matrix, pseudo_covariance
from crviz.observations.orientation import Orientation
from crviz.observations.pseudo_spectrum import pseudo_cross_spectra
from crviz.observations.smoothing import deconvolve_spectrum, smooth_maps, smooth_spectrum
from crviz.observations.spectrum_file import ObservedSpectrum
from crviz.observations.variance import independent_modes

#: The common factor is that of the dipole alone, or the likeliest one of several multipoles.
NORMALIZATIONS = ("dipole", "fit")
#: How many times its noise a multipole must have to be fitted, it and all below it.
CLEAR = 3.0
#: Share of the power at a multipole from which on it is the dipole that is seen there, and not fitted.
MOST_DIPOLE = 0.5
#: Multipoles of the sky that may leak into those that are fitted.
_LMAX = 64


@dataclass(frozen=True, eq=False)
class Comparison:
    """A simulated spectrum beside an observed one, both in the units of the observed one.

    Attributes
    ----------
    source
        With its name, caption and noise.
    ell : (L,) int
        The multipoles that both have.
    observed : (L,)
        As published, noise included.
    observed_error : (2, L)
        Down and up; NaN where it is not known.
    noise
        Its isotropic noise, which is in `observed` and not in `simulated`; 0 where it is not known.
        Smoothing and deconvolution leave it as it is.
    fitted : (L,) bool
        The multipoles that the factor was found from.
    simulated, simulated_error : (L,)
        Times `factor`; the error of the simulation alone, NaN where it is not known.
    cosmic_variance : (L,)
        Of one Gaussian sky about the simulated mean, through the same window: exact from `compare`, by
        the usual estimate (`independent_modes`) from `compare_sky`, which knows one sky and not the mean.
    factor, factor_error
        What the simulated spectrum was multiplied by; the error is the cosmic variance's.
    """

    source: ObservedSpectrum
    ell: Array
    observed: Array
    observed_error: Array
    noise: float
    fitted: Array
    simulated: Array
    simulated_error: Array
    cosmic_variance: Array
    factor: float
    factor_error: float

    @property
    def gradient_strength(self) -> float:
        """r_L |grad n| / n that the factor means, since simulated spectra are for 1."""
        return float(np.sqrt(self.factor))


def compare(
    observed: ObservedSpectrum,
    cl: ArrayLike,
    *,
    error: ArrayLike | None = None,
    normalization: str = "dipole",
    fitted: tuple[int, int] | None = None,
) -> Comparison:
    """Set the mean spectrum of a simulation beside an observed one.

    The simulated spectrum is coupled by the mask, smoothed and deconvolved like the observed one,
    as if the ensemble were isotropic: then the direction of B0 does not matter.

    Parameters
    ----------
    observed
    cl : (L,) [r_L^2]
        Of the whole sky, from l = 0 on; above its end there is taken to be no power.
    error : (L,)
        Of `cl`, taken as independent between multipoles.
    normalization : "dipole" or "fit"
        See `common_factor`. A fit takes the noise off what was observed.
    fitted : (l_min, l_max)
        The multipoles that a fit takes; None takes those of `fitted_multipoles`.

    Raises
    ------
    ParameterError
    """
    cl = np.asarray(cl, float)
    if cl.ndim != 1 or cl.size < 2:
        raise ParameterError("cl", list(cl.shape), "must be a spectrum from l = 0 to at least 1")
    matrix = observing_matrix(observed, cl.size - 1)
    spread = None
    if error is not None:
        error = np.asarray(error, float)
        if error.shape != cl.shape:
            raise ParameterError("error", list(error.shape), f"must have the shape {list(cl.shape)} of cl")
        spread = np.sqrt(matrix**2 @ error**2)
    ell = common_multipoles(observed, cl.size - 1)
    modes = 2 / np.diag(relative_covariance(observed, cl))[ell]
    return _beside(observed, matrix @ cl, spread, modes, normalization, fitted)


def compare_sky(
    observed: ObservedSpectrum,
    maps: Array,
    gradient: str | tuple[float, float],
    *,
    orientation: Orientation | None = None,
    normalization: str = "dipole",
    fitted: tuple[int, int] | None = None,
) -> Comparison:
    """Set the spectrum of one simulated sky beside an observed one, seen through the same window.

    Parameters
    ----------
    observed
    maps : (3, 12 nside^2) [r_L]
        Position components at the pixels of results, such as one time of `sample_r`.
    gradient : (theta, phi) [rad] or "parallel" or "perpendicular"
    orientation
        Where B0 points; None is the default `Orientation`.
    normalization, fitted : see `compare`

    Returns
    -------
    Comparison
        Its simulated_error is NaN.

    Raises
    ------
    ParameterError, ValueError
    """
    tensor = sky_as_observed(observed, maps, orientation)
    ell = observed.ell[: tensor.shape[-1]]
    modes = independent_modes(ell, f_sky=observed.field_of_view.f_sky, m0=observed.measures_m0)
    return _beside(observed, spectra.contract(tensor, gradient), None, modes, normalization, fitted)


def observing_matrix(observed: ObservedSpectrum, lmax: int) -> Array:
    """What turns the mean spectrum of isotropic skies, l' = 0..lmax, into what would be published
    of it at the multipoles of `common_multipoles`: (L, lmax + 1)."""
    ell = common_multipoles(observed, lmax)
    matrix = coupling_matrix(observed.field_of_view, lmax, m0=observed.measures_m0)[ell]
    matrix = smooth_spectrum(np.arange(lmax + 1), matrix, observed.smoothing)
    return _published(observed, ell, matrix.T).T


def relative_covariance(observed: ObservedSpectrum, cl: Array) -> Array:
    """Covariance of what would be published of one isotropic Gaussian sky, over its means: those of all
    multipoles, from `pseudo_covariance`, whatever the smoothing and the common factor.

    Parameters
    ----------
    observed
    cl : (L,)
        Mean spectrum of the whole sky, from l = 0 on.

    Returns
    -------
    (L, L)
        NaN where the mean has no power, as at l = 0.
    """
    window = {"m0": observed.measures_m0}
    mean = coupling_matrix(observed.field_of_view, len(cl) - 1, **window) @ cl
    mean = np.where((mean > 0) & (np.arange(len(cl)) > 0), mean, np.nan)
    return pseudo_covariance(observed.field_of_view, cl, **window) / np.outer(mean, mean)


def sky_as_observed(observed: ObservedSpectrum, maps: Array, orientation: Orientation | None = None) -> Array:
    """Cross spectra C_l^{ij} of one sky, seen like the observed one.

    Parameters
    ----------
    observed
    maps : (..., 3, 12 nside^2) [r_L]
    orientation
        Where B0 points; None is the default `Orientation`.

    Returns
    -------
    (..., 3, 3, L) [r_L^2]
        At the multipoles of `common_multipoles(observed, 2 nside)`.

    Raises
    ------
    ParameterError
    """
    orientation = orientation or Orientation()
    nside = sky.nside_of(maps)
    mask = observed.field_of_view.mask(nside, orientation)
    remove_m0 = None if observed.measures_m0 else orientation
    seen = pseudo_cross_spectra(smooth_maps(maps, observed.smoothing), mask, remove_m0=remove_m0)
    ell = common_multipoles(observed, seen.shape[-1] - 1)
    return _published(observed, ell, seen[..., ell])


def common_multipoles(observed: ObservedSpectrum, lmax: int) -> Array:
    """The multipoles of an observed spectrum up to lmax: (L,) int. Raises ParameterError for none."""
    ell = observed.ell[observed.ell <= lmax]
    if not ell.size:
        raise ParameterError("lmax", lmax, f"must be at least {observed.ell[0]}, the first that was observed")
    return ell


@lru_cache(maxsize=64)
def fitted_multipoles(observed: ObservedSpectrum) -> tuple[int, int]:
    """Between which multipoles a simulation is fitted to an observed spectrum, where nobody says otherwise.

    The dipole scatters most and says least of the small scales, so it is left out, and so are multipoles
    of which it makes more than `MOST_DIPOLE` by leaking through the mask; this is judged by a spectrum like
    l^-3, about as steep as all that simulations and theory yield. The last one is the last that is `CLEAR`
    of noise, with all below it.
    """
    cl = np.r_[0.0, np.arange(1, _LMAX + 1.0) ** -3]
    matrix = observing_matrix(observed, _LMAX)
    leaking = np.zeros(observed.ell.size, bool)  # beyond _LMAX there is none to speak of
    leaking[: len(matrix)] = matrix[:, 1] * cl[1] > MOST_DIPOLE * (matrix @ cl)
    beyond = np.flatnonzero((observed.ell > 1) & ~leaking)
    first = beyond[0] if beyond.size else 0
    clear = observed.cl > CLEAR * np.nan_to_num(observed.noise_level)
    lost = np.flatnonzero(~clear[first:])
    last = first + (lost[0] - 1 if lost.size else clear.size - first - 1)
    return int(observed.ell[first]), int(observed.ell[max(last, first)])


def common_factor(observed_cl: Array, simulated: Array, modes: Array) -> tuple[float, float]:
    """The likeliest A of observed C_l that scatter about A times the simulated ones.

    (modes C_l) / (A S_l) is a chi^2 of as many degrees of freedom in an isotropic Gaussian sky, so
    A = sum modes C_l / S_l / sum modes; with the dipole alone it is the ratio of the dipoles.

    Parameters
    ----------
    observed_cl, simulated, modes : (L,)
        Multipoles with simulated power of 0 or less (noise taken off) are left out.

    Returns
    -------
    factor, error

    Raises
    ------
    ParameterError
        Where no multipole has simulated power.
    """
    good = np.asarray(simulated) > 0
    if not good.any():
        raise ParameterError("cl", float(np.max(simulated, initial=0)), "must be positive where it is fitted")
    total = modes[good].sum()
    factor = (modes[good] * observed_cl[good] / simulated[good]).sum() / total
    return float(factor), float(factor * np.sqrt(2 / total))


def _published(observed: ObservedSpectrum, ell: Array, seen: Array) -> Array:
    """From the power of the masked map to the published number: multipoles last."""
    unmasked = seen if observed.pseudo else seen / observed.field_of_view.f_sky
    return deconvolve_spectrum(ell, unmasked, observed.smoothing)


def _beside(
    observed: ObservedSpectrum,
    simulated: Array,
    error: Array | None,
    modes: Array,
    normalization: str,
    fitted: tuple[int, int] | None,
) -> Comparison:
    ell = observed.ell[: simulated.size]
    cl, noise = observed.cl[: simulated.size], float(np.nan_to_num(observed.noise_level))
    chosen = _chosen_multipoles(observed, ell, normalization, fitted)
    power = cl if normalization == "dipole" else cl - noise  # dipoles are compared as they were published
    factor, factor_error = common_factor(power[chosen], simulated[chosen], modes[chosen])
    if not factor > 0:
        between = int(ell[chosen][0]), int(ell[chosen][-1])
        raise ParameterError("fitted", between, f"must hold power of {observed.name} above its noise")
    return Comparison(
        source=observed,
        ell=ell,
        observed=cl,
        observed_error=observed.error[:, : ell.size],
        noise=noise,
        fitted=chosen,
        simulated=factor * simulated,
        simulated_error=np.full(ell.shape, np.nan) if error is None else factor * error,
        cosmic_variance=2 * (factor * simulated) ** 2 / modes,
        factor=factor,
        factor_error=factor_error,
    )


def _chosen_multipoles(
    observed: ObservedSpectrum, ell: Array, normalization: str, fitted: tuple[int, int] | None
) -> Array:
    if normalization not in NORMALIZATIONS:
        raise ParameterError("normalization", normalization, f"must be one of {', '.join(NORMALIZATIONS)}")
    if normalization == "dipole":
        low = high = 1
    else:
        low, high = fitted_multipoles(observed) if fitted is None else fitted
    chosen = (ell >= low) & (ell <= high)
    if not chosen.any():
        if normalization == "dipole":
            raise ParameterError(
                "normalization", normalization, f"needs l = 1, which {observed.name} has not"
            )
        rule = f"must hold multipoles between {ell[0]} and {ell[-1]}, which are those of {observed.name} here"
        raise ParameterError("fitted", fitted or (low, high), rule)
    return chosen
