"""Analytic side: spectra, their growth, and what measured spectra say about the rate of scattering.

Section 4 and appendix A of Ahlers & Mertsch 2015, Eq. 2, and what follows from Eqs. 12-14. Plain
arrays in and out; times in 1/Omega, rates in Omega, spectra in units of the source Q_1.
"""

from crviz.parameters import FORMS
from crviz.theory.bgk import Rates, bgk_rates, bgk_tensor, rates, tensor_from_rates
from crviz.theory.covariance import dipole_ratio, jackknife_covariance, smooth_covariance
from crviz.theory.evolution import evolve, evolve_by_diffusion, power_law_modes
from crviz.theory.fitting import P_RANGE, Fit, check_shape, fit, fit_shape
from crviz.theory.hierarchy import hierarchy
from crviz.theory.inversion import METHODS, invert
from crviz.theory.measured_rate import MeasuredRate, measured_rate
from crviz.theory.slope import slope
from crviz.theory.stationary import dipole_excess, power_law_rate, spectrum, spectrum_from_rate

__all__ = [
    "FORMS",
    "METHODS",
    "P_RANGE",
    "Fit",
    "MeasuredRate",
    "Rates",
    "bgk_rates",
    "bgk_tensor",
    "check_shape",
    "dipole_excess",
    "dipole_ratio",
    "evolve",
    "evolve_by_diffusion",
    "fit",
    "fit_shape",
    "hierarchy",
    "invert",
    "jackknife_covariance",
    "measured_rate",
    "power_law_modes",
    "power_law_rate",
    "rates",
    "slope",
    "smooth_covariance",
    "spectrum",
    "spectrum_from_rate",
    "tensor_from_rates",
]
