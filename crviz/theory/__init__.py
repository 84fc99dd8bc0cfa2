"""Analytic spectra (section 4 and appendix A of Ahlers & Mertsch 2015)."""

from crviz.theory.stationary import FORMS, power_law_rate, spectrum, spectrum_from_rate

__all__ = ["FORMS", "power_law_rate", "spectrum", "spectrum_from_rate"]
