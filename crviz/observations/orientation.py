"""How the simulation's frame, with B0 along its polar axis, stands in equatorial coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import scipy

from crviz.checks import check_number


@dataclass(frozen=True)
class Orientation:
    """Where B0 points on the sky, and how the simulation's frame is turned about it.

    The default is a choice: the centre of the IBEX ribbon as the direction of the undisturbed
    interstellar field, ecliptic longitude and latitude (227.28 +- 0.69, 34.62 +- 0.45) deg (Zirnstein
    et al. 2016, ApJL 818, L18), in equatorial coordinates. The ribbon gives the axis, not the sense of
    the field along it. The boundary of the large-scale excess at 10 TeV gives (229.2 +- 3.5, 11.4 +-
    3.0) deg instead (Abeysekara et al. 2019, arXiv:1812.05682).

    Parameters
    ----------
    right_ascension, declination : [deg]
        Of the direction that B0 points to.
    position_angle : [deg]
        Of the simulation's x axis about B0, from celestial north through east: at 0 a gradient
        along x points to the north of B0.

    Raises
    ------
    ParameterError
    """

    right_ascension: float = 234.43
    declination: float = 16.31
    position_angle: float = 0.0

    def __post_init__(self) -> None:
        for name, bounds in (
            ("right_ascension", {}),
            ("declination", {"at_least": -90, "at_most": 90}),
            ("position_angle", {}),
        ):
            object.__setattr__(self, name, check_number(name, getattr(self, name), **bounds))

    @property
    def rotation(self) -> scipy.spatial.transform.Rotation:
        """What takes components in the simulation's frame to equatorial ones.

        Equatorial: z to the celestial north pole, x to right ascension and declination 0.
        """
        # before the last two turns x points south of the pole, and a turn about z takes south to east:
        # north through east is the other sense
        angles = [self.right_ascension, 90 - self.declination, 180 - self.position_angle]
        return scipy.spatial.transform.Rotation.from_euler("ZYZ", angles, degrees=True)


#: How the frames of maps of the sky stand in equatorial coordinates: for galactic maps J2000 (pole at
#: 192.859 and 27.128 deg, whose longitude runs from the galactic centre).
FRAMES = {
    "celestial": Orientation(0, 90, 180),
    "galactic": Orientation(192.85948, 27.12825, 122.93192),
}
