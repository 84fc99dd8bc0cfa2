"""A summary: means and covariances of the spectra in place of every realisation's.

cl and cl_cross lose their realisations; what is kept of these is
  <name>_covariance      (omega_t, pair, other_pair, ell): of the mean, between tensor components
  <name>_ell_covariance  (omega_t_covariance, gradient, ell, other_ell): of the mean, between multipoles,
                         the triangle other_ell <= ell
  cl_square_covariance   (omega_t_covariance, gradient, ell): of the means of C_l and <(r.g)^2>
  monopole, power        (realization, omega_t, i, j): C_0 and sum (2l+1) C_l / 4 pi
Beside it lie C_l^{ii} of every field at some of the times, and perhaps the first field's sky on a finer grid:
`kept`, `schema.FIELDS`, `schema.FINE_SKY`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import xarray as xr

from crviz import spectra
from crviz.arrays import Array
from crviz.diffusion import Moments, total_power
from crviz.gradient import NOTHING, Gradient, gradient_tensor
from crviz.means import covariance_of_mean
from crviz.result import estimators, kept, netcdf, schema
from crviz.result.result import Result
from crviz.result.source import NotKept
from crviz.result.spectrum import Estimate, between_components
from crviz.result.times import kept_times, nearest_time


@dataclass(frozen=True, eq=False)
class Summary(Result):
    """A result that holds the mean of the spectra and how they scattered; no run can go on from it.

    Attributes
    ----------
    groups
        What lies beside the dataset, by name: "fields" and "sky", where they are there; those of a file are
        read when they are asked for.
    """

    groups: Mapping[str, xr.Dataset] = field(default_factory=dict)

    def _mean(self, name: str) -> Array:
        return self.dataset[name].values.astype(float)

    def estimate(self, estimator: str, times: int | slice = slice(None)) -> Estimate:
        """What an estimator makes of the mean for all gradients; its covariance is that before the noise is
        taken off. Raises ParameterError."""
        how = estimators.get(estimator, self.estimators)
        name = "cl_cross" if how.grids == 2 else "cl"
        rr = self.dataset["rr"].values[:, times].mean(0)
        cl, noise = how.apply(self._mean(name)[times], rr, self.config.n_pixels)
        return Estimate(cl, noise, self.dataset[f"{name}_covariance"].values[times].astype(float))

    def covariance(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """Covariance (L, L) [r_L^4] between the multipoles of `spectrum`.

        It is kept for the gradients "parallel" and "perpendicular" and for the times
        `dataset["omega_t_covariance"]`, and follows for gradients along x and y from the spectra of single
        fields where these are kept. Raises NotKept for others.
        """
        if kept.FIELDS in self.groups and not any(_same(gradient)) and _along_axis(gradient):
            return covariance_of_mean(
                self.realization_spectra(gradient, omega_t=omega_t, estimator=estimator)
            )
        how = estimators.get(estimator or self.default_estimator, self.estimators)
        name, time = "cl_cross" if how.grids == 2 else "cl", self.time_index(omega_t)
        of_cl, with_square = self._kept(name, gradient, float(self.omega_t[time]))
        each_square = spectra.contract(self.dataset["rr"].values[:, time, ..., None], gradient)
        # linear in C_l and in <(r.g)^2>: what it makes of each unit says how errors go through
        size, one = len(self.ell), np.ones((1, 1, 1))
        by_cl, _ = how.apply(np.eye(size)[:, None, None], 0 * one, self.config.n_pixels)
        by_square, _ = how.apply(np.zeros((1, 1, 1, size)), one, self.config.n_pixels)
        through, along = by_cl[:, 0, 0].T, by_square[0, 0, 0]
        mixed = np.outer(through @ with_square, along)
        of_square = covariance_of_mean(each_square) * np.outer(along, along)
        return through @ of_cl @ through.T + mixed + mixed.T + of_square

    def _kept(self, name: str, gradient: Gradient, omega_t: float) -> tuple[Array, Array]:
        """The kept covariance (L, L) between multipoles of the mean of cl or cl_cross, and that of cl with
        <(r.g)^2> (L,). Raises NotKept."""
        data = self.dataset
        if f"{name}_ell_covariance" not in data:
            raise NotKept("This summary was made without covariances between multipoles.")
        same = _same(gradient)
        if not any(same):
            across = "an azimuth of 0° or 90°" if kept.FIELDS in self.groups else "the mean over the azimuth"
            raise NotKept(
                f"gradient = {gradient!r} must be {' or '.join(map(repr, schema.GRADIENTS))}: covariances of "
                f"multipoles are kept for a gradient at 0° to B₀, and at 90° for {across} only; a run of "
                "your own has them for any."
            )
        time = _index(data["omega_t_covariance"].values, omega_t, "covariances of multipoles")
        at = {"omega_t_covariance": time, "gradient": same.index(True)}
        triangle = data[f"{name}_ell_covariance"].isel(at).values.astype(float)
        with_square = data["cl_square_covariance"].isel(at).values.astype(float)
        return triangle + np.tril(triangle, -1).T, with_square

    def realization_spectra(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """The estimated spectrum of every field, of the positions map: (R, L) [r_L^2].

        They are kept for gradients along x, y and z and "perpendicular", at the times of
        `groups["fields"]`. Raises NotKept for others.
        """
        how = estimators.get(estimator or self.default_estimator, self.estimators)
        if kept.FIELDS not in self.groups:
            raise NotKept(
                "Spectra of single realisations are not kept here: this summary was made without them."
            )
        fields, time = self.groups[kept.FIELDS], self.time_index(omega_t)
        if not _along_axis(gradient):
            raise NotKept(
                f"gradient = {gradient!r} must lie along x, y or z: spectra of single realisations are kept "
                "for these only; a run of your own has them for any."
            )
        what = "spectra of single realisations"
        at = _index(fields["omega_t"].values, float(self.omega_t[time]), what)
        along = fields["cl_cross" if how.grids == 2 else "cl"].values[:, at]
        tensor = np.where(np.eye(3, dtype=bool)[..., None], along[:, :, None].astype(float), np.nan)
        each, _ = how.apply(tensor, self.dataset["rr"].values[:, time], self.config.n_pixels)
        return spectra.contract(each, gradient)

    def kept_skies(self) -> dict[int, Array]:
        """For which nside the first field's sky is kept, and at which times (T,) [1/Omega]."""
        fine = self.groups.get(kept.SKY)
        further = {} if fine is None else {int(fine.attrs["nside"]): fine["omega_t_map"].values}
        return super().kept_skies() | further

    def _positions(self, nside: int, index: int) -> Array:
        fine = self.groups.get(kept.SKY)
        if fine is not None and nside == fine.attrs["nside"]:
            return kept.positions(fine, index)
        return super()._positions(nside, index)

    def with_sky(self, nside: int, r: Array) -> Summary:
        """The same with the first field's sky on another grid, in place of one that is kept so.

        Parameters
        ----------
        nside
        r : (T, 3, 12 nside^2) [r_L]
            Positions at all times. They are rounded to 8 bits a value: to the largest value of a component at
            a time / 127, or to 1/12 of what neighbouring pixels differ by where that is more.
        """
        sky = kept.compact(self.omega_t, nside, r, self.fields.start)
        return replace(self, groups={**self.groups, kept.SKY: sky})

    def reduced(self) -> Summary:
        """Itself."""
        return self

    def smallest(self) -> Summary:
        """The same in less than half of the room: maps at the last of their times only, and spectra and
        covariances to the bits of `schema.FIELDS`. What is kept of every field stays as it is."""
        last = self.dataset.isel(omega_t_map=[-1])
        every = [name for name in last if "realization" in last[name].dims]
        spectral = [name for name in last if "ell" in last[name].dims and name not in every]
        fewer = {name: last[name].copy(data=kept.rounded(last[name].values)) for name in spectral}
        return replace(self, dataset=last.assign(fewer))

    def save(self, path: str | Path | io.BytesIO) -> None:
        """Write the file anew, groups included, and put it in place at once; as `Result.save`."""
        netcdf.write(path, self.dataset, groups=self.groups)

    def _moments(self) -> Moments:
        data, cl = self.dataset, self._mean("cl")[None]
        # files of the first version have these as means only
        monopole = data["monopole"].values.astype(float) if "monopole" in data else cl[..., 0]
        power = data["power"].values.astype(float) if "power" in data else total_power(cl)
        return Moments(self.omega_t, data["rr"].values, data["rp"].values, monopole, power)

    def _pair_spectra(self) -> tuple[Array, Array]:
        suffix = "_cross" if "cl_cross" in self.dataset else ""
        positions = np.einsum("...iil->...l", self._mean(f"cl{suffix}"))[None]
        return positions, np.einsum("tiil->tl", self.dataset[f"cl_pp{suffix}"].values)


