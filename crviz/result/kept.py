"""What a summary keeps of single fields: spectra along the axes at some of the times, and one fine sky."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from crviz.arrays import Array
from crviz.result import schema
from crviz.result.times import kept_times

#: The groups of the file.
FIELDS, SKY = "fields", "sky"
#: A fine sky is kept to the largest value / 127, or to this fraction of what neighbouring pixels differ by
#: (rms) where that is more: late skies are nearly noise, and finer steps would fill the file with its digits.
_OF_NEIGHBOURS = 1 / 12


@dataclass(frozen=True, eq=False)
class FieldSky:
    """Where the cosmic rays of one field were at a time, by the direction in which they arrive.

    Attributes
    ----------
    nside
    realization
        Which field.
    omega_t : [1/Omega]
    r : (3, 12 nside^2) [r_L]
        r(-T) at the pixels in ring order. Pixels are momentum directions p; a picture shows them at n = -p.
    """

    nside: int
    realization: int
    omega_t: float
    r: Array


def fields_of(data: xr.Dataset) -> xr.Dataset:
    """What is kept of every field of a run: C_l^{ii} at the times of maps."""
    kept = kept_times(data["omega_t"].values)
    along = {
        name: rounded(np.einsum("rtiil->rtil", data[name].values[:, kept]))
        for name in schema.FIELDS
        if name in data
    }
    return schema.fields_dataset(data, kept, along)


def rounded(values: Array) -> Array:
    """Single precision with `BITS_OF_FIELDS` bits after the first: the others are 0 and take no room."""
    fraction, exponent = np.frexp(values.astype(np.float32))
    one = 2.0 ** (schema.BITS_OF_FIELDS + 1)
    return np.ldexp(np.rint(fraction * one) / one, exponent).astype(np.float32)


def compact(omega_t: Array, nside: int, r: Array, field: int = 0) -> xr.Dataset:
    """A field's positions (T, 3, 12 nside^2) [r_L] as a dataset of 8 bits a value: `schema.FINE_SKY`."""
    steps, scale = np.empty(r.shape, np.int8), np.empty(r.shape[:2])
    for time, positions in enumerate(r.astype(float, copy=False)):
        between = np.sqrt(np.square(np.diff(positions)).mean(-1))
        scale[time] = np.maximum(np.abs(positions).max(-1) / 127, _OF_NEIGHBOURS * between)
        whole = np.rint(positions / scale[time, :, None]).astype(np.int8)
        steps[time] = np.diff(whole, prepend=np.int8(0))
    return schema.sky_dataset(omega_t, nside, field, steps, scale)


def positions(sky: xr.Dataset, time: int) -> Array:
    """The inverse of `compact` at one time, to within half a scale: (3, 12 nside^2) [r_L]."""
    whole = np.cumsum(sky["steps"].values[time], axis=-1, dtype=np.int8)
    return whole * sky["scale"].values[time, :, None]
