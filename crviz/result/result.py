"""What a run yields: labelled arrays, and what is read off them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from crviz import spectra
from crviz.config import Config
from crviz.gradient import gradient_vector
from crviz.result import estimates, storage, transport
from crviz.result.reduction import reduce_dataset, round_maps
from crviz.result.times import nearest_time


@dataclass(frozen=True, eq=False)
class Result:
    """Realisations of one configuration, finished or growing.

    Attributes
    ----------
    dataset : xarray.Dataset
        realization, omega_t [1/Omega], i, j ("x", "y", "z"), ell, omega_t_map, pixel are its
        coordinates; cl and cl_cross (cross spectra of the position components [r_L^2]), rr [r_L^2],
        rp [r_L], pp, dipole are kept for every realisation; cl_rp, cl_pp, mean_r are ensemble
        means; sample_r, sample_p are the first realisation on grid A. A reduced result holds means
        and covariances in place of every realisation's cl and cl_cross: see `reduction`.
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
    def is_whole(self):
        """Whether the spectra of every realisation are there; False for a reduced result."""
        return "realization" in self.dataset["cl"].dims

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
        return nearest_time(self.omega_t, omega_t)

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
        return estimates.estimate(self, gradient, estimator, map, self.time_index(omega_t))

    def evolution(self, gradient="parallel", estimator="none", map="positions"):
        """The spectrum at all times: a `Spectrum` of (T, L) arrays; arguments as in `spectrum`."""
        return estimates.estimate(self, gradient, estimator, map, slice(None))

    def fields(self, gradient="parallel", omega_t=None, estimator="eq9"):
        """The estimated spectrum of every realisation, of the positions map: (R, L) [r_L^2].

        Its mean is the C_l of `spectrum`; the noise of each realisation is taken off itself.
        Arguments as in `spectrum`. Raises ValueError, in reduced results always.
        """
        return estimates.fields(self, gradient, estimator, self.time_index(omega_t))

    def covariance(self, gradient="parallel", omega_t=None, estimator="eq9"):
        """Covariance between the multipoles of `spectrum`, the ensemble mean of the positions map.

        Its diagonal is the squared standard error. A reduced result has it for the gradients
        "parallel" and "perpendicular" and for the times `dataset["omega_t_covariance"]`.

        Parameters
        ----------
        gradient, omega_t, estimator : as in `spectrum`

        Returns
        -------
        (L, L) [r_L^4]
            NaN where there is but one realisation.

        Raises
        ------
        ValueError
            Also where a reduced result was not given what is asked.
        """
        return estimates.covariance(self, gradient, estimator, self.time_index(omega_t))

    def reduced(self):
        """The same result with the mean of the spectra, and covariances of that mean, in place of
        every realisation's: a small fraction of the size, from which no run can go on.

        What it keeps is said in `reduction`. Spectra have the same values; the error that `spectrum`
        gives for "eq9" and "plateau" is that before the noise is taken off, `covariance` has the one
        after. Maps are rounded to 16 bits when they are saved.
        """
        data = reduce_dataset(self.dataset)
        round_maps(data)
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
        return transport.diffusion_of(self)

    def power_sum_rule(self, gradient="parallel", right="diffusion"):
        """Eq. 6 as measured: sum_l (2l + 1) C_l / 4 pi against 2 T K_ij g_i g_j, or against <(r.g)^2>.

        The sum ends at l_max: it stays below <(r.g)^2> by what the grid does not resolve, and that
        stays below 2 T K as long as K grows.

        Parameters
        ----------
        gradient : (theta, phi) [rad] or "parallel" or "perpendicular"
        right : "diffusion" or "mean square"

        Returns
        -------
        diffusion.SumRule
            Reduced results of early versions have the mean of the sum only, and no error of it.

        Raises
        ------
        ValueError
        """
        return transport.power_sum_rule(self, gradient, right)

    def monopole_sum_rule(self, gradient="parallel"):
        """Eq. 7 as measured: C_0 / 4 pi against 2 T (K_ij - K~_ij) g_i g_j, with K~ by Eq. 8.

        With <r_i r_j> / 2T for K the two would be equal identically; with K they are in the limit of
        large T, and their difference is how far that is. `diffusion.SumRule`.
        """
        return transport.monopole_sum_rule(self, gradient)

    def regime(self, gradient="parallel"):
        """Ballistic, diffusive or something else, against time: `diffusion.Regime`."""
        return transport.regime_of(self, gradient)

    def separation(self, theta):
        """Relative diffusion of pairs by opening angle, from the cross spectra of the positions.

        <|r_1 - r_2|^2> = 2 [<r^2> - xi(theta)], xi = sum_l (2l + 1) / 4 pi C_l^{ii} P_l(cos theta), and
        <p_1 . p_2> likewise; from the spectra of two grids where there are two. `pairs.follow_pairs`
        has it at any angle.

        Parameters
        ----------
        theta : (M,) [rad], at least pi / l_max

        Returns
        -------
        pairs.Separation
            Errors of what is kept as a mean only are NaN: alignment, and in reduced results square.

        Raises
        ------
        ParameterError
        """
        return transport.separation(self, theta)

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
        index = nearest_time(times, omega_t)
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
