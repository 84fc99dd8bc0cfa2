"""Which part of the sky an experiment sees: a band in declination."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz import sky
from crviz.arrays import Array
from crviz.checks import ParameterError, check_number, check_whole
from crviz.observations.orientation import Orientation


@dataclass(frozen=True)
class FieldOfView:
    """All right ascensions between two declinations.

    Parameters
    ----------
    dec_min, dec_max : [deg], -90 <= dec_min < dec_max <= 90

    Raises
    ------
    ParameterError
    """

    dec_min: float = -90.0
    dec_max: float = 90.0

    def __post_init__(self) -> None:
        for name in ("dec_min", "dec_max"):
            object.__setattr__(self, name, check_number(name, getattr(self, name), at_least=-90, at_most=90))
        if self.dec_min >= self.dec_max:
            raise ParameterError("dec_min", self.dec_min, f"must be below dec_max = {self.dec_max:g}")

    @property
    def sin_dec(self) -> tuple[float, float]:
        """(sin dec_min, sin dec_max)."""
        return float(np.sin(np.deg2rad(self.dec_min))), float(np.sin(np.deg2rad(self.dec_max)))

    @property
    def f_sky(self) -> float:
        """The fraction of the sky that is seen, (sin dec_max - sin dec_min) / 2."""
        low, high = self.sin_dec
        return (high - low) / 2

    def mask(self, nside: int, orientation: Orientation | None = None) -> Array:
        """Which pixels of a map of results are seen.

        A pixel is the direction p of the momentum; the particle comes from n = -p, and it is n that
        has to lie in the band.

        Parameters
        ----------
        nside
        orientation
            None is the default `Orientation`.

        Returns
        -------
        (12 nside^2,) bool, ring order
        """
        check_whole("nside", nside, at_least=1)
        to_equatorial = (orientation or Orientation()).rotation.as_matrix()
        return self.sees(to_equatorial[2] @ -sky.pixel_directions(nside))

    def sees(self, sin_dec: Array) -> Array:
        """Whether directions that particles come from are seen: sines of declinations (...) -> (...) bool."""
        low, high = self.sin_dec
        # rounding must not cost a pixel at a pole that belongs to the band
        return (sin_dec >= low - 1e-12) & (sin_dec <= high + 1e-12)


#: The whole sky.
FULL_SKY = FieldOfView()
#: IceCube's maps: from the south pole to declination -25 deg.
ICECUBE = FieldOfView(-90, -25)
#: HAWC with IceCube: the sky below declination 69 deg.
HAWC_ICECUBE = FieldOfView(-90, 69)
