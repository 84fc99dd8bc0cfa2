"""Observations: published spectra and those of one's own maps, what was seen of the sky, and simulations
seen alike.

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
from crviz.observations.measured_file import save
from crviz.observations.measuring import Measurement, observe
from crviz.observations.noise import pseudo_noise
from crviz.observations.observed_map import ObservedMap, read_map
from crviz.observations.orientation import Orientation
from crviz.observations.own_spectrum import load
from crviz.observations.pseudo_spectrum import masked, pseudo_cross_spectra, pseudo_spectrum
from crviz.observations.published import NONE, WIDEST, chosen, drawn, noise_levels, spectra, spectrum
from crviz.observations.sky_mask import SkyMask
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
    "Measurement",
    "ObservedMap",
    "ObservedSpectrum",
    "Orientation",
    "SkyMask",
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
    "load",
    "masked",
    "missing_m0_factor",
    "mode_coupling",
    "noise_levels",
    "observe",
    "observing_coefficients",
    "observing_matrix",
    "pseudo_covariance",
    "pseudo_cross_spectra",
    "pseudo_noise",
    "pseudo_spectrum",
    "read_map",
    "relative_covariance",
    "save",
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
