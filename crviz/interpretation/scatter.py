"""How much more skies of simulated fields scatter than Gaussian ones."""

from __future__ import annotations

import numpy as np

from crviz.arrays import Array
from crviz.checks import ParameterError
from crviz.gradient import Gradient
from crviz.result import Source

#: Beyond it, noise of the pixels is most of what single fields scatter.
_LMAX = 32
#: Where "perpendicular" is the mean of two gradients, one observer sees one of them.
_ACROSS = ((np.pi / 2, 0.0), (np.pi / 2, np.pi / 2))


def excess_scatter(
    source: Source,
    gradient: Gradient = "parallel",
    *,
    omega_t: float | None = None,
    estimator: str | None = None,
) -> Array:
    """Covariance of C_l of single fields over the means, less that of Gaussian skies and of pixel noise.

    A Gaussian sky has 2 / (2l + 1) on the diagonal and nothing beside it; simulated fields are bright or
    faint as a whole.

    Parameters
    ----------
    source
        One with spectra of single fields: a run, or a summary for gradients along the axes, at some times.
    gradient
        For "perpendicular", fields seen along x and along y are taken as skies of their own.
    omega_t, estimator
        As in `Source.spectrum`.

    Returns
    -------
    (L, L)
        From l = 0 on, up to l = 32; 0 at l = 0, and where there is no mean power.

    Raises
    ------
    ParameterError
        For fewer than 3 fields.
    NotKept
    """
    if source.n_realizations < 3:
        raise ParameterError("realizations", source.n_realizations, "must be 3 at least for a scatter")
    along = _ACROSS if gradient == "perpendicular" else (gradient,)
    how = estimator or source.default_estimator
    fields = [source.realization_spectra(each, omega_t=omega_t, estimator=how) for each in along]
    each = np.concatenate(fields)[:, : _LMAX + 1]
    mean = each.mean(0)
    ell = np.arange(mean.size)
    noise = source.spectrum(gradient, omega_t=omega_t, estimator=how).noise
    grids = 2 if how == "cross" else 1
    pixels = (4 * np.maximum(mean, 0) * noise + 2 * noise**2) / grids / (2 * ell + 1)
    product = np.outer(mean, mean)
    excess = np.cov(each.T) - np.diag(2 * mean**2 / (2 * ell + 1) + pixels)
    seen = (mean > 0) & (ell > 0)
    return np.where(np.outer(seen, seen), excess / np.where(product > 0, product, 1), 0.0)
