"""Reading the atlas: spectra, diffusion and standard dipole at any sigma2 and r_L/L_c of its range."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from crviz import paths
from crviz.arrays import Array
from crviz.atlas.assembly import OLDEST_SCHEMA, SCHEMA
from crviz.atlas.interpolation import Interpolation, log
from crviz.atlas.point import AtlasPoint
from crviz.atlas.quantiles import GROUP, LOGARITHMIC, QUANTITIES
from crviz.checks import ParameterError, check_number
from crviz.config import Config
from crviz.parameters import TURBULENCE
from crviz.result import netcdf
from crviz.result.times import Recorded

#: Places closer than this in the logarithm are the point itself.
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Atlas(Recorded):
    """A table over (sigma2, rl_over_lc); `load` reads it.

    Attributes
    ----------
    dataset
        As `assembly.assemble` makes it, but for what lies in groups.
    groups
        What is read from the file when it is asked for, by name: quantiles.
    """

    dataset: xr.Dataset
    groups: Mapping[str, xr.Dataset] = field(default_factory=dict)

    @property
    def sigma2(self) -> Array:
        """The simulated values, increasing."""
        return self.dataset["sigma2"].values

    @property
    def rl_over_lc(self) -> Array:
        """The simulated values, increasing."""
        return self.dataset["rl_over_lc"].values

    @cached_property
    def turbulence(self) -> dict[str, Any]:
        """What is the same at all points: the kind of turbulence and its own parameters."""
        return {TURBULENCE.name: TURBULENCE.default} | json.loads(self.dataset.attrs["turbulence"])

    def covers(self, config: Config) -> bool:
        """Whether a configuration has the atlas's turbulence and lies in its range."""
        return (
            config.items() >= self.turbulence.items()
            and self._inside(config.sigma2, self.sigma2)
            and self._inside(config.rl_over_lc, self.rl_over_lc)
        )

    @staticmethod
    def _inside(value: float, axis: Array) -> bool:
        return bool(axis[0] <= value <= axis[-1])

    def nearest(self, sigma2: float, rl_over_lc: float) -> AtlasPoint:
        """The simulated point nearest in the logarithms, from anywhere.

        Raises ParameterError where a value is not above 0.
        """
        indices = []
        for name, value, axis in self._places(sigma2, rl_over_lc):
            check_number(name, value, above=0)
            indices.append(int(np.abs(np.log(axis / value)).argmin()))
        return self._point(*indices)

    def interpolate(self, sigma2: float, rl_over_lc: float) -> AtlasPoint:
        """The atlas at a place, a simulated point where it is one.

        Raises ParameterError outside the atlas's range, which the sentence says.
        """
        indices = []
        for name, value, axis in self._places(sigma2, rl_over_lc):
            if not self._inside(check_number(name, value), axis):
                rule = f"must lie between {axis[0]:g} and {axis[-1]:g}, the range of the atlas"
                raise ParameterError(name, float(value), rule)
            indices.append(int(np.abs(np.log(axis / value)).argmin()))
        nodes = self.sigma2[indices[0]], self.rl_over_lc[indices[1]]
        if np.abs(np.log([sigma2 / nodes[0], rl_over_lc / nodes[1]])).max() < _SAME:
            return self._point(*indices)
        return self._between(float(sigma2), float(rl_over_lc))

    def _places(self, sigma2: float, rl_over_lc: float) -> tuple[tuple[str, float, Array], ...]:
        return ("sigma2", sigma2, self.sigma2), ("rl_over_lc", rl_over_lc, self.rl_over_lc)

    @cached_property
    def interpolation(self) -> Interpolation:
        """What reads between the points."""
        return Interpolation(self._variables, self.sigma2, self.rl_over_lc)

    @cached_property
    def _variables(self) -> dict[str, Array]:
        """The variables with a value at every point but for quantiles, as float arrays (S, R, ...)."""
        return {
            str(name): values.values.astype(float)
            for name, values in self.dataset.items()
            if values.dims[:2] == ("sigma2", "rl_over_lc") and name not in QUANTITIES
        }

    def _point(self, a: int, b: int) -> AtlasPoint:
        dataset = self.dataset[list(self._variables)].isel(sigma2=a, rl_over_lc=b, drop=True)
        config = self._config(float(self.sigma2[a]), float(self.rl_over_lc[b]))
        return AtlasPoint(config, dataset, None, partial(self._observers, a, b))

    @cached_property
    def observers(self) -> xr.Dataset:
        """What is kept of single observers, at all points: `quantiles.QUANTITIES`.

        Raises ValueError where the file has none.
        """
        found = self.groups.get(GROUP, self.dataset)
        if "cl_quantiles" not in found:
            raise ValueError(
                "this atlas was made before quantiles were kept in one: make it anew by crviz atlas make."
            )
        return found[[name for name in QUANTITIES if name in found]]

    def _observers(self, a: int, b: int) -> xr.Dataset:
        return self.observers.isel(sigma2=a, rl_over_lc=b, drop=True)

    @cached_property
    def _smooth_observers(self) -> tuple[dict[str, Array], dict[str, Array]]:
        """Of quantiles, what is interpolated, with nothing missing; and where there was none: (S R, ...)."""
        nodes = {}
        for name in QUANTITIES:
            if name.endswith("_quantiles"):
                values = self.observers[name].values.astype(float)
                if name in LOGARITHMIC:
                    values = log(values)
                nodes[name] = values.reshape(-1, *values.shape[2:])
        filled = {
            name: self.interpolation.surface.filled_by_nearest(values) for name, values in nodes.items()
        }
        return filled, {name: np.isnan(values) for name, values in nodes.items()}

    def _observers_between(self, sigma2: float, rl_over_lc: float) -> xr.Dataset:
        """Quantiles at a place between points: unknown where one of the points around has none; the last l
        is the least of theirs and the share of noise the largest. K of every field is not there."""
        surface = self.interpolation.surface
        weights, around = (of(sigma2, rl_over_lc) for of in (surface.weights, surface.around))
        smooth, missing = self._smooth_observers
        found = {}
        for name, nodes in smooth.items():
            values = np.tensordot(weights, nodes, 1)
            values = np.where(missing[name][around].any(0), np.nan, values)
            values = np.exp(values) if name in LOGARITHMIC else np.clip(values, 0, 180)
            # a spline may let them cross
            found[name] = np.where(np.isnan(values).any(0), values, np.sort(values, 0))
        for suffix, extreme in (("_last", np.min), ("_noise", np.max)):
            for name in (name for name in QUANTITIES if name.endswith(suffix)):
                values = self.observers[name].values
                found[name] = extreme(values.reshape(-1, *values.shape[2:])[around], axis=0)
        return self._observers(0, 0)[list(found)].copy(data=found)

    def _between(self, sigma2: float, rl_over_lc: float) -> AtlasPoint:
        values, errors = self.interpolation.at(sigma2, rl_over_lc)
        around = self.interpolation.surface.around(sigma2, rl_over_lc)
        values |= {
            name: self._variables[name].ravel()[around].min().astype(int)
            for name in ("fields", "fine_fields")
        }
        config = self._config(sigma2, rl_over_lc)
        values["step"] = np.array(config.resolved_step)
        dataset = self.dataset[list(values)].isel(sigma2=0, rl_over_lc=0, drop=True).copy(data=values)
        observers = partial(self._observers_between, sigma2, rl_over_lc)
        return AtlasPoint(config, dataset, errors, observers)

    def _config(self, sigma2: float, rl_over_lc: float) -> Config:
        return Config(
            sigma2=sigma2,
            rl_over_lc=rl_over_lc,
            omega_t=tuple(self.omega_t),
            seed=int(self.dataset.attrs["seed"]),
            grids="cross",
            **self.turbulence,
        )


def load(path: str | Path | None = None) -> Atlas:
    """Read an atlas; None is the shipped one, read once.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is no atlas, or one of a layout that this version does not know.
    """
    return _shipped() if path is None else _read(path)


@cache
def _shipped() -> Atlas:
    return _read(paths.assets() / "atlas.nc")


def _read(path: str | Path) -> Atlas:
    dataset = netcdf.read(path, what="atlas", carries="turbulence", schema=SCHEMA, oldest=OLDEST_SCHEMA)
    return Atlas(dataset, netcdf.Groups(path))
