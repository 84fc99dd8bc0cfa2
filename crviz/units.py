"""Physical units, which exist at the edges only: what a rigidity means in a real field."""

from __future__ import annotations

from crviz.checks import check_number

#: Magnitude of the local field and scale of its turbulence that section 3 of the paper names.
B0_MICROGAUSS, LC_PARSEC = 6.0, 100.0
#: r_L of a proton of 1 PeV in 1 microgauss [pc]: E / (e c B).
_PARSEC_PER_PEV = 1.0810


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
    for name, value in (("rl_over_lc", rl_over_lc), ("b0", b0), ("lc", lc)):
        check_number(name, value, above=0)
    return 1000 * rl_over_lc * lc * b0 / _PARSEC_PER_PEV


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
