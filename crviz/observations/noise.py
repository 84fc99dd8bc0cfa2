"""The noise of counting in a pseudo-spectrum: its mean, and how far it scatters what is measured.

Pixels of variance v have independent noise; seen with weights w it has the power u = (4 pi / N_pix) w^2 v, a
map. Its mean spectrum is the mean of u over the sky, less what the shift to zero mean and a missing m = 0
take away, which is exact. What is measured scatters by

    var C_l = 2/(2l+1) (M[u, u] + 2 s_l M[w^2, u] + s_l^2 M[w^2, w^2]),   s_l = S_l / <w^2>,

where S_l is the power of the sky, and M[a, b] the diagonal of the mode coupling (`mode_coupling`) by the
cross spectrum of the maps a and b. The first term is exact but for the shift and m = 0; the others take S_l
to change little over what the mask mixes.
"""

from __future__ import annotations

import numpy as np
import scipy

from crviz import harmonics, sky, spectra
from crviz.arrays import Array, ArrayLike
from crviz.observations.coupling import mode_coupling
from crviz.observations.orientation import Orientation
from crviz.observations.pseudo_spectrum import coefficients
from crviz.observations.smoothing import top_hat

#: Intervals of the polar angle for each multipole.
_FINE = 64


def pseudo_noise(
    variance: ArrayLike, mask: ArrayLike, *, lmax: int | None = None, remove_m0: Orientation | None = None
) -> Array:
    """Mean of `pseudo_spectrum` of maps of independent noise.

    Parameters
    ----------
    variance : (12 nside^2,)
        Of the pixels; what the mask hides does not matter.
    mask, lmax, remove_m0 : see `pseudo_spectrum`

    Returns
    -------
    (lmax + 1,)

    Raises
    ------
    ParameterError
    """
    mask = np.asarray(mask, float)
    variance = np.where(mask > 0, variance, 0.0)
    sky.nside_of(variance, "variance")
    sky.check_known(variance)
    noisy, total = mask**2 * variance, mask.sum()
    found = coefficients(np.stack([mask, noisy]), lmax=lmax, remove_m0=remove_m0)
    (own, crossed), _ = spectra.cross_spectra(found, found)
    ell = np.arange(own.size)
    share = np.ones(own.size) if remove_m0 is None else 1 - _zonal_share(noisy, ell, remove_m0)
    plain = 4 * np.pi / mask.size * noisy.mean()
    # the mean that is taken off has the covariance w v / sum w with a pixel
    return plain * share - 2 * crossed / total + own * noisy.sum() / total**2


def _zonal_share(noisy: Array, ell: Array, orientation: Orientation) -> Array:
    """Which share of the power of independent noise, sum over pixels of |Y_lm|^2, is in m = 0: (L,).

    Over polar angles in intervals that are narrow for the last multipole.
    """
    number = _FINE * ell.size
    to_equatorial = orientation.rotation.as_matrix()[2]
    theta = np.arccos(np.clip(to_equatorial @ sky.pixel_directions(sky.nside_of(noisy)), -1, 1))
    within = np.minimum((theta / np.pi * number).astype(int), number - 1)
    total = np.bincount(within, noisy, number)
    middle = np.bincount(within, noisy * theta, number) / np.where(total > 0, total, 1)
    kept = total > 0
    legendre = scipy.special.legendre_p_all(int(ell[-1]), np.cos(middle[kept]))[0]
    return (legendre**2 @ total[kept]) / total.sum()


def smoothing_factor(variance: ArrayLike, mask: ArrayLike, lmax: int, radius: float) -> Array:
    """How many times larger noise is in a spectrum whose map was smoothed, masked, and the smoothing divided
    out again: where little is left of a multipole, what the mask brings there from others counts.

    To some 10 % at the most: pixels at the edge, whose disks are seen in part, are smoothed less.

    Parameters
    ----------
    variance, mask : see `pseudo_noise`
    lmax
    radius : [deg]
        As in `smoothing.top_hat`, which must leave something of all multipoles up to lmax.

    Returns
    -------
    (lmax + 1,), 1 or more
    """
    mask = np.asarray(mask, float)
    nside = sky.nside_of(mask)
    noisy = mask * np.sqrt(np.where(mask > 0, variance, 0.0))
    found = harmonics.real_coefficients(noisy, nside, 4 * nside)[None]
    mixing = mode_coupling(spectra.cross_spectra(found, found)[0, 0], 2 * nside)[: lmax + 1]
    left = top_hat(np.arange(2 * nside + 1), radius) ** 2
    return np.maximum(mixing @ left / mixing.sum(1) / left[: lmax + 1], 1.0)


def scatter(
    signal: Array, mask: ArrayLike, variance: ArrayLike | None, *, m0: bool = True
) -> tuple[Array, Array]:
    """How far what is measured scatters: by its noise, and from one sky to another.

    Parameters
    ----------
    signal : (L,)
        S_l from l = 0: pseudo-spectrum less its noise; taken as 0 where it is below.
    mask : (12 nside^2,)
        Weights.
    variance : (12 nside^2,)
        Of the noise of the pixels; None where it is not known.
    m0
        Whether m = 0 is in the spectrum.

    Returns
    -------
    error : (L,)
        One standard deviation by noise, the sky held fixed; NaN where the variance is not known.
    cosmic_variance : (L,)
        Of Gaussian skies about their mean, without noise: the term with M[w^2, w^2].
    """
    mask = np.asarray(mask, float)
    lmax = signal.size - 1
    squared = mask**2
    noisy = squared * (0.0 if variance is None else 4 * np.pi / mask.size * np.where(mask > 0, variance, 0.0))
    # to 2 lmax, where the plain transform is still the sum over pixels that is meant
    real = harmonics.real(harmonics.analysis(np.stack([squared, noisy]), sky.nside_of(mask), 2 * lmax))
    tensor = spectra.cross_spectra(real, real)
    seen, crossed, own = (np.diag(mode_coupling(tensor[index], lmax)) for index in ((0, 0), (0, 1), (1, 1)))
    degree = 2 * np.arange(lmax + 1) + 1
    modes = np.maximum(degree if m0 else degree - 1, 1)
    local = np.maximum(signal, 0) * degree / modes / squared.mean()  # a missing m = 0 takes its share
    of_one = 2 * modes / degree**2
    error = np.sqrt(of_one * (own + 2 * local * crossed))
    return np.full(lmax + 1, np.nan) if variance is None else error, of_one * seen * local**2
