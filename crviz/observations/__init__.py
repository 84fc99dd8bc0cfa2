"""Observations: published spectra, what the experiments saw of the sky, and simulations seen alike.

Angles in degrees and equatorial coordinates, as experiments state them.
"""

from crviz.observations.coefficients import observing_coefficients, seen_coefficients, seen_spectra
from crviz.observations.comparison import (
    CLEAR,
    NORMALIZATIONS,
    Comparison,
    common_factor,
    common_multipoles,
    compare,
    compare_sky,
    fitted_multipoles,
    observing_matrix,
    relative_covariance,
    sky_as_observed,
)
from crviz.observations.coupling import coupling_matrix, mode_coupling, pseudo_covariance, variance_forms
from crviz.observations.field_of_view import FULL_SKY, HAWC_ICECUBE, ICECUBE, FieldOfView
from crviz.observations.orientation import Orientation
from crviz.observations.pseudo_spectrum import masked, pseudo_cross_spectra, pseudo_spectrum
from crviz.observations.published import NONE, WIDEST, chosen, drawn, noise_levels, spectra, spectrum
from crviz.observations.smoothing import deconvolve_spectrum, smooth_maps, smooth_spectrum, top_hat
from crviz.observations.spectrum_file import MARKERS, ObservedSpectrum
from crviz.observations.variance import cosmic_variance, independent_modes, missing_m0_factor

__all__ = [
    "CLEAR",
    "FULL_SKY",
    "HAWC_ICECUBE",
    "ICECUBE",
    "MARKERS",
    "NONE",
    "NORMALIZATIONS",
    "WIDEST",
    "Comparison",
    "FieldOfView",
    "ObservedSpectrum",
    "Orientation",
    "chosen",
    "common_factor",
    "common_multipoles",
    "compare",
    "compare_sky",
    "cosmic_variance",
    "coupling_matrix",
    "deconvolve_spectrum",
    "drawn",
    "fitted_multipoles",
    "independent_modes",
    "masked",
    "missing_m0_factor",
    "mode_coupling",
    "noise_levels",
    "observing_coefficients",
    "observing_matrix",
    "pseudo_covariance",
    "pseudo_cross_spectra",
    "pseudo_spectrum",
    "relative_covariance",
    "seen_coefficients",
    "seen_spectra",
    "sky_as_observed",
    "smooth_maps",
    "smooth_spectrum",
    "spectra",
    "spectrum",
    "top_hat",
    "variance_forms",
]
