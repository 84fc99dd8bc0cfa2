"""From part files to one small table: every point's spectra, diffusion and standard dipole.

The ensemble is symmetric about the regular field: in the mean of every symmetric tensor xx = yy and
xy = xz = yz = 0, so that parallel (zz) and perpendicular, (xx + yy)/2, say all there is. The file
keeps these two with standard errors and their correlation, which is all that a gradient at another
angle needs. Auto spectra are not kept: <C_l> of a sky of 12 nside^2 pixels is the cross spectrum
plus Eq. 9's noise (`running` gives it), as far as Eq. 9 holds. What single observers see is kept as
quantiles over fields (`quantiles`), and K of every field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from crviz import means, observations, spectra, turbulence
from crviz._version import __version__
from crviz.arrays import Array
from crviz.atlas import quantiles
from crviz.atlas.fields import OF_MEAN_DIPOLE, describe, seen_multipoles, two_gradients, windows
from crviz.atlas.grid import Grid
from crviz.atlas.joining import Sample, join, steadied_covariances, typical_slope
from crviz.atlas.parts import Sampled
from crviz.atlas.quantiles import observed_by_one
from crviz.config import NUMERICS_VERSION
from crviz.gradient import gradient_tensor, pair_weights
from crviz.parameters import TURBULENCE
from crviz.result import netcdf
from crviz.result.schema import GRADIENTS, Quantity, created

#: Layout of the file; raised when names or meanings change. The first one has no quantiles.
SCHEMA, OLDEST_SCHEMA = 2, 1
_TENSOR = ("gradient", "omega_t")
#: What is kept of every point.
QUANTITIES = {
    "cl": Quantity((*_TENSOR, "ell"), "r_L^2", "C_l of r(-T).g, cross spectrum of two grids, ensemble mean"),
    "standard_dipole": Quantity(_TENSOR, "r_L^2", "C_1 of standard diffusion (Eq. 3), U-statistic"),
    "k": Quantity(_TENSOR, "r_L^2 Omega", "K_ij = -<r_i(-T) p_j(-T)>, symmetric part"),
    "running": Quantity(_TENSOR, "r_L^2 Omega", "<r_i r_j> / 2T"),
    "exponent": Quantity(_TENSOR, "1", "d ln <r_i r_j> / d ln T = K_ij / (<r_i r_j> / 2T)"),
    "k_antisymmetric": Quantity(("omega_t",), "r_L^2 Omega", "(K_xy - K_yx) / 2: drift"),
    "fields": Quantity((), "", "fields in all"),
    "fine_fields": Quantity((), "", "those of them seen by fine grids"),
    "step": Quantity((), "1/Omega", "integration step"),
} | quantiles.QUANTITIES
_POINT = ("sigma2", "rl_over_lc")


def assemble(folder: str | Path, grid: Grid | None = None) -> xr.Dataset:
    """The table of all points, from whatever number of fields each of them has.

    Parameters
    ----------
    folder
        Of the part files; see `making`.
    grid
        None is the shipped atlas's.

    Returns
    -------
    xarray.Dataset
        sigma2, rl_over_lc, gradient ("parallel", "perpendicular"), omega_t [1/Omega] and ell are
        its coordinates; cl, standard_dipole, k, running, exponent, k_antisymmetric its variables,
        each with `_error` and, but for the last two, `_correlation` (of the errors of the two
        gradients).

    Raises
    ------
    ValueError
        Where a point has no first round yet.
    """
    grid = grid or Grid()
    points, samples = {}, {}
    for point in grid.points():
        coarse, fine = (_part(Path(folder), sampled) for sampled in grid.sampled(*point))
        late, step = grid.quantile_indices, grid.configs(*point)[0].resolved_step
        points[point] = {"step": step} | _moments(coarse, fine, late) | observed_by_one(fine, late)
        samples[point] = _sample(coarse, fine)
    slope = typical_slope(samples.values())
    joined = [join(sample, slope) for sample in samples.values()]
    for point, one, covariance in zip(samples, joined, steadied_covariances(joined), strict=True):
        points[point] |= _two_gradients("cl", one.cl, covariance)
    return tabulate(grid, points)


def save(dataset: xr.Dataset, path: str | Path) -> None:
    """Write the table: compressed, and put in place at once; what single observers see in a group of its own,
    which is read when it is asked for. Raises OSError."""
    of_observers = [name for name in dataset if name in quantiles.QUANTITIES]
    means = dataset[[name for name in dataset if name not in of_observers]]
    netcdf.write(path, means, groups={quantiles.GROUP: dataset[of_observers]} if of_observers else None)


def _part(folder: Path, sampled: Sampled) -> xr.Dataset:
    if not sampled.fields_in(folder):
        config = sampled.config
        raise ValueError(
            f"{folder} lacks sigma2 = {config.sigma2:g}, rl_over_lc = {config.rl_over_lc:g} at "
            f"nside = {config.nside}: the first round is not complete."
        )
    return sampled.read(folder)


def _sample(coarse: xr.Dataset, fine: xr.Dataset) -> Sample:
    spectra_of = (part["cl"].values.astype(float) for part in (coarse, fine))
    noise = (part["noise"].values / part.sizes["field"] for part in (coarse, fine))
    return Sample(*spectra_of, *noise)


def _moments(coarse: xr.Dataset, fine: xr.Dataset, late: Array) -> dict[str, Any]:
    """What all fields say, apart from the spectrum."""
    k, running, drift, dipole = (
        np.concatenate([part[name].values.astype(float) for part in (fine, coarse)])
        for name in ("k", "running", "k_antisymmetric", "dipole")
    )
    tensor, covariance = spectra.standard_dipole_tensor(dipole * OF_MEAN_DIPOLE)
    standard = two_gradients(np.einsum("tii->ti", tensor)), _two_covariance(covariance)
    exponent, exponent_error = means.ratio(k, running)
    return (
        _two_gradients("k", *_mean(k))
        | _two_gradients("running", *_mean(running))
        | _two_gradients("standard_dipole", *standard)
        | {
            "exponent": exponent,
            "exponent_error": exponent_error,
            "k_antisymmetric": drift.mean(0),
            "k_antisymmetric_error": means.standard_error(drift),
            "k_fields": np.moveaxis(k[..., late], 0, -1),
            "k_antisymmetric_fields": drift[:, late].T,
            "fields": len(k),
            "fine_fields": fine.sizes["field"],
        }
    )


def _mean(fields: Array) -> tuple[Array, Array]:
    """Mean over fields (R, 2, T) and its covariance (2, 2, T)."""
    covariance = means.covariance_of_mean(np.moveaxis(fields, 1, -1))
    return fields.mean(0), np.moveaxis(covariance, 0, -1)


def _two_covariance(covariance: Array) -> Array:
    """Covariance (T, 6, 6) of a tensor's PAIRS -> (2, 2, T) of parallel and perpendicular."""
    weights = [pair_weights(gradient_tensor(gradient)) for gradient in GRADIENTS]
    return np.einsum("ga,tab,hb->ght", weights, covariance, weights)


