"""Whatever a picture can be made of: a run that can grow, a summary that cannot, a place of the atlas.

All of them answer the same questions with the same types, from few quantities that each kind provides in
its own way. What one of them does not keep it refuses with `NotKept`; nobody asks which of them it is.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np

from crviz import diffusion, spectra
from crviz.arrays import Array, ArrayLike
from crviz.checks import check_choice
from crviz.config import Config
from crviz.diffusion import Diffusion, Moments, Regime, SumRule
from crviz.gradient import Gradient, contracted_error, gradient_tensor, gradient_vector
from crviz.means import standard_error
from crviz.pairs import Separation, check_angles
from crviz.result import spectrum as spectra_of
from crviz.result.dipole import DipoleDirection
from crviz.result.kept import FieldSky
from crviz.result.spectrum import Estimate, Spectrum
from crviz.result.times import Recorded, nearest_time

#: "positions" is Eq. 5, what the paper plots; "full" is Eq. 4 with its Fick term.
MAPS = ("positions", "full")
#: Maps at the pixels, as (times (T,) [1/Omega], positions (T, 3, pixels) [r_L]).
Maps = tuple[Array, Array]
#: Gradients across B0 that an observer may see.
_ACROSS = ((np.pi / 2, 0.0), (np.pi / 2, np.pi / 2))


class NotKept(ValueError):
    """What was asked for is not in this source; one sentence says what is."""


def fields_in_words(number: int) -> str:
    """A number of fields in words."""
    return f"{number} field{'' if number == 1 else 's'}"


def seeds_in_words(seeds: Mapping[int, int]) -> str:
    """Seeds, and how many fields there are of each."""
    return ", ".join(f"{seed} ({fields_in_words(number)})" for seed, number in seeds.items())


def numbered(fields: range) -> str:
    """Which fields these are, in words."""
    if len(fields) == 1:
        return f"field {fields.start}"
    return f"fields {fields.start} to {fields.stop - 1}"


class Source(Recorded, Protocol):
    """The questions that results and places of the atlas answer, and the answers that are alike in all.

    Kinds of sources inherit from it and say what only they know: what has no body here.

    Attributes
    ----------
    dataset
        All that is in it, with the names, dimensions and units of `schema`.
    default_estimator
        Where none is named.
    savable
        Whether it has a file of its own.
    """

    default_estimator: ClassVar[str] = "eq9"
    savable: ClassVar[bool] = False

    @property
    def from_one_run(self) -> bool:
        """Whether all that is in it comes from one run of its configuration, so that fields, orbits and times
        can be set against another run's; a place of the atlas is joined from several, or read between."""
        return False

    @property
    def config(self) -> Config:
        """The configuration behind it; of a place, what a run there would be."""

    @property
    def digest(self) -> str:
        """Hex content hash of the configuration and the numerics."""

    @property
    def provenance(self) -> str:
        """In words: over how many fields, or from where in the atlas."""

    @property
    def sampling(self) -> str:
        """In words: how many fields, and how each was seen."""

    @property
    def recipe(self) -> str:
        """The Python expression that makes it again."""

    @property
    def n_realizations(self) -> int:
        """How many fields are in it."""

    @property
    def fields(self) -> range:
        """Which fields are in it: from 0 on, but in a part of a run."""
        return range(self.n_realizations)

    @property
    def estimators(self) -> tuple[str, ...]:
        """Names of the estimators that can be asked for."""

    def estimate(self, estimator: str, times: int | slice = slice(None)) -> Estimate:
        """What an estimator makes of it for all gradients, at times given by index. Raises ParameterError."""

    def standard_dipole_tensor(self) -> tuple[Array, Array]:
        """S_ij of Eq. 3, of which g_i g_j S_ij is the standard C_1: `spectra.standard_dipole_tensor`.

        Returns
        -------
        tensor : (T, 3, 3) [r_L^2]
        covariance : (T, 6, 6)
            Of the components xx, yy, zz, xy, xz, yz.
        """

    def _moments(self) -> Moments:
        """Sky means of every field, or of the mean alone."""

    def _pair_spectra(self) -> tuple[Array, Array]:
        """sum_i C_l^{ii} of the positions (R, T, L), or (1, T, L), and of the momenta (T, L), NaN where
        these are not kept."""

    @property
    def can_grow(self) -> bool:
        """Whether realisations can be added to it."""
        return False

    def usable(self, estimator: str) -> str:
        """The estimator if it can be asked for, else the first that can."""
        return estimator if estimator in self.estimators else self.estimators[0]

    def time_index(self, omega_t: float | None = None) -> int:
        """Index of the recorded time nearest to omega_t [1/Omega]; None is the last."""
        return nearest_time(self.omega_t, omega_t)

    def spectrum(
        self,
        gradient: Gradient = "parallel",
        *,
        omega_t: float | None = None,
        estimator: str | None = None,
        map: str = "positions",
    ) -> Spectrum:
        """The angular power spectrum at one time.

        Parameters
        ----------
        gradient
            (theta, phi) [rad] or "parallel" or "perpendicular".
        omega_t
            The nearest recorded time is taken [1/Omega]; None is the last.
        estimator
            What is done about the noise of a finite number of pixels: the level of Eq. 9 subtracted
            ("eq9", the default), the mean over the highest multipoles subtracted ("plateau"), two grids
            ("cross": nothing to subtract; the default of places of the atlas, which have it alone), or
            nothing ("none").
        map
            "positions" (Eq. 5), or "full" (Eq. 4 with its Fick term, where K comes from the run itself).

        Raises
        ------
        ValueError
        """
        return self._spectrum(gradient, self.time_index(omega_t), estimator, map)

    def evolution(
        self, gradient: Gradient = "parallel", *, estimator: str | None = None, map: str = "positions"
    ) -> Spectrum:
        """The spectrum at all times: a `Spectrum` of (T, L) arrays; arguments as in `spectrum`, but that
        "none" is the default where it can be had."""
        return self._spectrum(gradient, slice(None), estimator or self.usable("none"), map)

    def _spectrum(self, gradient: Gradient, times: int | slice, estimator: str | None, map: str) -> Spectrum:
        check_choice("map", map, MAPS)
        name = self.default_estimator if estimator is None else estimator
        found = spectra_of.along(self.estimate(name, times), gradient, self.ell, self.omega_t[times])
        if map == "positions":
            return found
        cl, noise = self._full_map(gradient, name, times)
        return spectra_of.spectrum(self.ell, cl, found.error, noise, found.omega_t)

    def _full_map(self, gradient: Gradient, estimator: str, times: int | slice) -> tuple[Array, Array]:
        """Mean spectrum of the map of Eq. 4, and its noise."""
        raise NotKept("Spectra of the momenta, which the map of Eq. 4 needs, are not kept here.")

    def realization_spectra(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """The estimated spectrum of every field, of the positions map: (R, L) [r_L^2].

        Its mean is the C_l of `spectrum`; the noise of each field is taken off itself. Arguments as in
        `spectrum`. A summary has it for gradients along x, y and z and "perpendicular", at some of the times.
        Raises NotKept where only means are there.
        """
        raise NotKept("Spectra of single realisations are not kept here.")

    def observer_spectra(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """The spectra that single observers see: (S, L) [r_L^2], S of them.

        Those of `realization_spectra`; but across B0, where an observer sees xx or yy, those along x of all
        fields and then those along y, since the mean of the two scatters less. Raises NotKept as it does.
        """
        seen = _ACROSS if gradient == "perpendicular" else (gradient,)
        each = [self.realization_spectra(g, omega_t=omega_t, estimator=estimator) for g in seen]
        return np.concatenate(each)

    def quantiles(
        self,
        gradient: Gradient = "parallel",
        *,
        omega_t: float | None = None,
        estimator: str | None = None,
        at: ArrayLike = (0.16, 0.5, 0.84),
    ) -> Array:
        """Quantiles of C_l over single observers (`observer_spectra`): (Q, L) [r_L^2] for Q fractions.

        Raises NotKept as `realization_spectra` does.
        """
        seen = self.observer_spectra(gradient, omega_t=omega_t, estimator=estimator)
        return np.quantile(seen, np.asarray(at, float), axis=0)

    def realization_diffusion(self) -> Array:
        """K_ij(T) = -<r_i(-T) p_j(-T)> of every field: (R, T, 3, 3) [r_L^2 Omega]; the mean is the k of
        `diffusion`. Raises NotKept where only means are there."""
        raise NotKept("Diffusion tensors of single realisations are not kept here.")

    def realization_dipoles(self) -> Array:
        """The dipole vectors of every field: (R, T, 3, 3) [r_L], index (realisation, time, i, axis x, y, z).

        For a gradient g the map delta I(p) of a field has the dipole d.p with d = sum_i g_i of it, in the
        direction of the momentum p; the excess comes from where -d points. C_1 = (4 pi / 9) d.d.
        Raises NotKept where only means are there.
        """
        raise NotKept("Dipoles of single realisations are not kept here.")

    def dipole_direction(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None
    ) -> DipoleDirection:
        """Where the dipole's excess comes from, for every field: its angles to B0 and to the gradient.

        Across B0 what an observer of a gradient along x sees, and after all fields what one of a gradient
        along y sees, turned by 90 degrees about B0, so that the gradient is along x.

        Parameters
        ----------
        gradient
            (theta, phi) [rad] or "parallel" or "perpendicular".
        omega_t
            The nearest recorded time is taken [1/Omega]; None is the last.

        Raises
        ------
        NotKept
            As `realization_dipoles`.
        ParameterError
        """
        time = self.time_index(omega_t)
        dipoles = self.realization_dipoles()[:, time]
        if gradient == "perpendicular":
            along = gradient_vector(_ACROSS[0])
            turned = dipoles[:, 1] @ np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
            excess = -np.concatenate([dipoles[:, 0], turned])
        else:
            along = gradient_vector((0.0, 0.0) if gradient == "parallel" else gradient)  # type: ignore[arg-type]
            excess = -np.einsum("i,ria->ra", along, dipoles)
        return DipoleDirection(float(self.omega_t[time]), along, excess)

    def covariance(
        self, gradient: Gradient = "parallel", *, omega_t: float | None = None, estimator: str | None = None
    ) -> Array:
        """Covariance (L, L) [r_L^4] between the multipoles of `spectrum`, the mean of the positions map.

        Its diagonal is the squared standard error. A summary has it for the gradients "parallel" and
        "perpendicular", most along x and y too, and for the times `dataset["omega_t_covariance"]`. NaN of a
        single field.

        Raises
        ------
        NotKept
            Where it was not kept.
        """
        raise NotKept("A fit needs simulated fields: the atlas keeps no covariance of C_l / C_1.")

    def standard_dipole(self, gradient: Gradient = "parallel") -> tuple[Array, Array]:
        """C_1 of standard diffusion (Eq. 3) at all times, without the bias of the mean's variance, and its
        error: (T,), (T,) [r_L^2]."""
        tensor, covariance = self.standard_dipole_tensor()
        value = np.einsum("ij,...ij->...", gradient_tensor(gradient), tensor)
        return value, contracted_error(covariance, gradient)

    def diffusion(self) -> Diffusion:
        """The diffusion tensors against time."""
        return diffusion.measured(self._moments())

    def regime(self, gradient: Gradient = "parallel") -> Regime:
        """Ballistic, diffusive or something else, against time."""
        return diffusion.regime(self._moments(), gradient)

    def power_sum_rule(self, gradient: Gradient = "parallel", *, right: str = "diffusion") -> SumRule:
        """Eq. 6 as measured: `diffusion.power_sum_rule`. Raises ValueError."""
        return diffusion.power_sum_rule(self._moments(), gradient, right)

    def monopole_sum_rule(self, gradient: Gradient = "parallel") -> SumRule:
        """Eq. 7 as measured: `diffusion.monopole_sum_rule`."""
        return diffusion.monopole_sum_rule(self._moments(), gradient)

    def separation(self, theta: ArrayLike) -> Separation:
        """Relative diffusion of pairs by opening angle, from the cross spectra of the positions.

        <|r_1 - r_2|^2> = 2 [<r^2> - xi(theta)], xi = sum_l (2l + 1) / 4 pi C_l^{ii} P_l(cos theta), and
        <p_1 . p_2> likewise; from the spectra of two grids where there are two. `pairs.follow_pairs`
        has it at any angle.

        Parameters
        ----------
        theta : (M,) [rad], at least pi / l_max

        Returns
        -------
        pairs.Separation
            Errors of what is kept as a mean only are NaN: alignment, and in summaries square.

        Raises
        ------
        ParameterError
        """
        theta = check_angles(theta, smallest=np.pi / self.ell[-1])
        positions, momenta = self._pair_spectra()
        mean_square = np.einsum("rtii->rt", self._moments().rr)
        known, correlation = diffusion.known_together(mean_square, spectra.correlation(positions, theta))
        square = 2 * (known[..., None] - correlation)
        alignment = spectra.correlation(momenta, theta)
        return Separation(
            omega_t=self.omega_t,
            theta=theta,
            square=square.mean(0),
            square_error=standard_error(square),
            alignment=alignment,
            alignment_error=np.full_like(alignment, np.nan),
            mean_square=mean_square.mean(0),
            mean_square_error=standard_error(mean_square),
        )

    @property
    def maps(self) -> Maps:
        """Times (T,) [1/Omega] and positions (T, 3, pixels) [r_L] of the first field that are stored.

        Raises NotKept where none are.
        """
        raise NotKept("The atlas keeps no sky maps.")

    def kept_skies(self) -> dict[int, Array]:
        """For which nside the first field's sky is kept, and at which times (T,) [1/Omega]."""
        return {}

    def sky(self, omega_t: float | None = None, *, nside: int | None = None) -> FieldSky:
        """The first field's sky at one time.

        Parameters
        ----------
        omega_t
            The nearest time at which it is kept is taken [1/Omega]; None is the last.
        nside
            One of `kept_skies`; None is the finest.

        Raises
        ------
        NotKept
        """
        raise NotKept("The atlas keeps no sky maps.")

    def save(self, path: str | Path | io.BytesIO) -> None:
        """Write the file anew and put it in place at once, so that a kill leaves the old one.

        Raises OSError where the folder cannot be written to, NotKept for a place of the atlas.
        """
        raise NotKept("A place of the atlas has no file of its own.")
