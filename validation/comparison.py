"""Each observed spectrum as it was measured: the gradient and the power that it means."""

from collections.abc import Iterator

import numpy as np

from crviz import atlas, interpretation, observations
from crviz.checks import ParameterError
from crviz.observations import ObservedSpectrum
from rows import GRADIENTS, reference

OMEGA_T = 100.0
HEADER = (
    "experiment",
    "ℓ",
    *(f"{sign} r_L ∣∇n∣/n by a fit" for sign in GRADIENTS.values()),
    *(f"{sign} by the dipole" for sign in GRADIENTS.values()),
    "∥ observed over simulated",
    "p (68 %)",
    "chance",
)
INTRODUCTION = """
Simulation (Ω T = 100, two grids crossed) and theory seen through the window of each observed spectrum
(`observations.compare`): its part of the sky, which mixes multipoles, shifted to zero mean, without m = 0,
smoothed. The common factor is fitted over the multipoles ℓ that are neither mostly the dipole leaking nor
less than three times their noise, with the noise taken off, or it is that of the dipoles; its root is
r_L ∣∇n∣/n. Intervals are those between which 68 % of single skies of simulated fields seen through the same
window put it (`atlas.one_sky`, 40 fields); the observed spectra are of 10 TeV to PeV, the simulated one of
55 PeV for the field of the paper. p is that of Eq. 16 fitted to the observed spectrum as one sky that
scatters as those of the shipped run do along B₀ (`fit_observed` with `excess_scatter`); chance is the
probability of a worse fit.
"""
SINGLE_SKIES = """
How often the interval of p holds the truth of single skies of simulated fields, in place of observed ones:
300 fields of the paper's configuration other than those whose scatter is used, each seen with two directions
of B₀, ℓ up to 11; the truth is p fitted to the mean of these skies (`python validation/single_skies.py`, a
quarter of an hour). Who takes skies for Gaussian trusts one too much.

"""


def rows() -> Iterator[list[str]]:
    """Cells of the table, a row a spectrum."""
    spectra = {
        gradient: reference().spectrum(gradient, omega_t=OMEGA_T, estimator="cross") for gradient in GRADIENTS
    }
    for one in observations.spectra():
        low, high = observations.fitted_multipoles(one)
        found = observations.compare(one, spectra["parallel"].cl, normalization="fit")
        ratio = (found.observed - found.noise)[found.fitted] / found.simulated[found.fitted]
        yield [
            one.label,
            f"{low}–{high}" if high > low else f"{low}",
            *(_strength(one, spectra[gradient].cl, gradient, "fit") for gradient in GRADIENTS),
            *(_strength(one, spectra[gradient].cl, gradient, "dipole") for gradient in GRADIENTS),
            f"{ratio.min():.2f} to {ratio.max():.2f}",
            *_power(one),
        ]


def _strength(one: ObservedSpectrum, cl: np.ndarray, gradient: str, normalization: str) -> str:
    value = observations.compare(one, cl, normalization=normalization).gradient_strength
    scatter = atlas.one_sky(reference())
    between = scatter and scatter.factor(gradient, OMEGA_T, one, normalization)
    power = int(np.floor(np.log10(value)))
    low, high = (value / np.sqrt(end) / 10.0**power for end in reversed(between or (np.nan, np.nan)))
    return f"{value / 10.0**power:.1f} ({low:.1f} to {high:.1f}) · 10^{power}".replace("-", "−")


def _power(one: ObservedSpectrum) -> tuple[str, str]:
    times = reference().dataset["omega_t_covariance"].values
    omega_t = float(times[np.abs(times - OMEGA_T).argmin()])
    excess = interpretation.excess_scatter(reference(), omega_t=omega_t, estimator="cross")
    try:
        fit = interpretation.fit_observed(one, excess=excess)
    except ParameterError:  # too few multipoles stand out of its noise
        return "–", "–"
    return f"{fit.p:.2f} ({fit.low:.2f} to {fit.high:.2f})", f"{fit.p_value:.2g}"


#: As validation/single_skies.py printed it.
HELD = """\
| window | gradient | scatter | true p | held | mean width |
| --- | --- | --- | --- | --- | --- |
| HAWC + IceCube, 10 TeV | parallel | Gaussian | 0.67 | 0.625 | 0.28 |
| HAWC + IceCube, 10 TeV | parallel | simulated | 0.67 | 0.755 | 0.36 |
| HAWC + IceCube, 10 TeV | perpendicular | Gaussian | 0.68 | 0.452 | 0.31 |
| HAWC + IceCube, 10 TeV | perpendicular | simulated | 0.68 | 0.732 | 0.52 |
| IceCube, 13 TeV | parallel | Gaussian | 0.58 | 0.587 | 0.44 |
| IceCube, 13 TeV | parallel | simulated | 0.58 | 0.612 | 0.47 |
| IceCube, 13 TeV | perpendicular | Gaussian | 0.61 | 0.652 | 0.51 |
| IceCube, 13 TeV | perpendicular | simulated | 0.61 | 0.758 | 0.60 |"""