def _two_gradients(name: str, value: Array, covariance: Array) -> dict[str, Any]:
    deviation = np.sqrt(np.einsum("gg...->g...", covariance))
    correlation = covariance[0, 1] / (deviation[0] * deviation[1])
    return {name: value, f"{name}_error": deviation, f"{name}_correlation": correlation}


def tabulate(grid: Grid, points: Mapping[tuple[float, float], Mapping[str, Any]]) -> xr.Dataset:
    """The table of points {(sigma2, rl_over_lc): {name: array}}, in single precision: see `assemble`."""
    shape = len(grid.sigma2), len(grid.rl_over_lc)
    ordered = [points[sigma2, rl] for sigma2 in grid.sigma2 for rl in grid.rl_over_lc]
    tables = {name: _of_all([np.asarray(point[name]) for point in ordered]) for name in ordered[0]}
    tables = {name: values.reshape(*shape, *values.shape[1:]) for name, values in tables.items()}
    variables = {name: (_POINT + _dims(name), _compact(name, values)) for name, values in tables.items()}
    coords = {
        "sigma2": list(grid.sigma2),
        "rl_over_lc": list(grid.rl_over_lc),
        "gradient": list(GRADIENTS),
        "omega_t": ("omega_t", np.array(grid.omega_t), {"units": "1/Omega"}),
        "ell": np.arange(tables["cl"].shape[-1]),
    }
    if "cl_quantiles" in tables:
        coords |= _of_quantiles(grid, tables["cl"].shape[-1] - 1)
    dataset = xr.Dataset(variables, coords, _attributes(grid))
    for name, quantity in QUANTITIES.items():
        if name in dataset:
            dataset[name].attrs.update(quantity.attributes)
    return dataset


def _of_all(values: list[Array]) -> Array:
    """Arrays of all points, NaN where one has fewer fields than others."""
    most = max(each.shape[-1:] for each in values)
    if all(each.shape[-1:] == most for each in values):
        return np.array(values)
    missing = [(0, most[0] - each.shape[-1]) for each in values]
    return np.array(
        [
            np.pad(each, [(0, 0)] * (each.ndim - 1) + [width], constant_values=np.nan)
            for each, width in zip(values, missing, strict=True)
        ]
    )


def _of_quantiles(grid: Grid, lmax: int) -> dict[str, Any]:
    """Coordinates of `quantiles.QUANTITIES`."""
    multipoles = seen_multipoles(lmax)
    names = [window.name for window in windows()]
    times = np.array(grid.omega_t)[grid.quantile_indices]
    return {
        "quantile": list(quantiles.SHARES),
        "omega_t_quantile": ("omega_t_quantile", times, {"units": "1/Omega"}),
        "window": names,
        "observation": [one.name for one in observations.spectra()],
        "through": list(quantiles.THROUGH),
        "fitted": list(quantiles.FITTED),
        "seen_ell": ("seen", np.concatenate(multipoles)),
        "seen_window": ("seen", np.repeat(names, [ell.size for ell in multipoles])),
        "window_described": ("window", [describe(window) for window in windows()]),
    }


def _dims(name: str) -> tuple[str, ...]:
    noun, _, suffix = name.rpartition("_")
    if suffix not in ("error", "correlation"):
        return QUANTITIES[name].dims
    dims = QUANTITIES[noun].dims
    return dims[1:] if suffix == "correlation" else dims


def _compact(name: str, values: Array) -> Array:
    """Single precision with fewer digits, which compresses: 2^-15 relative, and 2^-9 for errors, and for what
    scatters by a tenth or more."""
    if values.dtype.kind == "i":
        return values
    rough = name.endswith(("_error", "_correlation")) or name in quantiles.QUANTITIES
    bits = 8 if rough else 14
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(mantissa * 2.0**bits) / 2.0**bits, exponent).astype(np.float32)


def _attributes(grid: Grid) -> dict[str, Any]:
    config = grid.configs(grid.sigma2[0], grid.rl_over_lc[0])[0]
    own = [TURBULENCE, *turbulence.get(config.turbulence).parameters]
    return {
        "schema": SCHEMA,
        "turbulence": json.dumps({each.name: getattr(config, each.name) for each in own}),
        "seed": config.seed,
        "numerics": NUMERICS_VERSION,
        "nside": [sampling.nside for sampling in grid.rounds[0]],
        "crviz_version": __version__,
        "created": created(),
    }
