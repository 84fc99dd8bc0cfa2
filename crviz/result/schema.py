"""What the arrays of a result are called, what they are and how they are kept: said once.

A run holds the quantities of every field with a first dimension `realization`, ensemble means, and the
first field's maps; unnormalised sums behind the means, with which it goes on bit for bit, are a dataset of
their own. In a summary `cl` and `cl_cross` have lost their realisations, and the quantities of `SUMMARY`
say how they scattered; beside it, in groups of the file that are read when they are asked for, lie `FIELDS`
and `FINE_SKY`.
"""

from __future__ import annotations

import datetime
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
