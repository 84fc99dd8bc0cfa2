"""Which part of the sky an experiment sees, where that is no band in declination: a map of weights."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from crviz import sky
from crviz.arrays import Array
from crviz.checks import ParameterError, check_choice, check_whole
from crviz.observations.orientation import FRAMES, Orientation

#: The finest grid of a mask in a file, and of one whose mode coupling is worked out.
_FINEST = 128
#: What a weight of 1 is in a file.
_ONE = 65535


@dataclass(frozen=True, eq=False)
class SkyMask:
    """A mask of any shape; it stands where a `FieldOfView` does.

    Parameters
    ----------
    weights : (12 nside^2,)
        From 0 to 1, in ring order, at the directions that particles come from.
    coordinates : "celestial" or "galactic"

    Raises
    ------
    ParameterError
    """

    weights: Array
    coordinates: str = "celestial"

    def __post_init__(self) -> None:
        weights = np.asarray(self.weights, float)
        sky.nside_of(weights, "mask")
        check_choice("coordinates", self.coordinates, tuple(FRAMES))
        if not (weights.min() >= 0 and weights.max() <= 1 and weights.any()):
            rule = "must be weights from 0 to 1, not all 0"
            raise ParameterError("mask", [weights.min(), weights.max()], rule)
        object.__setattr__(self, "weights", weights)

    @property
    def nside(self) -> int:
        """Of its grid."""
        return sky.nside_of(self.weights)

    @property
    def f_sky(self) -> float:
        """The mean weight: the fraction of the sky that is seen."""
        return float(self.weights.mean())

    @property
    def sin_dec(self) -> Array:
        """Sines of the declinations of its pixels: (12 nside^2,)."""
        return FRAMES[self.coordinates].rotation.as_matrix()[2] @ sky.pixel_directions(self.nside)

    def at(self, directions: Array) -> Array:
        """Weights of the pixels that hold equatorial directions (3, n): (n,)."""
        own = FRAMES[self.coordinates].rotation.as_matrix().T @ directions
        return self.weights[sky.grid(self.nside).vec2pix(np.ascontiguousarray(own.T))]

    def mask(self, nside: int, orientation: Orientation | None = None) -> Array:
        """Weights of the pixels of a map of results, as of `FieldOfView.mask`: (12 nside^2,), ring order."""
        check_whole("nside", nside, at_least=1)
        return self.at((orientation or Orientation()).rotation.as_matrix() @ -sky.pixel_directions(nside))

    def on(self, nside: int) -> Array:
        """Weights on another grid of its own frame, from the pixels that hold its centres: (12 nside^2,)."""
        finer = np.ascontiguousarray(sky.pixel_directions(nside).T)
        return self.weights[sky.grid(self.nside).vec2pix(finer)]

    def coarse(self, nside: int = _FINEST) -> SkyMask:
        """The same on a grid of this nside at most, a power of 2, with the mean weights of its pixels."""
        if self.nside <= nside:
            return self
        nested = self.weights[sky.nested_order(self.nside)].reshape(12 * nside**2, -1).mean(1)
        weights = np.empty(nested.size)
        weights[sky.nested_order(nside)] = nested
        return SkyMask(weights, self.coordinates)

    def to_text(self) -> str:
        """The mask in a line, for the header of a file: its frame, its nside, and its weights to 1.5e-5."""
        one = self.coarse()
        packed = zlib.compress(np.round(one.weights * _ONE).astype("<u2").tobytes(), 9)
        return f"{one.coordinates} {one.nside} {base64.b64encode(packed).decode('ascii')}"

    @classmethod
    def from_text(cls, text: str) -> SkyMask:
        """What `to_text` wrote. Raises ValueError where it is something else."""
        coordinates, number, packed = text.split(" ")
        nside = check_whole("nside", int(number), at_least=1, at_most=_FINEST)
        size = 2 * 12 * nside**2
        try:
            # a little that was packed may stand for more than there is memory
            raw = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), size + 1)
        except zlib.error as error:
            raise ValueError(str(error)) from error
        if len(raw) != size:
            raise ValueError(f"{len(raw)} bytes must be {size}")
        return cls(np.frombuffer(raw, "<u2") / _ONE, coordinates)
