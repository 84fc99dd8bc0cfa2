"""What a run yields: labelled arrays, and what is read off them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from crviz import diffusion, spectra
from crviz.config import Config, check_number
from crviz.gradient import PAIRS, contracted_error, gradient_vector
from crviz.result import storage
from crviz.result.records import Diffusion, Spectrum
from crviz.result.reduction import covariance_of_the_mean

#: "none" is the plain mean <C_l>, noise included, as Figure 1 of the paper shows it.
ESTIMATORS = ("eq9", "plateau", "cross", "none")
MAPS = ("positions", "full")


@dataclass(frozen=True, eq=False)
class Result:
    """Realisations of one configuration, finished or growing.

    Attributes
    ----------
    dataset : xarray.Dataset
        realization, omega_t [1/Omega], i, j ("x", "y", "z"), ell, omega_t_map, pixel are its
        coordinates; cl and cl_cross (cross spectra of the position components [r_L^2]), rr [r_L^2],
        rp [r_L], pp, dipole are kept for every realisation; cl_rp, cl_pp, mean_r are ensemble
        means; sample_r, sample_p are the first realisation on grid A.
    sums : xarray.Dataset or None
        Unnormalised sums behind the ensemble means, with which a run goes on bit for bit.
    """

    dataset: xr.Dataset
    sums: xr.Dataset | None = None

    @cached_property
    def config(self):
        """The Config of the run."""
        return Config.from_dict(json.loads(self.dataset.attrs["config"]))

    @property
    def digest(self):
        """Hex content hash of the configuration."""
        return self.dataset.attrs["digest"]

    @property
    def n_realizations(self):
        """How many realisations are in."""
        return self.dataset.sizes["realization"]

    @property
    def omega_t(self):
        """Backtracking times (T,) [1/Omega]."""
        return self.dataset["omega_t"].values

    @property
    def ell(self):
        """Multipoles (L,)."""
        return self.dataset["ell"].values

    def time_index(self, omega_t=None):
        """Index of the recorded time nearest to omega_t [1/Omega]; None is the last."""
        return _nearest(self.omega_t, omega_t)

    def spectrum(self, gradient="parallel", omega_t=None, estimator="eq9", map="positions"):
        """The angular power spectrum at one time.

        Parameters
        ----------
        gradient : (theta, phi) [rad] or "parallel" or "perpendicular"
        omega_t : float or None [1/Omega]
            The nearest recorded time is taken; None is the last.
        estimator : "eq9", "plateau", "cross" or "none"
            What is done about the noise of a finite number of pixels: the level of Eq. 9
            subtracted, the mean over the highest multipoles subtracted, two grids (nothing to
            subtract), or nothing.
        map : "positions" or "full"
            Eq. 5, or Eq. 4 with its Fick term, where K comes from the run itself.

        Returns
        -------
        Spectrum

        Raises
        ------
        ValueError
        """
        return self._estimate(gradient, estimator, map, self.time_index(omega_t))

    def evolution(self, gradient="parallel", estimator="none", map="positions"):
        """The spectrum at all times: a `Spectrum` of (T, L) arrays; arguments as in `spectrum`."""
        return self._estimate(gradient, estimator, map, slice(None))

    def _estimate(self, gradient, estimator, map, times):
        for name, value, allowed in (("estimator", estimator, ESTIMATORS), ("map", map, MAPS)):
            if value not in allowed:
                raise ValueError(f"{name} = {value!r} must be one of {', '.join(repr(a) for a in allowed)}.")
        if estimator == "cross" and "cl_cross" not in self.dataset:
            raise ValueError("estimator = 'cross' needs a run with grids = 'cross'.")
        data = self.dataset
        suffix = "_cross" if estimator == "cross" else ""
        each = self._each("cl" + suffix, gradient, times)
        mean_cl = self._mean("cl" + suffix)[times]
        cl = spectra.contract(mean_cl, gradient)
        noise = self._noise(gradient, estimator, times, cl)
        subtracted = estimator in ("eq9", "plateau")
        if each is None:
            error = self._error_of_the_mean("cl" + suffix, gradient, times)
        else:
            own_noise = self._noise_of_each(gradient, estimator, times, each)
            error = standard_error(each - own_noise[..., None] if subtracted else each)
        if map == "full":
            k = diffusion.diffusion_tensor(data["rp"].values[:, times].mean(0))
            auto, cl = (
                spectra.full_map_spectra(
                    self._mean("cl" + s)[times],
                    data["cl_rp" + s].values[times],
                    data["cl_pp" + s].values[times],
                    k,
                    gradient,
                )
                for s in ("", suffix)
            )
            if estimator == "plateau":
                noise = spectra.plateau_noise(auto)
            else:
                moments = (data[name].values[:, times].mean(0)[..., None] for name in ("rr", "rp", "pp"))
                mean_square = spectra.full_map_spectra(*moments, k, gradient)[..., 0]
                noise = spectra.pixel_noise(mean_square, self.config.n_pixels)
        if subtracted:
            cl = cl - np.asarray(noise)[..., None]
        return Spectrum(
            ell=self.ell,
            cl=cl,
            error=error,
            noise=noise,
            noise_variance=spectra.noise_variance(noise, self.ell),
            cosmic_variance=spectra.cosmic_variance(cl, self.ell),
            omega_t=self.omega_t[times],
        )

    def _mean(self, name):
        """Ensemble mean of a cross spectrum, (T, 3, 3, L)."""
        variable = self.dataset[name]
        values = variable.values
        return values.mean(0, dtype=float) if "realization" in variable.dims else values.astype(float)

    def _each(self, name, gradient, times):
        """Spectra of every realisation (R, ..., L), or None where only their mean is kept."""
        if "realization" not in self.dataset[name].dims:
            return None
        return spectra.contract(self.dataset[name].values[:, times].astype(float), gradient)

    def _error_of_the_mean(self, name, gradient, times):
        covariance = self.dataset[f"{name}_covariance"].values[times].astype(float)
        return contracted_error(np.moveaxis(covariance, -1, -3), gradient)

    def _noise(self, gradient, estimator, times, cl):
        if estimator == "plateau":
            return spectra.plateau_noise(cl)
        rr = self.dataset["rr"].values[:, times].mean(0)
        return spectra.pixel_noise(spectra.contract(rr[..., None], gradient)[..., 0], self.config.n_pixels)

    def _noise_of_each(self, gradient, estimator, times, each):
        if estimator == "plateau":
            return spectra.plateau_noise(each)
        mean_square = spectra.contract(self.dataset["rr"].values[:, times, ..., None], gradient)[..., 0]
        return spectra.pixel_noise(mean_square, self.config.n_pixels)

    def reduced(self):
        """The same result with the mean of the spectra, and the covariance of that mean, in place of
        every realisation's: a small fraction of the size, from which no run can go on.

        cl_covariance (omega_t, pair, other_pair, ell) is over the components xx, yy, zz, xy, xz, yz.
        Maps are rounded to 16 bits when they are saved.
        """
        data = self.dataset
        for name in ("cl", "cl_cross"):
            if name in data and "realization" in data[name].dims:
                covariance = (
                    ("omega_t", "pair", "other_pair", "ell"),
                    covariance_of_the_mean(data[name].values),
                )
                mean = (data[name].dims[1:], self._mean(name).astype(np.float32), data[name].attrs)
                data = data.assign({name: mean, f"{name}_covariance": covariance})
        data = data.assign_coords(pair=list(PAIRS), other_pair=list(PAIRS))
        for name in ("mean_r", "sample_r", "sample_p"):
            largest = float(np.abs(data[name].values).max())
            data[name].encoding = {"dtype": "int16", "scale_factor": largest / 32767, "_FillValue": -32768}
        return Result(data)

    def standard_dipole(self, gradient="parallel"):
        """C_1 of standard diffusion (Eq. 3) at all times, without the bias of the mean's variance.

        Returns
        -------
        value, error : (T,) [r_L^2]
        """
        return spectra.standard_dipole(self.dataset["dipole"].values, gradient)

    def standard_dipole_tensor(self):
        """`standard_dipole` before its contraction with a gradient: `spectra.standard_dipole_tensor`.

        Returns
        -------
        tensor : (T, 3, 3) [r_L^2]
        covariance : (T, 6, 6)
            Of the components xx, yy, zz, xy, xz, yz.
        """
        return spectra.standard_dipole_tensor(self.dataset["dipole"].values)

    def diffusion(self):
        """The diffusion tensors of the run against time: `Diffusion`."""
        k = diffusion.diffusion_tensor(self.dataset["rp"].values)
        rr = self.dataset["rr"].values
        running = diffusion.running_diffusion(rr, self.omega_t)
        monopole = self._mean("cl")[..., 0]
        return Diffusion(
            self.omega_t,
            k.mean(0),
            standard_error(k),
            running.mean(0),
            standard_error(running),
            diffusion.relative_diffusion(rr.mean(0), monopole, self.omega_t),
        )

    def sky_map(self, gradient=(0.0, 0.0), omega_t=None, which="sample"):
        """Relative intensity delta I = r.g at the pixels of grid A, in ring order.

        Pixels are momentum directions p; a picture shows them at n = -p.

        Parameters
        ----------
        gradient : (theta, phi) [rad]
        omega_t : float or None [1/Omega]
            The nearest time with maps is taken; None is the last.
        which : "sample" (the first realisation) or "mean" (ensemble mean)

        Returns
        -------
        values : (12 nside^2,) [r_L]
        omega_t : float [1/Omega]
        """
        if which not in ("sample", "mean"):
            raise ValueError(f"which = {which!r} must be 'sample' or 'mean'.")
        times = self.dataset["omega_t_map"].values
        index = _nearest(times, omega_t)
        maps = self.dataset[f"{which}_r"].values[index]
        return gradient_vector(gradient) @ maps, float(times[index])

    def save(self, path):
        """Write the file anew and put it in place at once, so that a kill leaves the old one.

        Raises OSError where the folder cannot be written to.
        """
        storage.write(self.dataset, self.sums, path)


def load(path):
    """Read a result from a file.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is no crviz result, or one of a layout that this version does not know.
    """
    return Result(*storage.read(path))


def _nearest(times, omega_t):
    if omega_t is None:
        return len(times) - 1
    return int(np.abs(times - check_number("omega_t", omega_t)).argmin())


def standard_error(values):
    """Scatter over the first axis divided by its root: (R, ...) -> (...); NaN where R = 1."""
    n = len(values)
    if n < 2:
        return np.full(values.shape[1:], np.nan)
    return values.std(0, ddof=1) / np.sqrt(n)
