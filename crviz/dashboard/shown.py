"""What the page shows: a result, whole or growing, or a place of the atlas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz.atlas import AtlasPoint
from crviz.config import Config
from crviz.dashboard.held import axial, held, single, with_errors
from crviz.gradient import gradient_tensor
from crviz.result import Result

#: Resolution at which a place of the atlas gets a sky of one field, and whose noise is drawn.
POINT_NSIDE = 16


def fields_in_words(number):
    """A number of fields in words."""
    return f"{number} field{'' if number == 1 else 's'}"


@dataclass(frozen=True, eq=False)
class Shown:
    """A result and where it comes from.

    Attributes
    ----------
    result : Result
    origin : str
        In words.
    """

    result: Result
    origin: str

    @property
    def config(self) -> Config:
        """The configuration behind it."""
        return self.result.config

    @property
    def sky_config(self):
        """The configuration whose skies belong to it."""
        return self.config

    @property
    def last_time(self):
        """The largest backtracking time [1/Omega]."""
        return float(self.result.omega_t[-1])

    @property
    def n_realizations(self):
        """How many fields are in."""
        return self.result.n_realizations

    @property
    def sample(self):
        """Times (T,) [1/Omega] and positions (T, 3, pixels) [r_L] of the first field that are stored."""
        data = self.result.dataset
        return data["omega_t_map"].values, data["sample_r"].values

    def diffusion(self, gradient):
        """Times (T,) [1/Omega], K_ij g_i g_j and K_par at them [r_L^2 Omega]."""
        k = self.result.diffusion().k
        along, parallel = (np.einsum("ij,tij->t", gradient_tensor(g), k) for g in (gradient, "parallel"))
        return self.result.omega_t, along, parallel

    def spectrum(self, gradient, omega_t, estimator):
        """`Result.spectrum`."""
        return self.result.spectrum(gradient, omega_t, estimator)

    def usable(self, estimator):
        """The estimator, or "eq9" where there is no second grid for "cross"."""
        missing = estimator == "cross" and "cl_cross" not in self.result.dataset
        return "eq9" if missing else estimator

    def held(self, estimator):
        """The arrays that the browser holds, and what they are of in words."""
        source = f"over {fields_in_words(self.n_realizations)}"
        return held(self.result, self.usable(estimator)) | {"source": source}


@dataclass(frozen=True, eq=False)
class ShownPoint:
    """A place of the atlas, shown before anything is simulated; like `Shown`, but without a result.

    Attributes
    ----------
    point : AtlasPoint
    origin : str
        In words.
    """

    point: AtlasPoint
    origin: str

    result = None
    sample = None
    n_realizations = 0

    @property
    def config(self) -> Config:
        """The configuration that a run of this place would have."""
        return self.point.config

    @property
    def sky_config(self):
        """The configuration of the one field whose sky is shown."""
        return self.config.replace(nside=POINT_NSIDE, grids="single")

    @property
    def last_time(self):
        """The largest backtracking time [1/Omega]."""
        return float(self.point.omega_t[-1])

    def diffusion(self, gradient):
        """As of `Shown`."""
        along, parallel = (self.point.diffusion(g)[0] for g in (gradient, "parallel"))
        return self.point.omega_t, along, parallel

    def spectrum(self, gradient, omega_t, _estimator):
        """As of `Shown`."""
        return self.point.spectrum(gradient, omega_t, POINT_NSIDE)

    def usable(self, _estimator):
        """The atlas knows one estimator only."""
        return "cross"

    def held(self, _estimator):
        """The arrays that the browser holds: tensors that are symmetric about the regular field."""
        point = self.point
        spectra = [point.evolution(gradient, POINT_NSIDE) for gradient in ("parallel", "perpendicular")]
        cl = axial(*(spectrum.cl for spectrum in spectra))
        covariance = self._covariance("cl")
        content = {
            "digest": point.config.digest,
            "source": "interpolated from the atlas" if point.is_interpolated else "from the atlas",
            "omega_t": point.omega_t.astype(float),
            "power": single(cl[..., :10]),
            "noise": single(axial(*(spectrum.noise for spectrum in spectra))),
            **with_errors("estimate", cl, covariance),
            **with_errors("dipole", cl[..., :2], covariance[..., :2]),
        }
        for name, stored in (("standard", "standard_dipole"), ("k", "k"), ("running", "running")):
            value = axial(*point.dataset[stored].values)
            content |= with_errors(name, value[..., None], self._covariance(stored)[..., None])
        return content

    def _covariance(self, name):
        """Covariance between components (T, 6, 6, ...) of a tensor with xx = yy and zz alone."""
        data = self.point.dataset
        par, perp = data[f"{name}_error"].values
        mixed = data[f"{name}_correlation"].values * par * perp
        covariance = np.zeros((par.shape[0], 6, 6, *par.shape[1:]))
        covariance[:, :2, :2] = (perp**2)[:, None, None]
        covariance[:, 2, 2] = par**2
        covariance[:, :2, 2] = covariance[:, 2, :2] = mixed[:, None]
        return covariance
