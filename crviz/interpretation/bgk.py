"""The scattering rates of a result's diffusion tensor beside those of the BGK approximation."""

from __future__ import annotations

from dataclasses import dataclass

from crviz import theory
from crviz.arrays import Array
from crviz.result import Source


@dataclass(frozen=True, eq=False)
class BgkComparison:
    """A measured diffusion tensor beside the one that its own nu_par gives in the BGK approximation.

    Attributes
    ----------
    omega_t : float [1/Omega]
    k, k_error : (3, 3) [r_L^2 Omega]
        As measured.
    rates : theory.Rates
        The nu_par, nu_perp and nu_A of Eq. 2 that k stands for.
    bgk : (3, 3) [r_L^2 Omega]
        Eq. 2 with nu_par as measured, nu_perp and nu_A from it.
    bgk_nu_perp, bgk_nu_a : float [Omega]
    """

    omega_t: float
    k: Array
    k_error: Array
    rates: theory.Rates
    bgk: Array
    bgk_nu_perp: float
    bgk_nu_a: float

    @property
    def perpendicular_excess(self) -> float:
        """K_perp over that of the approximation, in which field lines do not wander: from 1 (r_L >> L_c in
        strong turbulence) to hundreds (r_L << L_c)."""
        return float((self.k[0, 0] + self.k[1, 1]) / (self.bgk[0, 0] + self.bgk[1, 1]))

    @property
    def in_words(self) -> str:
        """The excess in a sentence; that K_perp is not known where it is below two of its errors."""
        excess = float(f"{self.perpendicular_excess:.2g}")
        if not self.rates.nu_perp > 2 * self.rates.nu_perp_error:  # NaN of a K_perp that is not above 0
            return f"K⊥ at Ω T = {self.omega_t:.3g} is not known well enough to be compared with that of BGK."
        return f"K⊥ at Ω T = {self.omega_t:.3g} is {excess:g} times that of BGK."


def bgk_comparison(source: Source, omega_t: float | None = None) -> BgkComparison:
    """`BgkComparison` of a source at the recorded time nearest to omega_t [1/Omega]; None is the last.

    Raises
    ------
    ParameterError
        Where the measured K_par is not above 0.
    """
    time = source.time_index(omega_t)
    measured = source.diffusion()
    k, k_error = measured.k[time], measured.k_error[time]
    rates = theory.rates(k, k_error=k_error)
    nu_perp, nu_a = theory.bgk_rates(rates.nu_par)
    return BgkComparison(
        omega_t=float(source.omega_t[time]),
        k=k,
        k_error=k_error,
        rates=rates,
        bgk=theory.bgk_tensor(rates.nu_par),
        bgk_nu_perp=float(nu_perp),
        bgk_nu_a=float(nu_a),
    )
