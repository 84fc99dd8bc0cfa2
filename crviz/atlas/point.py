"""One place of the atlas, simulated or interpolated: a source like a result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from crviz import diffusion, observations, spectra
from crviz.arrays import Array
from crviz.atlas.fields import describe
from crviz.atlas.quantiles import FITTED, SHARES, THROUGH
from crviz.checks import ParameterError, check_choice
from crviz.config import Config
from crviz.diffusion import Diffusion, Moments, Regime, regime_of_exponent
from crviz.gradient import Gradient
from crviz.observations import ObservedSpectrum
from crviz.result import Estimate, Source
from crviz.result.schema import GRADIENTS
from crviz.result.times import nearest_time


@dataclass(frozen=True, eq=False)
class Quantiles:
    """What 16, 50 and 84 % of single observers see less than, at one time.

    Attributes
    ----------
    omega_t : float [1/Omega]
    ell : (L,) int or None
        None for a quantity that has no multipoles.
    values : (3, L) or (3,)
        NaN beyond `last`, where noise of the estimator is more than half of the squared width; below, its
        share was taken off.
    last : int or None
        The last multipole up to which they are known.
    """

    omega_t: float
    ell: Array | None
    values: Array
    last: int | None = None
    share: tuple[float, ...] = SHARES


@dataclass(frozen=True, eq=False)
class AtlasPoint(Source):
    """One place of the atlas: a point as it was simulated, or between points.

    Between points errors hold that of interpolation; see `interpolation_error`. C_l is NaN where, at one of
    the points around, noise leaves no positive power.

    Attributes
    ----------
    place
        The configuration of a run of this place; its times are the atlas's. The noise of Eq. 9 is that of its
        pixels; nothing of it is in C_l.
    dataset
        cl, standard_dipole, k, running, exponent (gradient, omega_t[, ell]), k_antisymmetric
        (omega_t), their `_error`, `_correlation` of the errors of the two gradients, `fields`.
    between
        Errors of interpolation by name, {name: (gradient, omega_t[, ell])}; None at a simulated point.
    find_observers
        Yields `observers`.
    """

    place: Config
    dataset: xr.Dataset
    between: Mapping[str, Array] | None
    find_observers: Callable[[], xr.Dataset]

    default_estimator = "cross"
    estimators = ("cross",)

    @property
    def config(self) -> Config:
        """The configuration of a run of this place."""
        return self.place

    @property
    def is_interpolated(self) -> bool:
        """Whether it lies between the simulated points."""
        return self.between is not None

    @property
    def sigma2(self) -> float:
        """Mean square of the turbulent field over B0^2."""
        return self.config.sigma2

    @property
    def rl_over_lc(self) -> float:
        """Larmor radius over L_c."""
        return self.config.rl_over_lc

    @property
    def digest(self) -> str:
        """Hex content hash of the configuration."""
        return self.config.digest

    @property
    def n_realizations(self) -> int:
        """Fields behind the low multipoles; between points, the fewest of the points around."""
        return int(self.dataset["fields"])

    @property
    def provenance(self) -> str:
        """From where in the atlas."""
        return "interpolated from the atlas" if self.is_interpolated else "from the atlas"

    @property
    def sampling(self) -> str:
        """How many fields, and how many of them on fine grids."""
        return sampled(self.n_realizations, int(self.dataset["fine_fields"]))

    @property
    def recipe(self) -> str:
        """Where in the atlas it is."""
        return f"crviz.atlas.load().interpolate({self.sigma2!r}, {self.rl_over_lc!r})"

    @property
    def caveats(self) -> tuple[str, ...]:
        """Sentences on what is not resolved here."""
        return self.config.caveats

    def seen_by(self, nside: int) -> AtlasPoint:
        """The same place with the noise of other pixels."""
        return dataclasses.replace(self, place=self.place.replace(nside=nside))

    def estimate(self, estimator: str, times: int | slice = slice(None)) -> Estimate:
        """The cross spectrum for all gradients, with the noise of Eq. 9 of the configuration's pixels.

        Raises ParameterError for other estimators.
        """
        if estimator not in self.estimators:
            raise ParameterError("estimator", estimator, "must be 'cross': the atlas keeps nothing else")
        running, _ = self._tensor("running")
        mean_square = 2 * self.omega_t[times, ..., None, None] * running[times]
        cl, covariance = self._tensor("cl")
        return Estimate(cl[times], spectra.pixel_noise(mean_square, self.config.n_pixels), covariance[times])

    def standard_dipole_tensor(self) -> tuple[Array, Array]:
        """S_ij of Eq. 3 (T, 3, 3) and the covariance of its components (T, 6, 6)."""
        return self._tensor("standard_dipole")

    def diffusion(self) -> Diffusion:
        """The diffusion tensors against time; errors of K~ are not known here."""
        found = diffusion.measured(self._moments())
        (_, k_covariance), (_, running_covariance) = self._tensor("k"), self._tensor("running")
        drift_error = np.zeros_like(found.drift)
        drift_error[:, 2] = self.dataset["k_antisymmetric_error"].values
        return dataclasses.replace(
            found,
            k_error=np.hypot(_errors(k_covariance), _about_z(drift_error[:, 2])),
            k_covariance=k_covariance,
            drift_error=drift_error,
            running_error=_errors(running_covariance),
            running_covariance=running_covariance,
        )

    def regime(self, gradient: Gradient = "parallel") -> Regime:
        """Ballistic, diffusive or something else, against time.

        At an oblique gradient the exponent's error is that of K alone, relative to <(r.g)^2>/2T.
        """
        tensors = self.diffusion()
        (k, k_error), (running, _) = tensors.along(gradient), tensors.along(gradient, "running")
        if isinstance(gradient, str):
            one = self.dataset.sel(gradient=gradient)
            exponent, error = one["exponent"].values, one["exponent_error"].values
        else:
            exponent, error = k / running, k_error / running
        turns = diffusion.gyrating(self.omega_t, k, k_error, running)
        return regime_of_exponent(self.omega_t, exponent, error, turns)

    def interpolation_error(self, *, which: str = "cl", gradient: str = "parallel") -> Array:
        """The standard error of interpolation, from points left out of the atlas (`interpolation`); 0 at a
        point itself. It is in all errors here, in quadrature with the statistical one.

        Parameters
        ----------
        which
            "cl", "k", "running", "exponent" or "standard_dipole".

        Returns
        -------
        (T, L) for "cl", else (T,)
            In the unit of the quantity.
        """
        if self.between is None:
            return np.zeros_like(self.dataset[which].sel(gradient=gradient).values)
        return self.between[which][GRADIENTS.index(gradient)]

    @cached_property
    def observers(self) -> xr.Dataset:
        """All that is kept of single observers, as `quantiles.QUANTITIES` names it; at a simulated place K of
        every field too. Raises ValueError where the atlas is an earlier one, without quantiles."""
        return self.find_observers()

    def observer_quantiles(
        self,
        which: str = "cl",
        *,
        gradient: str = "parallel",
        omega_t: float | None = None,
        observed: ObservedSpectrum | str | None = None,
    ) -> Quantiles:
        """Quantiles over fields of what one observer sees, from the fields on fine grids.

        Parameters
        ----------
        which
            "cl" [r_L^2]; "shape", C_l over the C_1 of the same sky; "dipole_angle" [deg], from B0 to where
            the dipole of delta I = r.g is on the sky; "gradient_angle" [deg], from the gradient to the same.
        gradient
            "parallel" or "perpendicular", where those along x and y are pooled: no others are known.
        omega_t
            The nearest time with quantiles is taken [1/Omega]; None is the last.
        observed
            A shipped observation or its name: C_l as it would be published of one sky, where B0 points by
            default (`observations.Orientation`). None is the whole sky.

        Raises ParameterError, and ValueError where the atlas has no quantiles.
        """
        check_choice("which", which, ("cl", "shape", "dipole_angle", "gradient_angle"))
        time, index = self._at(gradient, omega_t)
        if which.endswith("angle"):
            return Quantiles(time, None, self._picked(f"{which}_quantiles", **index))
        if observed is None:
            last = int(self._picked(f"{which}_last", **index))
            ell = self.dataset["ell"].values
            return Quantiles(time, ell, self._picked(f"{which}_quantiles", **index), last)
        name = "seen" if which == "cl" else "seen_shape"
        window = self._window(_observation(observed))
        here = self.observers["seen_window"].values == self.observers["window"].values[window]
        last = int(self._picked(f"{name}_last", window=window, **index))
        values = self._picked(f"{name}_quantiles", **index)[:, here]
        return Quantiles(time, self.observers["seen_ell"].values[here], values, last)

    def factor_quantiles(
        self,
        observed: ObservedSpectrum | str,
        *,
        gradient: str = "parallel",
        omega_t: float | None = None,
        of: str = "observation",
        fitted: str = "2 on",
        through: str = "window",
    ) -> Quantiles:
        """Quantiles over fields of the common factor of an observation and one sky: (3,).

        Parameters
        ----------
        observed
            A shipped observation or its name.
        gradient, omega_t : as in `observer_quantiles`
        of
            "observation": what each sky is multiplied by to fit the observation, (r_L |grad n| / n)^2.
            "sky": the factor that is fitted to each sky in place of the observation, by the ensemble's mean;
            its scatter about 1 is the error of a fitted factor.
        fitted
            "dipole", or "1 on", "2 on", "4 on": all published multipoles from there, as far as quantiles of
            C_l are known.
        through
            "window", as `observations.compare` does it, or "whole sky", as if nothing were in between.

        Raises ParameterError, and ValueError where the atlas has no quantiles.
        """
        check_choice("of", of, ("observation", "sky"))
        index = {
            "through": THROUGH.index(check_choice("through", through, THROUGH)),
            "fitted": FITTED.index(check_choice("fitted", fitted, FITTED)),
        }
        time, at = self._at(gradient, omega_t)
        one = _observation(observed)
        if of == "sky":
            values = self._picked("sky_factor_quantiles", window=self._window(one), **index, **at)
        else:
            self._window(one)
            names = self.observers["observation"].values.tolist()
            if one.name not in names:
                raise ParameterError("observed", one.name, f"must be one of {', '.join(names)}")
            values = self._picked("factor_quantiles", observation=names.index(one.name), **index, **at)
        return Quantiles(time, None, values)

    def _at(self, gradient: str, omega_t: float | None) -> tuple[float, dict[str, int]]:
        """A time with quantiles and the indices of gradient and time."""
        if gradient not in GRADIENTS:
            rule = "must be 'parallel' or 'perpendicular': quantiles of other gradients are not known"
            raise ParameterError("gradient", gradient, rule)
        times = self.observers["omega_t_quantile"].values
        index = nearest_time(times, omega_t)
        return float(times[index]), {"gradient": GRADIENTS.index(gradient), "omega_t_quantile": index}

    def _picked(self, name: str, **indices: int) -> Array:
        return self.observers[name].isel(indices).values

    def _window(self, observed: ObservedSpectrum) -> int:
        described = self.observers["window_described"].values.tolist()
        if describe(observed) not in described:
            raise ParameterError("observed", observed.name, "has a window that the atlas was not made for")
        return described.index(describe(observed))

    def _moments(self) -> Moments:
        running, cl = self._tensor("running")[0], self._tensor("cl")[0][None]
        k = self._tensor("k")[0] + _about_z(self.dataset["k_antisymmetric"].values, -1)
        rr = 2 * self.omega_t[:, None, None] * running
        return Moments(self.omega_t, rr[None], -k[None], cl[..., 0], diffusion.total_power(cl))

    def _pair_spectra(self) -> tuple[Array, Array]:
        positions = np.einsum("tiil->tl", self._tensor("cl")[0])
        return positions[None], np.full_like(positions, np.nan)

    def _tensor(self, name: str) -> tuple[Array, Array]:
        """A tensor that is symmetric about the regular field, (T, 3, 3, ...), and the covariance of its
        components xx, yy, zz, xy, xz, yz, (T, 6, 6, ...).

        xx and yy are the same number here: both are the mean of the two.
        """
        par, perp = self.dataset[name].values
        par_error, perp_error = self.dataset[f"{name}_error"].values
        mixed = self.dataset[f"{name}_correlation"].values * par_error * perp_error
        tensor = np.zeros((par.shape[0], 3, 3, *par.shape[1:]))
        tensor[:, 0, 0] = tensor[:, 1, 1] = perp
        tensor[:, 2, 2] = par
        covariance = np.zeros((par.shape[0], 6, 6, *par.shape[1:]))
        covariance[:, :2, :2] = (perp_error**2)[:, None, None]
        covariance[:, 2, 2] = par_error**2
        covariance[:, :2, 2] = covariance[:, 2, :2] = mixed[:, None]
        return tensor, covariance


def sampled(fields: object, fine: object) -> str:
    """How many fields, and how many of them on fine grids, in words."""
    return f"atlas: {fields} fields, {fine} of them on fine grids"


def _observation(observed: ObservedSpectrum | str) -> ObservedSpectrum:
    return observations.spectrum(observed) if isinstance(observed, str) else observed


def _errors(covariance: Array) -> Array:
    """Standard errors (T, 3, 3) from the covariance (T, 6, 6) of the components; 0 off the diagonal."""
    return np.sqrt(np.einsum("taa->ta", covariance)[:, :3])[:, None] * np.eye(3)


def _about_z(values: Array, sign: int = 1) -> Array:
    """Tensors with one number (T,) at xy and, with a sign, at yx: (T, 3, 3)."""
    out = np.zeros((len(values), 3, 3))
    out[:, 0, 1], out[:, 1, 0] = values, sign * values
    return out
