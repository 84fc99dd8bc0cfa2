"""Physical units, which exist at the edges only: what a rigidity and a time mean in a real field."""

from __future__ import annotations

from crviz.checks import check_number
from crviz.parameters import B0_MICROGAUSS, LC_PARSEC

#: r_L of a proton of 1 PeV in 1 microgauss [pc]: E / (e c B).
_PARSEC_PER_PEV = 1.0810
#: How long light takes for a parsec [yr], and how long that is in the Earth's orbit [AU].
YEARS_PER_PARSEC, AU_PER_PARSEC = 3.261564, 206264.8


def proton_energy(rl_over_lc: float, *, b0: float = B0_MICROGAUSS, lc: float = LC_PARSEC) -> float:
    """Energy of the protons whose Larmor radius is rl_over_lc times L_c.

    Parameters
    ----------
    rl_over_lc : float > 0
    b0 : float > 0 [microgauss]
    lc : float > 0 [pc]

    Returns
    -------
    float [TeV]

    Raises
    ------
    ParameterError
    """
    check_number("b0", b0, above=0)
    return 1000 * larmor_radius(rl_over_lc, lc=lc) * b0 / _PARSEC_PER_PEV


def larmor_radius(rl_over_lc: float, *, lc: float = LC_PARSEC) -> float:
    """The Larmor radius: rl_over_lc > 0 and L_c > 0 [pc] -> float [pc]. Raises ParameterError."""
    for name, value in (("rl_over_lc", rl_over_lc), ("lc", lc)):
        check_number(name, value, above=0)
    return rl_over_lc * lc


def years(omega_t: float, rl_over_lc: float, *, lc: float = LC_PARSEC) -> float:
    """How long a time is for particles as fast as light, of which 1/Omega is r_L / c.

    Parameters
    ----------
    omega_t : float >= 0 [1/Omega]
    rl_over_lc : float > 0
    lc : float > 0 [pc]

    Returns
    -------
    float [yr]

    Raises
    ------
    ParameterError
    """
    check_number("omega_t", omega_t, at_least=0)
    return omega_t * larmor_radius(rl_over_lc, lc=lc) * YEARS_PER_PARSEC


def rigidity(energy: float, *, b0: float = B0_MICROGAUSS, lc: float = LC_PARSEC) -> float:
    """r_L / L_c of protons of an energy: the inverse of `proton_energy`.

    Parameters
    ----------
    energy : float > 0 [TeV]
    b0 : float > 0 [microgauss]
    lc : float > 0 [pc]

    Raises
    ------
    ParameterError
    """
    check_number("energy", energy, above=0)
    return energy / proton_energy(1.0, b0=b0, lc=lc)
