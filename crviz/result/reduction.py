"""Means and covariances of cross spectra in place of every realisation's."""

from __future__ import annotations

import numpy as np

from crviz.gradient import components


def covariance_of_the_mean(cl):
    """Covariance of the ensemble mean between PAIRS: (R, T, 3, 3, L) -> (T, 6, 6, L), float32."""
    pairs = components(np.moveaxis(cl, -1, 2)).astype(float)
    deviation = pairs - pairs.mean(0)
    n = len(cl)
    return np.einsum("rtla,rtlb->tabl", deviation, deviation).astype(np.float32) / (n * (n - 1))
