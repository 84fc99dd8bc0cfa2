"""A result made small: means and covariances of the spectra in place of every realisation's.

cl and cl_cross lose their realisations; what is kept of these is
  <name>_covariance      (omega_t, pair, other_pair, ell): of the mean, between tensor components
  <name>_ell_covariance  (omega_t_covariance, gradient, ell, other_ell): of the mean, between multipoles,
                         the triangle other_ell <= ell
  cl_square_covariance   (omega_t_covariance, gradient, ell): of the means of C_l and <(r.g)^2>
  monopole, power        (realization, omega_t, i, j): C_0 and sum (2l+1) C_l / 4 pi
"""

from __future__ import annotations

import numpy as np

from crviz import diffusion, spectra
from crviz.gradient import PAIRS, components, gradient_tensor
from crviz.means import covariance_of_mean

#: Gradients for which the covariance between multipoles is kept.
GRADIENTS = ("parallel", "perpendicular")
#: Maps, and covariances between multipoles, are kept at this many of the times at most.
TIMES_KEPT = 16
#: The time of the paper's Figure 2 [1/Omega], kept where it is recorded to a hundredth.
FIGURE_TIME = 100.0


def kept_times(omega_t):
    """Indices of the times at which maps and covariances between multipoles are kept.

    Evenly spread over the recorded times, the last one included, and so is the one nearest to
    `FIGURE_TIME` if it is within a hundredth of it: it takes the place of its nearest neighbour.
    """
    omega_t = np.asarray(omega_t)
    last = len(omega_t) - 1
    kept = np.unique(np.linspace(last, 0, min(TIMES_KEPT, last + 1)).round().astype(int))
    wanted = np.abs(omega_t - FIGURE_TIME).argmin()
    if abs(omega_t[wanted] / FIGURE_TIME - 1) <= 0.01 and wanted not in kept:
        kept[np.abs(kept[:-1] - wanted).argmin()] = wanted
    return kept


def reduce_dataset(data):
    """The dataset of a whole result -> that of a reduced one; of a reduced one, a copy."""
    if "realization" not in data["cl"].dims:
        return data.copy()
    kept = kept_times(data["omega_t"].values)
    variables = _of_every_field(data)
    for name in ("cl", "cl_cross"):
        if name in data:
            variables |= _mean_and_covariances(data[name], kept)
    variables["cl_square_covariance"] = (
        ("omega_t_covariance", "gradient", "ell"),
        _with_mean_square(data["cl"].values[:, kept], data["rr"].values[:, kept]),
        {"long_name": "covariance of the means of C_l and of <(r.g)^2>"},
    )
    return data.assign(variables).assign_coords(
        pair=list(PAIRS),
        other_pair=list(PAIRS),
        gradient=list(GRADIENTS),
        other_ell=data["ell"].values,
        omega_t_covariance=("omega_t_covariance", data["omega_t"].values[kept], {"units": "1/Omega"}),
    )


def round_maps(data):
    """Have the maps rounded to 16 bits when they are saved."""
    for name in ("mean_r", "sample_r", "sample_p"):
        largest = float(np.abs(data[name].values).max())
        data[name].encoding = {"dtype": "int16", "scale_factor": largest / 32767, "_FillValue": -32768}


def covariance_kept(data, name, gradient, omega_t):
    """The kept covariance (L, L) between multipoles of the mean of cl or cl_cross, and for cl that with
    <(r.g)^2> (L,).

    Raises ValueError, in one sentence, where it was not kept.
    """
    if f"{name}_ell_covariance" not in data:
        raise ValueError("This reduced result was made without covariances between multipoles.")
    times = data["omega_t_covariance"].values
    if omega_t not in times:
        shown = ", ".join(f"{time:.4g}" for time in times)
        raise ValueError(
            f"omega_t = {omega_t:.4g} must be one of {shown}: this reduced result has covariances of "
            "multipoles at these times only."
        )
    same = [np.allclose(gradient_tensor(gradient), gradient_tensor(known)) for known in GRADIENTS]
    if not any(same):
        raise ValueError(
            f"gradient = {gradient!r} must be {' or '.join(map(repr, GRADIENTS))}: this reduced result "
            "has covariances of multipoles for these only."
        )
    at = {"omega_t_covariance": int(np.flatnonzero(times == omega_t)[0]), "gradient": same.index(True)}
    triangle = data[f"{name}_ell_covariance"].isel(at).values.astype(float)
    with_square = data["cl_square_covariance"].isel(at).values.astype(float)
    return triangle + np.tril(triangle, -1).T, with_square


def _of_every_field(data):
    cl, dims = data["cl"].values, data["rr"].dims
    power = diffusion.power(cl).astype(np.float32)
    return {
        "monopole": (dims, cl[..., 0], {"units": "r_L^2", "long_name": "C_0^ij"}),
        "power": (dims, power, {"units": "r_L^2", "long_name": "sum of (2l + 1) C_l^ij / 4 pi"}),
    }


def _mean_and_covariances(variable, kept):
    cl, name = variable.values, variable.name
    return {
        name: (variable.dims[1:], cl.mean(0, dtype=float).astype(np.float32), variable.attrs),
        f"{name}_covariance": (
            ("omega_t", "pair", "other_pair", "ell"),
            _between_components(cl),
            {"long_name": "covariance of the mean between components"},
        ),
        f"{name}_ell_covariance": (
            ("omega_t_covariance", "gradient", "ell", "other_ell"),
            np.tril(_between_multipoles(cl[:, kept])),
            {"long_name": "covariance of the mean between multipoles, the triangle other_ell <= ell"},
        ),
    }


def _between_components(cl):
    """(R, T, 3, 3, L) -> (T, 6, 6, L)."""
    covariance = covariance_of_mean(components(np.moveaxis(cl, -1, 2)))
    return np.moveaxis(covariance, 1, -1).astype(np.float32)


def _between_multipoles(cl):
    """(R, T, 3, 3, L) -> (T, gradient, L, L)."""
    fields = [spectra.contract(cl, gradient) for gradient in GRADIENTS]
    return np.stack([covariance_of_mean(each) for each in fields], 1).astype(np.float32)


def _with_mean_square(cl, rr):
    """(R, T, 3, 3, L), (R, T, 3, 3) -> (T, gradient, L)."""
    pairs = [[spectra.contract(tensor, g) for tensor in (cl, rr[..., None])] for g in GRADIENTS]
    return np.stack([covariance_of_mean(*pair)[..., 0] for pair in pairs], 1).astype(np.float32)
