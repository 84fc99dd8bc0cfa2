"""What a run yields: labelled arrays, and what is read off them."""

from __future__ import annotations

import io
import json
from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr

from crviz import spectra
from crviz.arrays import Array
from crviz.checks import check_choice
from crviz.config import Config, is_current
from crviz.diffusion import diffusion_tensor
from crviz.gradient import Gradient, gradient_vector
from crviz.result import estimators, netcdf, schema
from crviz.result.kept import FieldSky
from crviz.result.source import Maps, NotKept, Source, fields_in_words, numbered, seeds_in_words
from crviz.result.times import nearest_time


@dataclass(frozen=True, eq=False)
class Result(Source):
    """Realisations of one configuration: a `Run`, finished or growing, or its `Summary`.

    Attributes
    ----------
    dataset
        realization, omega_t [1/Omega], i, j ("x", "y", "z"), ell, omega_t_map, pixel are its
        coordinates; cl and cl_cross (cross spectra of the position components [r_L^2]), rr [r_L^2],
        rp [r_L], pp, dipole are kept for every realisation; cl_rp, cl_pp, mean_r are ensemble
        means; sample_r, sample_p are the first of its realisations on grid A. A summary holds means
        and covariances in place of every realisation's cl and cl_cross. `schema` says it all.
    sums
        Unnormalised sums behind the ensemble means, with which a run goes on bit for bit; None where
        they are not there.
    """

    dataset: xr.Dataset
    sums: xr.Dataset | None = None

    savable = True

    @cached_property
    def config(self) -> Config:
        """The Config of the run."""
        return Config.from_dict(json.loads(self.dataset.attrs["config"]))

    @property
    def numerics(self) -> int:
        """The version of the numerics that it was computed with; the first did not say so."""
        return int(self.dataset.attrs.get("numerics", 1))

    @property
    def fused(self) -> bool:
        """Whether all orbits are known to have been followed with fused multiply-adds: every processor that
        has them finds the same bits."""
        return bool(self.dataset.attrs.get("fused_multiply_adds", 0))

    @cached_property
    def digest(self) -> str:
        """Hex content hash of configuration and numerics, and of the seeds where there are several."""
        return schema.digest(self.config, self.numerics, self.seeds)

    @property
    def seeds(self) -> dict[int, int]:
        """How many fields there are of each seed, in their order here; nothing where all are of
        the configuration's."""
        return schema.seeds_of(self.dataset.attrs.get("seeds"))

    @property
    def from_one_run(self) -> bool:
        """Whether all fields are of one seed."""
        return not self.seeds

    @property
    def can_grow(self) -> bool:
        """Whether realisations can be added to it."""
        return self.sums is not None and is_current(self.numerics)

    @property
    def n_realizations(self) -> int:
        """How many realisations are in."""
        return int(self.dataset.sizes["realization"])

    @property
    def fields(self) -> range:
        """Which realisations are in: from 0 on, but in a part of a run."""
        first = int(self.dataset["realization"].values[0])
        return range(first, first + self.n_realizations)

    @property
    def provenance(self) -> str:
        """Over how many fields."""
        part = f", {numbered(self.fields)}" if self.fields.start else ""
        seeds = f" of the seeds {seeds_in_words(self.seeds)}" if self.seeds else ""
        return f"over {fields_in_words(self.n_realizations)}{part}{seeds}"

    @property
    def sampling(self) -> str:
        """How many fields, and how many directions."""
        if self.n_realizations == 1:
            return "one field"
        skies = "2 × " if self.config.grids == "cross" else ""
        return f"{self.n_realizations} fields of {skies}{self.config.n_pixels} directions"

    @property
    def recipe(self) -> str:
        """The run that makes it again."""
        first = f", first={self.fields.start}" if self.fields.start else ""
        if self.seeds:
            parts = [
                f"crviz.run(crviz.{self.config.replace(seed=seed)!r}, {number})"
                for seed, number in self.seeds.items()
            ]
            return f"crviz.merge([{', '.join(parts)}], seeds=True)"
        return f"crviz.run(crviz.{self.config!r}, {self.fields.stop}{first})"

    @property
    def estimators(self) -> tuple[str, ...]:
        """Names of the estimators for whose spectra there are grids enough."""
        grids = 2 if "cl_cross" in self.dataset else 1
        return tuple(name for name in estimators.ESTIMATORS if estimators.get(name).grids <= grids)

    def standard_dipole_tensor(self) -> tuple[Array, Array]:
        """S_ij of Eq. 3 (T, 3, 3) and the covariance of its components (T, 6, 6)."""
        return spectra.standard_dipole_tensor(self.dataset["dipole"].values)

    def realization_diffusion(self) -> Array:
        """K_ij(T) = -<r_i(-T) p_j(-T)> of every field: (R, T, 3, 3) [r_L^2 Omega]."""
        return diffusion_tensor(self.dataset["rp"].values)

    def realization_dipoles(self) -> Array:
        """The dipole vectors of every field: (R, T, 3, 3) [r_L], index (realisation, time, i, axis)."""
        # delta I = d.p has the coefficients sqrt(4 pi / 3) d; m = -1, 0, 1 are y, z, x
        return np.sqrt(3 / (4 * np.pi)) * self.dataset["dipole"].values[..., [2, 0, 1]]

    @abstractmethod
    def reduced(self) -> Result:
        """The same with the mean of the spectra, and covariances of that mean, in place of every
        realisation's: a small fraction of the size, from which no run can go on."""

    @abstractmethod
    def _mean(self, name: str) -> Array:
        """Ensemble mean of a cross spectrum, (T, 3, 3, L)."""

    def _full_map(self, gradient: Gradient, estimator: str, times: int | slice) -> tuple[Array, Array]:
        data = self.dataset
        k = diffusion_tensor(data["rp"].values[:, times].mean(0))

        def power(suffix: str) -> Array:
            rp, pp = (data[f"cl_{name}{suffix}"].values[times] for name in ("rp", "pp"))
            return spectra.full_map_spectra(self._mean(f"cl{suffix}")[times], rp, pp, k, gradient)

        how = estimators.get(estimator)
        cl = power("_cross" if how.grids == 2 else "")
        rr, rp, pp = (data[name].values[:, times].mean(0)[..., None] for name in ("rr", "rp", "pp"))
        mean_square = spectra.full_map_spectra(rr, rp, pp, k, gradient)[..., 0]
        # the map is one scalar: an estimator takes it like one component of a tensor
        found, noise = how.apply(cl[..., None, None, :], mean_square[..., None, None], self.config.n_pixels)
        return found[..., 0, 0, :], noise[..., 0, 0]

    @property
    def maps(self) -> Maps:
        """Times (T,) [1/Omega] and positions (T, 3, pixels) [r_L] of the first field that are stored."""
        return self.dataset["omega_t_map"].values, self.dataset["sample_r"].values

    def kept_skies(self) -> dict[int, Array]:
        """For which nside the first field's sky is kept, and at which times (T,) [1/Omega]."""
        return {self.config.nside: self.maps[0]}

    def sky(self, omega_t: float | None = None, *, nside: int | None = None) -> FieldSky:
        """The first field's sky at one time; arguments as in `Source.sky`."""
        skies = self.kept_skies()
        nside = max(skies) if nside is None else nside
        if nside not in skies:
            raise NotKept(
                f"nside = {nside!r} must be {' or '.join(map(str, sorted(skies)))}: the sky of "
                f"realisation {self.fields.start} is kept on no other grid; "
                "`crviz reduce --sky-nside` follows it on a finer one."
            )
        index = nearest_time(skies[nside], omega_t)
        return FieldSky(nside, self.fields.start, float(skies[nside][index]), self._positions(nside, index))

    def _positions(self, nside: int, index: int) -> Array:
        """r(-T) of the first field (3, 12 nside^2) at one of the times of `kept_skies`."""
        return self.maps[1][index]

    def sky_map(
        self,
        gradient: tuple[float, float] = (0.0, 0.0),
        *,
        omega_t: float | None = None,
        which: str = "sample",
    ) -> tuple[Array, float]:
        """Relative intensity delta I = r.g at the pixels of grid A, in ring order.

        Pixels are momentum directions p; a picture shows them at n = -p.

        Parameters
        ----------
        gradient
            (theta, phi) [rad].
        omega_t
            The nearest time with maps is taken [1/Omega]; None is the last.
        which
            "sample" (the first realisation) or "mean" (ensemble mean).

        Returns
        -------
        values : (12 nside^2,) [r_L]
        omega_t : float [1/Omega]
        """
        check_choice("which", which, ("sample", "mean"))
        times = self.dataset["omega_t_map"].values
        index = nearest_time(times, omega_t)
        return gradient_vector(gradient) @ self.dataset[f"{which}_r"].values[index], float(times[index])

    def save(self, path: str | Path | io.BytesIO) -> None:
        """Write the file anew and put it in place at once, so that a kill leaves the old one; or its bytes.

        Raises OSError where the folder cannot be written to.
        """
        netcdf.write(path, self.dataset, self.sums)
