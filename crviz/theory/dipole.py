"""The dipole beyond standard diffusion."""

from __future__ import annotations

from crviz.theory.arguments import check_power


def dipole_excess(p: float) -> float:
    """C_1 / C_1^std = 12 / [(2 - p)^2 (3 - p)]: the ensemble-averaged dipole over that of Eq. 3.

    The self-consistent C_1 with Q_1 = (8 pi / 3) K and nu_r = nu_par [(1 - x) / 2]^p, that is
    nu0 = nu_par / 2^p with nu_par = 1 / (3 K): two cosmic rays in opposite directions lose their
    correlation at the rate nu_par at which one of them is scattered. It is 1 for p -> 0 and 6 for
    p -> 1.

    Parameters
    ----------
    p : 0 < p < 1

    Raises
    ------
    ParameterError
    """
    check_power(p)
    return 12 / ((2 - p) ** 2 * (3 - p))
