"""The power spectrum of somebody's own map, with its errors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from crviz import sky
from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError, check_number
from crviz.observations.field_of_view import FULL_SKY, FieldOfView
from crviz.observations.healpix_file import read_mask
from crviz.observations.noise import pseudo_noise, scatter, smoothing_factor
from crviz.observations.observed_map import ObservedMap, read_map
from crviz.observations.orientation import FRAMES
from crviz.observations.pseudo_spectrum import pseudo_spectrum
from crviz.observations.sky_mask import SkyMask
from crviz.observations.smoothing import LEAST_BEAM, deconvolve_spectrum, smooth_maps, top_hat


@dataclass(frozen=True, eq=False)
class Measurement:
    """The pseudo-spectrum of a map: arrays over l = 1 to 2 nside, or to where smoothing leaves less than 1 %.

    `save` writes it as a file, which `load` reads.

    Attributes
    ----------
    source
        The map.
    ell : (L,) int
    cl : (L,)
        `pseudo_spectrum` of the map, its noise included, the smoothing divided out.
    noise : (L,)
        Mean power of the noise of counting that is in `cl` (`pseudo_noise`); NaN where it is not known.
    error : (L,)
        One standard deviation by that noise alone, the sky held fixed; NaN where it is not known.
    cosmic_variance : (L,)
        Variance of Gaussian skies of the power `signal` about their mean, not in `error`. Both are of
        `noise.scatter`.
    weights : (12 nside^2,)
        The mask in the frame of the map: 0 where pixels without a value joined it.
    field_of_view
        The same as what is compared with it needs it: a band in declination, or the mask.
    mask
        In words.
    smooth : [deg]
    remove_m0
    joined
        How many pixels inside the mask had no value.
    """

    source: ObservedMap
    ell: Array
    cl: Array
    noise: Array
    error: Array
    cosmic_variance: Array
    weights: Array
    field_of_view: FieldOfView | SkyMask
    mask: str
    smooth: float
    remove_m0: bool
    joined: int

    @property
    def name(self) -> str:
        """Of the file of the map without its endings, in a line, and without what headers give a meaning."""
        stem = Path(self.source.source).name.removesuffix(".gz").removesuffix(".fits")
        return " ".join(stem.translate({ord("{"): "(", ord("}"): ")"}).split()) or "own map"

    @property
    def signal(self) -> Array:
        """C_l less its noise, or C_l where that is not known: (L,)."""
        return self.cl - np.nan_to_num(self.noise)


def observe(
    source: str | Path | ObservedMap,
    *,
    mask: str | Path | ArrayLike | None = None,
    declination: tuple[float, float] | None = None,
    smooth: float = 0.0,
    remove_m0: bool = False,
) -> Measurement:
    """Measure the power spectrum of a map: `pseudo_spectrum` of what is seen of it.

    Bands in declination and m = 0 are those of the equatorial frame. A galactic map stays on its pixels, so
    that nothing is interpolated: the declinations of its pixels say which are in a band, and for m = 0 its
    coefficients are turned into the equatorial frame, which is exact.

    Parameters
    ----------
    source
        A map, or a file that `read_map` reads.
    mask : a FITS file, or (12 nside^2,)
        Weights from 0 to 1, of the nside of the map. One whose file says another frame than the map's is
        looked up at the directions of the pixels. What it hides does not matter. Pixels without a value that
        it shows, and those that a map of a part of the sky does not have, join it, with a warning.
    declination : (low, high) [deg]
        A band in place of a mask.
    smooth : [deg]
        Radius of a top hat, the mean over the pixels of a disk that are seen, with which the map is smoothed
        first. What it takes off the spectrum is divided out again (`deconvolve_spectrum`).
    remove_m0
        Leave out the power in m = 0, as measurements that compare right ascensions do not see it.

    Returns
    -------
    Measurement

    Raises
    ------
    FileNotFoundError, ValueError, ParameterError
        For files and masks that cannot be used, and where nothing is seen.
    """
    smooth = check_number("smooth", smooth, at_least=0, at_most=90)
    one = source if isinstance(source, ObservedMap) else read_map(source)
    shown, words, band = _shown(one, mask, declination)
    weights = np.where(one.known, shown, 0.0)
    joined = int((shown > 0).sum() - (weights > 0).sum())
    if not weights.any():
        raise ValueError(f"{one.source} has no value in any pixel that is seen (mask: {words}).")
    if joined:
        warnings.warn(f"{joined} pixels inside the mask have no value: they joined it.", stacklevel=2)
    seen = weights > 0
    intensity = np.where(seen, one.intensity, 0.0)
    if np.abs(intensity).max() > 1:
        warnings.warn(
            f"{one.source} goes from {intensity[seen].min():.3g} to {intensity[seen].max():.3g}: a relative "
            "intensity of cosmic rays is far below 1.",
            stacklevel=2,
        )
    if smooth:
        alone = min(1.0, 2 / (seen.size * (1 - np.cos(np.deg2rad(smooth)))))  # of a disk, a pixel by itself
        intensity = smooth_maps(intensity, smooth) / np.maximum(smooth_maps(seen, smooth), alone)
    lost = np.abs(top_hat(np.arange(2 * one.nside + 1), smooth)) < LEAST_BEAM
    lmax = int(lost.argmax()) - 1 if lost.any() else 2 * one.nside
    if lmax < 1:
        raise ParameterError("smooth", smooth, "leaves nothing of any multipole")
    without = FRAMES[one.coordinates] if remove_m0 else None
    ell = np.arange(lmax + 1)
    cl = deconvolve_spectrum(ell, pseudo_spectrum(intensity, weights, lmax=lmax, remove_m0=without), smooth)
    noise, wider = np.full(lmax + 1, np.nan), np.ones(lmax + 1)
    if one.variance is not None:
        wider = smoothing_factor(one.variance, weights, lmax, smooth) if smooth else wider
        noise = pseudo_noise(one.variance, weights, lmax=lmax, remove_m0=without) * wider
    error, variance = scatter(cl - np.nan_to_num(noise), weights, one.variance, m0=not remove_m0)
    return Measurement(
        source=one,
        ell=ell[1:],
        cl=cl[1:],
        noise=noise[1:],
        error=(error * wider)[1:],  # as its noise part grows; that of the sky grows less
        cosmic_variance=variance[1:],
        weights=weights,
        field_of_view=SkyMask(weights, one.coordinates) if band is None or joined else band,
        mask=words,
        smooth=smooth,
        remove_m0=remove_m0,
        joined=joined,
    )


def _shown(
    one: ObservedMap, mask: str | Path | ArrayLike | None, declination: tuple[float, float] | None
) -> tuple[Array, str, FieldOfView | None]:
    """Weights (12 nside^2,) of what is asked for, in words, and the band that it is, if it is one."""
    everything = SkyMask(np.ones(one.intensity.size), one.coordinates)
    if mask is None:
        if declination is None:
            return everything.weights, "none, the whole sky", FULL_SKY
        try:
            low, high = declination
            band = FieldOfView(low, high)
        except (ValueError, TypeError):
            rule = "must be two numbers from -90 to 90, the lower one first"
            raise ParameterError("declination", declination, rule) from None
        return (
            band.sees(everything.sin_dec).astype(float),
            f"declination {band.dec_min:g} to {band.dec_max:g} deg",
            band,
        )
    if declination is not None:
        raise ParameterError("mask", str(mask), "cannot be given together with declination")
    weights, frame, words = mask, "", "given as an array"
    if isinstance(mask, (str, Path)):
        weights, frame = read_mask(mask)
        words = str(mask)
    given = SkyMask(np.asarray(weights, float), frame or one.coordinates)
    if given.nside != one.nside:
        rule = f"must have nside = {one.nside}, that of the map, and has {given.nside}"
        raise ParameterError("mask", words, rule)
    if given.coordinates != one.coordinates:
        to_equatorial = FRAMES[one.coordinates].rotation.as_matrix()
        return given.at(to_equatorial @ sky.pixel_directions(one.nside)), words, None
    return given.weights, words, None
