"""What the arrays of a result are called, what they are and how they are kept: said once.

A run holds the quantities of every field with a first dimension `realization`, ensemble means, and the
first field's maps; unnormalised sums behind the means, with which it goes on bit for bit, are a dataset of
their own. In a summary `cl` and `cl_cross` have lost their realisations, and the quantities of `SUMMARY`
say how they scattered; beside it, in groups of the file that are read when they are asked for, lie `FIELDS`
and `FINE_SKY`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from crviz._version import __version__
from crviz.arrays import Array
from crviz.config import NUMERICS_VERSION, Config
from crviz.gradient import PAIRS
from crviz.result.rows import Rows

#: Layout of the dataset; raised when names or meanings change.
SCHEMA = 1
#: That of a part, which does not begin with field 0: earlier versions would take it for a whole run.
PART_SCHEMA = 2
#: That of fields of several seeds, which earlier versions would take for those of the first.
SEEDS_SCHEMA = 3
#: Fields that are looked at at once.
_AT_ONCE = 16
#: Gradients for which the covariance between multipoles is kept.
GRADIENTS = ("parallel", "perpendicular")
#: Spectra of single fields scatter by a tenth or more: an error of 5e-4 is nothing beside it.
BITS_OF_FIELDS = 10


@dataclass(frozen=True)
class Quantity:
    """One array of a dataset: its dimensions, its unit, what it is, and the type it is kept in."""

    dims: tuple[str, ...]
    units: str = ""
    long_name: str = ""
    dtype: type = float

    def variable(self, values: Array | Rows, *lead: str) -> xr.Variable:
        """Values as a read-only variable, with further dimensions in front."""
        if not isinstance(values, Rows):
            values = np.asarray(values).view()
            values.setflags(write=False)
        return xr.Variable((*lead, *self.dims), values, self.attributes)

    @property
    def attributes(self) -> dict[str, str]:
        """What there is to say of it in a file."""
        said = {"units": self.units, "long_name": self.long_name}
        return {name: words for name, words in said.items() if words}


_MOMENT = ("omega_t", "i", "j")
_SPECTRA = (*_MOMENT, "ell")
_MAP = ("omega_t_map", "i", "pixel")

#: Of every field. Spectra take most of the room, and scatter by a tenth or more anyway: single precision.
OF_EVERY_FIELD = {
    "cl": Quantity(_SPECTRA, "r_L^2", "C_l^ij of r(-T), grid A with itself", np.float32),
    "cl_cross": Quantity(_SPECTRA, "r_L^2", "C_l^ij of r(-T), grid A with grid B, symmetrised", np.float32),
    "rr": Quantity(_MOMENT, "r_L^2", "sky mean of r_i(-T) r_j(-T)"),
    "rp": Quantity(_MOMENT, "r_L", "sky mean of r_i(-T) p_j(-T)"),
    "pp": Quantity(_MOMENT, "1", "sky mean of p_i(-T) p_j(-T)"),
    "dipole": Quantity(
        ("omega_t", "i", "m"), "r_L", "real l = 1 coefficients of r_i(-T), m = -1, 0, 1 for y, z, x"
    ),
}
#: Means over all fields, and sums in the making.
MEANS = {
    "cl_rp": Quantity(_SPECTRA, "r_L", "ensemble mean of the cross spectra of r_i and p_j"),
    "cl_pp": Quantity(_SPECTRA, "1", "ensemble mean of the cross spectra of p_i and p_j"),
    "cl_rp_cross": Quantity(_SPECTRA),
    "cl_pp_cross": Quantity(_SPECTRA),
    "mean_r": Quantity(_MAP, "r_L", "ensemble mean of r(-T) on grid A", np.float32),
}


def samples_of(field: int) -> dict[str, Quantity]:
    """Maps of a field, the first one that a result holds."""
    return {
        "sample_r": Quantity(_MAP, "r_L", f"r(-T) of realisation {field} on grid A", np.float32),
        "sample_p": Quantity(_MAP, "1", f"p(-T) of realisation {field} on grid A", np.float32),
    }


#: Maps of the first field.
SAMPLES = samples_of(0)
MAPS = ("mean_r", *SAMPLES)

_BETWEEN_MULTIPOLES = Quantity(
    ("omega_t_covariance", "gradient", "ell", "other_ell"),
    long_name="covariance of the mean between multipoles, the triangle other_ell <= ell",
    dtype=np.float32,
)
_BETWEEN_COMPONENTS = Quantity(
    ("omega_t", "pair", "other_pair", "ell"),
    long_name="covariance of the mean between components",
    dtype=np.float32,
)
#: What a summary keeps of the scatter of `cl` and `cl_cross`; the last two of every field.
SUMMARY = {
    "cl_covariance": _BETWEEN_COMPONENTS,
    "cl_cross_covariance": _BETWEEN_COMPONENTS,
    "cl_ell_covariance": _BETWEEN_MULTIPOLES,
    "cl_cross_ell_covariance": _BETWEEN_MULTIPOLES,
    "cl_square_covariance": Quantity(
        ("omega_t_covariance", "gradient", "ell"),
        long_name="covariance of the means of C_l and of <(r.g)^2>",
        dtype=np.float32,
    ),
    "monopole": Quantity(_MOMENT, "r_L^2", "C_0^ij", np.float32),
    "power": Quantity(_MOMENT, "r_L^2", "sum of (2l + 1) C_l^ij / 4 pi", np.float32),
}

#: What a summary keeps of every field at some of the times, in a group of its own: along x, y and z, since
#: what one observer sees along B0 is zz, and across it xx or yy.
_ALONG_AXES = Quantity(
    ("omega_t", "i", "ell"), "r_L^2", f"C_l^ii, rounded to {BITS_OF_FIELDS} bits after the first", np.float32
)
FIELDS = {"cl": _ALONG_AXES, "cl_cross": _ALONG_AXES}
#: The first field's sky on a finer grid, in a group of its own: whole numbers of 8 bits, kept as what they
#: differ by from one pixel to the next, modulo 256, the first one from 0.
FINE_SKY = {
    "steps": Quantity(_MAP, "scale", "differences along the pixels of r(-T) of realisation 0", np.int8),
    "scale": Quantity(("omega_t_map", "i"), "r_L", "what a step of 1 stands for"),
}


def run_dataset(
    config: Config,
    fields: range,
    map_times: Array,
    every: Mapping[str, Array | Rows],
    means: Mapping[str, Array],
    samples: Mapping[str, Array],
    *,
    fused: bool,
) -> xr.Dataset:
    """The dataset of a run.

    Parameters
    ----------
    fields
        Which fields are in it.
    map_times
        Indices of the times of maps.
    every
        Quantities of every field, (R, ...).
    means, samples
        Ensemble means, and maps of the first field.
    fused
        Whether all orbits were followed with fused multiply-adds.
    """
    variables = {
        name: quantity.variable(values[name].astype(quantity.dtype, copy=False), *lead)
        for quantities, values, lead in (
            (OF_EVERY_FIELD, every, ("realization",)),
            (MEANS, means, ()),
            (samples_of(fields.start), samples, ()),
        )
        for name, quantity in quantities.items()
        if name in values
    }
    omega_t = np.array(config.omega_t)
    coordinates = {
        "realization": np.arange(fields.start, fields.stop),
        "omega_t": ("omega_t", omega_t, {"units": "1/Omega"}),
        "i": ["x", "y", "z"],
        "j": ["x", "y", "z"],
        "m": [-1, 0, 1],
        "ell": np.arange(2 * config.nside + 1),
        "omega_t_map": ("omega_t_map", omega_t[map_times], {"units": "1/Omega"}),
        "pixel": np.arange(config.n_pixels),
    }
    attributes = {
        "schema": PART_SCHEMA if fields.start else SCHEMA,
        "config": json.dumps(config.to_dict()),
        "digest": config.digest,
        "numerics": NUMERICS_VERSION,
        "fused_multiply_adds": int(fused),
        "crviz_version": __version__,
        "created": created(),
    }
    return xr.Dataset(variables, coordinates, attributes)


def of_seeds(dataset: xr.Dataset, numbers: Mapping[int, int]) -> xr.Dataset:
    """The dataset of a run that has so many fields of each seed, from field 0 of it on, in this order."""
    return dataset.assign_attrs(schema=SEEDS_SCHEMA, seeds=json.dumps(list(numbers.items())))


def seeds_of(said: object) -> dict[int, int]:
    """How many fields there are of each seed, by the attribute `seeds`; nothing where that is missing."""
    return {int(seed): int(number) for seed, number in json.loads(str(said or "[]"))}


def digest(config: Config, numerics: int, seeds: Mapping[int, int]) -> str:
    """What a result is addressed by: the digest of its configuration, and of its seeds if it has several."""
    plain = config.digest_at(numerics)
    if not seeds:
        return plain
    return hashlib.sha256(json.dumps([plain, *seeds.items()]).encode()).hexdigest()[: len(plain)]


def check(data: xr.Dataset, config: Config) -> None:
    """Whether a dataset is that of a result: what it must have is there, of the shape that its configuration
    says, and finite. `Rows` are left where they are: `check_rows`. Raises ValueError."""
    for name in ("created", "crviz_version"):
        if not isinstance(data.attrs.get(name), str):
            raise ValueError(f"it lacks the attribute {name!r}")
    sizes = _sizes(config)
    run = "realization" in data["cl"].dims
    quantities = OF_EVERY_FIELD | MEANS | SAMPLES
    needed = [name for name in quantities if config.grids == "cross" or "cross" not in name]
    if missing := [name for name in ("realization", "omega_t", "omega_t_map", *needed) if name not in data]:
        raise ValueError(f"it lacks {missing[0]!r}")
    for name, quantity in (quantities | SUMMARY).items():
        if name in data:
            every = name in ("monopole", "power") or (name in OF_EVERY_FIELD and (run or "cl" not in name))
            _check_array(
                name, data[name].variable, ("realization", *quantity.dims) if every else quantity.dims, sizes
            )
    for name in needed:
        _check_finite(name, data[name].variable)
    first, times = data["realization"].values, data["omega_t"].values
    if first.ndim != 1 or not len(first) or (first != np.arange(len(first)) + max(0, int(first[0]))).any():
        raise ValueError("its fields have no numbers that follow one another")
    if (seeds := seeds_of(data.attrs.get("seeds"))) and sum(seeds.values()) != len(first):
        raise ValueError("its seeds are not those of its fields")
    if not np.array_equal(times, config.omega_t):
        raise ValueError("its times are not those of its configuration")
    if not len(data["omega_t_map"]) or not np.isin(data["omega_t_map"].values, times).all():
        raise ValueError("its maps are at other times than its spectra")


def check_rows(data: xr.Dataset) -> None:
    """Whether arrays that were left on the disk can be read, and are finite. Raises ValueError."""
    for name in OF_EVERY_FIELD:
        rows = data[name].variable.data if name in data else None
        if not isinstance(rows, Rows):
            continue
        for start in range(0, len(rows), _AT_ONCE):
            if not np.isfinite(rows[start : start + _AT_ONCE]).all():
                raise ValueError(f"{name!r} has values that are no finite numbers")


def check_sums(sums: xr.Dataset, data: xr.Dataset, config: Config) -> None:
    """Whether sums are those of a run with a dataset. Raises ValueError."""
    nodes, sizes = sums_of(sums), _sizes(config) | {"omega_t_map": data.sizes["omega_t_map"]}
    needed = {name for name in MEANS if config.grids == "cross" or "cross" not in name}
    for name, variable in sums.variables.items():
        quantity = MEANS.get(str(name).rpartition("_")[0].partition("_from_")[0])
        if quantity is None:
            raise ValueError(f"it has sums of {name!r}, which is nothing")
        _check_array(str(name), variable, quantity.dims, sizes)
        _check_finite(str(name), variable)
    after = int(data["realization"].values[0])
    for fields, found in nodes.items():
        if fields.start != after or set(found) != needed:
            raise ValueError("its sums are not those of its fields")
        after = fields.stop
    if after != int(data["realization"].values[-1]) + 1:
        raise ValueError("its sums are not those of its fields")


def check_groups(groups: Mapping[str, xr.Dataset]) -> None:
    """Whether what lies beside a summary can be read, and is what it is said to be. Raises ValueError."""
    for group, quantities in (("fields", FIELDS), ("sky", FINE_SKY)):
        found = groups.get(group)
        if found is None:
            continue
        for name in ("cl",) if group == "fields" else quantities:
            dims = (*(("realization",) if group == "fields" else ()), *quantities[name].dims)
            if name not in found or found[name].dims != dims:
                raise ValueError(f"{group}/{name} is missing, or has other dimensions")


def _sizes(config: Config) -> dict[str, int]:
    """How long dimensions are that the configuration says."""
    return {
        "omega_t": len(config.omega_t),
        "i": 3,
        "j": 3,
        "m": 3,
        "ell": 2 * config.nside + 1,
        "other_ell": 2 * config.nside + 1,
        "pixel": config.n_pixels,
    }


def _check_array(name: str, variable: xr.Variable, dims: tuple[str, ...], sizes: Mapping[str, int]) -> None:
    expected = [sizes.get(dim, size) for dim, size in zip(dims, variable.shape, strict=False)]
    if variable.dims != dims or list(variable.shape) != expected:
        raise ValueError(f"{name!r} has the shape {dict(variable.sizes)}")
    if variable.dtype.kind != "f":
        raise ValueError(f"{name!r} has values of the type {variable.dtype}")


def _check_finite(name: str, variable: xr.Variable) -> None:
    if not isinstance(variable.data, Rows) and not np.isfinite(variable.values).all():
        raise ValueError(f"{name!r} has values that are no finite numbers")


def sums_dataset(nodes: Mapping[range, Mapping[str, Array]]) -> xr.Dataset:
    """The dataset of the unnormalised sums behind the means of a run.

    Those over n fields are named `..._n`; in a part, where numbers of fields do not say which they are,
    those from field f on `..._from_f_n`.
    """
    whole = next(iter(nodes)).start == 0
    return xr.Dataset(
        {
            f"{name}{'' if whole else f'_from_{fields.start}'}_{len(fields)}": (MEANS[name].dims, sums[name])
            for fields, sums in nodes.items()
            for name in MEANS
            if name in sums
        }
    )


def sums_of(dataset: xr.Dataset) -> dict[range, dict[str, Array]]:
    """The sums of a `sums_dataset`, by their fields, in the order of the index."""
    found: dict[tuple[int, int], dict[str, Array]] = {}
    for variable, values in dataset.items():
        sums, _, number = str(variable).rpartition("_")
        name, _, first = sums.partition("_from_")
        found.setdefault((int(first or 0), int(number)), {})[name] = values.values
    nodes: dict[range, dict[str, Array]] = {}
    after = 0
    for start, size in sorted(found, key=lambda node: (node[0], -node[1])):  # the largest first
        after = max(after, start)
        nodes[range(after, after + size)] = found[start, size]
        after += size
    return nodes


def summary_coordinates(data: xr.Dataset, kept: Array) -> dict[str, Any]:
    """What a summary has beside the coordinates of a run; kept are the indices of its covariances' times."""
    return {
        "pair": list(PAIRS),
        "other_pair": list(PAIRS),
        "gradient": list(GRADIENTS),
        "other_ell": data["ell"].values,
        "omega_t_covariance": ("omega_t_covariance", data["omega_t"].values[kept], {"units": "1/Omega"}),
    }


