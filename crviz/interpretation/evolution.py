"""The analytic evolution with what a source says of diffusion: no parameter but p is left."""

from __future__ import annotations

from crviz import theory
from crviz.arrays import Array
from crviz.gradient import Gradient
from crviz.result import Source


def analytic_evolution(source: Source, gradient: Gradient, ell: Array, *, p: float) -> Array | None:
    """C_l(T) that grows from nothing by Eqs. 12-14, from the source's own <(r.g)^2>(T), whose growth is K,
    and K_par at the last time: `theory.evolve_by_diffusion`.

    Parameters
    ----------
    ell : (L,) int >= 0

    Returns
    -------
    (T, L) [r_L^2]
        None where few fields have scattered K_par below 0, which no rate stands for.
    """
    tensors = source.diffusion()
    parallel = tensors.along("parallel")[0][-1]
    if not parallel > 0:
        return None
    mean_square = 2 * source.omega_t * tensors.along(gradient, "running")[0]
    return theory.evolve_by_diffusion(source.omega_t, ell, mean_square, parallel, p=p)
