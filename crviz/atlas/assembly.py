"""From part files to one small table: every point's spectra, diffusion and standard dipole.

The ensemble is symmetric about the regular field: in the mean of every symmetric tensor xx = yy and
xy = xz = yz = 0, so that parallel (zz) and perpendicular, (xx + yy)/2, say all there is. The file
keeps these two with standard errors and their correlation, which is all that a gradient at another
angle needs. Auto spectra are not kept: <C_l> of a sky of 12 nside^2 pixels is the cross spectrum
plus Eq. 9's noise (`running` gives it), as far as Eq. 9 holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from crviz import diffusion, means, spectra, turbulence
from crviz._version import __version__
from crviz.arrays import Array, ArrayLike
from crviz.atlas import interpolation
from crviz.atlas.grid import Grid
from crviz.atlas.joining import Sample, join, steadied_covariances, typical_slope
from crviz.config import NUMERICS_VERSION, Config
from crviz.gradient import gradient_tensor, pair_weights
from crviz.library import Library
from crviz.parameters import TURBULENCE
from crviz.result import Result, netcdf
from crviz.result.schema import GRADIENTS, Quantity, created

#: Layout of the file; raised when names or meanings change.
SCHEMA = 1
_TENSOR = ("gradient", "omega_t")
#: What is kept of every point.
QUANTITIES = {
    "cl": Quantity((*_TENSOR, "ell"), "r_L^2", "C_l of r(-T).g, cross spectrum of two grids, ensemble mean"),
    "standard_dipole": Quantity(_TENSOR, "r_L^2", "C_1 of standard diffusion (Eq. 3), U-statistic"),
    "k": Quantity(_TENSOR, "r_L^2 Omega", "K_ij = -<r_i(-T) p_j(-T)>, symmetric part"),
    "running": Quantity(_TENSOR, "r_L^2 Omega", "<r_i r_j> / 2T"),
    "exponent": Quantity(_TENSOR, "1", "d ln <r_i r_j> / d ln T = K_ij / (<r_i r_j> / 2T)"),
    "k_antisymmetric": Quantity(("omega_t",), "r_L^2 Omega", "(K_xy - K_yx) / 2: drift"),
    "fields": Quantity((), "", "fields seen by coarse grids"),
    "fine_fields": Quantity((), "", "those of them seen by fine grids too"),
    "step": Quantity((), "1/Omega", "integration step"),
}
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
        gradients). `_interpolation` (share, ...) says how well points are predicted from the others
        (see `interpolation.left_out_errors`).

    Raises
    ------
    ValueError
        Where a point has no first round yet.
    """
    grid = grid or Grid()
    library = Library(folder)
    points, samples = {}, {}
    for point in grid.points():
        coarse, fine = (_part(library, config) for config in grid.configs(*point))
        points[point] = _moments(coarse) | {"fine_fields": fine.n_realizations}
        samples[point] = _sample(coarse, fine)
    slope = typical_slope(samples.values())
    joined = [join(sample, slope) for sample in samples.values()]
    for point, one, covariance in zip(samples, joined, steadied_covariances(joined), strict=True):
        points[point] |= _two_gradients("cl", one.cl, covariance)
    return tabulate(grid, points)


def save(dataset: xr.Dataset, path: str | Path) -> None:
    """Write the table: compressed, and put in place at once. Raises OSError."""
    netcdf.write(path, dataset)


def _part(library: Library, config: Config) -> Result:
    result = library.get(config)
    if result is None:
        raise ValueError(
            f"{library.folder} lacks sigma2 = {config.sigma2:g}, rl_over_lc = {config.rl_over_lc:g} at "
            f"nside = {config.nside}: the first round is not complete."
        )
    return result


def _two(tensor: ArrayLike) -> Array:
    """Parallel and perpendicular of symmetric tensors: (R, T, 3, 3, ...) -> (R, 2, T, ...)."""
    tensor = np.asarray(tensor, float)
    return np.stack([tensor[:, :, 2, 2], (tensor[:, :, 0, 0] + tensor[:, :, 1, 1]) / 2], 1)


def _sample(coarse: Result, fine: Result) -> Sample:
    few = fine.n_realizations
    seen = [
        {name: _two(result.dataset[name].values) for name in ("cl", "cl_cross")} for result in (coarse, fine)
    ]
    noise = (each["cl"].mean(0) - each["cl_cross"].mean(0) for each in seen)
    return Sample(seen[0]["cl_cross"][few:], seen[1]["cl_cross"], *noise)


def _moments(result: Result) -> dict[str, Any]:
    """What many fields on coarse grids say, apart from the spectrum."""
    data = result.dataset
    k = diffusion.diffusion_tensor(data["rp"].values)
    running = diffusion.running_diffusion(data["rr"].values, result.omega_t)
    drift = diffusion.drift(k)[..., 2]
    tensor, covariance = spectra.standard_dipole_tensor(data["dipole"].values)
    exponent, exponent_error = means.ratio(_two(k), _two(running))
    return (
        _two_gradients("k", *_mean(_two(k)))
        | _two_gradients("running", *_mean(_two(running)))
        | _two_gradients("standard_dipole", _two(tensor[None])[0], _two_covariance(covariance))
        | {
            "exponent": exponent,
            "exponent_error": exponent_error,
            "k_antisymmetric": drift.mean(0),
            "k_antisymmetric_error": means.standard_error(drift),
            "fields": result.n_realizations,
            "step": result.config.resolved_step,
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
    tables = {name: np.array([point[name] for point in ordered]) for name in ordered[0]}
    tables = {name: values.reshape(*shape, *values.shape[1:]) for name, values in tables.items()}
    predicted = interpolation.left_out_errors(tables, grid.sigma2, grid.rl_over_lc)
    variables = {name: (_POINT + _dims(name), _compact(name, values)) for name, values in tables.items()}
    variables |= {
        f"{name}_interpolation": (("share", *QUANTITIES[name].dims), _compact("_error", values))
        for name, values in predicted.items()
    }
    coords = {
        "sigma2": list(grid.sigma2),
        "rl_over_lc": list(grid.rl_over_lc),
        "gradient": list(GRADIENTS),
        "omega_t": ("omega_t", np.array(grid.omega_t), {"units": "1/Omega"}),
        "ell": np.arange(tables["cl"].shape[-1]),
        "share": list(interpolation.QUANTILES),
    }
    dataset = xr.Dataset(variables, coords, _attributes(grid))
    for name, quantity in QUANTITIES.items():
        dataset[name].attrs.update(quantity.attributes)
    return dataset


def _dims(name: str) -> tuple[str, ...]:
    noun, _, suffix = name.rpartition("_")
    if suffix not in ("error", "correlation"):
        return QUANTITIES[name].dims
    dims = QUANTITIES[noun].dims
    return dims[1:] if suffix == "correlation" else dims


def _compact(name: str, values: Array) -> Array:
    """Single precision with fewer digits, which compresses: 2^-15 relative, and 2^-9 for errors."""
    if values.dtype.kind == "i":
        return values
    bits = 8 if name.endswith(("_error", "_correlation")) else 14
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