def fields_dataset(data: xr.Dataset, kept: Array, spectra: Mapping[str, Array]) -> xr.Dataset:
    """The dataset of single fields: spectra (R, kept, 3, L) by name, of a run with the dataset `data`."""
    return xr.Dataset(
        {name: FIELDS[name].variable(values, "realization") for name, values in spectra.items()},
        {
            "realization": data["realization"].values,
            "omega_t": ("omega_t", data["omega_t"].values[kept], {"units": "1/Omega"}),
            "i": ["x", "y", "z"],
            "ell": data["ell"].values,
        },
    )


def sky_dataset(omega_t: Array, nside: int, field: int, steps: Array, scale: Array) -> xr.Dataset:
    """The dataset of a field's finer sky: steps (T, 3, 12 nside^2), scale (T, 3)."""
    variables = {"steps": steps, "scale": scale}
    return xr.Dataset(
        {name: FINE_SKY[name].variable(values) for name, values in variables.items()},
        {"omega_t_map": ("omega_t_map", omega_t, {"units": "1/Omega"}), "i": ["x", "y", "z"]},
        {"nside": nside, "realization": field},
    )


def created() -> str:
    """The date of a result; SOURCE_DATE_EPOCH fixes it for files that shall be the same bit by bit."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    when = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        if epoch
        else datetime.datetime.now(datetime.UTC)
    )
    return when.isoformat(timespec="seconds")