def _same(gradient: Gradient) -> list[bool]:
    """Which of the gradients whose covariances are kept it is."""
    return [np.allclose(gradient_tensor(gradient), gradient_tensor(known)) for known in schema.GRADIENTS]


def _along_axis(gradient: Gradient) -> bool:
    """Whether no product of two different components counts."""
    return bool(np.abs(gradient_tensor(gradient)[~np.eye(3, dtype=bool)]).max() <= NOTHING)


def _index(times: Array, omega_t: float, what: str) -> int:
    """Where a recorded time is among those at which something is kept. Raises NotKept where it is not."""
    if omega_t not in times:
        nearest = times[nearest_time(times, omega_t)]
        raise NotKept(
            f"omega_t = {omega_t:.4g} must be one of the {len(times)} times at which {what} are kept, "
            f"the nearest of them Ω T = {nearest:.4g}; a run of your own has them at any."
        )
    return int(np.flatnonzero(times == omega_t)[0])


def summarized(data: xr.Dataset) -> xr.Dataset:
    """The dataset of a run -> that of its summary, with maps that are rounded to 16 bits when saved."""
    times = kept_times(data["omega_t"].values)
    cl = data["cl"].values
    arrays = {
        "cl_square_covariance": _with_mean_square(cl[:, times], data["rr"].values[:, times]),
        "monopole": cl[..., 0],
        "power": total_power(cl),
    }
    means = {}
    for name in ("cl", "cl_cross"):
        if name in data:
            each = data[name].values
            means[name] = each.mean(0, dtype=float)
            arrays[f"{name}_covariance"] = between_components(each)
            arrays[f"{name}_ell_covariance"] = np.tril(_between_multipoles(each[:, times]))
    quantities = schema.OF_EVERY_FIELD | schema.SUMMARY
    variables = {
        name: quantities[name].variable(
            values.astype(quantities[name].dtype), *(["realization"] if name in ("monopole", "power") else [])
        )
        for name, values in {**means, **arrays}.items()
    }
    summary = data.assign(variables).assign_coords(schema.summary_coordinates(data, times))
    for name in schema.MAPS:
        largest = float(np.abs(data[name].values).max())
        summary[name].encoding = {"dtype": "int16", "scale_factor": largest / 32767, "_FillValue": -32768}
    return summary


def _between_multipoles(cl: Array) -> Array:
    """(R, T, 3, 3, L) -> (T, gradient, L, L)."""
    fields = [spectra.contract(cl, gradient) for gradient in schema.GRADIENTS]
    return np.stack([covariance_of_mean(each) for each in fields], 1)


def _with_mean_square(cl: Array, rr: Array) -> Array:
    """(R, T, 3, 3, L), (R, T, 3, 3) -> (T, gradient, L)."""
    pairs = [[spectra.contract(tensor, g) for tensor in (cl, rr[..., None])] for g in schema.GRADIENTS]
    return np.stack([covariance_of_mean(*pair)[..., 0] for pair in pairs], 1)
