"""The diffusion tensors of an ensemble with their errors, from the moments of every field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crviz.arrays import Array
from crviz.checks import check_choice
from crviz.diffusion.tensors import (
    diffusion_tensor,
    drift,
    relative_diffusion,
    relative_from_monopole,
    running_diffusion,
)
from crviz.gradient import Gradient, components, contracted_error, gradient_tensor
from crviz.means import ONE_SIGMA, covariance_of_mean, freedom, standard_error, student

#: What `Diffusion.along` reads.
TENSORS = ("k", "running", "relative", "relative_eq7")


@dataclass(frozen=True, eq=False)
class Diffusion:
    """Diffusion tensors against time, in r_L^2 Omega, with standard errors of the mean.

    Covariances are between the components xx, yy, zz, xy, xz, yz (`gradient.PAIRS`) of the symmetric
    part; `along` reads the exact error for any gradient off them. Errors are NaN where they are not
    known: of a single field, and of `relative` and `relative_eq7` where C_0 is known as a mean only.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    k, k_error : (T, 3, 3)
        K_ij = -<r_i(-T) p_j(-T)>; the antisymmetric part is the drift, K_xy > 0 in Eq. 2.
    k_covariance : (T, 6, 6)
    k_freedom : (T, 6)
        Student's degrees of freedom of the components of K; infinite where no single fields are known, and of
        places of the atlas, whose 480 fields leave more than 80.
    drift, drift_error : (T, 3)
        The antisymmetric part as a vector, (K_ij - K_ji) / 2 = eps_ijk d_k; d_z = 1 / (3 nu_A) > 0.
    running, running_error : (T, 3, 3)
        <r_i r_j> / 2T, an average of the symmetric part of K since T = 0.
    running_covariance : (T, 6, 6)
    relative : (T, 3, 3)
        K~_ij of Eq. 8, of all pairs of directions of a sky at the time itself.
    relative_covariance : (T, 6, 6)
    relative_eq7 : (T, 3, 3)
        K~_ij from K and C_0 by Eq. 7.
    relative_eq7_covariance : (T, 6, 6)
    """

    omega_t: Array
    k: Array
    k_error: Array
    k_covariance: Array
    k_freedom: Array
    drift: Array
    drift_error: Array
    running: Array
    running_error: Array
    running_covariance: Array
    relative: Array
    relative_covariance: Array
    relative_eq7: Array
    relative_eq7_covariance: Array

    def along(self, gradient: Gradient, which: str = "k") -> tuple[Array, Array]:
        """g_i g_j K_ij (T,) of one of the `TENSORS`, and its standard error (T,). Raises ValueError."""
        check_choice("which", which, TENSORS)
        value = np.einsum("ij,tij->t", gradient_tensor(gradient), getattr(self, which))
        return value, contracted_error(getattr(self, f"{which}_covariance"), gradient)

    def interval(self, gradient: Gradient, share: float = ONE_SIGMA) -> tuple[Array, Array]:
        """g_i g_j K_ij (T,), and how far to either side the true mean may lie in a share of the cases (T,).

        By Student's t. K of single fields has heavy tails in strong turbulence: of 40 fields at (10, 0.02),
        kurtosis 7, one, two and three standard errors hold the true mean in 66.6, 93.5 and 98.5 % of the
        cases, intervals of 68.3, 95.4 and 99.7 % in 67.9, 94.7 and 99.2 %.
        """
        value, _ = self.along(gradient)
        return value, contracted_error(self.k_spread(share), gradient)

    def k_spread(self, share: float = ONE_SIGMA) -> Array:
        """The covariance of K (T, 6, 6) with each component's interval in place of its standard error."""
        factor = student(self.k_freedom, share)
        return self.k_covariance * factor[:, :, None] * factor[:, None]


@dataclass(frozen=True, eq=False)
class Moments:
    """Sky means of every field, or of their mean alone with R = 1.

    Attributes
    ----------
    omega_t : (T,) [1/Omega]
    rr : (R, T, 3, 3) [r_L^2]
        <r_i(-T) r_j(-T)>.
    rp : (R, T, 3, 3) [r_L]
        <r_i(-T) p_j(-T)>.
    monopole : (R, T, 3, 3) [r_L^2]
        C_0^{ij}.
    total_power : (R, T, 3, 3) [r_L^2]
        sum_l (2l + 1) C_l^{ij} / 4 pi.
    """

    omega_t: Array
    rr: Array
    rp: Array
    monopole: Array
    total_power: Array

    @property
    def k(self) -> Array:
        """K_ij of every field."""
        return diffusion_tensor(self.rp)

    @property
    def spread(self) -> Array:
        """2 T K_ij of every field."""
        return 2 * self.omega_t[:, None, None] * self.k


def known_together(*arrays: Array) -> tuple[Array, ...]:
    """Arrays over fields as they are; the means of all where one is known as a mean only, so that no
    error is claimed that lacks its scatter."""
    if len({len(array) for array in arrays}) == 1:
        return arrays
    return tuple(array.mean(0, keepdims=True) for array in arrays)


def measured(moments: Moments) -> Diffusion:
    """`Diffusion` of an ensemble."""
    k, omega_t = moments.k, moments.omega_t
    vector, running = drift(k), running_diffusion(moments.rr, omega_t)
    symmetric = components((k + k.swapaxes(-2, -1)) / 2)
    rr, same_k, monopole = known_together(moments.rr, k, moments.monopole)
    relative = relative_diffusion(rr, monopole, omega_t)
    relative_eq7 = relative_from_monopole(same_k, monopole, omega_t)
    return Diffusion(
        omega_t=omega_t,
        k=k.mean(0),
        k_error=standard_error(k),
        k_covariance=covariance_of_mean(symmetric),
        k_freedom=freedom(symmetric),
        drift=vector.mean(0),
        drift_error=standard_error(vector),
        running=running.mean(0),
        running_error=standard_error(running),
        running_covariance=_covariance(running),
        relative=relative.mean(0),
        relative_covariance=_covariance(relative),
        relative_eq7=relative_eq7.mean(0),
        relative_eq7_covariance=_covariance(relative_eq7),
    )


def _covariance(tensor: Array) -> Array:
    return covariance_of_mean(components(tensor))
