"""One place of the atlas, simulated or interpolated, read as a result is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from crviz import spectra
from crviz.config import Config
from crviz.diffusion import regime_of_exponent
from crviz.gradient import gradient_tensor
from crviz.result import Spectrum, nearest_time


@dataclass(frozen=True, eq=False)
class AtlasPoint:
    """One place of the atlas: a point as it was simulated, or between points.

    Attributes
    ----------
    config : Config
        What a run of this place would be; its times are the atlas's.
    is_interpolated : bool
    dataset : xarray.Dataset
        cl, standard_dipole, k, running, exponent (gradient, omega_t[, ell]), k_antisymmetric
        (omega_t), their `_error`, `_correlation` of the errors of the two gradients, `fields`.
    prediction : xarray.Dataset
        How well points of the atlas are predicted from their neighbours: quantiles `share` of
        |ln(predicted / true)| for cl, k, running, standard_dipole.
    """

    config: Config
    is_interpolated: bool
    dataset: xr.Dataset
    prediction: xr.Dataset

    @property
    def sigma2(self):
        """Mean square of the turbulent field over B0^2."""
        return self.config.sigma2

    @property
    def rl_over_lc(self):
        """Larmor radius over L_c."""
        return self.config.rl_over_lc

    @property
    def omega_t(self):
        """Backtracking times (T,) [1/Omega]."""
        return self.dataset["omega_t"].values

    @property
    def ell(self):
        """Multipoles (L,)."""
        return self.dataset["ell"].values

    @property
    def n_realizations(self):
        """Fields behind the low multipoles; between points, the fewest of the points around."""
        return int(self.dataset["fields"])

    @property
    def caveats(self):
        """Sentences on what is not resolved here."""
        return self.config.caveats

    def time_index(self, omega_t=None):
        """Index of the time nearest to omega_t [1/Omega]; None is the last."""
        return nearest_time(self.omega_t, omega_t)

    def spectrum(self, gradient="parallel", omega_t=None, nside=32):
        """The angular power spectrum at one time, as `Result.spectrum` with two grids.

        Parameters
        ----------
        gradient : (theta, phi) [rad] or "parallel" or "perpendicular"
        omega_t : float or None [1/Omega]
            The nearest time of the atlas is taken; None is the last.
        nside : int
            The pixels whose noise (Eq. 9) goes into `noise` and `noise_variance`; nothing of it is
            in C_l.

        Returns
        -------
        crviz.result.Spectrum
            NaN where, at one of the points around, noise leaves no positive power. The error is
            statistical; see `interpolation_error`.

        Raises
        ------
        ValueError
        """
        return self._spectrum(gradient, self.time_index(omega_t), nside)

    def evolution(self, gradient="parallel", nside=32):
        """The spectrum at all times: a `Spectrum` of (T, L) arrays; arguments as in `spectrum`."""
        return self._spectrum(gradient, slice(None), nside)

    def _spectrum(self, gradient, times, nside):
        cl, error = (values[times] for values in self._along("cl", gradient))
        running, _ = self._along("running", gradient)
        mean_square = 2 * self.omega_t[times] * running[times]
        noise = spectra.pixel_noise(mean_square, 12 * nside**2)
        return Spectrum(
            ell=self.ell,
            cl=cl,
            error=error,
            noise=noise,
            noise_variance=spectra.noise_variance(noise, self.ell),
            cosmic_variance=spectra.cosmic_variance(cl, self.ell),
            omega_t=self.omega_t[times],
        )

    def diffusion(self, gradient="parallel", which="k"):
        """g_i g_j K_ij, or with which = "running" <(r.g)^2>/2T, and the standard error: (T,), (T,)."""
        if which not in ("k", "running"):
            raise ValueError(f"which = {which!r} must be 'k' or 'running'.")
        return self._along(which, gradient)

    def drift(self):
        """(K_xy - K_yx) / 2 and its standard error: (T,), (T,)."""
        return self.dataset["k_antisymmetric"].values, self.dataset["k_antisymmetric_error"].values

    def standard_dipole(self, gradient="parallel"):
        """C_1 of standard diffusion (Eq. 3) and its standard error: (T,), (T,) [r_L^2]."""
        return self._along("standard_dipole", gradient)

    def regime(self, gradient="parallel"):
        """Ballistic, diffusive or something else, against time: `diffusion.Regime`.

        At an oblique gradient the exponent's error is that of K alone, relative to <(r.g)^2>/2T.
        """
        if isinstance(gradient, str):
            one = self.dataset.sel(gradient=gradient)
            exponent, error = one["exponent"].values, one["exponent_error"].values
        else:
            (k, k_error), (running, _) = self.diffusion(gradient), self.diffusion(gradient, "running")
            exponent, error = k / running, k_error / running
        return regime_of_exponent(self.omega_t, exponent, error)

    def interpolation_error(self, which="cl", gradient="parallel", share=0.5):
        """|ln(predicted / true)| of points left out of the atlas, measured; 0 at a point itself.

        An upper bound of the error between points, and one that holds the noise of the point left
        out.

        Parameters
        ----------
        which : "cl", "k", "running" or "standard_dipole"
        gradient : "parallel" or "perpendicular"
        share : 0.5 or 0.9
            Of the points that were predicted better.

        Returns
        -------
        (T, L) for "cl", else (T,)
        """
        values = self.prediction[which].sel(gradient=gradient, share=share).values
        return values if self.is_interpolated else np.zeros_like(values)

    def _along(self, name, gradient):
        """sum_ij G_ij X_ij and its error, for a tensor that is symmetric about the regular field."""
        tensor = gradient_tensor(gradient)
        weights = tensor[2, 2], tensor[0, 0] + tensor[1, 1]
        values, errors = self.dataset[name].values, self.dataset[f"{name}_error"].values
        if min(weights) < 1e-12:  # the other one does not count, though it may be NaN
            only = int(np.argmax(weights))
            return weights[only] * values[only], weights[only] * errors[only]
        one, other = weights[0] * errors[0], weights[1] * errors[1]
        variance = one**2 + other**2 + 2 * self.dataset[f"{name}_correlation"].values * one * other
        return weights[0] * values[0] + weights[1] * values[1], np.sqrt(variance)
