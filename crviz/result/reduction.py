"""Means and covariances of cross spectra in place of every realisation's."""

from __future__ import annotations

import numpy as np

#: The different components of a symmetric tensor, in the order of the covariances.
PAIRS = ("xx", "yy", "zz", "xy", "xz", "yz")
_ROWS, _COLUMNS = np.array([["xyz".index(axis) for axis in pair] for pair in PAIRS]).T


def pair_weights(tensor):
    """What each of PAIRS counts in sum_ij G_ij X_ij for a symmetric X: (3, 3) -> (6,)."""
    return np.where(_ROWS == _COLUMNS, 1.0, 2.0) * tensor[_ROWS, _COLUMNS]


def covariance_of_the_mean(cl):
    """Covariance of the ensemble mean between PAIRS: (R, T, 3, 3, L) -> (T, 6, 6, L), float32."""
    pairs = cl[:, :, _ROWS, _COLUMNS].astype(float)
    deviation = pairs - pairs.mean(0)
    n = len(cl)
    return np.einsum("rtal,rtbl->tabl", deviation, deviation, dtype=float).astype(np.float32) / (n * (n - 1))
