"""The figures as HoloViews elements for the bokeh backend. Knows no widget and no page."""

from __future__ import annotations

from crviz.plots import style
from crviz.plots.content import diffusion as diffusion_content
from crviz.plots.content import evolution as evolution_content
from crviz.plots.content import separation as separation_content
from crviz.plots.content import spectra as spectra_content
from crviz.plots.content import turbulence as turbulence_content
from crviz.plots.elements.draw import draw
from crviz.plots.elements.skymap import sky_map

__all__ = ["diffusion", "evolution", "power_spectra", "separation", "sky_map", "turbulence"]


def evolution(result, gradient, omega_t=None, dark=False):
    """<C_l>(T) for a gradient (solid) and for the perpendicular one (dotted).

    Parameters
    ----------
    result : Result
    gradient : (theta, phi) [rad] or a name
    omega_t : float or None [1/Omega]
        Where the cursor stands; None is the last time.
    dark : bool

    Returns
    -------
    hv.Overlay
        C_1 with its standard error, C_0, l = 2..9, the noise of Eq. 9 and the standard dipole.
    """
    time = result.omega_t[-1] if omega_t is None else omega_t
    return draw(evolution_content.evolution(result, gradient, time, dark=dark), style.palette(dark))


def power_spectra(
    result,
    gradient,
    omega_t=None,
    p=0.5,
    form="printed",
    estimator="eq9",
    observed=True,
    normalized=True,
    dark=False,
):
    """Simulated spectra beside the analytic ones and the observed ones: hv.Overlay.

    Arguments as in `content.spectra.power_spectra`.
    """
    panel = spectra_content.power_spectra(
        result, gradient, omega_t, p, form, estimator, observed, normalized, dark
    )
    return draw(panel, style.palette(dark))


def diffusion(result, dark=False):
    """Diffusion tensors, and the exponents with which the mean squares grow, against time: hv.Layout."""
    colors = style.palette(dark)
    panels = diffusion_content.diffusion(result, dark), diffusion_content.growth(result, dark)
    upper, lower = (draw(panel, colors) for panel in panels)
    return (upper + lower).cols(1)


def separation(omega_t, angles_deg, mean_square, dark=False):
    """<|r_1 - r_2|^2> (T, A) against T (T,) for opening angles (A,) in degrees: hv.Overlay."""
    panel = separation_content.separation(omega_t, angles_deg, mean_square, dark)
    return draw(panel, style.palette(dark))


def turbulence(field_or_config, dark=False):
    """The waves of a field (or of a configuration's first field) beside their spectrum: hv.Overlay."""
    return draw(turbulence_content.turbulence(field_or_config, dark), style.palette(dark))
